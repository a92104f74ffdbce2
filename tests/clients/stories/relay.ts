import { commitMutation, fetchQuery, getRequest, getSingularSelector, getFragment, requestSubscription } from 'relay-runtime';
import type { GraphQLTaggedNode, MutationParameters, OperationType, SelectorData } from 'relay-runtime';
import { createOperationDescriptor } from 'relay-runtime';
import PAGE_QUERY, { type TaskListPageQuery } from '../recipes/__generated__/TaskListPageQuery.graphql';
import type { TaskListCreateMutation } from '../recipes/__generated__/TaskListCreateMutation.graphql';
import type { TaskListDeleteMutation } from '../recipes/__generated__/TaskListDeleteMutation.graphql';
import type { TaskListEventsSubscription } from '../recipes/__generated__/TaskListEventsSubscription.graphql';
import type { TaskListQuery } from '../recipes/__generated__/TaskListQuery.graphql';
import type { TaskListServerQuery } from '../recipes/__generated__/TaskListServerQuery.graphql';
import type { TaskListSetCompletedMutation } from '../recipes/__generated__/TaskListSetCompletedMutation.graphql';
import type { TaskList_tasks$data } from '../recipes/__generated__/TaskList_tasks.graphql';
import { CREATE, DELETE, EVENTS, FRAGMENT, QUERY, SERVER, SET_COMPLETED, update } from '../recipes/TaskList';
import { liveUpdates } from '../recipes/graphql-ws';
import { relay } from '../recipes/relay';
import { story } from './story';

await story((session) => {
  const live = liveUpdates(session);
  const environment = relay(session, live);
  const operation = createOperationDescriptor(getRequest(QUERY), { first: 2 });
  const list = (): TaskList_tasks$data & SelectorData => {
    const query = environment.lookup(operation.fragment).data;
    return environment.lookup(getSingularSelector(getFragment(FRAGMENT), query)!).data as never;
  };
  const titles = () => list().tasks.edges.map(({ node }) => node.title);
  const mutate = <M extends MutationParameters>(mutation: GraphQLTaggedNode, variables: M['variables']) =>
    new Promise<M['response']>((onCompleted, onError) => {
      commitMutation<M>(environment, { mutation, variables, onCompleted, onError });
    });
  const run = <Q extends OperationType>(query: GraphQLTaggedNode, variables: Q['variables']) =>
    fetchQuery<Q>(environment, query, variables, { fetchPolicy: 'network-only' }).toPromise();
  return {
    remove: (id) => mutate<TaskListDeleteMutation>(DELETE, { input: { id }, lists: [] }),
    limit: async () => (await run<TaskListServerQuery>(SERVER, {}))!.server.maxTitleLength,
    create: async (id, title) =>
      (await mutate<TaskListCreateMutation>(CREATE, { input: { id, title }, lists: [] })).createTask.task,
    complete: async (id) =>
      (await mutate<TaskListSetCompletedMutation>(SET_COMPLETED, { input: { id, completed: true } })).setTaskCompleted.task,
    list: async () => {
      environment.retain(operation);
      await run<TaskListQuery>(QUERY, { first: 2 });
      return titles();
    },
    more: async (first) => {
      const { pageInfo } = list().tasks as unknown as { pageInfo: { hasNextPage: boolean; endCursor: string } };
      if (!pageInfo.hasNextPage) return null;
      await run<TaskListPageQuery>(PAGE_QUERY, { first, after: pageInfo.endCursor });
      return titles();
    },
    ask: (first) => run<TaskListPageQuery>(PAGE_QUERY, { first }),
    cached: (id) => list().tasks.edges.map(({ node }) => node).find((node) => node.id === id),
    watch: (after, seen, failed) => {
      const { dispose } = requestSubscription<TaskListEventsSubscription>(environment, {
        subscription: EVENTS,
        variables: { after },
        updater: update,
        onNext: (data) => { if (data) seen(data.taskEvents); },
        onError: failed,
      });
      return dispose;
    },
    listed: titles,
    drop: () => live.terminate(),
    error: (thrown) => thrown.source?.errors?.[0],
  };
});
