// graphql-ws for everything: queries and mutations run over the socket, too.

import { print } from 'graphql';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { TasksQuery } from '../recipes/gql/graphql';
import { liveUpdates } from '../recipes/graphql-ws';
import { CREATE_TASK, DELETE_TASK, SERVER, SET_COMPLETED, TASKS, TASK_EVENTS } from '../recipes/operations';
import { SignedOut } from '../recipes/session';
import { story } from './story';

await story((session) => {
  const client = liveUpdates(session);
  const run = async <Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> => {
    const answers = client.iterate<Data>({ query: print(document), variables: variables as never });
    for await (const { data, errors } of answers) {
      if (errors) throw errors;
      return data!;
    }
    throw new Error('no answer');
  };
  let titles: string[] = [];
  let page: TasksQuery['tasks']['pageInfo'] | undefined;
  const more = async (first: number) => {
    if (page && !page.hasNextPage) return null;
    const { tasks } = await run(TASKS, { first, after: page?.endCursor ?? null });
    page = tasks.pageInfo;
    titles = titles.concat(tasks.edges.map(({ node }) => node.title));
    return titles;
  };
  return {
    remove: (id) => run(DELETE_TASK, { input: { id } }),
    limit: async () => (await run(SERVER, {})).server.maxTitleLength,
    create: async (id, title) => (await run(CREATE_TASK, { input: { id, title } })).createTask.task,
    complete: async (id) => (await run(SET_COMPLETED, { input: { id, completed: true } })).setTaskCompleted.task,
    list: async (first) => (await more(first)) ?? [],
    more,
    ask: (first) => run(TASKS, { first }),
    watch: (after, seen, failed) =>
      client.subscribe<{ taskEvents: { kind: string; taskId: string } }>({ query: print(TASK_EVENTS), variables: { after } }, {
        next: ({ data }) => { if (data) seen(data.taskEvents); },
        error: failed,
        complete: () => {},
      }),
    drop: () => client.terminate(),
    error: (thrown) => thrown[0],
    signedOut: (thrown) => thrown instanceof SignedOut,
  };
});
