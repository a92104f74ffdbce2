import { type Client, type Sink, type SubscribePayload, createClient } from 'graphql-ws';
import { type Session, SignedOut } from './session';

/** One WebSocket for all subscriptions. When a connection was lost and is back, they go on where they were. */
export function liveUpdates(session: Session): Client {
  let token = '';
  let refused = false;
  const client = createClient({
    url: `${session.url.replace(/^http/, 'ws')}/ws`,
    connectionParams: () => {
      token = session.accessToken;
      return { authorization: `Bearer ${token}` };
    },
    on: {
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
  return { ...client, subscribe: (payload, sink) => goingOn(client, payload, sink) };
}

/** Keeps the newest cursor. graphql-ws sends the variables as they are then, whenever it connects again. */
function goingOn(client: Client, payload: SubscribePayload, sink: Sink<any>): () => void {
  const variables = { ...payload.variables };
  return client.subscribe<any>({ ...payload, variables }, {
    next: (answer) => {
      variables.after = answer.data?.taskEvents?.cursor ?? variables.after;
      sink.next(answer);
    },
    error: (error) => sink.error(error),
    complete: () => sink.complete(),
  });
}
