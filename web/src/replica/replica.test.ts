// What a person sees of changes that wait, are refused, or meet those of others. The simulation beside this proves that nothing
// gets lost; here stands what it looks like.
import { beforeEach, expect, test } from "vitest";
import { AT_THE_START, type Change, type Task } from "./model";
import { type Clock, Failure, type Listener, type Network, type Storage } from "./ports";
import { Replica } from "./replica";
import { Sync } from "./sync";

const TASK: Task = {
  id: "task_1",
  title: "Old",
  description: "",
  completed: false,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
  completedAt: null,
  version: 1,
};
const EDIT: Change = { kind: "edit", id: "task_1", title: "Mine", description: "", base: { title: "Old", description: "" }, version: null };

const storage: Storage = { load: async () => ({ rows: [], intents: [], progress: AT_THE_START, written: 0 }), write: async () => 1 };
const siblings = { tell: () => undefined, hear: () => () => undefined };

let service: { task: Task | null; sent: [Change["kind"], number | null][]; fails?: Failure | undefined };
let listener: Listener | undefined;
let timers: (() => void)[];
let replica: Replica;
let sync: Sync;

const clock: Clock = {
  now: () => 1_767_225_600_000,
  random: () => 0.5,
  after: (_milliseconds, run) => {
    timers.push(run);
    return () => undefined;
  },
};

const network: Network = {
  async send(change, version) {
    service.sent.push([change.kind, version]);
    if (service.fails) throw service.fails;
    if (!service.task || (version !== null && version !== service.task.version)) throw new Failure(service.task ? "version" : "gone", "No.");
    const { task } = service;
    if (change.kind === "complete") service.task = { ...task, completed: change.completed, version: task.version + 1 };
    if (change.kind === "edit") service.task = { ...task, title: change.title, version: task.version + 1 };
    return service.task;
  },
  task: async () => service.task,
  changes: async () => ({ words: service.task ? [{ id: "task_1", task: service.task }] : [], cursor: "1", hasMore: false }),
  listen: (_after, next) => {
    listener = next;
    next.open();
    return () => undefined;
  },
};

beforeEach(async () => {
  service = { task: TASK, sent: [] };
  timers = [];
  replica = new Replica(storage, siblings, clock);
  sync = new Sync(replica, network, clock);
  await replica.load();
  void sync.run();
  await expect.poll(() => replica.snapshot().connection).toBe("live");
});

const states = () => replica.snapshot().outbox.map(({ state }) => state.is);

test("a change shows at once, and leaves the outbox when the feed has told of it", async () => {
  void replica.want({ kind: "complete", id: "task_1", completed: true });
  expect(replica.snapshot().tasks).toMatchObject([{ completed: true, waiting: true }]);
  await expect.poll(states).toEqual(["done"]);
  listener?.word({ id: "task_1", task: { ...TASK, completed: true, version: 2 } }, "2");
  expect(replica.snapshot().outbox).toEqual([]);
  expect(replica.snapshot().tasks).toMatchObject([{ completed: true, waiting: false }]);
});

test("without an answer it is one state, and the same is sent again", async () => {
  service.fails = new Failure("away", "no answer");
  void replica.want({ kind: "complete", id: "task_1", completed: true });
  await expect.poll(() => replica.snapshot().connection).toBe("none");
  expect(states()).toEqual(["waiting"]);
  service.fails = undefined;
  sync.hurry();
  await expect.poll(states).toEqual(["done"]);
  expect(replica.snapshot().connection).toBe("live");
});

test("a text that was changed elsewhere is not overwritten: both are there until somebody decides", async () => {
  service.task = { ...TASK, title: "Theirs", version: 2 };
  void replica.want(EDIT);
  await expect.poll(states).toEqual(["conflict"]);
  expect(replica.snapshot().outbox).toMatchObject([{ change: { title: "Mine" }, state: { theirs: { title: "Theirs" } } }]);
  const [intent] = replica.snapshot().outbox;
  if (intent) void replica.keepMine(intent);
  await expect.poll(states).toEqual(["done"]);
  expect(service.sent).toEqual([
    ["edit", 1],
    ["edit", 2],
  ]);
});

test("a tick elsewhere contradicts no text", async () => {
  service.task = { ...TASK, completed: true, version: 2 };
  void replica.want(EDIT);
  await expect.poll(states).toEqual(["done"]);
});

test("an answer that was lost, and somebody who went back to the old text: nobody knows which is meant, so it is asked", async () => {
  service.fails = new Failure("away", "no answer");
  void replica.want(EDIT);
  await expect.poll(() => service.sent.length).toBe(1);
  await expect.poll(() => timers.length).toBeGreaterThan(0);
  // The edit had arrived as version 2.
  service.task = { ...TASK, version: 3 };
  service.fails = undefined;
  sync.hurry();
  await expect.poll(states).toEqual(["conflict"]);
  expect(service.sent).toEqual([
    ["edit", 1],
    ["edit", 1],
  ]);
});

test("whoever deletes a task and restores it at once may hear of the end only", async () => {
  void replica.want({ kind: "delete", id: "task_1", title: "Old" });
  void replica.want({ kind: "restore", id: "task_1", task: TASK });
  await expect.poll(states).toEqual(["done", "done"]);
  listener?.word({ id: "task_1", task: TASK }, "3");
  expect(replica.snapshot().outbox).toEqual([]);
  expect(replica.snapshot().tasks).toMatchObject([{ id: "task_1", waiting: false }]);
});

test("a task that was deleted elsewhere stays deleted, and what was typed is there", async () => {
  service.task = null;
  void replica.want(EDIT);
  await expect.poll(states).toEqual(["gone"]);
  expect(replica.snapshot().outbox).toMatchObject([{ change: { title: "Mine" } }]);
});

test("what the service refuses is taken back on screen, kept for the person, and holds nothing else up", async () => {
  service.fails = new Failure("refused", "Must not contain control characters.");
  void replica.want({ ...EDIT, title: "a\u0007b" });
  await expect.poll(states).toEqual(["refused"]);
  expect(replica.snapshot().tasks).toMatchObject([{ title: "Old" }]);
  service.fails = undefined;
  void replica.want({ kind: "complete", id: "task_1", completed: true });
  await expect.poll(states).toEqual(["refused", "done"]);
});

test("a defect of the service is tried three times, and then somebody hears of it", async () => {
  service.fails = new Failure("fault", "Something went wrong.");
  void replica.want({ kind: "complete", id: "task_1", completed: true });
  for (let tries = 1; tries < 3; tries++) {
    await expect.poll(() => service.sent.length).toBe(tries);
    await expect.poll(() => timers.length).toBeGreaterThan(0);
    sync.hurry();
  }
  await expect.poll(states).toEqual(["refused"]);
  expect(service.sent).toHaveLength(3);
});

test("when nobody is signed in any more everything stops, and what waits stays", async () => {
  service.fails = new Failure("signedOut", "Nobody is signed in.");
  const ended = sync.run();
  void replica.want({ kind: "complete", id: "task_1", completed: true });
  await ended;
  expect(states()).toEqual(["waiting"]);
});
