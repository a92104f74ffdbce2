import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';
import { OperationTypeNode } from 'graphql';
import type { Client as LiveUpdates } from 'graphql-ws';
import { tap } from 'rxjs';
import { TASK_EVENTS } from './operations';
import type { Session } from './session';

export const apollo = (session: Session, live: LiveUpdates) =>
  new ApolloClient({
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(live),
      new HttpLink({ uri: session.url, fetch: session.fetch }),
    ),
    // Objects are kept by `__typename` and `id`.
    cache: new InMemoryCache({
      typePolicies: {
        Query: {
          fields: {
            // One list for each filter and order; `fetchMore` makes it longer.
            tasks: relayStylePagination(['filter', 'orderBy']),
            // A task that was in a list needs no request of its own.
            task: (_existing, { args, toReference }) => toReference({ __typename: 'Task', id: args?.id }),
          },
        },
      },
    }),
  });

/**
 * Subscribe to it to keep what is shown, up to date since `after`, which is its `asOf`. What was changed is found by its ID, without a
 * word from us.
 */
export const taskEvents = (client: ApolloClient, after: string) =>
  client.subscribe({ query: TASK_EVENTS, variables: { after } }).pipe(tap(({ data }) => {
    const { kind, taskId: id } = data?.taskEvents ?? {};
    if (kind === 'CREATED') client.cache.evict({ id: 'ROOT_QUERY', fieldName: 'tasks' });
    if (kind === 'DELETED') client.cache.evict({ id: `Task:${id}` });
  }));
