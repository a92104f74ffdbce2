// Sends what a person did, in the order in which they did it, one at a time, until the service has done it too. What needs a
// decision is set aside, with everything that was done to the same task after it.
import { Backoff } from "./backoff";
import { asFailure } from "./feed";
import { type Change, type Intent, type IntentState, isHeld, sameTexts, type Task } from "./model";
import type { Clock, Failure, Network } from "./ports";
import type { Replica } from "./replica";

type Edit = Extract<Change, { kind: "edit" }>;

export interface OutboxHooks {
  onFailure: (failure: Failure) => void;
  /** Something was done, and the feed should tell of it soon. */
  onDone: () => void;
}

/** A defect of the service may be over at the next try; after so many tries the person hears of it. */
const TRIES_AT_DEFECTS = 3;

export class Outbox {
  #stopped = false;
  #wake: (() => void) | undefined;
  readonly #backoff: Backoff;

  constructor(
    private readonly replica: Replica,
    private readonly network: Network,
    clock: Clock,
    private readonly hooks: OutboxHooks,
  ) {
    this.#backoff = new Backoff(clock);
  }

  /** Goes on until it is stopped, or nobody is signed in any more. */
  async run(): Promise<void> {
    const unsubscribe = this.replica.subscribe(() => this.#wake?.());
    try {
      while (!this.#stopped) {
        const intent = this.#next();
        if (!intent) await this.#somethingNew();
        else if (!(await this.#deliver(intent))) return;
      }
    } finally {
      unsubscribe();
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#wake?.();
    this.#backoff.hurry();
  }

  /** There is reason to believe that the service can be reached. */
  hurry(): void {
    this.#backoff.hurry();
  }

  #somethingNew(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #next(): Intent | undefined {
    const aside = new Set<string>();
    for (const intent of this.replica.intents) {
      const { change, state } = intent;
      if (isHeld(intent) && (change.kind === "create" || state.is === "conflict")) aside.add(change.id);
      if (state.is === "waiting" && !aside.has(change.id)) return intent;
    }
    return undefined;
  }

  /** One try. False when nobody is signed in any more. */
  async #deliver(intent: Intent): Promise<boolean> {
    try {
      await this.#send(intent);
      this.#backoff.reset();
      return true;
    } catch (error) {
      const failure = asFailure(error);
      if (failure.kind === "signedOut") return false;
      if (this.#stopped) return true;
      if (failure.kind === "fault" && intent.tries + 1 >= TRIES_AT_DEFECTS) {
        void this.replica.update(intent.n, { state: { is: "refused", message: failure.message } });
        return true;
      }
      this.hooks.onFailure(failure);
      await this.#backoff.wait(failure.retryAfter);
      return true;
    }
  }

  async #send(intent: Intent): Promise<void> {
    const { change, n } = intent;
    const tries = intent.tries + 1;
    if (change.kind === "edit") return this.#sendEdit(n, change, intent.tries);
    void this.replica.update(n, { tries });
    try {
      const task = await this.network.send(change, null);
      this.#done(n, task);
    } catch (error) {
      this.#judge(n, change, asFailure(error));
    }
  }

  /** What an answer means that says no. Throws what may be different at the next try. */
  #judge(n: number, change: Change, failure: Failure): void {
    if (this.#stopped) return;
    switch (failure.kind) {
      case "gone":
        // Deleting what is gone is done.
        if (change.kind === "delete") this.#done(n, null);
        else if (change.kind === "restore") this.#settle(n, { is: "refused", message: failure.message });
        else this.#settle(n, { is: "gone" });
        break;
      case "refused":
      case "version":
        this.#settle(n, { is: "refused", message: failure.message });
        break;
      default:
        throw failure;
    }
  }

  #settle(n: number, state: IntentState): void {
    void this.replica.update(n, { state });
  }

  #done(n: number, task: Task | null): void {
    if (this.#stopped) return;
    void this.replica.done(n, task?.version ?? null);
    this.hooks.onDone();
  }

  /**
   * An edit is sent for a version that says what the person saw when they began. Where no such version is known, or another one
   * is found, the task is fetched: what it says then decides.
   */
  async #sendEdit(n: number, change: Edit, tries: number): Promise<void> {
    const version = change.version ?? this.#versionOf(change);
    try {
      if (version !== null) {
        // Noted before it is sent: should the answer be lost, the next try must know what this one expected.
        await this.replica.update(n, { tries: tries + 1, change: { ...change, version } });
        if (this.#stopped) return;
        return this.#done(n, await this.network.send({ ...change, version }, version));
      }
    } catch (error) {
      const failure = asFailure(error);
      if (failure.kind !== "version") return this.#judge(n, change, failure);
    }
    if (!this.#stopped) this.#compare(n, change, tries > 0 ? version : null, await this.network.task(change.id));
  }

  /** `unsure` is the version that an earlier try expected, of which no answer came. */
  #compare(n: number, change: Edit, unsure: number | null, now: Task | null): void {
    if (this.#stopped) return;
    if (!now) this.#settle(n, { is: "gone" });
    // The earlier try has done it, or somebody else had the same thought.
    else if (sameTexts(now, change)) this.#done(n, now);
    else {
      // Had the earlier try done it, and somebody then gone back to the old text, two changes would lie between.
      const untouched = sameTexts(now, change.base) && (unsure === null || now.version < unsure + 2);
      const state = untouched ? ({ is: "waiting" } as const) : ({ is: "conflict", theirs: now } as const);
      void this.replica.update(n, { tries: 0, state, change: { ...change, version: now.version } });
    }
  }

  #versionOf({ id, base }: Edit): number | null {
    const row = this.replica.row(id);
    return row && sameTexts(row.task, base) ? row.task.version : null;
  }
}
