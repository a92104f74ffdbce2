import { expect, test } from "vitest";
import { newTaskId } from "./taskId";

test("ids are UUIDs of version 7 that carry their time and never repeat", () => {
  const id = newTaskId(0x0197c0df1c3d);
  expect(id).toMatch(/^task_0197c0df1c3d7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  expect(new Set(Array.from({ length: 1000 }, () => newTaskId())).size).toBe(1000);
});
