// Keeps a replica and the service the same: the feed and the outbox, and the one word for how they are doing.
import { Feed } from "./feed";
import { Outbox } from "./outbox";
import type { Clock, Failure, Network } from "./ports";
import type { Replica } from "./replica";

/** What was done is told at once while the feed listens. If it is not after this, it is asked for. */
const TOLD_WITHIN_MS = 3000;

export class Sync {
  readonly #feed: Feed;
  readonly #outbox: Outbox;
  #cancelCheck: (() => void) | undefined;
  #listening = false;

  constructor(
    private readonly replica: Replica,
    network: Network,
    private readonly clock: Clock,
  ) {
    const onFailure = (failure: Failure) => this.#failed(failure);
    this.#feed = new Feed(replica, network, clock, {
      onLive: () => this.#live(),
      onFailure: (failure) => {
        this.#listening = false;
        onFailure(failure);
      },
    });
    this.#outbox = new Outbox(replica, network, clock, { onFailure, onDone: () => this.#done() });
  }

  /** Goes on until it is stopped, or nobody is signed in any more. Only one page of an account may do this at a time. */
  async run(): Promise<void> {
    this.replica.lead(true);
    try {
      // Neither has anything to do once the other has found that nobody is signed in.
      const stop = () => this.stop();
      await Promise.all([this.#feed.run().finally(stop), this.#outbox.run().finally(stop)]);
    } finally {
      this.replica.lead(false);
    }
  }

  stop(): void {
    this.#cancelCheck?.();
    this.#feed.stop();
    this.#outbox.stop();
  }

  /** There is reason to believe that the service can be reached: the network is back, or somebody looks at the page again. */
  hurry(): void {
    this.#feed.hurry();
    this.#outbox.hurry();
  }

  /** The network has gone: nobody needs to find that out. */
  interrupt(): void {
    this.#listening = false;
    this.replica.say("none");
    this.#feed.interrupt();
  }

  #live(): void {
    this.#listening = true;
    this.replica.say("live");
    this.#outbox.hurry();
    this.#expectWord();
  }

  #failed(failure: Failure): void {
    // What was forgotten is fetched anew, which says by itself whether that works.
    if (failure.kind === "expired") return;
    if (failure.kind === "misfit") this.replica.say("misfit");
    else if (failure.kind !== "fault") this.replica.say("none");
  }

  #done(): void {
    if (this.#listening) this.replica.say("live");
    this.#expectWord();
  }

  #expectWord(): void {
    this.#cancelCheck ??= this.clock.after(TOLD_WITHIN_MS, () => {
      this.#cancelCheck = undefined;
      if (this.replica.intents.some(({ state }) => state.is === "done")) this.#feed.again();
    });
  }
}
