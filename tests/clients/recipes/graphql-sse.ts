import { createClient } from 'graphql-sse';
import type { Session } from './session';

/**
 * Live updates where WebSockets cannot get through, until `signal` says stop. A stream ends with its access token, and the
 * next one begins. `refetch` is called when a connection was lost and is back: fetch what you show.
 */
export async function* eventStream<Data>(session: Session, query: string, signal: AbortSignal, refetch: () => void) {
  let connections = 0;
  const client = createClient({
    url: session.url,
    fetchFn: async (input: RequestInfo, init?: RequestInit) => {
      const response = await session.fetch(input, init);
      if (response.ok && connections++ > 0) refetch();
      return response;
    },
  });
  signal.addEventListener('abort', () => client.dispose());
  while (!signal.aborted) {
    for await (const { data } of client.iterate<Data>({ query })) if (data) yield data;
  }
}
