// What tabs of this browser tell each other about the session, never a token, and how they take turns at changing it.

/** Why nobody is signed in any more: said on the sign-in page. */
export type EndReason = "signedOut" | "ended" | "accountDeleted";

export type TabMessage = { kind: "began"; userId: string } | { kind: "ended"; because: EndReason };

const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel("taskhive-session");

export const otherTabs = {
  tell(message: TabMessage): void {
    channel?.postMessage(message);
  },

  listen(hear: (message: TabMessage) => void): void {
    channel?.addEventListener("message", (event: MessageEvent<TabMessage>) => hear(event.data));
  },
};

/** Only one tab at a time does this. Not to be nested: the inner one would wait for the outer one. */
export async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (!("locks" in navigator)) return work();
  return (await navigator.locks.request("taskhive-renewal", work)) as T;
}
