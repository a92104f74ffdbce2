import type { CombinedError } from '@urql/core';
import { liveUpdates } from '../recipes/graphql-ws';
import { CREATE_TASK, DELETE_TASK, SERVER, SET_COMPLETED, TASK, TASKS, TASK_EVENTS } from '../recipes/operations';
import { urql } from '../recipes/urql';
import { story } from './story';

await story((session) => {
  const live = liveUpdates(session);
  const client = urql(session, live);
  let next: string | null = null;
  const page = async (first: number) => {
    const result = await client.query(TASKS, { first, after: next }).toPromise();
    if (result.error) throw result.error;
    const { edges, pageInfo } = result.data!.tasks;
    next = pageInfo.hasNextPage ? pageInfo.endCursor ?? null : null;
    return edges.map(({ node }) => node.title);
  };
  const mutate: typeof client.mutation = client.mutation.bind(client);
  return {
    remove: (id) => mutate(DELETE_TASK, { input: { id } }).toPromise(),
    limit: async () => (await client.query(SERVER, {}).toPromise()).data!.server.maxTitleLength,
    create: async (id, title) => {
      const { data, error } = await mutate(CREATE_TASK, { input: { id, title } });
      if (error) throw error;
      return data!.createTask.task;
    },
    complete: async (id) => {
      const { data, error } = await mutate(SET_COMPLETED, { input: { id, completed: true } });
      if (error) throw error;
      return data!.setTaskCompleted.task;
    },
    list: page,
    more: async (first) => (next ? page(first) : null),
    ask: async (first) => {
      const { error } = await client.query(TASKS, { first }, { requestPolicy: 'network-only' });
      if (error) throw error;
    },
    cached: (id) => client.readQuery(TASK, { id })?.data?.task,
    watch: (after, seen, failed) => {
      const { unsubscribe } = client.subscription(TASK_EVENTS, { after }).subscribe(({ data, error }) => {
        if (error) failed(error);
        if (data) seen(data.taskEvents);
      });
      return unsubscribe;
    },
    listed: () => client.readQuery(TASKS, { first: 2, after: null })?.data?.tasks.edges.map(({ node }) => node.title),
    drop: () => live.terminate(),
    error: (thrown: CombinedError) => thrown.graphQLErrors[0] as never,
  };
});
