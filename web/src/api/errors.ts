// What can go wrong between the page and the service: an answer that says no, or no answer at all.
import type { ErrorCode, ErrorReason } from "../gql/graphql";

/** One broken rule of an input. GraphQL has no types for error extensions; codes and reasons come from the schema. */
export interface Issue {
  path: (string | number)[];
  reason: ErrorReason;
  message: string;
  limit?: number;
}

export interface ErrorExtensions {
  code: ErrorCode;
  reason?: ErrorReason;
  issues?: Issue[];
  retryAfter?: number;
  requestId?: string;
}

/** The service answered, and the answer is an error. */
export class Refusal extends Error {
  override name = "Refusal";
  constructor(
    message: string,
    readonly extensions: ErrorExtensions,
  ) {
    super(message);
  }

  is(code: ErrorCode, reason?: ErrorReason): boolean {
    return this.extensions.code === code && (reason === undefined || this.extensions.reason === reason);
  }

  /** The message for one field of the input, if a rule of it was broken. */
  issueOf(field: string): string | undefined {
    return this.extensions.issues?.find((issue) => issue.path.at(-1) === field)?.message;
  }
}

/** No answer came, or none that the service gave: offline, the service is down, or it took too long. */
export class NoAnswer extends Error {
  override name = "NoAnswer";
  constructor(readonly kind: "unreachable" | "timeout") {
    super(kind === "timeout" ? "Taskhive took too long to answer." : "Taskhive cannot be reached right now.");
  }
}

/** The session ended while something was on its way. The sign-in page is already on screen then. */
export class SessionOver extends Error {
  override name = "SessionOver";
}

/** Whether the same request may succeed a little later. */
export function isTransient(error: unknown): boolean {
  return error instanceof NoAnswer || (error instanceof Refusal && error.is("UNAVAILABLE"));
}

/** A sentence for people about any error. */
export function explain(error: unknown): string {
  if (error instanceof NoAnswer) {
    return error.kind === "timeout"
      ? "Taskhive took too long to answer. Please try again."
      : navigator.onLine
        ? "Taskhive cannot be reached right now. Please try again in a moment."
        : "You are offline. Please try again when you are connected.";
  }
  if (error instanceof SessionOver) return "You have been signed out.";
  if (!(error instanceof Refusal)) return "Something went wrong on this page. Reload it and try again.";
  const { code, retryAfter, issues, requestId } = error.extensions;
  switch (code) {
    case "RATE_LIMITED":
      return `That was too often. Please try again ${inTime(retryAfter)}.`;
    case "UNAVAILABLE":
      return "Taskhive is too busy right now. Please try again in a moment.";
    case "VALIDATION":
      return issues?.map((issue) => issue.message).join(" ") || error.message;
    case "NOT_FOUND":
      return "It is no longer there: it was deleted in the meantime.";
    case "CONFLICT":
    case "UNAUTHENTICATED":
    case "FORBIDDEN":
      return error.message;
    default:
      return `Something went wrong on our side.${requestId ? ` If it stays so, tell us this number: ${requestId}` : ""}`;
  }
}

function inTime(seconds: number | undefined): string {
  if (seconds === undefined) return "in a while";
  if (seconds < 90) return `in ${seconds} second${seconds === 1 ? "" : "s"}`;
  return `in ${Math.ceil(seconds / 60)} minutes`;
}
