import { QueryClientProvider } from "@tanstack/react-query";
import { renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { queryClient } from "../queryClient";
import { session } from "../session/session";
import { grant, serve } from "../testing/service";
import { useLiveTasks } from "./useLiveTasks";

/** The browser's socket, opened by the test. */
class Socket {
  static readonly OPEN = 1;
  static opened: Socket[] = [];
  readyState = 0;
  closed?: number;
  onopen?: () => Promise<void>;
  constructor() {
    Socket.opened.push(this);
  }
  close(code: number) {
    this.closed = code;
  }
}

const unhandled = vi.fn();

beforeEach(async () => {
  vi.stubGlobal("WebSocket", Socket);
  process.on("unhandledRejection", unhandled);
  serve({ SignIn: () => ({ login: grant() }) });
  await session.signIn("ada@example.org", "password");
});

afterEach(() => {
  process.off("unhandledRejection", unhandled);
  vi.unstubAllGlobals();
});

test("signing out while the live connection is being made leaves no error behind", async () => {
  const { unmount } = renderHook(() => useLiveTasks(), {
    wrapper: ({ children }) => <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>,
  });
  await expect.poll(() => Socket.opened.length).toBe(1);
  const [socket] = Socket.opened;
  session.end("signedOut");
  unmount();
  await socket?.onopen?.();
  expect(socket?.closed).toBe(4005);
  await new Promise((next) => setImmediate(next));
  expect(unhandled).not.toHaveBeenCalled();
});
