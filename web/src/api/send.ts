// One request to the service: POST /graphql, and its answer or a typed error. Knows nothing of sessions: see session/api.ts.
import type { TypedDocumentString } from "../gql/graphql";
import { type ErrorExtensions, NoAnswer, Refusal } from "./errors";

/** The service gives up after 10 seconds, so nothing comes after this. */
const PATIENCE_MS = 15_000;

export interface SendOptions {
  accessToken?: string | undefined;
  /** The browser finishes the request even when the page goes away. */
  keepalive?: boolean;
}

interface Answer<Data> {
  data?: Data | null;
  errors?: { message: string; extensions?: ErrorExtensions }[];
}

export async function send<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  { accessToken, keepalive = false }: SendOptions = {},
): Promise<Data> {
  const headers: Record<string, string> = {
    "content-type": "application/json",
    accept: "application/graphql-response+json, application/json;q=0.9",
  };
  if (accessToken !== undefined) headers.authorization = `Bearer ${accessToken}`;
  const body = JSON.stringify({ query: document.toString(), variables });
  const answer = await receive<Data>({ method: "POST", headers, body, keepalive });
  const error = answer?.errors?.[0];
  if (error?.extensions?.code) throw new Refusal(error.message, error.extensions);
  // Whatever stands between may answer in the service's stead: it knows no codes.
  if (error || !answer?.data) throw new NoAnswer("unreachable");
  return answer.data;
}

async function receive<Data>(request: RequestInit): Promise<Answer<Data> | null> {
  try {
    const response = await fetch("/graphql", { ...request, signal: AbortSignal.timeout(PATIENCE_MS) });
    return (await response.json()) as Answer<Data> | null;
  } catch (error) {
    // No connection, a proxy's page instead of JSON, or nothing for too long.
    const timedOut = error instanceof DOMException && error.name === "TimeoutError";
    throw new NoAnswer(timedOut ? "timeout" : "unreachable");
  }
}
