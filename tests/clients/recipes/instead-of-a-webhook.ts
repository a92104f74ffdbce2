import { print } from 'graphql';
import type { Client as LiveUpdates } from 'graphql-ws';
import type { TaskEventsSubscription } from './gql/graphql';
import { TASK_EVENTS } from './operations';

/** Calls `handle` for every change after the stored cursor, also for those made while this program did not run; at least once. */
export async function forEachChange(
  live: LiveUpdates, stored: { load(): Promise<string | null>; save(cursor: string): Promise<void> },
  handle: (event: TaskEventsSubscription['taskEvents']) => Promise<void>,
): Promise<void> {
  const variables = { after: await stored.load() };
  const events = live.iterate<TaskEventsSubscription>({ query: print(TASK_EVENTS), variables });
  for await (const { data, errors } of events) {
    if (!data) throw errors?.[0];
    await handle(data.taskEvents);
    variables.after = data.taskEvents.cursor;
    await stored.save(variables.after);
  }
}
