// What IndexedDB holds may be older than this page, or damaged: it is looked at before it is believed.
import type { Change, Intent, Progress, Row } from "../replica/model";
import { newTaskId } from "../replica/taskId";
import type { Entry } from "./disk";

type Unknown = Record<string, unknown>;

const isObject = (value: unknown): value is Unknown => typeof value === "object" && value !== null;
const areTexts = (value: Unknown, ...names: string[]) => names.every((name) => typeof value[name] === "string");

export function isEntry(value: unknown): value is Entry {
  if (!isObject(value)) return false;
  const { rows, removedRows } = value;
  return Array.isArray(rows) && rows.every(isRow) && Array.isArray(removedRows) && removedRows.every((id) => typeof id === "string");
}

function isRow(value: unknown): value is Row {
  return isObject(value) && typeof value.place === "number" && isTask(value.task);
}

export function isProgress(value: unknown): value is Progress {
  if (!isObject(value)) return false;
  const { cursor, complete, place } = value;
  return (cursor === null || typeof cursor === "string") && typeof complete === "boolean" && typeof place === "number";
}

export function isIntent(value: unknown): value is Intent {
  if (!isObject(value) || !areTexts(value, "at") || typeof value.n !== "number" || typeof value.tries !== "number") return false;
  return isObject(value.state) && areTexts(value.state, "is") && isChange(value.change);
}

function isTask(value: unknown): boolean {
  if (!isObject(value) || !areTexts(value, "id", "title", "description", "createdAt", "updatedAt")) return false;
  return typeof value.completed === "boolean" && typeof value.version === "number";
}

function isChange(value: unknown): value is Change {
  if (!isObject(value) || !areTexts(value, "id")) return false;
  switch (value.kind) {
    case "create":
      return areTexts(value, "title", "description");
    case "edit":
      return areTexts(value, "title", "description") && isObject(value.base) && areTexts(value.base, "title", "description");
    case "complete":
      return typeof value.completed === "boolean";
    case "delete":
      return areTexts(value, "title");
    case "restore":
      return isTask(value.task);
    default:
      return false;
  }
}

/** A change that this page does not understand, as something to decide about, with the words that are in it. */
export function salvaged(value: unknown): Intent {
  const intent: Unknown = isObject(value) ? value : {};
  const change = isObject(intent.change) ? intent.change : {};
  const text = (name: string) => (typeof change[name] === "string" ? change[name] : "");
  const { n } = intent;
  return {
    n: typeof n === "number" ? n : Date.now() * 1000,
    at: new Date().toISOString(),
    tries: 0,
    change: { kind: "create", id: newTaskId(), title: text("title") || JSON.stringify(change), description: text("description") },
    state: { is: "refused", message: "This change was kept in a form that this page does not understand." },
  };
}
