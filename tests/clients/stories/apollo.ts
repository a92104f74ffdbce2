import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { apollo, taskEvents } from '../recipes/apollo';
import { liveUpdates } from '../recipes/graphql-ws';
import { CREATE_TASK, DELETE_TASK, SERVER, SET_COMPLETED, TASK, TASKS } from '../recipes/operations';
import { story } from './story';

await story((session) => {
  const live = liveUpdates(session);
  const client = apollo(session, live);
  const list = client.watchQuery({ query: TASKS, variables: { first: 2 } });
  const titles = () => client.readQuery({ query: TASKS, variables: { first: 2 } })!.tasks.edges.map(({ node }) => node.title);
  return {
    remove: (id) => client.mutate({ mutation: DELETE_TASK, variables: { input: { id } } }),
    limit: async () => (await client.query({ query: SERVER })).data!.server.maxTitleLength,
    create: async (id, title) => {
      const { data } = await client.mutate({ mutation: CREATE_TASK, variables: { input: { id, title } } });
      return data!.createTask.task;
    },
    complete: async (id) => {
      const { data } = await client.mutate({ mutation: SET_COMPLETED, variables: { input: { id, completed: true } } });
      return data!.setTaskCompleted.task;
    },
    list: async () => {
      await list.refetch();
      return titles();
    },
    more: async () => {
      const { pageInfo } = client.readQuery({ query: TASKS, variables: { first: 2 } })!.tasks;
      if (!pageInfo.hasNextPage) return null;
      await list.fetchMore({ variables: { after: pageInfo.endCursor ?? null } });
      return titles();
    },
    ask: (first) => client.query({ query: TASKS, variables: { first }, fetchPolicy: 'no-cache' }),
    cached: (id) => client.readQuery({ query: TASK, variables: { id } })?.task,
    watch: (after, seen, failed) => {
      const subscription = taskEvents(client, after).subscribe({
        next: ({ data, error }) => { if (data) seen(data.taskEvents); else failed(error); },
        error: failed,
      });
      return () => subscription.unsubscribe();
    },
    listed: () => client.readQuery({ query: TASKS, variables: { first: 2 } })?.tasks.edges.map(({ node }) => node.title),
    drop: () => live.terminate(),
    error: (thrown) => (CombinedGraphQLErrors.is(thrown) ? thrown.errors[0] as never : undefined),
  };
});
