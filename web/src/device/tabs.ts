// The tabs of one account in this browser: what one of them learns the others are told, and only one talks to the service.
import type { SiblingMessage, Siblings } from "../replica/ports";

export function siblingsOf(userId: string): Siblings & { close: () => void } {
  if (typeof BroadcastChannel === "undefined") return { tell: () => undefined, hear: () => () => undefined, close: () => undefined };
  const channel = new BroadcastChannel(`taskhive-tasks-${userId}`);
  return {
    tell: (message) => channel.postMessage(message),
    hear(listener) {
      const hear = (event: MessageEvent<SiblingMessage>) => listener(event.data);
      channel.addEventListener("message", hear);
      return () => channel.removeEventListener("message", hear);
    },
    close: () => channel.close(),
  };
}

/**
 * Does the work when no other tab of the account does it, and not beyond the end of `signal`. If another tab is at it, `meanwhile` is
 * done first.
 */
export async function alone(userId: string, signal: AbortSignal, work: () => Promise<void>, meanwhile: () => Promise<void>): Promise<void> {
  if (!("locks" in navigator)) return work();
  const { locks } = navigator;
  const name = `taskhive-tasks-${userId}`;
  const wasFree = await locks.request(name, { ifAvailable: true }, async (lock) => {
    if (lock) await work();
    return lock !== null;
  });
  if (wasFree) return;
  await meanwhile();
  try {
    await locks.request(name, { signal }, work);
  } catch (error) {
    // Given up while another tab was at it.
    if (!signal.aborted) throw error;
  }
}
