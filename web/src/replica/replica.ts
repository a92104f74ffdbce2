// The copy of one account's tasks on this device, in memory and on its disk, and what waits to be sent. Everything is done in
// memory at once and written right behind that; what could not be written is written with the next step.
import { AT_THE_START, type Change, type Intent, isHeld, type Progress, type Row, type VisibleTask } from "./model";
import { allVisible, visible } from "./overlay";
import { type Batch, type Clock, type Connection, type SiblingMessage, type Siblings, type Storage, StorageLost, type Stored, type Word } from "./ports";
import { afterWord, isKnown, needs } from "./settling";

export interface Snapshot {
  /** In no particular order. */
  tasks: readonly VisibleTask[];
  /** Everything that the service has not done yet, in order. */
  outbox: readonly Intent[];
  /** Whether what the device has kept has been read: before that, nobody knows what waits. */
  loaded: boolean;
  /** Whether every task there is has arrived. */
  complete: boolean;
  connection: Connection;
  /** Why the device keeps nothing, if it does not. */
  storageProblem: string | undefined;
}

/** What was told longer ago is on the disk, or whoever told it has said that the disk is full. */
const WRITTEN_WITHIN_MS = 10_000;

export class Replica {
  #rows = new Map<string, Row>();
  #intents: Intent[] = [];
  #progress: Progress = AT_THE_START;
  #connection: Connection = "starting";
  #storageProblem: string | undefined;
  /** What differs from the disk. */
  #dirty = { rows: new Set<string>(), intents: new Set<number>(), progress: false };
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
  /** What pages told each other a moment ago, this one included: it may be on its way to the disk. */
  #lately: { at: number; batch: Batch }[] = [];
  #forgetSiblings: () => void;

  constructor(
    private readonly storage: Storage,
    private readonly siblings: Siblings,
    private readonly clock: Clock,
  ) {
    this.#name = clock.random();
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
    for (const { batch } of this.#toldLately()) this.#touchAll(batch);
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
      this.#begin(await this.storage.load());
    } catch (error) {
      // What is in memory is all there is, and more than nothing.
      if (error instanceof StorageLost) this.#everythingIsDirty();
      else this.#storageProblem = explain(error);
    }
  }

  /** What the disk says, but for what may not be on it yet, because it was told or done just now. */
  #begin({ rows, intents, progress, written }: Stored): void {
    const [unwritten, mine] = [this.#batch(this.#dirty.rows, this.#dirty.intents, this.#dirty.progress), this.#progress];
    this.#rows = new Map(rows.map((row) => [row.task.id, row]));
    this.#intents = intents;
    this.#progress = progress;
    this.#lastRead = written;
    for (const { batch } of this.#toldLately()) this.#adopt(batch);
    this.#adopt(unwritten);
    if (this.#dirty.progress) this.#progress = mine;
  }

  close(): void {
    this.#forgetSiblings();
    this.#listeners.clear();
  }

  // What a person sees and does.

  snapshot(): Snapshot {
    this.#snapshot ??= {
      tasks: allVisible(this.#rows, this.#intents),
      outbox: this.#intents,
      loaded: this.#loaded,
      complete: this.#progress.complete,
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
      this.#rows.get(id),
      this.#intents.filter(({ change }) => change.id === id),
    );
  }

  /** Notes what a person wants. It is on screen at once, and on the disk when the promise is kept. */
  want(change: Change): Promise<void> {
    if (change.kind === "delete") void this.drop(this.#heldOf(change.id));
    const now = this.clock.now();
    // Also in order where the clock was set back.
    const n = Math.max(now * 1000 + Math.floor(this.clock.random() * 1000), (this.#intents.at(-1)?.n ?? 0) + 1);
    this.#intents = [...this.#intents, { n, change, at: new Date(now).toISOString(), tries: 0, state: { is: "waiting" } }];
    return this.#touch([n]);
  }

  /** Lets go of something that somebody had to decide about, and of what only makes sense after it. */
  discard(intent: Intent): Promise<void> {
    return this.drop([intent.n, ...this.#intents.filter((other) => needs(other, intent)).map(({ n }) => n)]);
  }

  /** Decides a conflict for what was typed here: it is sent again, on top of what it says elsewhere. */
  keepMine({ n, change, state }: Intent): Promise<void> {
    if (change.kind !== "edit" || state.is !== "conflict") return Promise.resolve();
    const { title, description, version } = state.theirs;
    return this.update(n, { tries: 0, state: { is: "waiting" }, change: { ...change, base: { title, description }, version } });
  }

  /** Whoever deletes a task has decided about its conflicts, too. */
  #heldOf(id: string): number[] {
    return this.#intents.filter((intent) => intent.change.id === id && isHeld(intent)).map(({ n }) => n);
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
    return this.#progress;
  }

  get intents(): readonly Intent[] {
    return this.#intents;
  }

  row(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  say(connection: Connection): void {
    if (this.#connection === connection) return;
    this.#connection = connection;
    this.siblings.tell({ kind: "connection", connection });
    this.#changed();
  }

  update(n: number, part: Partial<Intent>): Promise<void> {
    this.#intents = this.#intents.map((intent) => (intent.n === n ? { ...intent, ...part } : intent));
    return this.#touch([n]);
  }

  drop(numbers: readonly number[]): Promise<void> {
    if (numbers.length === 0) return Promise.resolve();
    this.#intents = this.#intents.filter(({ n }) => !numbers.includes(n));
    return this.#touch(numbers);
  }

  /** Takes what the service told, up to a point, and settles what that answers. */
  take(words: readonly Word[], progress: Omit<Progress, "place">): Promise<void> {
    let { place } = this.#progress;
    for (const word of words) {
      place += 1;
      if (word.task) this.#rows.set(word.id, { task: word.task, place });
      else this.#rows.delete(word.id);
      this.#dirty.rows.add(word.id);
      this.#settle(word);
    }
    this.#progress = { ...progress, place };
    this.#dirty.progress = true;
    return this.#flush();
  }

  /** Takes everything there is, and drops what did not come. */
  replace(words: readonly Word[], cursor: string): Promise<void> {
    const came = new Set(words.map(({ id }) => id));
    const missing = [...this.#rows.keys()].filter((id) => !came.has(id));
    return this.take([...missing.map((id) => ({ id, task: null })), ...words], { cursor, complete: true });
  }

  /** The service did it. That it shows is for the feed to say, unless it has said so already. */
  done(n: number, version: number | null): Promise<void> {
    const intent = this.#intents.find((other) => other.n === n);
    if (!intent) return Promise.resolve();
    const done = { ...intent, state: { is: "done", version } as const };
    const earlier = this.#intents.some((other) => other.n < n && other.change.id === intent.change.id);
    return !earlier && isKnown(done, this.#rows.get(intent.change.id)) ? this.drop([n]) : this.update(n, done);
  }

  /** What the feed says about a task answers what was done to it before. */
  #settle(word: Word): void {
    const after = afterWord(this.#intents, word);
    if (after === this.#intents) return;
    const kept = new Set(after);
    for (const intent of this.#intents) if (!kept.has(intent)) this.#dirty.intents.add(intent.n);
    this.#intents = after;
  }

  // The disk, and the pages beside this one.

  #touch(numbers: readonly number[]): Promise<void> {
    for (const n of numbers) this.#dirty.intents.add(n);
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
    for (let goesOn = true; goesOn && this.#differs(); ) goesOn = await this.#writeStep();
    // In the same turn in which nothing was left: whatever comes next must not wait for what is over.
    this.#writing = undefined;
  }

  /** Whether it makes sense to go on at once. */
  async #writeStep(): Promise<boolean> {
    const { rows, intents, progress } = this.#dirty;
    this.#dirty = { rows: new Set(), intents: new Set(), progress: false };
    const batch = this.#batch(rows, intents, progress);
    this.#note(batch);
    this.siblings.tell({ kind: "batch", batch });
    try {
      this.#lastWritten = await this.storage.write(batch);
      this.#forgive();
      return true;
    } catch (error) {
      for (const id of rows) this.#dirty.rows.add(id);
      for (const n of intents) this.#dirty.intents.add(n);
      this.#dirty.progress ||= progress;
      if (error instanceof StorageLost) {
        this.#everythingIsDirty();
        return true;
      }
      this.#storageProblem = explain(error);
      this.#changed();
      return false;
    }
  }

  #note(batch: Batch): void {
    this.#lately = [...this.#toldLately(), { at: this.clock.now(), batch }];
  }

  #toldLately(): { batch: Batch; at: number }[] {
    const now = this.clock.now();
    return this.#lately.filter(({ at }) => now - at < WRITTEN_WITHIN_MS);
  }

  #touchAll({ rows, removedRows, intents, removedIntents, progress }: Batch): void {
    for (const id of [...rows.map(({ task }) => task.id), ...removedRows]) this.#dirty.rows.add(id);
    for (const n of [...intents.map((intent) => intent.n), ...removedIntents]) this.#dirty.intents.add(n);
    this.#dirty.progress ||= progress !== undefined;
  }

  #everythingIsDirty(): void {
    for (const id of this.#rows.keys()) this.#dirty.rows.add(id);
    for (const { n } of this.#intents) this.#dirty.intents.add(n);
    this.#dirty.progress = true;
  }

  #forgive(): void {
    if (this.#storageProblem === undefined) return;
    this.#storageProblem = undefined;
    this.#changed();
  }

  #batch(rows: Set<string>, numbers: Set<number>, progress: boolean): Batch {
    const kept = this.#intents.filter(({ n }) => numbers.has(n));
    const keptNumbers = new Set(kept.map(({ n }) => n));
    return {
      rows: [...rows].flatMap((id) => this.#rows.get(id) ?? []),
      removedRows: [...rows].filter((id) => !this.#rows.has(id)),
      intents: kept,
      removedIntents: [...numbers].filter((n) => !keptNumbers.has(n)),
      ...(progress && { progress: this.#progress }),
    };
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
        this.#note(message.batch);
        this.#adopt(message.batch);
    }
    this.#changed();
  }

  /** What is on the disk, whoever is new shall read; what is not, they shall hear. */
  async #answer(name: number, read: number): Promise<void> {
    if (this.#leading) this.siblings.tell({ kind: "connection", connection: this.#connection });
    await this.#writing;
    if (this.#lastWritten > read) this.siblings.tell({ kind: "again", name });
    if (this.#differs()) this.siblings.tell({ kind: "batch", batch: this.#batch(this.#dirty.rows, this.#dirty.intents, this.#dirty.progress) });
  }

  /** Whether there is something that is not on the disk. */
  #differs(): boolean {
    return this.#dirty.rows.size > 0 || this.#dirty.intents.size > 0 || this.#dirty.progress;
  }

  #adopt({ rows, removedRows, intents, removedIntents, progress }: Batch): void {
    for (const row of rows) this.#rows.set(row.task.id, row);
    for (const id of removedRows) this.#rows.delete(id);
    const replaced = new Set([...removedIntents, ...intents.map(({ n }) => n)]);
    this.#intents = [...this.#intents.filter(({ n }) => !replaced.has(n)), ...intents].sort((a, b) => a.n - b.n);
    if (progress) this.#progress = progress;
  }

  #changed(): void {
    this.#snapshot = undefined;
    for (const listener of this.#listeners) listener();
  }
}

function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
