// Follows the service: first everything that was missed, then what happens. One of the two at a time, so that no answer is
// ever older than what is known already.
import { Backoff } from "./backoff";
import { type Clock, Failure, type Network, type Word } from "./ports";
import type { Replica } from "./replica";

export interface FeedHooks {
  /** The service can be reached, and everything up to now is in. */
  onLive: () => void;
  onFailure: (failure: Failure) => void;
}

export class Feed {
  #stopped = false;
  #stopListening: (() => void) | undefined;
  /** Ends the listening, so that the feed catches up again. */
  #restart: (() => void) | undefined;
  #interrupt: (() => void) | undefined;
  readonly #backoff: Backoff;

  constructor(
    private readonly replica: Replica,
    private readonly network: Network,
    clock: Clock,
    private readonly hooks: FeedHooks,
  ) {
    this.#backoff = new Backoff(clock);
  }

  /** Goes on until it is stopped, or nobody is signed in any more. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#catchUp();
        if (this.#stopped) return;
        await this.#listen();
      } catch (error) {
        const failure = asFailure(error);
        if (this.#stopped || failure.kind === "signedOut") return;
        if (failure.kind !== "renewed") this.hooks.onFailure(failure);
        await this.#backoff.wait(failure.retryAfter);
      }
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#stopListening?.();
    this.#restart?.();
    this.#backoff.hurry();
  }

  /** There is reason to believe that the service can be reached. */
  hurry(): void {
    this.#backoff.hurry();
  }

  /** Ends what may seem to be connected still. */
  interrupt(): void {
    this.#interrupt?.();
  }

  /** Asks for everything once more that is not in yet. */
  again(): void {
    this.#restart?.();
  }

  async #catchUp(): Promise<void> {
    // What was done before this began is in when it has ended.
    const before = this.replica.intents.filter(({ state }) => state.is === "done").map(({ n }) => n);
    for (let more = true; more && !this.#stopped; ) {
      const { cursor } = this.replica.progress;
      try {
        const changes = await this.network.changes(cursor);
        if (this.#stopped) return;
        more = changes.hasMore;
        const complete = this.replica.progress.complete || !more;
        void this.replica.take(changes.words, { cursor: changes.cursor, complete });
      } catch (error) {
        if (cursor === null || asFailure(error).kind !== "expired") throw error;
        await this.#beginAgain();
      }
    }
    void this.replica.drop(before);
  }

  /** What was deleted meanwhile is not told any more: everything is fetched, and what does not come is gone. */
  async #beginAgain(): Promise<void> {
    const words = new Map<string, Word>();
    let cursor: string | null = null;
    for (let more = true; more; ) {
      const changes = await this.network.changes(cursor);
      if (this.#stopped) return;
      for (const word of changes.words) {
        // In the order of the latest change.
        words.delete(word.id);
        if (word.task) words.set(word.id, word);
      }
      ({ cursor, hasMore: more } = changes);
    }
    if (cursor !== null) void this.replica.replace([...words.values()], cursor);
  }

  #listen(): Promise<void> {
    const { cursor } = this.replica.progress;
    if (cursor === null) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const stop = this.network.listen(cursor, {
        open: () => {
          this.#backoff.reset();
          this.hooks.onLive();
        },
        word: (word, at) => void this.replica.take([word], { cursor: at, complete: this.replica.progress.complete }),
        end: reject,
      });
      this.#stopListening = stop;
      this.#restart = () => {
        stop();
        resolve();
      };
      this.#interrupt = () => {
        stop();
        reject(new Failure("away", "There is no network."));
      };
    });
  }
}

export function asFailure(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure("fault", error instanceof Error ? error.message : String(error));
}
