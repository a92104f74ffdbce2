// The copy of one account's tasks on this device, in memory and on its disk, and what waits to be sent. Everything is done in
// memory at once and written right behind that; what could not be written is written with the next step.
import { Contents } from "./contents";
import { Lately } from "./lately";
import { type Change, type Intent, isHeld, type Progress, type Row, type VisibleTask } from "./model";
import { allVisible, type Snapshot, visible } from "./overlay";
import { type Clock, type Connection, type SiblingMessage, type Siblings, type Storage, StorageLost, type Word } from "./ports";
import { afterWord, isKnown, needs } from "./settling";

export class Replica {
  readonly #contents = new Contents();
  #connection: Connection = "starting";
  #storageProblem: string | undefined;
  #loaded = false;
  #loading: Promise<void> | undefined;
  #writing: Promise<void> | undefined;
  #snapshot: Snapshot | undefined;
  #listeners = new Set<() => void>();
  #leading = false;
  /** Tells this page from the others. */
  readonly #name: number;
  #lastRead = 0;
  #lastWritten = 0;
  readonly #lately: Lately;
  #forgetSiblings: () => void;

  constructor(
    private readonly storage: Storage,
    private readonly siblings: Siblings,
    private readonly clock: Clock,
  ) {
    this.#name = clock.random();
    this.#lately = new Lately(clock);
    this.#forgetSiblings = siblings.hear((message) => this.#hear(message));
  }

  /** Reads what the device has kept. Until then the replica is empty, and takes what a person does all the same. */
  async load(): Promise<void> {
    await this.#reload();
    this.siblings.tell({ kind: "hello", name: this.#name, read: this.#lastRead });
  }

  /** Reads it once more, for a page that is going to lead: what the one before told and may not have written is written here. */
  async takeOver(): Promise<void> {
    await this.load();
    for (const batch of this.#lately.batches) this.#contents.touchAllOf(batch);
    void this.#flush();
  }

  async #reload(): Promise<void> {
    while (this.#writing ?? this.#loading) await (this.#writing ?? this.#loading);
    this.#loading = this.#read();
    await this.#loading;
    this.#loading = undefined;
    this.#loaded = true;
    void this.#flush();
  }

  async #read(): Promise<void> {
    try {
      const stored = await this.storage.load();
      this.#lastRead = stored.written;
      this.#contents.begin(stored, this.#lately.batches);
    } catch (error) {
      // What is in memory is all there is, and more than nothing.
      if (error instanceof StorageLost) this.#contents.touchEverything();
      else this.#storageProblem = explain(error);
    }
  }

  close(): void {
    this.#forgetSiblings();
    this.#listeners.clear();
  }

  // What a person sees and does.

  snapshot(): Snapshot {
    this.#snapshot ??= {
      tasks: allVisible(this.#contents.rows, this.#contents.intents),
      outbox: this.#contents.intents,
      loaded: this.#loaded,
      complete: this.#contents.progress.complete,
      connection: this.#connection,
      storageProblem: this.#storageProblem,
    };
    return this.#snapshot;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  task(id: string): VisibleTask | undefined {
    return visible(
      this.#contents.rows.get(id),
      this.#contents.intents.filter(({ change }) => change.id === id),
    );
  }

  /** Notes what a person wants. It is on screen at once, and on the disk when the promise is kept. */
  want(change: Change): Promise<void> {
    if (change.kind === "delete") void this.drop(this.#heldOf(change.id));
    const now = this.clock.now();
    // Also in order where the clock was set back.
    const n = Math.max(now * 1000 + Math.floor(this.clock.random() * 1000), (this.#contents.intents.at(-1)?.n ?? 0) + 1);
    this.#contents.intents = [...this.#contents.intents, { n, change, at: new Date(now).toISOString(), tries: 0, state: { is: "waiting" } }];
    return this.#touch([n]);
  }

  /** Lets go of something that somebody had to decide about, and of what only makes sense after it. */
  discard(intent: Intent): Promise<void> {
    return this.drop([intent.n, ...this.#contents.intents.filter((other) => needs(other, intent)).map(({ n }) => n)]);
  }

  /** Decides a conflict for what was typed here: it is sent again, on top of what it says elsewhere. */
  keepMine({ n, change, state }: Intent): Promise<void> {
    if (change.kind !== "edit" || state.is !== "conflict") return Promise.resolve();
    const { title, description, version } = state.theirs;
    return this.update(n, { tries: 0, state: { is: "waiting" }, change: { ...change, base: { title, description }, version } });
  }

  /** Whoever deletes a task has decided about its conflicts, too. */
  #heldOf(id: string): number[] {
    return this.#contents.intents.filter((intent) => intent.change.id === id && isHeld(intent)).map(({ n }) => n);
  }

  /** Sends something again that was refused. */
  again({ n }: Intent): Promise<void> {
    return this.update(n, { tries: 0, state: { is: "waiting" } });
  }

  // What the outbox and the feed do. Only one page of an account leads them.

  lead(leading: boolean): void {
    this.#leading = leading;
  }

  get progress(): Progress {
    return this.#contents.progress;
  }

  get intents(): readonly Intent[] {
    return this.#contents.intents;
  }

  row(id: string): Row | undefined {
    return this.#contents.rows.get(id);
  }

  say(connection: Connection): void {
    if (this.#connection === connection) return;
    this.#connection = connection;
    this.siblings.tell({ kind: "connection", connection });
    this.#changed();
  }

  update(n: number, part: Partial<Intent>): Promise<void> {
    this.#contents.intents = this.#contents.intents.map((intent) => (intent.n === n ? { ...intent, ...part } : intent));
    return this.#touch([n]);
  }

  drop(numbers: readonly number[]): Promise<void> {
    if (numbers.length === 0) return Promise.resolve();
    this.#contents.intents = this.#contents.intents.filter(({ n }) => !numbers.includes(n));
    return this.#touch(numbers);
  }

  /** Takes what the service told, up to a point, and settles what that answers. */
  take(words: readonly Word[], progress: Omit<Progress, "place">): Promise<void> {
    const contents = this.#contents;
    let { place } = contents.progress;
    for (const word of words) {
      place += 1;
      if (word.task) contents.rows.set(word.id, { task: word.task, place });
      else contents.rows.delete(word.id);
      this.#settle(word);
    }
    contents.progress = { ...progress, place };
    contents.touch({ rows: words.map(({ id }) => id), progress: true });
    return this.#flush();
  }

  /** Takes everything there is, and drops what did not come. */
  replace(words: readonly Word[], cursor: string): Promise<void> {
    const came = new Set(words.map(({ id }) => id));
    const missing = [...this.#contents.rows.keys()].filter((id) => !came.has(id));
    return this.take([...missing.map((id) => ({ id, task: null })), ...words], { cursor, complete: true });
  }

  /** The service did it. That it shows is for the feed to say, unless it has said so already. */
  done(n: number, version: number | null): Promise<void> {
    const intent = this.#contents.intents.find((other) => other.n === n);
    if (!intent) return Promise.resolve();
    const done = { ...intent, state: { is: "done", version } as const };
    const earlier = this.#contents.intents.some((other) => other.n < n && other.change.id === intent.change.id);
    return !earlier && isKnown(done, this.#contents.rows.get(intent.change.id)) ? this.drop([n]) : this.update(n, done);
  }

  /** What the feed says about a task answers what was done to it before. */
  #settle(word: Word): void {
    const before = this.#contents.intents;
    const after = afterWord(before, word);
    if (after === before) return;
    const kept = new Set(after);
    this.#contents.touch({ intents: before.filter((intent) => !kept.has(intent)).map(({ n }) => n) });
    this.#contents.intents = after;
  }

  // The disk, and the pages beside this one.

  #touch(numbers: readonly number[]): Promise<void> {
    this.#contents.touch({ intents: numbers });
    return this.#flush();
  }

  /** Writes what differs from the disk, one step after the other. */
  #flush(): Promise<void> {
    this.#changed();
    this.#writing ??= this.#write();
    return this.#writing;
  }

  async #write(): Promise<void> {
    // Everything that happens in one turn of the page is written in one step.
    await Promise.resolve();
    // What is written while the disk is read would be neither in what was read nor among what is yet to be written.
    await this.#loading;
    for (let goesOn = true; goesOn && !this.#contents.isWritten; ) goesOn = await this.#writeStep();
    // In the same turn in which nothing was left: whatever comes next must not wait for what is over.
    this.#writing = undefined;
  }

  /** Whether it makes sense to go on at once. */
  async #writeStep(): Promise<boolean> {
    const [taken, batch] = this.#contents.takeUnwritten();
    this.#lately.note(batch);
    this.siblings.tell({ kind: "batch", batch });
    try {
      this.#lastWritten = await this.storage.write(batch);
      this.#forgive();
      return true;
    } catch (error) {
      this.#contents.touch(taken);
      if (error instanceof StorageLost) {
        this.#contents.touchEverything();
        return true;
      }
      this.#storageProblem = explain(error);
      this.#changed();
      return false;
    }
  }

  #forgive(): void {
    if (this.#storageProblem === undefined) return;
    this.#storageProblem = undefined;
    this.#changed();
  }

  #hear(message: SiblingMessage): void {
    switch (message.kind) {
      case "hello":
        void this.#answer(message.name, message.read);
        return;
      case "again":
        if (message.name === this.#name) void this.#reload();
        return;
      case "connection":
        if (!this.#leading) this.#connection = message.connection;
        break;
      case "batch":
        this.#lately.note(message.batch);
        this.#contents.adopt(message.batch);
    }
    this.#changed();
  }

  /** What is on the disk, whoever is new shall read; what is not, they shall hear. */
  async #answer(name: number, read: number): Promise<void> {
    if (this.#leading) this.siblings.tell({ kind: "connection", connection: this.#connection });
    await this.#writing;
    if (this.#lastWritten > read) this.siblings.tell({ kind: "again", name });
    if (!this.#contents.isWritten) this.siblings.tell({ kind: "batch", batch: this.#contents.unwritten() });
  }

  #changed(): void {
    this.#snapshot = undefined;
    for (const listener of this.#listeners) listener();
  }
}

function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
