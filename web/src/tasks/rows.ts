// What stands in the list, one entry a row: headings, tasks, the task that is edited, and tasks that are still on their way.
import type { Draft } from "./editing";
import type { UnsavedTask } from "./mutations";
import type { Task } from "./placement";
import type { TaskView } from "./view";

export type Row =
  | { kind: "heading"; key: string; title: string; count: number | undefined }
  | { kind: "unsaved"; key: string; unsaved: UnsavedTask }
  | { kind: "editor"; key: string; draft: Draft; now: Task | undefined }
  | TaskRow;

type TaskRow = { kind: "task"; key: string; task: Task };

export function isTask(row: Row): row is TaskRow {
  return row.kind === "task";
}

interface Parts {
  tasks: Task[];
  hidden: ReadonlySet<string>;
  unsaved: UnsavedTask[];
  draft: Draft | undefined;
  /** The edited task as it is now, even if the list does not hold it. */
  edited: Task | undefined;
  view: TaskView;
  counts: { open: number; completed: number } | undefined;
}

export function rowsOf({ tasks, hidden, unsaved, draft, edited, view, counts }: Parts): Row[] {
  const known = new Set(tasks.map((task) => task.id));
  const rows: Row[] = unsaved
    .filter(({ input }) => !known.has(input.id))
    .map((entry) => ({ kind: "unsaved", key: entry.input.id, unsaved: entry }));
  if (draft && !known.has(draft.base.id)) rows.unshift({ kind: "editor", key: draft.base.id, draft, now: edited });
  for (const task of tasks) {
    if (draft?.base.id === task.id) rows.push({ kind: "editor", key: task.id, draft, now: task });
    else if (!hidden.has(task.id)) rows.push({ kind: "task", key: task.id, task });
  }
  return view.order === "OPEN_FIRST" && view.shown === "all" ? withHeadings(rows, counts) : rows;
}

function withHeadings(rows: Row[], counts: Parts["counts"]): Row[] {
  const firstDone = rows.findIndex((row) => isDone(row));
  const open = firstDone < 0 ? rows : rows.slice(0, firstDone);
  const done = firstDone < 0 ? [] : rows.slice(firstDone);
  const headed: Row[] = [];
  if (open.length > 0) headed.push({ kind: "heading", key: "open", title: "Open", count: counts?.open }, ...open);
  if (done.length > 0) headed.push({ kind: "heading", key: "done", title: "Done", count: counts?.completed }, ...done);
  return headed;
}

function isDone(row: Row): boolean {
  return (row.kind === "task" && row.task.completed) || (row.kind === "editor" && row.now?.completed === true);
}
