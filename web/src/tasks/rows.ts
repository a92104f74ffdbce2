// What stands in the list, one entry a row: headings, tasks, and the task that is edited.
import { keptFor } from "../replica/keptFor";
import type { VisibleTask } from "../replica/model";
import type { Counts, View } from "../replica/views";
import type { Draft } from "./editing";

export type Row =
  | { kind: "heading"; key: string; title: string; count: number }
  | { kind: "editor"; key: string; draft: Draft; now: VisibleTask | undefined }
  | TaskRow;

type TaskRow = { kind: "task"; key: string; task: VisibleTask };

export function isTask(row: Row): row is TaskRow {
  return row.kind === "task";
}

interface Parts {
  tasks: readonly VisibleTask[];
  draft: Draft | undefined;
  /** The edited task as it is now, also if the list does not hold it. */
  edited: VisibleTask | undefined;
  view: View;
  counts: Counts;
}

export function rowsOf({ tasks, draft, edited, view, counts }: Parts): Row[] {
  const rows: Row[] = tasks.map((task) => (draft?.base.id === task.id ? { kind: "editor", key: task.id, draft, now: task } : rowOf(task)));
  if (draft && !tasks.some(({ id }) => id === draft.base.id)) rows.unshift({ kind: "editor", key: draft.base.id, draft, now: edited });
  return view.order === "OPEN_FIRST" && view.shown === "all" ? withHeadings(rows, counts) : rows;
}

/** The same row for the same task, so that it need not be drawn again. */
const rowOf = keptFor((task: VisibleTask): Row => ({ kind: "task", key: task.id, task }));

function withHeadings(rows: Row[], counts: Counts): Row[] {
  const firstDone = rows.findIndex((row) => isDone(row));
  const open = firstDone < 0 ? rows : rows.slice(0, firstDone);
  const done = firstDone < 0 ? [] : rows.slice(firstDone);
  const headed: Row[] = [];
  if (open.length > 0) headed.push({ kind: "heading", key: "open", title: "Open", count: counts.open }, ...open);
  if (done.length > 0) headed.push({ kind: "heading", key: "done", title: "Done", count: counts.completed }, ...done);
  return headed;
}

function isDone(row: Row): boolean {
  return (row.kind === "task" && row.task.completed) || (row.kind === "editor" && row.now?.completed === true);
}
