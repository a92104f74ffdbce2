// The browser shows or hides a changed task by its own search, so this must find what the service's finds.
import { expect, test } from "vitest";
import cases from "../testing/searches.json";
import { fold } from "./folding";
import { matches, type Task } from "./placement";

test("a search finds here what it finds in the service", () => {
  const titled = (title: string) => ({ title, description: "", completed: false }) as Task;
  const found = cases.searches.map(([search]) => {
    const view = { shown: "all", search: String(search) } as const;
    return [search, [...cases.titles.keys()].filter((index) => matches(titled(cases.titles[index] ?? ""), view))];
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
