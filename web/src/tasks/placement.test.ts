import { expect, test } from "vitest";
import { append, matches, place, without, type LoadedTasks, type Task } from "./placement";
import type { TaskView } from "./view";

const VIEW: TaskView = { shown: "all", search: "", order: "OPEN_FIRST" };

function task(id: string, part: Partial<Task> = {}): Task {
  const at = `2026-01-01T00:00:0${id}.000Z`;
  return { id, title: `Task ${id}`, description: "", completed: false, createdAt: at, updatedAt: at, completedAt: null, version: 1, ...part };
}

function list(tasks: Task[], hasNextPage = false): LoadedTasks {
  return { tasks, endCursor: "end", hasNextPage };
}

const ids = ({ tasks }: LoadedTasks) => tasks.map(({ id }) => id).join("");

test("a task goes where the service's order puts it", () => {
  const loaded = list([task("3"), task("1"), task("2", { completed: true })]);
  expect(ids(place(loaded, task("4"), VIEW))).toBe("4312");
  expect(ids(place(loaded, task("3", { completed: true, version: 2 }), VIEW))).toBe("132");
  expect(ids(place(list([task("1"), task("3")]), task("2"), { ...VIEW, order: "OLDEST" }))).toBe("123");
  const changed = task("1", { updatedAt: "2026-02-01T00:00:00.000Z", version: 2 });
  expect(ids(place(list([task("3"), task("1")]), changed, { ...VIEW, order: "RECENTLY_UPDATED" }))).toBe("13");
});

test("a task that the filter leaves out leaves the list", () => {
  const view: TaskView = { ...VIEW, shown: "open" };
  expect(ids(place(list([task("2"), task("1")]), task("2", { completed: true, version: 2 }), view))).toBe("1");
  expect(ids(place(list([task("1")]), task("2", { completed: true }), view))).toBe("1");
});

test("behind the last loaded task nothing is added while pages are missing", () => {
  const oldest: TaskView = { ...VIEW, order: "OLDEST" };
  expect(ids(place(list([task("1")], true), task("2"), oldest))).toBe("1");
  expect(ids(place(list([task("1")], false), task("2"), oldest))).toBe("12");
});

test("older knowledge changes nothing", () => {
  const loaded = list([task("1", { title: "New", version: 3 })]);
  expect(place(loaded, task("1", { title: "Old", version: 2 }), VIEW)).toBe(loaded);
});

test("a page is added without what is there already", () => {
  const page = { tasks: [task("2"), task("1")], endCursor: "later", hasNextPage: false };
  const all = append(list([task("3"), task("2")], true), page);
  expect([ids(all), all.endCursor, all.hasNextPage]).toEqual(["321", "later", false]);
  expect(ids(without(all, "2"))).toBe("31");
});

test("every word must occur, in the title or in the description, in any case", () => {
  const found = task("1", { title: "Buy BREAD", description: "rye" });
  expect(matches(found, { shown: "all", search: "bread Rye" })).toBe(true);
  expect(matches(found, { shown: "all", search: "bread wheat" })).toBe(false);
});
