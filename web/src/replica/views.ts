// Lists and counts made from the replica, exactly as the service would make them: its search, its filters, its orders.
import { fold } from "./folding";
import { keptFor } from "./keptFor";
import type { VisibleTask } from "./model";

export type Shown = "all" | "open" | "completed";
export type Order = "OPEN_FIRST" | "NEWEST" | "OLDEST" | "RECENTLY_UPDATED";

export interface View {
  shown: Shown;
  search: string;
  order: Order;
}

export interface Counts {
  open: number;
  completed: number;
}

/** What filters look at. */
export type Searched = Pick<VisibleTask, "title" | "description" | "completed">;

/** The tasks of a view, in its order. `tasks` is a snapshot, which never changes: what was sorted once stays sorted. */
export function listOf(tasks: readonly VisibleTask[], { shown, search, order }: View): readonly VisibleTask[] {
  const all = sorted(tasks, order);
  const words = wordsOf(search);
  if (shown === "all" && words.length === 0) return all;
  return all.filter((task) => isShown(task, shown) && hasWords(task, words));
}

export function countsOf(tasks: readonly VisibleTask[], search: string): Counts {
  const words = wordsOf(search);
  const counts = { open: 0, completed: 0 };
  for (const task of tasks) if (hasWords(task, words)) counts[task.completed ? "completed" : "open"] += 1;
  return counts;
}

export function matches(task: Searched, { shown, search }: Pick<View, "shown" | "search">): boolean {
  return isShown(task, shown) && hasWords(task, wordsOf(search));
}

function isShown(task: Searched, shown: Shown): boolean {
  return shown === "all" || task.completed === (shown === "completed");
}

/** Not `\s`, which is not quite the white space of Unicode. */
function wordsOf(search: string): string[] {
  return fold(search)
    .split(/\p{White_Space}+/u)
    .filter((word) => word !== "");
}

const foldedTexts = keptFor((task: Searched): [string, string] => [fold(task.title), fold(task.description)]);

function hasWords(task: Searched, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const [title, description] = foldedTexts(task);
  return words.every((word) => title.includes(word) || description.includes(word));
}

const sortings = keptFor((_tasks: readonly VisibleTask[]) => new Map<Order, readonly VisibleTask[]>());

function sorted(tasks: readonly VisibleTask[], order: Order): readonly VisibleTask[] {
  const orders = sortings(tasks);
  const known = orders.get(order);
  if (known) return known;
  const list = [...tasks].sort((a, b) => compare(a, b, order));
  orders.set(order, list);
  return list;
}

export function compare(a: VisibleTask, b: VisibleTask, order: Order): number {
  switch (order) {
    case "OPEN_FIRST":
      return Number(a.completed) - Number(b.completed) || newest(a, b);
    case "NEWEST":
      return newest(a, b);
    case "OLDEST":
      return -newest(a, b);
    case "RECENTLY_UPDATED":
      return b.place - a.place || text(b.id, a.id);
  }
}

function newest(a: VisibleTask, b: VisibleTask): number {
  return text(b.createdAt, a.createdAt) || text(b.id, a.id);
}

/** Times and ids have a fixed form, in which the order of texts is the order of what they mean. */
function text(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
