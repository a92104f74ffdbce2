import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { cacheExchange, type UpdateResolver } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import type { Client as LiveUpdates } from 'graphql-ws';
import type { TaskEventsSubscription } from './gql/graphql';
import type { Session } from './session';

/** Lists that are shown are fetched again. What was changed is found by its ID, without a word from us. */
const update: UpdateResolver<TaskEventsSubscription> = ({ taskEvents: { kind, taskId } }, _args, cache) => {
  if (kind === 'CREATED') {
    const lists = cache.inspectFields('Query').filter(({ fieldName }) => fieldName === 'tasks');
    for (const { arguments: list } of lists) cache.invalidate('Query', 'tasks', list ?? {});
  }
  if (kind === 'DELETED') cache.invalidate({ __typename: 'Task', id: taskId });
};

export const urql = (session: Session, live: LiveUpdates) =>
  new Client({
    url: session.url,
    fetch: session.fetch,
    exchanges: [
      // Objects are kept by `__typename` and `id`; the one type without an ID that Graphcache asks about is named.
      cacheExchange({
        keys: { ServerInfo: () => null },
        // The pages of a list are one list; and a task that was in a list needs no request of its own.
        resolvers: { Query: { tasks: relayPagination(), task: (_query, { id }) => ({ __typename: 'Task', id: String(id) }) } },
        updates: { Subscription: { taskEvents: update } },
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({ unsubscribe: live.subscribe({ query, variables }, sink) }),
        }),
      }),
    ],
  });
