// The same lists here as in the service: the cases are written by its own code (`make generated`).
import { expect, test } from "vitest";
import orders from "./cases/orders.json";
import cases from "./cases/searches.json";
import { fold } from "./folding";
import type { VisibleTask } from "./model";
import { countsOf, listOf, matches, type Order } from "./views";

function task(id: string, part: Partial<VisibleTask> = {}): VisibleTask {
  const at = "2026-01-01T00:00:00.000Z";
  return { id, title: id, description: "", completed: false, createdAt: at, updatedAt: at, completedAt: null, version: 1, place: 1, waiting: false, ...part };
}

test("a search finds here what it finds in the service", () => {
  const found = cases.searches.map(([search]) => {
    const view = { shown: "all", search: String(search) } as const;
    return [search, [...cases.titles.keys()].filter((index) => matches(task("1", { title: cases.titles[index] ?? "" }), view))];
  });
  expect(found).toEqual(cases.searches);
});

test("every character is folded as the service folds it", () => {
  const folded = new Map(cases.folded as [string, string][]);
  const wrong: string[] = [];
  for (let code = 0; code <= 0x10ffff; code += 1) {
    const character = String.fromCodePoint(code);
    if (fold(character) !== (folded.get(character) ?? character)) wrong.push(code.toString(16));
  }
  expect(wrong).toEqual([]);
});

test.each(orders.orders.map(({ order, ids }) => [order, ids] as const))("%s is the order of the service", (order, ids) => {
  const tasks = orders.tasks.map(({ id, completed, createdAt, change }) =>
    task(id, { completed, createdAt: new Date(createdAt).toISOString(), place: change }),
  );
  expect(listOf(tasks, { shown: "all", search: "", order: order as Order }).map(({ id }) => id)).toEqual(ids);
});

test("lists and counts know the same tasks", () => {
  const tasks = [task("1", { title: "Lange Straße" }), task("2", { title: "Straßenfest", completed: true }), task("3")];
  const found = (shown: "all" | "open" | "completed") => listOf(tasks, { shown, search: "strasse", order: "OLDEST" }).map(({ id }) => id);
  expect([found("all"), found("open"), found("completed")]).toEqual([["1", "2"], ["1"], ["2"]]);
  expect(countsOf(tasks, "strasse")).toEqual({ open: 1, completed: 1 });
});
