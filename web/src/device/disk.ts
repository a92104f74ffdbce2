// The copy of an account's tasks in IndexedDB: one database for each account. Errors are sentences for people.
import { type DBSchema, deleteDB, type IDBPDatabase, type IDBPObjectStore, openDB } from "idb";
import { AT_THE_START, type Intent, type Progress, type Row } from "../replica/model";
import { type Batch, type Storage, StorageLost, type Stored } from "../replica/ports";
import { isIntent, isProgress, isRow, salvaged } from "./checks";

interface Schema extends DBSchema {
  tasks: { key: string; value: Row };
  outbox: { key: number; value: Intent };
  about: { key: "progress" | "stamp"; value: Progress | string };
}

type Database = IDBPDatabase<Schema>;
type About = IDBPObjectStore<Schema, ("tasks" | "outbox" | "about")[], "about", "readwrite">;

const VERSION = 1;
const PREFIX = "taskhive-tasks-";

export class Disk implements Storage {
  readonly #name: string;
  #opening: Promise<Database> | undefined;
  /** Tells this database from one that the browser made anew after it had thrown the other away. */
  #stamp: string | undefined;
  #closed = false;

  constructor(userId: string) {
    this.#name = PREFIX + userId;
  }

  async load(): Promise<Stored> {
    const database = await this.#open();
    const reading = database.transaction(["tasks", "outbox", "about"], "readwrite");
    const about = reading.objectStore("about");
    const [rows, intents, progress, stamp] = await Promise.all([
      reading.objectStore("tasks").getAll(),
      reading.objectStore("outbox").getAll(),
      about.get("progress"),
      about.get("stamp"),
    ]);
    this.#stamp = typeof stamp === "string" ? stamp : `${Date.now()} ${Math.random()}`;
    if (stamp === undefined) await about.put(this.#stamp, "stamp");
    const sound = rows.every(isRow) && (progress === undefined || isProgress(progress));
    // What is no copy of ours is fetched anew. What waits to be sent is somebody's work, and stays.
    if (!sound) await Promise.all([reading.objectStore("tasks").clear(), about.delete("progress")]);
    await reading.done;
    const kept = intents.map((intent) => (isIntent(intent) ? intent : salvaged(intent)));
    return { rows: sound ? rows : [], intents: kept, progress: sound && isProgress(progress) ? progress : AT_THE_START };
  }

  async write(batch: Batch): Promise<void> {
    const database = await this.#open();
    try {
      await this.#writeAll(database, batch);
    } catch (error) {
      throw inWords(error);
    }
  }

  async #writeAll(database: Database, { rows, removedRows, intents, removedIntents, progress }: Batch): Promise<void> {
    const writing = database.transaction(["tasks", "outbox", "about"], "readwrite", { durability: "strict" });
    const [tasks, outbox, about] = [writing.objectStore("tasks"), writing.objectStore("outbox"), writing.objectStore("about")];
    const asked: Promise<unknown>[] = [];
    let lost = false;
    try {
      lost = await this.#isAnother(about);
      for (const row of rows) asked.push(tasks.put(row));
      for (const id of removedRows) asked.push(tasks.delete(id));
      for (const intent of intents) asked.push(outbox.put(intent, intent.n));
      for (const n of removedIntents) asked.push(outbox.delete(n));
      // A copy of which the browser threw a part away must not look whole.
      if (progress && !lost) asked.push(about.put(progress, "progress"));
    } catch (error) {
      // All of it or nothing.
      void Promise.allSettled([...asked, writing.done]);
      writing.abort();
      throw error;
    }
    // What the transaction says is why; each request of it only says that it was given up.
    void Promise.allSettled(asked);
    await writing.done;
    if (lost) throw new StorageLost("The browser has thrown away what it had kept.");
  }

  /** Whether this is not the database that was read, but one that the browser made after it had thrown that away. */
  async #isAnother(about: About): Promise<boolean> {
    const stamp = await about.get("stamp");
    const lost = this.#stamp !== undefined && stamp !== this.#stamp;
    if (typeof stamp === "string") this.#stamp = stamp;
    else if (this.#stamp !== undefined) await about.put(this.#stamp, "stamp");
    return lost;
  }

  async close(): Promise<void> {
    this.#closed = true;
    (await this.#opening?.catch(() => undefined))?.close();
  }

  #open(): Promise<Database> {
    if (this.#closed) return Promise.reject(new Error("Nobody is signed in."));
    this.#opening ??= this.#connect().catch((error: unknown) => {
      this.#opening = undefined;
      throw inWords(error);
    });
    return this.#opening;
  }

  async #connect(): Promise<Database> {
    const forget = () => {
      this.#opening = undefined;
    };
    const database = await openDB<Schema>(this.#name, VERSION, {
      upgrade(upgraded) {
        upgraded.createObjectStore("tasks", { keyPath: "task.id" });
        upgraded.createObjectStore("outbox");
        upgraded.createObjectStore("about");
      },
      // Another page wants to delete it, or brings a newer form.
      blocking: (_current, _blocked, event) => {
        (event.target as IDBDatabase).close();
        forget();
      },
      terminated: forget,
    });
    return database;
  }
}

/** Deletes what this device keeps of an account. */
export async function wipe(userId: string): Promise<void> {
  await deleteDB(PREFIX + userId);
}

/** Deletes what this device keeps of everybody else. */
export async function wipeOthers(userId: string): Promise<void> {
  if (typeof indexedDB === "undefined" || !("databases" in indexedDB)) return;
  const names = (await indexedDB.databases()).flatMap(({ name }) => name ?? []);
  const others = names.filter((name) => name.startsWith(PREFIX) && name !== PREFIX + userId);
  await Promise.all(others.map((name) => deleteDB(name)));
}

function inWords(error: unknown): Error {
  if (error instanceof StorageLost) return error;
  switch ((error as Partial<Error>).name) {
    case "QuotaExceededError":
      return new Error("This device is full, so changes are not kept on it. Keep this page open until they are saved.", { cause: error });
    case "VersionError":
      return new Error("A newer Taskhive has been open on this device. Reload this page; until then, nothing is kept on the device.", { cause: error });
    default:
      return new Error("This browser keeps nothing for Taskhive. Keep this page open until your changes are saved.", { cause: error });
  }
}
