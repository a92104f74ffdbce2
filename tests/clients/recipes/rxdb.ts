import { print } from 'graphql';
import type { Client as LiveUpdates } from 'graphql-ws';
import type { RxCollection, RxJsonSchema, WithDeleted } from 'rxdb';
import { type RxGraphQLReplicationState, replicateGraphQL } from 'rxdb/plugins/replication-graphql';
import type { CopiedTaskFragment, TaskChangesQuery } from './gql/graphql';
import { TASK_CHANGES, TASK_EVENTS } from './operations';
import type { Session } from './session';

const text = { type: 'string' } as const;

/** A task as a collection of RxDB keeps it. */
export const schema: RxJsonSchema<CopiedTaskFragment> = {
  version: 0,
  primaryKey: 'id',
  type: 'object',
  properties: {
    id: { ...text, maxLength: 37 }, title: text, description: text, completed: { type: 'boolean' },
    createdAt: text, updatedAt: text, completedAt: { type: ['string', 'null'] }, version: { type: 'integer' },
    dueOn: { type: ['string', 'null'] }, priority: text, tags: { type: 'array', items: text },
  },
};

type Checkpoint = { after: string };
type Changes = TaskChangesQuery['taskChanges'];

/** Keeps a collection as the tasks of whoever is signed in are. What is changed in the collection itself is not sent. */
export function replicate(collection: RxCollection<CopiedTaskFragment>, session: Session, live: LiveUpdates) {
  const pulled: Partial<Checkpoint> = {};
  const replication = replicateGraphQL<CopiedTaskFragment, Checkpoint>({
    collection,
    replicationIdentifier: session.url,
    url: { http: session.url },
    fetch: session.fetch,
    retryTime: 1000,
    pull: {
      // As many as `taskChanges` answers with: fewer are the last ones.
      batchSize: 100,
      queryBuilder: (checkpoint) => ({ query: print(TASK_CHANGES), variables: { after: checkpoint?.after ?? null } }),
      responseModifier: ({ changes, cursor }: Changes) => {
        pulled.after = cursor;
        return { documents: changes.map(document), checkpoint: { after: cursor } };
      },
    },
  });
  void pullOnEvents(replication, live, pulled);
  return replication;
}

/** A task is as it is now, or is gone. */
function document({ taskId, task }: Changes['changes'][number]): WithDeleted<CopiedTaskFragment> {
  return task ? { ...task, _deleted: false } : { id: taskId, _deleted: true } as WithDeleted<CopiedTaskFragment>;
}

/** Not with RxDB's own stream, which ends for good when the service answers with an error, be it only for a moment. */
async function pullOnEvents(
  replication: RxGraphQLReplicationState<CopiedTaskFragment, Checkpoint>, live: LiveUpdates, pulled: Partial<Checkpoint>,
): Promise<void> {
  await replication.awaitInitialReplication();
  while (!replication.isStopped()) {
    try {
      const events = live.iterate({ query: print(TASK_EVENTS), variables: { ...pulled } });
      for await (const { errors } of events) {
        if (errors) throw errors[0];
        replication.reSync();
      }
    } catch {
      await new Promise((resolve) => { setTimeout(resolve, 1000); });
    }
  }
}
