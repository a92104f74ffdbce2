// The task that is being edited. It is kept above the list, because rows come and go while somebody scrolls, searches, or
// deletes the task on another device: none of that may lose what was typed.
import type { Task } from "./placement";

export interface Draft {
  /** The task as the typed text was based on. */
  base: Task;
  title: string;
  description: string;
}

export function draftOf(task: Task): Draft {
  return { base: task, title: task.title, description: task.description };
}

export function isUnchanged({ base, title, description }: Draft): boolean {
  return title === base.title && description === base.description;
}

/** Whether somebody else changed the texts since. Completing a task contradicts no text. */
export function contradicts(draft: Draft, now: Task): boolean {
  return now.title !== draft.base.title || now.description !== draft.base.description;
}
