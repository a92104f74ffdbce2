// The task that is being edited. It is kept above the list, because rows come and go while somebody scrolls, searches, or
// deletes the task on another device: none of that may lose what was typed.
import { type Change, sameTexts, type Task, type Texts, trimmed } from "../replica/model";

export interface Draft extends Texts {
  /** The task as the typed text was based on. */
  base: Task;
}

export function draftOf(task: Task): Draft {
  return { base: task, title: task.title, description: task.description };
}

export function isUnchanged({ base, title, description }: Draft): boolean {
  return sameTexts(base, { title: trimmed(title), description });
}

/** Whether somebody else changed the texts since. Completing a task contradicts no text. */
export function contradicts(draft: Draft, now: Task): boolean {
  return !sameTexts(now, draft.base);
}

/** What to send. */
export function editOf({ base, title, description }: Draft): Change {
  const { id } = base;
  return { kind: "edit", id, title: trimmed(title), description, base: { title: base.title, description: base.description }, version: null };
}
