import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SessionOver } from "../api/errors";
import { sessionsQuery } from "../account/operations";
import { grant, refusal, serve } from "../testing/service";
import { api } from "./api";
import { session } from "./session";

beforeEach(async () => {
  serve({ SignIn: () => ({ login: grant() }) });
  await session.signIn("ada@example.org", "password");
});

afterEach(() => {
  session.end("signedOut");
  vi.useRealTimers();
});

test("an expired token is renewed once, for all who wait, and the requests are repeated", async () => {
  const calls = serve({
    Renew: () => ({ refreshToken: grant("ada@example.org", "fresh") }),
    Sessions: () => (calls.at(-1)?.authorization === "Bearer fresh" ? { sessions: [] } : refusal({ code: "UNAUTHENTICATED", reason: "TOKEN_EXPIRED" })),
  });
  await Promise.all([api(sessionsQuery, {}), api(sessionsQuery, {}), api(sessionsQuery, {})]);
  expect(calls.filter(({ operation }) => operation === "Renew")).toHaveLength(1);
  expect(calls.filter(({ authorization }) => authorization === "Bearer fresh")).toHaveLength(3);
});

test("any other refusal of the token ends the session, without a renewal", async () => {
  const calls = serve({ Sessions: () => refusal({ code: "UNAUTHENTICATED", reason: "TOKEN_INVALID" }) });
  await expect(api(sessionsQuery, {})).rejects.toThrow(SessionOver);
  expect(calls).toHaveLength(1);
  expect(session.current()).toEqual({ status: "signedOut", because: "ended" });
});

test("a token is renewed shortly before it ends", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 890_000 });
  const calls = serve({ Renew: () => ({ refreshToken: grant("ada@example.org", "fresh") }), Sessions: () => ({ sessions: [] }) });
  await api(sessionsQuery, {});
  expect(calls.map(({ operation }) => operation)).toEqual(["Renew", "Sessions"]);
});

test("nobody is told that they signed out when the service did not hear it", async () => {
  serve({ SignOut: () => new TypeError("no network") });
  await expect(session.signOut()).rejects.toThrow("cannot be reached");
  expect(session.current().status).toBe("signedIn");
});

test("a service that is away at the start is not a session that has ended", async () => {
  serve({ Renew: () => refusal({ code: "UNAVAILABLE", reason: "OVERLOADED" }) });
  await session.restore();
  expect(session.current().status).toBe("unreachable");
});
