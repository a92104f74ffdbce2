// Where a task belongs in a list that is loaded in part. Pure: the same rules as the service's orders and filters, so that a
// change can be shown before the service has confirmed it.
import type { TaskOrder, TaskPartsFragment } from "../gql/graphql";
import { fold } from "../replica/folding";
import type { TaskView } from "./view";

export type Task = TaskPartsFragment;

/** The loaded start of a list. */
export interface LoadedTasks {
  tasks: Task[];
  endCursor: string | null;
  hasNextPage: boolean;
}

/** The list with `task` in its place, or without it if it does not belong there. Older knowledge changes nothing. */
export function place(list: LoadedTasks, task: Task, view: TaskView): LoadedTasks {
  const known = list.tasks.find((other) => other.id === task.id);
  if (known && known.version > task.version) return list;
  const others = known ? list.tasks.filter((other) => other !== known) : list.tasks;
  if (!matches(task, view)) return known ? { ...list, tasks: others } : list;
  const index = placeOf(others, task, view.order);
  // Behind the last loaded task it will come with its page.
  const beyond = index === others.length && list.hasNextPage;
  if (beyond) return known ? { ...list, tasks: others } : list;
  return { ...list, tasks: others.toSpliced(index, 0, task) };
}

export function without(list: LoadedTasks, id: string): LoadedTasks {
  const tasks = list.tasks.filter((task) => task.id !== id);
  return tasks.length === list.tasks.length ? list : { ...list, tasks };
}

/** The next page behind what is loaded. A task that moved in the meantime is not shown twice. */
export function append(list: LoadedTasks, page: LoadedTasks): LoadedTasks {
  const known = new Set(list.tasks.map((task) => task.id));
  const more = page.tasks.filter((task) => !known.has(task.id));
  return { ...page, tasks: [...list.tasks, ...more] };
}

export function matches(task: Task, { shown, search }: Pick<TaskView, "shown" | "search">): boolean {
  if (shown !== "all" && task.completed !== (shown === "completed")) return false;
  const texts = [fold(task.title), fold(task.description)];
  // Not `\s`, which is not quite the white space of Unicode.
  const words = fold(search).split(/\p{White_Space}+/u);
  return words.every((word) => texts.some((text) => text.includes(word)));
}

function placeOf(tasks: Task[], task: Task, order: TaskOrder): number {
  const index = tasks.findIndex((other) => compare(task, other, order) < 0);
  return index < 0 ? tasks.length : index;
}

function compare(a: Task, b: Task, order: TaskOrder): number {
  switch (order) {
    case "OPEN_FIRST":
      return Number(a.completed) - Number(b.completed) || newest(a, b);
    case "NEWEST":
      return newest(a, b);
    case "OLDEST":
      return -newest(a, b);
    case "RECENTLY_UPDATED":
      return text(b.updatedAt, a.updatedAt) || text(b.id, a.id);
  }
}

function newest(a: Task, b: Task): number {
  return text(b.createdAt, a.createdAt) || text(b.id, a.id);
}

/** Times and ids have a fixed form, in which the order of texts is the order of what they mean. */
function text(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
