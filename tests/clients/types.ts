// Compiles only if the generated types are exact: what is below a directive must be refused.

import type { CreateTaskMutationVariables, TasksQuery } from './recipes/gql/graphql';

type Task = TasksQuery['tasks']['edges'][number]['node'];

export const created = (task: Task): string => task.createdAt;

// @ts-expect-error A DateTime is a text.
export const date = (task: Task): Date => task.createdAt;

// @ts-expect-error What was not asked for is not there.
export const description = (task: Task): string => task.description;

// @ts-expect-error Every task needs a title.
export const untitled: CreateTaskMutationVariables = { input: {} };
