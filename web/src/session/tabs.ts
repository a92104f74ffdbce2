// What tabs of this browser tell each other about the session. Never a token.

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
