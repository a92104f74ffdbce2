// The service as far as a replica can tell, with a memory of everything that was asked of it.
import { type Change, sameTexts, type Task, type Texts } from "../model";
import { type Changes, Failure, type Word } from "../ports";

const PAGE = 7;

/** What was found to be wrong. */
export interface Faults {
  doubled: string[];
  overwritten: string[];
}

export class FakeService {
  readonly tasks = new Map<string, Task>();
  /** Titles of all edits and ids of all additions that were carried out. */
  readonly carriedOut = new Set<string>();
  readonly faults: Faults = { doubled: [], overwritten: [] };
  #deleted = new Map<string, Task>();
  /** The number of the latest change of each task, deleted ones included. */
  #numbers = new Map<string, number>();
  #number = 0;
  /** Deletions up to here have been forgotten. */
  #forgotten = 0;
  #listeners = new Set<(word: Word, cursor: string) => void>();

  constructor(private readonly now: () => number) {}

  task(id: string): Task | null {
    return this.tasks.get(id) ?? null;
  }

  byLatestChange(): Task[] {
    return this.#since(0).flatMap(([id]) => this.tasks.get(id) ?? []);
  }

  forgetDeletions(): void {
    this.#forgotten = this.#number;
    for (const id of this.#deleted.keys()) this.#numbers.delete(id);
  }

  /** A point is a number, and for those who began with nothing also the number at which they did: older deletions do not matter. */
  changes(after: string | null): Changes {
    const [from = 0, walk = after === null ? this.#number : 0] = after?.split("/").map(Number) ?? [];
    if (Math.max(from, walk) < this.#forgotten) throw new Failure("expired", "the point is too old");
    const all = this.#since(from).filter(([id, number]) => this.tasks.has(id) || number > walk);
    const page = all.slice(0, PAGE);
    const hasMore = all.length > PAGE;
    const reached = hasMore ? (page.at(-1)?.[1] ?? from) : Math.max(this.#number, from);
    return { words: page.map(([id]) => ({ id, task: this.task(id) })), cursor: `${reached}/${reached < walk ? walk : 0}`, hasMore };
  }

  /** Tells of everything after a point: first what was missed, then what happens. */
  tell(after: string, listener: (word: Word, cursor: string) => void): () => void {
    const [from = 0] = after.split("/").map(Number);
    if (from < this.#forgotten) throw new Failure("expired", "the point is too old");
    for (const [id, number] of this.#since(from)) listener({ id, task: this.task(id) }, `${number}/0`);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #since(from: number): [string, number][] {
    return [...this.#numbers].filter(([, number]) => number > from).sort(([, a], [, b]) => a - b);
  }

  carryOut(change: Change, version: number | null): Task | null {
    switch (change.kind) {
      case "create":
        return this.#create(change.id, change);
      case "edit":
        return this.#edit(change, version);
      case "complete":
        return this.#complete(change.id, change.completed);
      case "delete":
        return this.#delete(change.id);
      case "restore":
        return this.#restore(change.id);
    }
  }

  #create(id: string, { title, description }: Texts): Task {
    const known = this.tasks.get(id);
    if (known) return known;
    if (this.#deleted.has(id)) throw new Failure("gone", "deleted");
    if (this.carriedOut.has(id)) this.faults.doubled.push(id);
    this.carriedOut.add(id);
    const at = new Date(this.now()).toISOString();
    return this.#put({ id, title, description, completed: false, createdAt: at, updatedAt: at, completedAt: null, version: 1 });
  }

  #edit(change: Extract<Change, { kind: "edit" }>, version: number | null): Task {
    const task = this.#existing(change.id);
    if (version !== null && task.version !== version) throw new Failure("version", "changed meanwhile");
    if (!sameTexts(task, change.base)) this.faults.overwritten.push(`${task.title} by ${change.title}`);
    if (this.carriedOut.has(change.title)) this.faults.doubled.push(change.title);
    this.carriedOut.add(change.title);
    return this.#put({ ...task, title: change.title, description: change.description, version: task.version + 1 });
  }

  #complete(id: string, completed: boolean): Task {
    const task = this.#existing(id);
    if (task.completed === completed) return task;
    const completedAt = completed ? new Date(this.now()).toISOString() : null;
    return this.#put({ ...task, completed, completedAt, version: task.version + 1 });
  }

  #delete(id: string): null {
    this.#deleted.set(id, this.#existing(id));
    this.tasks.delete(id);
    this.#announce(id);
    return null;
  }

  #restore(id: string): Task {
    const there = this.tasks.get(id);
    if (there) return there;
    const task = this.#deleted.get(id);
    if (!task) throw new Failure("gone", "too long ago");
    this.#deleted.delete(id);
    return this.#put(task);
  }

  #existing(id: string): Task {
    const task = this.tasks.get(id);
    if (!task) throw new Failure("gone", "there is no such task");
    return task;
  }

  #put(task: Task): Task {
    this.tasks.set(task.id, task);
    this.#announce(task.id);
    return task;
  }

  #announce(id: string): void {
    this.#number += 1;
    this.#numbers.set(id, this.#number);
    for (const listener of this.#listeners) listener({ id, task: structuredClone(this.task(id)) }, `${this.#number}/0`);
  }
}
