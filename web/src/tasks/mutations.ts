// Changes to tasks, shown before they are confirmed and taken back, visibly, when they are refused.
import { useMutation, useMutationState, useQueryClient, type Mutation, type QueryClient } from "@tanstack/react-query";
import { Refusal, SessionOver, explain } from "../api/errors";
import type { CreateTaskInput } from "../gql/graphql";
import { api } from "../session/api";
import { reportProblem } from "../ui/toasts";
import { applyRemoval, applyTask, findTask } from "./cache";
import { createTaskMutation, setTaskCompletedMutation, taskQuery, updateTaskMutation } from "./operations";
import type { Task } from "./placement";
import { newTaskId } from "../replica/taskId";

const ADD = ["addTask"];

export type NewTask = CreateTaskInput & { id: string };

/** Adds a task. The id is made before the first try, so that no try can add it twice. */
export function useAddTask(onRefused: (task: NewTask, error: unknown) => void) {
  const client = useQueryClient();
  const mutation = useMutation({
    mutationKey: ADD,
    mutationFn: async (input: NewTask) => (await api(createTaskMutation, { input })).createTask.task,
    onSuccess: (task) => applyTask(client, task),
    onError: (error, input) => {
      // A refused text goes back to where it was typed; anything else can be tried again as it is.
      if (!(error instanceof Refusal) || !error.is("VALIDATION")) return;
      forget(client, input.id);
      onRefused(input, error);
    },
  });
  return (title: string, description = "") => mutation.mutate({ id: newTaskId(), title, description });
}

export interface UnsavedTask {
  input: NewTask;
  error: unknown;
  waiting: boolean;
}

/** Tasks that the service does not have yet: on their way, waiting for a connection, or refused. Newest first. */
export function useUnsavedTasks(): UnsavedTask[] {
  const unsaved = useMutationState({
    filters: { mutationKey: ADD, predicate: ({ state }) => state.status !== "success" && state.variables !== undefined },
    select: ({ state }: Mutation<unknown, Error, unknown>) => ({
      input: state.variables as NewTask,
      error: state.status === "error" ? state.error : null,
      waiting: state.isPaused,
    }),
  });
  return unsaved.reverse();
}

export function useUnsavedActions() {
  const client = useQueryClient();
  const retry = (id: string) => void additionOf(client, id)?.execute(additionOf(client, id)?.state.variables).catch(() => undefined);
  return { retry, discard: (id: string) => forget(client, id) };
}

function additionOf(client: QueryClient, id: string): Mutation<unknown, Error, unknown> | undefined {
  const all = client.getMutationCache().findAll({ mutationKey: ADD });
  return all.find(({ state }) => (state.variables as NewTask | undefined)?.id === id);
}

function forget(client: QueryClient, id: string): void {
  const addition = additionOf(client, id);
  if (addition) client.getMutationCache().remove(addition);
}

/** Completes or reopens a task. */
export function useSetCompleted(id: string) {
  const client = useQueryClient();
  return useMutation({
    // One after the other, so that the last click counts.
    scope: { id },
    mutationFn: async (completed: boolean) => (await api(setTaskCompletedMutation, { id, completed })).setTaskCompleted.task,
    onMutate: (completed) => {
      const before = findTask(client, id);
      if (before) applyTask(client, { ...before, completed, completedAt: completed ? new Date().toISOString() : null });
      return before;
    },
    onSuccess: (task) => applyTask(client, task),
    onError: (error, completed, before) => {
      if (error instanceof SessionOver || !before) return;
      if (error instanceof Refusal && error.is("NOT_FOUND")) applyRemoval(client, id);
      else applyTask(client, before);
      reportProblem(`“${before.title}” was not ${completed ? "completed" : "reopened"}. ${explain(error)}`);
    },
  });
}

export interface TextChange {
  title: string;
  description: string;
  expectedVersion: number;
}

/** Changes the texts of a task, unless somebody else was faster. Waits for the answer, because it may be a question. */
export function useUpdateTask(id: string) {
  const client = useQueryClient();
  return useMutation({
    scope: { id },
    mutationFn: async (change: TextChange) => {
      try {
        return (await api(updateTaskMutation, { input: { id, ...change } })).updateTask.task;
      } catch (error) {
        if (!(error instanceof Refusal) || !error.is("CONFLICT", "VERSION_MISMATCH")) throw error;
        return sameTextOr(error, client, id, change);
      }
    },
    onSuccess: (task) => applyTask(client, task),
  });
}

/** After a lost answer the second try meets its own change: that is no conflict. */
async function sameTextOr(error: Refusal, client: QueryClient, id: string, change: TextChange): Promise<Task> {
  const { task } = await api(taskQuery, { id });
  if (!task) throw error;
  applyTask(client, task);
  if (task.title === change.title.trim() && task.description === change.description) return task;
  throw error;
}
