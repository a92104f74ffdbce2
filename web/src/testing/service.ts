// A service for component tests: answers of the real one, by operation name. What a test does not expect fails it.
import { vi } from "vitest";
import type { ErrorExtensions } from "../api/errors";

type Answer = object | Error | Promise<object>;
type Handler = (variables: Record<string, unknown>) => Answer;

export interface Call {
  operation: string;
  variables: Record<string, unknown>;
  authorization: string | undefined;
}

/** Puts `handlers` in the place of the network and returns the list of calls that were made. */
export function serve(handlers: Record<string, Handler>): Call[] {
  const calls: Call[] = [];
  vi.stubGlobal("fetch", async (_path: string, init: RequestInit) => {
    const { query, variables } = JSON.parse(String(init.body)) as { query: string; variables: Call["variables"] };
    const operation = /(?:query|mutation) (\w+)/.exec(query)?.[1] ?? "";
    const headers = init.headers as Record<string, string>;
    calls.push({ operation, variables, authorization: headers.authorization });
    const handler = handlers[operation];
    if (!handler) throw new Error(`the test does not expect ${operation}`);
    const answer = await handler(variables);
    if (answer instanceof Error) throw answer;
    return Response.json("errors" in answer ? answer : { data: answer });
  });
  return calls;
}

export function refusal(extensions: ErrorExtensions, message = "No."): object {
  return { data: null, errors: [{ message, extensions }] };
}

export const SERVER = {
  server: { registrationOpen: true, passwordLogin: true, signInUrl: null, maxTitleLength: 200, maxDescriptionLength: 2000, minPasswordLength: 8 },
};

export function grant(email = "ada@example.org", accessToken = "token") {
  return { accessToken, expiresIn: 900, user: { id: `user_${email}`, email, createdAt: "2026-01-01T00:00:00.000Z" } };
}
