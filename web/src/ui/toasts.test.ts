import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { toasts } from "./toasts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  toasts.dismissAll();
  vi.useRealTimers();
});

test("what was announced happens when the message leaves, and not if it was undone", () => {
  const [gone, undone, run] = [vi.fn(), vi.fn(), vi.fn()];
  toasts.show({ text: "First", tone: "plain" }, gone);
  const second = toasts.show({ text: "Second", tone: "plain", action: { label: "Undo", run } }, undone);
  toasts.act(second);
  vi.advanceTimersByTime(60_000);
  expect(gone).toHaveBeenCalledOnce();
  expect(run).toHaveBeenCalledOnce();
  expect(undone).not.toHaveBeenCalled();
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
