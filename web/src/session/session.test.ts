import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { changePasswordMutation, sessionsQuery } from "../account/operations";
import { SessionOver } from "../api/errors";
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
  vi.unstubAllGlobals();
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

test("no tab renews the session while its password is being changed", async () => {
  const locks = lockManager();
  let answer: (data: object) => void = () => undefined;
  const changed = new Promise<object>((resolve) => (answer = resolve));
  const calls = serve({ ChangePassword: () => changed, Renew: () => ({ refreshToken: grant("ada@example.org", "renewed") }) });
  const change = api(changePasswordMutation, { currentPassword: "password", newPassword: "another" }, { replacesTokens: true });
  await expect.poll(() => calls.length).toBe(1);
  const renewal = session.renewed("token");
  await expect.poll(() => locks.waiting).toBe(1);
  expect(calls.map(({ operation }) => operation)).toEqual(["ChangePassword"]);
  answer({ changePassword: grant("ada@example.org", "changed") });
  expect((await change).changePassword.accessToken).toBe("changed");
  expect(await renewal).toBe("renewed");
});

test("a change of the password that meets an expired token waits for no lock of its own", async () => {
  lockManager();
  const calls = serve({
    ChangePassword: () =>
      calls.at(-1)?.authorization === "Bearer fresh" ? { changePassword: grant() } : refusal({ code: "UNAUTHENTICATED", reason: "TOKEN_EXPIRED" }),
    Renew: () => ({ refreshToken: grant("ada@example.org", "fresh") }),
  });
  await api(changePasswordMutation, { currentPassword: "password", newPassword: "another" }, { replacesTokens: true });
  expect(calls.map(({ operation }) => operation)).toEqual(["ChangePassword", "Renew", "ChangePassword"]);
});

test("signing out takes one request, also when the access token has expired", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
  const calls = serve({ SignOut: () => ({ logout: { success: true } }) });
  await session.signOut();
  expect(calls.map(({ operation }) => operation)).toEqual(["SignOut"]);
  expect(session.current()).toEqual({ status: "signedOut", because: "signedOut" });
});

test("nobody is told that they signed out when the service did not hear it", async () => {
  serve({ SignOut: () => new TypeError("no network") });
  await expect(session.signOut()).rejects.toThrow("cannot be reached");
  expect(session.current().status).toBe("signedIn");
});

test("a service that is away at the start is not a session that has ended", async () => {
  session.end("signedOut");
  serve({ Renew: () => refusal({ code: "UNAVAILABLE", reason: "OVERLOADED" }) });
  await session.restore();
  expect(session.current().status).toBe("unreachable");
});

test("whoever was signed in on this device needs no service to be there again, until it says no", async () => {
  serve({ Renew: () => new TypeError("no network") });
  await session.restore();
  expect(session.current()).toMatchObject({ status: "signedIn", user: { email: "ada@example.org" } });
  serve({ Renew: () => refusal({ code: "UNAUTHENTICATED", reason: "TOKEN_INVALID" }) });
  await session.restore();
  expect(session.current()).toEqual({ status: "signedOut", because: "ended" });
});

/** The browser's locks, which jsdom lacks: one lock, given to one after the other. */
function lockManager() {
  const manager = { waiting: 0 };
  let last: Promise<unknown> = Promise.resolve();
  const request = (_name: string, work: () => Promise<unknown>) => {
    manager.waiting += 1;
    const turn = last.then(() => {
      manager.waiting -= 1;
      return work();
    });
    last = turn.catch(() => undefined);
    return turn;
  };
  vi.stubGlobal("navigator", { onLine: true, locks: { request } });
  return manager;
}
