import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import type { Client as LiveUpdates } from 'graphql-ws';
import type { Session } from './session';

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
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({ unsubscribe: live.subscribe({ query, variables }, sink) }),
        }),
      }),
    ],
  });
