// graphql-sse for live updates, beside graphql-request for everything else.

import type { ClientError } from 'graphql-request';
import { print } from 'graphql';
import type { TaskEventsSubscription, TasksQuery } from '../recipes/gql/graphql';
import { graphqlRequest } from '../recipes/graphql-request';
import { eventStream } from '../recipes/graphql-sse';
import { CREATE_TASK, DELETE_TASK, SERVER, SET_COMPLETED, TASKS, TASK_EVENTS } from '../recipes/operations';
import { endStreams, story } from './story';

await story((session) => {
  const client = graphqlRequest(session);
  let titles: string[] = [];
  let page: TasksQuery['tasks']['pageInfo'] | undefined;
  const more = async (first: number) => {
    if (page && !page.hasNextPage) return null;
    const { tasks } = await client.request(TASKS, { first, after: page?.endCursor ?? null });
    page = tasks.pageInfo;
    titles = titles.concat(tasks.edges.map(({ node }) => node.title));
    return titles;
  };
  return {
    remove: (id) => client.request(DELETE_TASK, { input: { id } }),
    limit: async () => (await client.request(SERVER)).server.maxTitleLength,
    create: async (id, title) => (await client.request(CREATE_TASK, { input: { id, title } })).createTask.task,
    complete: async (id) =>
      (await client.request(SET_COMPLETED, { input: { id, completed: true } })).setTaskCompleted.task,
    list: async (first) => (await more(first)) ?? [],
    more,
    ask: (first) => client.request(TASKS, { first }),
    watch: (after, seen, failed) => {
      const stop = new AbortController();
      const listen = async () => {
        const answers = eventStream<TaskEventsSubscription>(session, print(TASK_EVENTS), { after }, stop.signal);
        for await (const { taskEvents } of answers) seen(taskEvents);
      };
      listen().catch((error) => { if (!stop.signal.aborted) failed(error); });
      return () => stop.abort();
    },
    drop: endStreams,
    error: (thrown: ClientError) => thrown.response.errors?.[0] as never,
  };
});
