// A world in which everything that may happen happens, again and again in the same way for the same seed: time that is only
// counted, a disk that loses what was not written, a network that loses, delays and repeats.

import { AT_THE_START, type Change, type Task } from "../model";
import type { Batch, Clock, Listener, Network, SiblingMessage, Siblings, Storage, Stored, Word } from "../ports";
import { Failure, StorageLost } from "../ports";
import type { FakeService } from "./service";

/** Mulberry32: small, and good enough to be unpredictable for code under test. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Happening {
  at: number;
  order: number;
  run: () => void;
}

/** Everything that is going to happen, as a heap by time. */
export class World {
  now = Date.UTC(2026, 0, 1);
  readonly random: () => number;
  #heap: Happening[] = [];
  #order = 0;

  constructor(seed: number) {
    this.random = randomFrom(seed);
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  pick<T>(things: readonly T[]): T | undefined {
    return things[Math.floor(this.random() * things.length)];
  }

  in(milliseconds: number, run: () => void): void {
    const heap = this.#heap;
    heap.push({ at: this.now + milliseconds, order: this.#order++, run });
    for (let i = heap.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!this.#before(i, parent)) break;
      this.#swap(i, parent);
      i = parent;
    }
  }

  /** Lets the next thing happen, and all code that waited for it run. */
  async step(): Promise<boolean> {
    const heap = this.#heap;
    const [next] = heap;
    if (!next) return false;
    const last = heap.pop();
    if (heap.length > 0 && last) {
      heap[0] = last;
      this.#sink();
    }
    this.now = Math.max(this.now, next.at);
    next.run();
    await new Promise(setImmediate);
    return true;
  }

  #sink(): void {
    const { length } = this.#heap;
    for (let i = 0; ; ) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) if (child < length && this.#before(child, least)) least = child;
      if (least === i) return;
      this.#swap(i, least);
      i = least;
    }
  }

  #before(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    return x !== undefined && y !== undefined && (x.at < y.at || (x.at === y.at && x.order < y.order));
  }

  #swap(a: number, b: number): void {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    if (x && y) [this.#heap[a], this.#heap[b]] = [y, x];
  }
}

/** What outlives a crash of the page, unless the browser throws it away. */
export class Disk {
  /** Tells this from what the browser made after it had thrown the other away. */
  stamp: number | undefined;
  /** Whether somebody has yet to find out that it was thrown away: until then, what was on it is in the memory of pages alone. */
  isThrownAway = false;
  #written = 0;

  readonly rows = new Map<string, string>();
  readonly intents = new Map<number, string>();
  progress = JSON.stringify(AT_THE_START);

  throwAway(): void {
    this.rows.clear();
    this.intents.clear();
    this.progress = JSON.stringify(AT_THE_START);
    this.stamp = undefined;
    this.isThrownAway = true;
  }

  read(): Stored {
    const intents = [...this.intents].sort(([a], [b]) => a - b).map(([, text]) => JSON.parse(text));
    return { rows: [...this.rows.values()].map((text) => JSON.parse(text)), intents, progress: JSON.parse(this.progress), written: this.#written };
  }

  write({ rows, removedRows, intents, removedIntents, progress }: Batch): number {
    for (const row of rows) this.rows.set(row.task.id, JSON.stringify(row));
    for (const id of removedRows) this.rows.delete(id);
    for (const intent of intents) this.intents.set(intent.n, JSON.stringify(intent));
    for (const n of removedIntents) this.intents.delete(n);
    if (progress) this.progress = JSON.stringify(progress);
    this.#written += 1;
    return this.#written;
  }
}

/** How bad things are. All are probabilities. */
export interface Weather {
  lostRequest: number;
  lostAnswer: number;
  repeated: number;
  fullDisk: number;
}

/** What the tabs of one browser share: the network, the disk, what they tell each other, and the lock that one of them holds. */
export class Browser {
  online = true;
  readonly disk = new Disk();
  #tabs = new Set<Ports>();
  #leader: Ports | undefined;
  #waiting: { tab: Ports; lead: () => void }[] = [];

  constructor(private readonly world: World) {}

  open(tab: Ports): void {
    this.#tabs.add(tab);
  }

  close(tab: Ports): void {
    this.#tabs.delete(tab);
    this.#waiting = this.#waiting.filter((other) => other.tab !== tab);
    if (this.#leader !== tab) return;
    const next = this.#waiting.shift();
    this.#leader = next?.tab;
    next?.lead();
  }

  tell(from: Ports, message: SiblingMessage): void {
    for (const tab of this.#tabs) if (tab !== from) this.world.in(1, () => tab.receive(structuredClone(message)));
  }

  /** As `alone` in `../../device/tabs`. */
  async alone(tab: Ports, work: () => Promise<void>, meanwhile: () => Promise<void>): Promise<void> {
    if (this.#leader) await meanwhile();
    if (this.#leader) await new Promise<void>((lead) => this.#waiting.push({ tab, lead }));
    else this.#leader = tab;
    await work();
  }
}

/** What one page has until it crashes: afterwards nothing it asked for ever comes, and nothing it does arrives. */
export class Ports implements Clock, Network, Storage, Siblings {
  #crashed = false;
  #cuts = new Set<() => void>();
  #listeners = new Set<(message: SiblingMessage) => void>();
  #stamp: number | undefined;
  #found = false;

  constructor(
    private readonly world: World,
    private readonly browser: Browser,
    private readonly service: FakeService,
    private readonly weather: Weather,
  ) {
    browser.open(this);
  }

  crash(): void {
    this.#crashed = true;
    this.cut();
    this.browser.close(this);
  }

  /** Ends what is listening, as a network that goes away does. */
  cut(): void {
    for (const cut of [...this.#cuts]) cut();
  }

  now = () => this.world.now;
  random = () => this.world.random();
  after = (milliseconds: number, run: () => void) => {
    let cancelled = false;
    this.world.in(milliseconds, () => {
      if (!cancelled && !this.#crashed) run();
    });
    return () => {
      cancelled = true;
    };
  };

  load = () =>
    this.#later(1, () => {
      const { disk } = this.browser;
      if (this.#stamp !== undefined && this.#stamp !== disk.stamp) throw new StorageLost("thrown away");
      disk.stamp ??= this.world.random();
      this.#stamp = disk.stamp;
      return disk.read();
    });
  write = (batch: Batch) => {
    // Taken as it is now, and not as it may be when it is written.
    const kept = structuredClone(batch);
    return this.#later(1 + this.world.random() * 4, () => {
      if (this.world.chance(this.weather.fullDisk)) throw new Error("the disk is full");
      const { disk } = this.browser;
      const known = this.#stamp;
      this.#stamp = disk.stamp;
      if (known !== undefined && known !== disk.stamp) {
        this.#found = true;
        throw new StorageLost("thrown away");
      }
      disk.stamp ??= this.world.random();
      this.#stamp = disk.stamp;
      if (this.#found) disk.isThrownAway = false;
      this.#found = false;
      return disk.write(kept);
    });
  };

  tell = (message: SiblingMessage) => this.browser.tell(this, message);
  hear = (listener: (message: SiblingMessage) => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  /** What another tab told. */
  receive(message: SiblingMessage): void {
    if (!this.#crashed) for (const listener of this.#listeners) listener(message);
  }

  send = (change: Change, version: number | null) => this.#ask(() => this.service.carryOut(change, version));
  task = (id: string) => this.#ask((): Task | null => this.service.task(id));
  changes = (after: string | null) => this.#ask(() => this.service.changes(after));

  listen = (after: string, listener: Listener) => {
    let stopped = false;
    let stopTelling = () => {};
    const stop = () => {
      stopped = true;
      stopTelling();
      this.#cuts.delete(cut);
    };
    const end = (failure: Failure) => {
      stop();
      if (!this.#crashed) listener.end(failure);
    };
    const cut = () => end(new Failure("away", "the connection ended"));
    this.#cuts.add(cut);
    // In order, however long each one takes.
    let earliest = 0;
    const tell = (word: Word, cursor: string) => {
      earliest = Math.max(earliest, this.world.now + this.#delay());
      this.world.in(earliest - this.world.now, () => {
        if (!stopped && !this.#crashed) listener.word(word, cursor);
      });
    };
    this.world.in(this.#delay(), () => {
      if (stopped || this.#crashed) return;
      if (!this.browser.online) return cut();
      try {
        stopTelling = this.service.tell(after, tell);
        listener.open();
      } catch (error) {
        end(error as Failure);
      }
    });
    return stop;
  };

  #delay(): number {
    return this.world.chance(0.05) ? this.world.random() * 4000 : this.world.random() * 50;
  }

  #later<T>(milliseconds: number, run: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.world.in(milliseconds, () => {
        if (this.#crashed) return;
        try {
          resolve(run());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** A request: it may never arrive, arrive twice, or be answered in vain. The service gives up before the page does. */
  #ask<T>(run: () => T): Promise<T> {
    const { lostRequest, lostAnswer, repeated } = this.weather;
    return new Promise((resolve, reject) => {
      const lost = () => this.world.in(this.world.random() * 15_000, () => this.#crashed || reject(new Failure("away", "no answer")));
      if (!this.browser.online || this.world.chance(lostRequest)) return lost();
      this.world.in(this.#delay(), () => {
        let answer: () => void;
        try {
          const result = structuredClone(run());
          answer = () => resolve(result);
        } catch (error) {
          answer = () => reject(error);
        }
        if (this.world.chance(repeated)) this.#repeat(run);
        if (!this.browser.online || this.world.chance(lostAnswer)) return lost();
        this.world.in(this.#delay(), () => this.#crashed || answer());
      });
    });
  }

  #repeat(run: () => unknown): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }
}
