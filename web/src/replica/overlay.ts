// What a person sees: the tasks that the service told of, with everything on top that they did since.
import { keptFor } from "./keptFor";
import type { Change, Intent, Row, VisibleTask } from "./model";
import type { Connection } from "./ports";

export interface Snapshot {
  /** In no particular order. */
  tasks: readonly VisibleTask[];
  /** Everything that the service has not done yet, in order. */
  outbox: readonly Intent[];
  /** Whether what the device has kept has been read: before that, nobody knows what waits. */
  loaded: boolean;
  /** Whether every task there is has arrived. */
  complete: boolean;
  connection: Connection;
  /** Why the device keeps nothing, if it does not. */
  storageProblem: string | undefined;
}

/** The task with this id after `intents`, all of them about it and in their order; nothing if there is none then. */
export function visible(row: Row | undefined, intents: readonly Intent[]): VisibleTask | undefined {
  let task: VisibleTask | undefined = row && { ...row.task, place: row.place, waiting: false };
  for (const intent of intents) {
    // What the service does not do is taken back where everybody sees it, and asked about beside the list.
    if (intent.state.is === "refused" || intent.state.is === "gone") continue;
    task = after(task, intent.change, intent);
  }
  return task;
}

/** All tasks there are, each with what waits on top. */
export function allVisible(rows: ReadonlyMap<string, Row>, intents: readonly Intent[]): VisibleTask[] {
  const touched = new Map<string, Intent[]>();
  for (const intent of intents) touched.set(intent.change.id, [...(touched.get(intent.change.id) ?? []), intent]);
  const tasks: VisibleTask[] = [];
  for (const [id, row] of rows) if (!touched.has(id)) tasks.push(unchanged(row));
  for (const [id, mine] of touched) {
    const task = visible(rows.get(id), mine);
    if (task) tasks.push(task);
  }
  return tasks;
}

/** The same object for the same row, so that what was worked out about it can be kept. */
const unchanged = keptFor((row: Row): VisibleTask => ({ ...row.task, place: row.place, waiting: false }));

function after(task: VisibleTask | undefined, change: Change, { at, n, state }: Intent): VisibleTask | undefined {
  // Places of the service are far below these numbers: what was just done is the latest change.
  const touched = { updatedAt: at, place: n, waiting: (task?.waiting ?? false) || state.is !== "done" };
  switch (change.kind) {
    case "create": {
      const { id, title, description } = change;
      return task ?? { id, title, description, completed: false, createdAt: at, completedAt: null, version: 0, ...touched };
    }
    case "edit":
      return task && { ...task, ...touched, title: change.title, description: change.description };
    case "complete":
      if (!task || task.completed === change.completed) return task && { ...task, waiting: touched.waiting };
      return { ...task, ...touched, completed: change.completed, completedAt: change.completed ? at : null };
    case "delete":
      return undefined;
    case "restore":
      return task ?? { ...change.task, place: n, waiting: touched.waiting };
  }
}
