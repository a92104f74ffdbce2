// The copy of an account's tasks in IndexedDB: one database for each account. Errors are sentences for people.
import { type DBSchema, deleteDB, type IDBPDatabase, type IDBPObjectStore, type IDBPTransaction, openDB } from "idb";
import { AT_THE_START, type Intent, type Progress, type Row } from "../replica/model";
import { type Batch, type Storage, StorageLost, type Stored } from "../replica/ports";
import { isEntry, isIntent, isProgress, salvaged } from "./checks";

/** What was written about tasks in one step. */
export type Entry = Pick<Batch, "rows" | "removedRows">;

/**
 * Tasks are kept as a log of what was written, and not one by one: browsers read 10,000 records five to ten times slower than a few
 * records with 10,000 tasks in them, and somebody waits for it whenever the page opens.
 */
interface Schema extends DBSchema {
  log: { key: number; value: Entry };
  outbox: { key: number; value: Intent };
  about: { key: "progress" | "stamp" | "written"; value: Progress | string | number };
}

type Database = IDBPDatabase<Schema>;
type StoreName = "log" | "outbox" | "about";
type Log = IDBPObjectStore<Schema, StoreName[], "log", "readwrite">;

const LOST = "The browser has thrown away what it had kept.";
const VERSION = 2;
/** A log of more entries is written anew, shorter. */
const LONG_LOG = 64;
/** Rows of an entry that was written anew. */
const ENTRY_ROWS = 1000;
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
    const reading = database.transaction(["log", "outbox", "about"], "readwrite");
    const about = reading.objectStore("about");
    const [log, intents, progress, stamp, written] = await Promise.all([
      reading.objectStore("log").getAll(),
      reading.objectStore("outbox").getAll(),
      about.get("progress"),
      about.get("stamp"),
      about.get("written"),
    ]);
    if (this.#stamp !== undefined && stamp !== this.#stamp) throw new StorageLost(LOST);
    this.#stamp = typeof stamp === "string" ? stamp : newStamp();
    if (stamp === undefined) await about.put(this.#stamp, "stamp");
    const sound = log.every(isEntry) && (progress === undefined || isProgress(progress));
    // What is no copy of ours is fetched anew. What waits to be sent is somebody's work, and stays.
    if (!sound) await Promise.all([reading.objectStore("log").clear(), about.delete("progress")]);
    await reading.done;
    const kept = intents.map((intent) => (isIntent(intent) ? intent : salvaged(intent)));
    const reached = sound && isProgress(progress) ? progress : AT_THE_START;
    return { rows: sound ? rowsOf(log) : [], intents: kept, progress: reached, written: numberOf(written) };
  }

  async write(batch: Batch): Promise<number> {
    const database = await this.#open();
    try {
      return await this.#writeAll(database, batch);
    } catch (error) {
      throw inWords(error);
    }
  }

  async #writeAll(database: Database, { rows, removedRows, intents, removedIntents, progress }: Batch): Promise<number> {
    const writing = database.transaction(["log", "outbox", "about"], "readwrite", { durability: "strict" });
    const [log, outbox, about] = [writing.objectStore("log"), writing.objectStore("outbox"), writing.objectStore("about")];
    const asked: Promise<unknown>[] = [];
    let lost = false;
    let written = 0;
    try {
      // In one go: somebody may leave the page in this moment.
      const [stamp, last] = await Promise.all([about.get("stamp"), about.get("written")]);
      lost = this.#isAnother(stamp);
      // The next write, which then has everything, gives it a name, so that other tabs find out as well.
      this.#stamp ??= lost ? undefined : newStamp();
      if (this.#stamp !== undefined && !lost) asked.push(about.put(this.#stamp, "stamp"));
      // By the clock, so that it also grows when the browser has thrown the last one away.
      written = Math.max(numberOf(last) + 1, Date.now());
      asked.push(about.put(written, "written"));
      if (rows.length + removedRows.length > 0) asked.push(append(log, { rows, removedRows }));
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
    if (lost) throw new StorageLost(LOST);
    return written;
  }

  /** Whether this is not the database that was read, but one that the browser made after it had thrown that away. */
  #isAnother(stamp: unknown): boolean {
    const known = this.#stamp;
    this.#stamp = typeof stamp === "string" ? stamp : undefined;
    return known !== undefined && known !== this.#stamp;
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
      upgrade: async (upgraded, oldVersion, _newVersion, transaction) => {
        const log = upgraded.createObjectStore("log", { autoIncrement: true });
        if (oldVersion === 0) {
          upgraded.createObjectStore("outbox");
          upgraded.createObjectStore("about");
        } else await takeOver(upgraded as unknown as IDBPDatabase, transaction as unknown as Upgrade, log as unknown as Log);
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

type Upgrade = IDBPTransaction<unknown, string[], "versionchange">;

/** The first form had every task in a record of its own. */
async function takeOver(database: IDBPDatabase, transaction: Upgrade, log: Log): Promise<void> {
  const rows = (await transaction.objectStore("tasks").getAll()) as Row[];
  await log.add({ rows, removedRows: [] });
  database.deleteObjectStore("tasks");
}

async function append(log: Log, entry: Entry): Promise<void> {
  await log.add(entry);
  if ((await log.count()) <= LONG_LOG) return;
  const rows = rowsOf(await log.getAll());
  const asked: Promise<unknown>[] = [log.clear()];
  for (let first = 0; first < rows.length; first += ENTRY_ROWS) {
    asked.push(log.add({ rows: rows.slice(first, first + ENTRY_ROWS), removedRows: [] }));
  }
  await Promise.all(asked);
}

/** What a log comes to: the latest word about every task. */
function rowsOf(log: readonly Entry[]): Row[] {
  const latest = new Map<string, Row>();
  for (const { rows, removedRows } of log) {
    for (const row of rows) latest.set(row.task.id, row);
    for (const id of removedRows) latest.delete(id);
  }
  return [...latest.values()];
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

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function newStamp(): string {
  return `${Date.now()} ${Math.random()}`;
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
