// Waiting longer after every failure in a row, and never all devices at the same moment.
import type { Clock } from "./ports";

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

export class Backoff {
  #failures = 0;
  #wake: (() => void) | undefined;

  constructor(private readonly clock: Clock) {}

  reset(): void {
    this.#failures = 0;
  }

  /** Waits until it is time for the next try, or until `hurry` is called. `atLeast` is what the service asked for. */
  wait(atLeast = 0): Promise<void> {
    const longest = Math.min(FIRST_MS * 2 ** this.#failures, LONGEST_MS);
    this.#failures = Math.min(this.#failures + 1, 10);
    const milliseconds = Math.max(atLeast, longest * (0.5 + this.clock.random() / 2));
    return new Promise((resolve) => {
      const cancel = this.clock.after(milliseconds, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  /** There is reason to believe that the next try succeeds. */
  hurry(): void {
    this.#wake?.();
  }
}
