// The copy of the signed-in account's tasks on this device: opened for whoever is signed in, closed when nobody is, and wiped
// when they signed out or somebody else signed in. A session that merely ended leaves it, with everything that waits in it.
import type { Clock } from "../replica/ports";
import { Replica } from "../replica/replica";
import { Sync } from "../replica/sync";
import { session } from "../session/session";
import { Disk, wipe, wipeOthers } from "./disk";
import { forgetDrafts } from "./drafts";
import { network } from "./network";
import { alone, siblingsOf } from "./tabs";

const clock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

class Copy {
  readonly replica: Replica;
  readonly #disk: Disk;
  readonly #siblings;
  readonly #over = new AbortController();

  constructor(readonly userId: string) {
    this.#disk = new Disk(userId);
    this.#siblings = siblingsOf(userId);
    this.replica = new Replica(this.#disk, this.#siblings, clock);
    // What is read while another tab leads may not be all that it has written when it goes.
    const read = () => this.replica.load();
    void alone(userId, this.#over.signal, () => this.#lead(), read);
  }

  async close(): Promise<void> {
    this.#over.abort();
    this.replica.close();
    await this.#disk.close();
    this.#siblings.close();
  }

  async #lead(): Promise<void> {
    const { signal } = this.#over;
    await this.replica.takeOver();
    if (signal.aborted) return;
    const sync = new Sync(this.replica, network, clock);
    const seen = () => document.visibilityState === "visible" && sync.hurry();
    const gone = () => sync.interrupt();
    signal.addEventListener("abort", () => sync.stop());
    window.addEventListener("online", seen, { signal });
    window.addEventListener("offline", gone, { signal });
    document.addEventListener("visibilitychange", seen, { signal });
    await sync.run();
  }
}

let open: Copy | undefined;

/** The copy of this account. */
export function copyOf(userId: string): Replica {
  if (open?.userId !== userId) {
    void open?.close();
    open = new Copy(userId);
    wipeOthers(userId).catch(report);
  }
  return open.replica;
}

// Who was signed in on this device sees the copy first: it is read while the page is being drawn.
const remembered = session.current();
if (remembered.status === "signedIn") copyOf(remembered.user.id);

session.subscribe(() => {
  const state = session.current();
  if (state.status !== "signedOut" || !open) return;
  const { userId } = open;
  const closed = open.close();
  open = undefined;
  if (state.because === "ended") return;
  forgetDrafts(userId, state.because === "signedOut" && state.elsewhere === true);
  closed.then(() => wipe(userId)).catch(report);
});

/** Nothing depends on it, and whoever looks for the cause finds it. */
function report(error: unknown): void {
  console.warn("Taskhive could not wipe what this device kept.", error);
}
