// What pages told each other a moment ago: it may be on its way to the disk, so that it counts more than what the disk says.
import type { Batch, Clock } from "./ports";

/** What was told longer ago is on the disk, or whoever told it has found that the disk is full. */
const WRITTEN_WITHIN_MS = 10_000;

export class Lately {
  #told: { at: number; batch: Batch }[] = [];

  constructor(private readonly clock: Clock) {}

  note(batch: Batch): void {
    this.#told = [...this.#recent(), { at: this.clock.now(), batch }];
  }

  /** In the order in which it was told. */
  get batches(): Batch[] {
    return this.#recent().map(({ batch }) => batch);
  }

  #recent(): { at: number; batch: Batch }[] {
    const now = this.clock.now();
    return this.#told.filter(({ at }) => now - at < WRITTEN_WITHIN_MS);
  }
}
