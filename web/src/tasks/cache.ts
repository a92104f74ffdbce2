// Every list in the cache takes every change: our own before it is confirmed, and those of other tabs and devices.
import type { QueryClient } from "@tanstack/react-query";
import { place, without, type LoadedTasks, type Task } from "./placement";
import type { TaskView } from "./view";

export const listKey = (view: TaskView) => ["tasks", "list", view] as const;
export const countsKey = (search: string) => ["tasks", "counts", search] as const;
const LISTS = ["tasks", "list"];

type Change = (list: LoadedTasks, view: TaskView) => LoadedTasks;

/** Changes since a list was asked for, which its answer may not know of yet. */
const openJournals = new Set<Change[]>();

export function applyTask(client: QueryClient, task: Task): void {
  apply(client, (list, view) => place(list, task, view));
}

export function applyRemoval(client: QueryClient, id: string): void {
  apply(client, (list) => without(list, id));
}

/** Runs `load` and brings its result up to date with what was changed while it was on its way. */
export async function withChangesMeanwhile(view: TaskView, load: () => Promise<LoadedTasks>): Promise<LoadedTasks> {
  const journal: Change[] = [];
  openJournals.add(journal);
  try {
    const loaded = await load();
    return journal.reduce((list, change) => change(list, view), loaded);
  } finally {
    openJournals.delete(journal);
  }
}

export function findTask(client: QueryClient, id: string): Task | undefined {
  for (const [, list] of client.getQueriesData<LoadedTasks>({ queryKey: LISTS })) {
    const task = list?.tasks.find((other) => other.id === id);
    if (task) return task;
  }
  return undefined;
}

function apply(client: QueryClient, change: Change): void {
  for (const journal of openJournals) journal.push(change);
  for (const query of client.getQueryCache().findAll({ queryKey: LISTS })) {
    const view = query.queryKey[2] as TaskView;
    client.setQueryData<LoadedTasks>(query.queryKey, (list) => list && change(list, view));
  }
  countAgainSoon(client);
}

let counting: ReturnType<typeof setTimeout> | undefined;

/** A burst of changes is counted once. */
function countAgainSoon(client: QueryClient): void {
  clearTimeout(counting);
  counting = setTimeout(() => void client.invalidateQueries({ queryKey: ["tasks", "counts"] }), 150);
}
