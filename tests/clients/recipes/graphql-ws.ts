import { createClient } from 'graphql-ws';
import { type Session, SignedOut } from './session';

/** One WebSocket for all subscriptions. `refetch` is called when a connection was lost and is back: fetch what you show. */
export function liveUpdates(session: Session, refetch: () => void) {
  let token = '';
  let refused = false;
  return createClient({
    url: `${session.url.replace(/^http/, 'ws')}/ws`,
    connectionParams: () => {
      token = session.accessToken;
      return { authorization: `Bearer ${token}` };
    },
    on: {
      connected: (_socket, _payload, wasRetry) => { if (wasRetry) refetch(); },
      // 4403: the token was refused, or its time is up.
      closed: (event) => { refused = (event as CloseEvent).code === 4403; },
    },
    retryAttempts: Infinity,
    retryWait: async (retries) => {
      // If that ends the session, `connectionParams` throws, and the subscriptions end with an error.
      const known = (error: unknown) => error instanceof SignedOut;
      if (refused && await session.refresh(token).then(() => true, known)) return;
      const most = Math.min(1000 * 2 ** retries, 30_000);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * most));
    },
  });
}
