// What a replica holds: tasks as the service last told them, and what a person did that the service may not know yet.

/** A task as the API returns it. Times are texts of one fixed form, which sort as they are. */
export interface Task {
  id: string;
  title: string;
  description: string;
  completed: boolean;
  createdAt: string;
  updatedAt: string;
  completedAt: string | null;
  /** Grows by one with every change that the service accepted. */
  version: number;
}

export type Texts = Pick<Task, "title" | "description">;

/** A task that the service told of, and which place among all changes that had: the higher, the later. */
export interface Row {
  task: Task;
  place: number;
}

/** A task as a person shall see it: as the service told it, with everything on top that is still waiting. */
export interface VisibleTask extends Task {
  /** Where it stands among all tasks when they are ordered by their latest change. */
  place: number;
  /** Whether something about it waits to be sent or confirmed. */
  waiting: boolean;
}

/** What a person wants. Each can be sent any number of times and then has happened once. */
export type Change =
  | ({ kind: "create"; id: string } & Texts)
  /** `base` is what the person saw when they began to type. `version` names it, as soon as it was sent once. */
  | ({ kind: "edit"; id: string; base: Texts; version: number | null } & Texts)
  | { kind: "complete"; id: string; completed: boolean }
  | { kind: "delete"; id: string; title: string }
  /** With the task as it was, so that it is back at once. */
  | { kind: "restore"; id: string; task: Task };

export type IntentState =
  /** It is yet to be sent, or no answer to it came. */
  | { is: "waiting" }
  /** The service did it; the replica has not been told of the result yet. */
  | { is: "done"; version: number | null }
  /** The texts were changed elsewhere, and somebody has to decide. */
  | { is: "conflict"; theirs: Task }
  /** The service does not do it, whenever it is asked. */
  | { is: "refused"; message: string }
  /** The task was deleted elsewhere. */
  | { is: "gone" };

/** One thing that a person did, kept until the service has done it too, or the person has let go of it. */
export interface Intent {
  /** Its place in the order of all intents of this device. */
  n: number;
  change: Change;
  /** When the person did it, by the clock of the device. */
  at: string;
  /** How often it was sent without an answer that settled it. */
  tries: number;
  state: IntentState;
}

/** How far the replica has come. */
export interface Progress {
  /** The point up to which all changes are in; null before the first. */
  cursor: string | null;
  /** Whether every task there is has arrived: before that, nothing may be counted. */
  complete: boolean;
  /** The place that the latest change got. */
  place: number;
}

export const AT_THE_START: Progress = { cursor: null, complete: false, place: 0 };

/** Whether somebody has to decide what becomes of it. */
export function isHeld({ state }: Intent): boolean {
  return state.is === "conflict" || state.is === "refused" || state.is === "gone";
}

export function sameTexts(a: Texts, b: Texts): boolean {
  return a.title === b.title && a.description === b.description;
}

/** Without surrounding white space, as the service stores titles. Not `trim`, whose white space is not quite that of Unicode. */
export function trimmed(title: string): string {
  return title.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
}
