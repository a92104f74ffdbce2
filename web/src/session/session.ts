// Who is signed in, in this tab and in all others. The access token lives here, in memory, and nowhere else; the refresh token
// is in a cookie that no script can read.
import { isTransient, Refusal, SessionOver } from "../api/errors";
import { send } from "../api/send";
import type { RenewMutation, SessionUserFragment } from "../gql/graphql";
import { renewMutation, signInMutation, signOutMutation, signUpMutation } from "./operations";
import { remembered } from "./remembered";
import { type EndReason, inTurn, otherTabs } from "./tabs";

export type SessionState =
  | { status: "restoring" }
  | { status: "unreachable"; error: unknown }
  | { status: "signedOut"; because?: EndReason; elsewhere?: boolean }
  | { status: "signedIn"; user: SessionUserFragment };

type Grant = RenewMutation["refreshToken"];

/** Tokens this close to their end are renewed before they are used. */
const MARGIN_MS = 20_000;

let state: SessionState = { status: "restoring" };
let token: { value: string; renewAt: number } | undefined;
let renewal: Promise<string> | undefined;
const listeners = new Set<() => void>();

export const session = {
  current: (): SessionState => state,

  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },

  /**
   * Finds out, at the start, whether the cookie still stands for a session. Whoever was signed in here sees the device's copy
   * meanwhile, and for as long as the service cannot be asked.
   */
  async restore(): Promise<void> {
    const user = remembered.user();
    if (user) become({ status: "signedIn", user });
    else if (state.status !== "unreachable") become({ status: "restoring" });
    await renew().catch((error: unknown) => {
      if (!(error instanceof SessionOver || state.status === "signedIn")) become({ status: "unreachable", error });
    });
  },

  async signIn(email: string, password: string): Promise<void> {
    const { login } = await send(signInMutation, { email, password });
    begin(login);
  },

  async signUp(email: string, password: string): Promise<void> {
    const { register } = await send(signUpMutation, { email, password });
    begin(register);
  },

  /** Takes over the new tokens after a change of the password. */
  adopt: (grant: Grant): void => accept(grant),

  /** Ends the session here and in all tabs. The page forgets everything even if the service cannot be told. */
  async signOut(): Promise<void> {
    try {
      // A renewal that is under way would bring the session back.
      await renewal?.catch(() => undefined);
      // An access token that has expired needs none: the cookie will do.
      await send(signOutMutation, {}, { accessToken: token?.value, keepalive: true });
    } catch (error) {
      // The cookie would bring the session back: without an answer, nobody may believe it has ended.
      if (isTransient(error)) throw error;
    }
    session.end("signedOut");
  },

  /** Forgets who was signed in, here and in all tabs. */
  end(because: EndReason): void {
    forget(because);
    otherTabs.tell({ kind: "ended", because });
  },

  /** A token that is good for the next request, renewed first if need be. */
  accessToken(): Promise<string> {
    if (token && Date.now() < token.renewAt) return Promise.resolve(token.value);
    // Whatever is still on its way after signing out must not bring the session back, or change what the page says.
    return state.status === "signedOut" ? Promise.reject(new SessionOver()) : renew();
  },

  /** A fresh token after `used` was refused as expired. Whoever else waits for one gets the same. */
  renewed(used: string): Promise<string> {
    return token && token.value !== used ? Promise.resolve(token.value) : renew();
  },
};

/** Only one renewal at a time: in this tab by sharing the promise, among tabs by a lock of the browser. */
function renew(): Promise<string> {
  renewal ??= inTurn(async () => {
    const { refreshToken } = await send(renewMutation, {});
    accept(refreshToken);
    return refreshToken.accessToken;
  })
    .catch((error: unknown) => {
      // Where accounts are kept elsewhere, there is no session to renew.
      if (!(error instanceof Refusal) || !(error.is("UNAUTHENTICATED") || error.is("FORBIDDEN"))) throw error;
      if (state.status !== "signedOut") forget(state.status === "signedIn" ? "ended" : undefined);
      throw new SessionOver();
    })
    .finally(() => {
      renewal = undefined;
    });
  return renewal;
}

function begin(grant: Grant): void {
  accept(grant);
  otherTabs.tell({ kind: "began", userId: grant.user.id });
}

function accept(grant: Grant): void {
  remembered.be(grant.user);
  token = { value: grant.accessToken, renewAt: Date.now() + grant.expiresIn * 1000 - MARGIN_MS };
  become({ status: "signedIn", user: grant.user });
}

function forget(because: EndReason | undefined, elsewhere = false): void {
  token = undefined;
  remembered.be(undefined);
  become({ status: "signedOut", ...(because && { because }), ...(elsewhere && { elsewhere }) });
}

function become(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}

otherTabs.listen((message) => {
  if (message.kind === "ended") {
    // The service may have closed the connection before the other tab could say why.
    if (state.status !== "signedOut" || state.because === "ended") forget(message.because, true);
  } else if (state.status !== "signedIn" || state.user.id !== message.userId) {
    // The cookie now belongs to whoever signed in over there.
    token = undefined;
    void session.restore();
  }
});
