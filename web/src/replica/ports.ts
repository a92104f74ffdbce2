// What a replica needs from the outside. Browsers get real ones in `../device`; the simulation gets fakes with a clock,
// a network and a disk of their own.
import type { Change, Intent, Progress, Row, Task } from "./model";

/** Why something that was asked of the service did not happen. */
export type FailureKind =
  /** No answer, or the service cannot work right now: the same may succeed later. */
  | "away"
  /** The connection ended in good order, as it does when a token has expired, and can be made anew. */
  | "renewed"
  /** Nobody is signed in any more. */
  | "signedOut"
  /** The service does not understand what this page asks: one of them is older. */
  | "misfit"
  /** The task has another version than was expected. */
  | "version"
  /** There is no such task. */
  | "gone"
  /** The point is older than what the service remembers, or not one of its own. */
  | "expired"
  /** The service refuses, and will refuse again. */
  | "refused"
  /** A defect of the service. It may be over at the next try. */
  | "fault";

export class Failure extends Error {
  override name = "Failure";
  constructor(
    readonly kind: FailureKind,
    message: string,
    /** How long the service asks to be left alone, in milliseconds. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

/** One task that changed: as it is now, or null if it was deleted. */
export interface Word {
  id: string;
  task: Task | null;
}

export interface Changes {
  words: Word[];
  cursor: string;
  hasMore: boolean;
}

export interface Listener {
  /** The connection stands: what happens from now on is told at once. */
  open: () => void;
  word: (word: Word, cursor: string) => void;
  /** Nothing more will come. Called once, and not after `stop`. */
  end: (failure: Failure) => void;
}

/** The service. Everything rejects with a `Failure`. */
export interface Network {
  /** Carries a change out; the task as it is then, or null if there is none. `version` is the one an edit expects. */
  send: (change: Change, version: number | null) => Promise<Task | null>;
  task: (id: string) => Promise<Task | null>;
  changes: (after: string | null) => Promise<Changes>;
  /** Tells of everything after a point, until it is stopped. */
  listen: (after: string, listener: Listener) => () => void;
}

export interface Stored {
  rows: Row[];
  intents: Intent[];
  progress: Progress;
  /** The number of the latest writing. */
  written: number;
}

/** What is written in one step: all of it or nothing. */
export interface Batch {
  rows: Row[];
  removedRows: string[];
  intents: Intent[];
  removedIntents: number[];
  progress?: Progress;
}

/** The disk was emptied by somebody else: everything has to be written again. */
export class StorageLost extends Error {
  override name = "StorageLost";
}

/** The disk, holding what belongs to one account. */
export interface Storage {
  /** Rejects with `StorageLost`, too, if this is not what was read before. */
  load: () => Promise<Stored>;
  /** Answers with the number of this writing, which is greater than that of all before it, whoever wrote them. */
  write: (batch: Batch) => Promise<number>;
}

/** Other pages of the same account in the same browser. */
export interface Siblings {
  tell: (message: SiblingMessage) => void;
  /** Returns how to stop hearing. */
  hear: (listener: (message: SiblingMessage) => void) => () => void;
}

export type SiblingMessage =
  | { kind: "batch"; batch: Batch }
  | { kind: "connection"; connection: Connection }
  /** Somebody new asks how things are, and says as of which writing they have read the disk. */
  | { kind: "hello"; name: number; read: number }
  /** Whoever said hello shall read once more: something was on its way to the disk, and was told before they could hear. */
  | { kind: "again"; name: number };

/** Whether the service can be reached; to a person, all reasons why it cannot are one. */
export type Connection = "starting" | "live" | "none" | "misfit";

export interface Clock {
  now: () => number;
  /** Calls back after some milliseconds; returns how to cancel that. */
  after: (milliseconds: number, run: () => void) => () => void;
  /** From 0 to 1. */
  random: () => number;
}
