// What a replica holds, and which part of it is not on the disk yet.
import { AT_THE_START, type Intent, type Progress, type Row } from "./model";
import type { Batch, Stored } from "./ports";

/** Names of what differs from the disk. */
export interface Unwritten {
  rows: ReadonlySet<string>;
  intents: ReadonlySet<number>;
  progress: boolean;
}

export class Contents {
  rows = new Map<string, Row>();
  /** In order; never changed in place, so that snapshots stay what they were. */
  intents: readonly Intent[] = [];
  progress: Progress = AT_THE_START;
  #rowsToWrite = new Set<string>();
  #intentsToWrite = new Set<number>();
  #progressToWrite = false;

  get isWritten(): boolean {
    return this.#rowsToWrite.size === 0 && this.#intentsToWrite.size === 0 && !this.#progressToWrite;
  }

  /** Notes that something differs from the disk. */
  touch({ rows = [], intents = [], progress = false }: { rows?: Iterable<string>; intents?: Iterable<number>; progress?: boolean }): void {
    for (const id of rows) this.#rowsToWrite.add(id);
    for (const n of intents) this.#intentsToWrite.add(n);
    this.#progressToWrite ||= progress;
  }

  touchEverything(): void {
    this.touch({ rows: this.rows.keys(), intents: this.intents.map(({ n }) => n), progress: true });
  }

  /** Notes that what somebody else told may not be on the disk. */
  touchAllOf({ rows, removedRows, intents, removedIntents, progress }: Batch): void {
    const ids = [...rows.map(({ task }) => task.id), ...removedRows];
    this.touch({ rows: ids, intents: [...intents.map(({ n }) => n), ...removedIntents], progress: progress !== undefined });
  }

  /** What is not on the disk. */
  unwritten(): Batch {
    return this.#batch({ rows: this.#rowsToWrite, intents: this.#intentsToWrite, progress: this.#progressToWrite });
  }

  /** The same, taken to be written now; `touch` what could not be. */
  takeUnwritten(): [Unwritten, Batch] {
    const taken = { rows: this.#rowsToWrite, intents: this.#intentsToWrite, progress: this.#progressToWrite };
    [this.#rowsToWrite, this.#intentsToWrite, this.#progressToWrite] = [new Set(), new Set(), false];
    return [taken, this.#batch(taken)];
  }

  #batch({ rows, intents, progress }: Unwritten): Batch {
    const kept = this.intents.filter(({ n }) => intents.has(n));
    const keptNumbers = new Set(kept.map(({ n }) => n));
    return {
      rows: [...rows].flatMap((id) => this.rows.get(id) ?? []),
      removedRows: [...rows].filter((id) => !this.rows.has(id)),
      intents: kept,
      removedIntents: [...intents].filter((n) => !keptNumbers.has(n)),
      ...(progress && { progress: this.progress }),
    };
  }

  /** Begins with what the disk says. `newer` is what may not be on it yet, in the order in which it was told. */
  begin({ rows, intents, progress }: Stored, newer: readonly Batch[]): void {
    const unwritten = this.unwritten();
    this.rows = new Map(rows.map((row) => [row.task.id, row]));
    this.intents = intents;
    this.progress = progress;
    for (const batch of [...newer, unwritten]) this.adopt(batch);
  }

  /** Takes over what another page did. */
  adopt({ rows, removedRows, intents, removedIntents, progress }: Batch): void {
    for (const row of rows) this.rows.set(row.task.id, row);
    for (const id of removedRows) this.rows.delete(id);
    const replaced = new Set([...removedIntents, ...intents.map(({ n }) => n)]);
    this.intents = [...this.intents.filter(({ n }) => !replaced.has(n)), ...intents].sort((a, b) => a.n - b.n);
    if (progress) this.progress = progress;
  }
}
