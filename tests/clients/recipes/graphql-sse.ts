import { createClient } from 'graphql-sse';
import type { Session } from './session';

/**
 * Live updates where WebSockets cannot get through, until `signal` says stop. A stream ends with its access token or when the
 * connection is lost, and the next one goes on where it was.
 */
export async function* eventStream<Data extends { taskEvents: { cursor: string } }>(
  session: Session, query: string, variables: { after: string }, signal: AbortSignal,
) {
  const client = createClient({ url: session.url, fetchFn: session.fetch });
  signal.addEventListener('abort', () => client.dispose());
  while (!signal.aborted) {
    for await (const { data } of client.iterate<Data>({ query, variables })) {
      if (!data) continue;
      // graphql-sse sends them as they are then, whenever it connects again.
      variables.after = data.taskEvents.cursor;
      yield data;
    }
  }
}
