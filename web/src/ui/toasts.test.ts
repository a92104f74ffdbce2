import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { toasts } from "./toasts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  toasts.clear();
  vi.useRealTimers();
});

test("a message leaves by itself, and at once when its action is chosen, which runs once", () => {
  const run = vi.fn();
  toasts.show({ text: "First", tone: "plain" });
  toasts.show({ text: "Second", tone: "plain", action: { label: "Undo", run } });
  const [, second] = toasts.current();
  toasts.act(second?.id ?? 0);
  toasts.act(second?.id ?? 0);
  expect(toasts.current().map(({ text }) => text)).toEqual(["First"]);
  vi.advanceTimersByTime(60_000);
  expect(toasts.current()).toEqual([]);
  expect(run).toHaveBeenCalledOnce();
});

test("a message stays while somebody points at it", () => {
  toasts.show({ text: "Wait", tone: "plain" });
  toasts.hold();
  vi.advanceTimersByTime(60_000);
  expect(toasts.current()).toHaveLength(1);
  toasts.release();
  vi.advanceTimersByTime(60_000);
  expect(toasts.current()).toHaveLength(0);
});
