import { afterEach, expect, test, vi } from "vitest";
import { sessionsQuery } from "../account/operations";
import { NoAnswer, Refusal } from "./errors";
import { send } from "./send";

afterEach(() => {
  vi.unstubAllGlobals();
});

const answering = (body: string, status = 200) => vi.stubGlobal("fetch", async () => new Response(body, { status }));

test.each([
  ["a page of somebody in between", "<html>Accept our terms</html>"],
  ["an empty answer", ""],
  ["JSON that is no answer", "null"],
  ["an answer without data", "{}"],
  ["errors of somebody else", '{"errors":[{"message":"Bad gateway"}]}'],
  ["errors in another form", '{"errors":"no"}'],
])("%s is no answer of the service", async (_name, body) => {
  answering(body);
  await expect(send(sessionsQuery, {})).rejects.toThrow(NoAnswer);
});

test("a refusal has a code, whatever the status is", async () => {
  answering('{"errors":[{"message":"No.","extensions":{"code":"UNAVAILABLE"}}]}', 503);
  await expect(send(sessionsQuery, {})).rejects.toThrow(Refusal);
});
