// The copy in IndexedDB: what is kept, what happens when it is damaged, foreign, thrown away or full.
import "fake-indexeddb/auto";
import { deleteDB, openDB } from "idb";
import { afterEach, expect, test, vi } from "vitest";
import { AT_THE_START, type Intent, type Row, type Task } from "../replica/model";
import type { Batch } from "../replica/ports";
import { Replica } from "../replica/replica";
import { Disk, wipe, wipeOthers } from "./disk";

const USER = "user_1";
const NAME = `taskhive-tasks-${USER}`;
const ALONE = { tell: () => undefined, hear: () => () => undefined };
const CLOCK = { now: () => 1_767_225_600_000, random: () => 0.5, after: () => () => undefined };

const TASK: Task = {
  id: "task_1",
  title: "Buy bread",
  description: "",
  completed: false,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
  completedAt: null,
  version: 1,
};
const ROW: Row = { task: TASK, place: 1 };
const INTENT: Intent = {
  n: 7,
  at: TASK.createdAt,
  tries: 0,
  state: { is: "waiting" },
  change: { kind: "create", id: "task_2", title: "Typed", description: "" },
};
const PROGRESS = { cursor: "here", complete: true, place: 1 };

const batch = (part: Partial<Batch>): Batch => ({ rows: [], removedRows: [], intents: [], removedIntents: [], ...part });

async function filled(): Promise<Disk> {
  const disk = new Disk(USER);
  await disk.load();
  await disk.write(batch({ rows: [ROW], intents: [INTENT], progress: PROGRESS }));
  return disk;
}

async function raw(write: (put: (store: string, value: unknown, key?: IDBValidKey) => Promise<unknown>) => Promise<unknown>): Promise<void> {
  const database = await openDB(NAME);
  await write((store, value, key) => database.put(store, value, key));
  database.close();
}

afterEach(async () => {
  vi.restoreAllMocks();
  await deleteDB(NAME);
});

test("what is written is there for the next page, and what is removed is not", async () => {
  const disk = await filled();
  await disk.write(batch({ removedRows: ["task_1"], rows: [{ task: { ...TASK, id: "task_3" }, place: 2 }] }));
  await disk.close();
  const { rows, intents, progress } = await new Disk(USER).load();
  expect([rows.map(({ task }) => task.id), intents, progress]).toEqual([["task_3"], [INTENT], PROGRESS]);
});

test("a damaged copy is fetched anew, and what waits to be sent stays", async () => {
  await (await filled()).close();
  await raw((put) => put("log", { rows: [{ task: { id: "task_9" }, place: "nowhere" }], removedRows: [] }));
  const stored = await new Disk(USER).load();
  expect(stored).toMatchObject({ rows: [], intents: [INTENT], progress: AT_THE_START });
  expect((await new Disk(USER).load()).rows).toEqual([]);
});

test("a copy of the first form, with a record for every task, is taken over", async () => {
  const old = await openDB(NAME, 1, {
    upgrade(database) {
      database.createObjectStore("tasks", { keyPath: "task.id" });
      database.createObjectStore("outbox");
      database.createObjectStore("about");
    },
  });
  await old.put("tasks", ROW);
  await old.put("outbox", INTENT, INTENT.n);
  await old.put("about", PROGRESS, "progress");
  await old.put("about", "stamp of old", "stamp");
  old.close();
  expect(await new Disk(USER).load()).toMatchObject({ rows: [ROW], intents: [INTENT], progress: PROGRESS });
});

test("many small steps do not make what is kept longer and longer", async () => {
  const disk = await filled();
  const task = (i: number): Row => ({ task: { ...TASK, id: `task_${i % 30}`, version: i }, place: i });
  for (let i = 0; i < 300; i++) await disk.write(batch(i % 7 === 6 ? { removedRows: [task(i).task.id] } : { rows: [task(i)] }));
  await disk.close();
  const expected = new Map([[TASK.id, ROW]]);
  for (let i = 0; i < 300; i++) {
    if (i % 7 === 6) expected.delete(task(i).task.id);
    else expected.set(task(i).task.id, task(i));
  }
  const { rows } = await new Disk(USER).load();
  expect(new Map(rows.map((row) => [row.task.id, row]))).toEqual(expected);
  const database = await openDB(NAME);
  expect(await database.count("log")).toBeLessThan(70);
  database.close();
});

test("a waiting change that cannot be read comes back as something to decide about, with its words", async () => {
  await (await filled()).close();
  await raw((put) => put("outbox", { n: 8, change: { kind: "from the future", title: "Words", description: "More" } }, 8));
  const { intents } = await new Disk(USER).load();
  expect(intents.map(({ n, state, change }) => [n, state.is, "title" in change && change.title])).toEqual([
    [7, "waiting", "Typed"],
    [8, "refused", "Words"],
  ]);
});

test("a database of a newer page is left alone, and the page says so", async () => {
  (await openDB(NAME, 99)).close();
  await expect(new Disk(USER).load()).rejects.toThrow("Reload this page");
  const newer = await openDB(NAME);
  expect(newer.version).toBe(99);
  newer.close();
});

test("what the browser threw away is written again, all of it", async () => {
  const disk = await filled();
  const replica = new Replica(disk, ALONE, CLOCK);
  await replica.load();
  await deleteDB(NAME);
  await replica.want({ kind: "complete", id: "task_1", completed: true });
  await disk.close();
  const { rows, intents, progress } = await new Disk(USER).load();
  expect([rows, intents.map(({ change }) => change.kind), progress]).toEqual([[ROW], ["create", "complete"], PROGRESS]);
});

test("whoever takes over from another tab keeps what they know, if the browser threw everything away meanwhile", async () => {
  const disk = await filled();
  const replica = new Replica(disk, ALONE, CLOCK);
  await replica.load();
  await deleteDB(NAME);
  await replica.load();
  expect(replica.snapshot().tasks.map(({ title }) => title)).toEqual(["Buy bread", "Typed"]);
  await vi.waitFor(async () => expect((await disk.load()).intents).toEqual([INTENT]));
  await disk.close();
  expect(await new Disk(USER).load()).toMatchObject({ rows: [ROW], intents: [INTENT], progress: PROGRESS });
});

test("a full device: what was typed stays on screen, the page says so, and it is kept as soon as there is room", async () => {
  const disk = await filled();
  const replica = new Replica(disk, ALONE, CLOCK);
  await replica.load();
  const full = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
    throw new DOMException("no room", "QuotaExceededError");
  });
  await replica.want({ kind: "create", id: "task_4", title: "Typed on a full device", description: "" });
  expect(replica.snapshot().storageProblem).toContain("full");
  expect(replica.snapshot().tasks.map(({ title }) => title)).toContain("Typed on a full device");
  full.mockRestore();
  await replica.want({ kind: "complete", id: "task_4", completed: true });
  expect(replica.snapshot().storageProblem).toBeUndefined();
  expect((await disk.load()).intents.map(({ change }) => change.id)).toEqual(["task_2", "task_4", "task_4"]);
  await disk.close();
});

test("one account's copy is wiped, and nobody else's; a closed one takes nothing more", async () => {
  const other = new Disk("user_2");
  await other.load();
  await other.close();
  const disk = await filled();
  await wipeOthers(USER);
  expect((await indexedDB.databases()).map(({ name }) => name)).toEqual([NAME]);
  await disk.close();
  await wipe(USER);
  await expect(disk.write(batch({ rows: [ROW] }))).rejects.toThrow("Nobody is signed in");
  expect(await indexedDB.databases()).toEqual([]);
});
