import { print } from 'graphql';
import type { Client as LiveUpdates } from 'graphql-ws';
import type { CopiedTaskEventsSubscription, CopiedTaskFragment, TaskChangesQuery } from './gql/graphql';
import { COPIED_TASK_EVENTS, TASK_CHANGES } from './operations';
import type { Session } from './session';

/** All tasks of whoever is signed in, and up to which change. In a database, what changes both is one transaction. */
export interface Copy { tasks: Map<string, CopiedTaskFragment>; after: string | null }

/**
 * Makes a copy complete, and keeps it so; `changed` is called whenever it has come further. Throws when the service is away or
 * refuses: call it again, and it goes on where it was. After `CURSOR_EXPIRED`, call it with an empty copy.
 */
export async function keep(copy: Copy, session: Session, live: LiveUpdates, changed: () => void): Promise<never> {
  for (let hasMore = true; hasMore;) {
    const { taskChanges } = await changesAfter(copy.after, session);
    for (const change of taskChanges.changes) put(copy, change);
    ({ cursor: copy.after, hasMore } = taskChanges);
    changed();
  }
  // graphql-ws sends them as they are then, whenever it connects again.
  const variables = { after: copy.after };
  const query = print(COPIED_TASK_EVENTS);
  for await (const { data, errors } of live.iterate<CopiedTaskEventsSubscription>({ query, variables })) {
    if (!data) throw errors?.[0];
    put(copy, data.taskEvents);
    copy.after = variables.after = data.taskEvents.cursor;
    changed();
  }
  throw new Error('The service has ended the live updates.');
}

/** A task is as it is now, or is gone. */
function put({ tasks }: Copy, { taskId, task }: { taskId: string; task?: CopiedTaskFragment | null }): void {
  if (task) tasks.set(taskId, task);
  else tasks.delete(taskId);
}

async function changesAfter(after: string | null, session: Session): Promise<TaskChangesQuery> {
  const response = await session.fetch(session.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: print(TASK_CHANGES), variables: { after } }),
  });
  const { data, errors } = await response.json();
  if (errors) throw errors[0];
  return data;
}
