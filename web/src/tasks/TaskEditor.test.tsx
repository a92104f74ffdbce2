import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { queryClient } from "../queryClient";
import { session } from "../session/session";
import { grant, refusal, serve, SERVER } from "../testing/service";
import { draftOf } from "./editing";
import type { Task } from "./placement";
import { TaskEditor } from "./TaskEditor";

const TASK: Task = {
  id: "task_1",
  title: "Buy bread",
  description: "",
  completed: false,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
  completedAt: null,
  version: 4,
};

beforeEach(async () => {
  serve({ SignIn: () => ({ login: grant() }) });
  await session.signIn("ada@example.org", "password");
});

afterEach(() => session.end("signedOut"));

function Editing({ now, onClose, onSaveAsNew }: { now: Task | undefined; onClose: () => void; onSaveAsNew: () => void }) {
  const [draft, setDraft] = useState(draftOf(TASK));
  return <TaskEditor draft={draft} now={now} onChange={setDraft} onClose={onClose} onSaveAsNew={onSaveAsNew} />;
}

function edit(now: Task | undefined) {
  const [onClose, onSaveAsNew] = [vi.fn(), vi.fn()];
  render(
    <QueryClientProvider client={queryClient}>
      <Editing now={now} onClose={onClose} onSaveAsNew={onSaveAsNew} />
    </QueryClientProvider>,
  );
  return { onClose, onSaveAsNew };
}

test("saving says which version it expects", async () => {
  const calls = serve({ ServerInfo: () => SERVER, UpdateTask: () => ({ updateTask: { task: { ...TASK, title: "Buy rye", version: 5 } } }) });
  const { onClose } = edit(TASK);
  await userEvent.clear(screen.getByLabelText("Title"));
  await userEvent.type(screen.getByLabelText("Title"), "Buy rye{Enter}");
  await expect.poll(() => onClose).toHaveBeenCalled();
  const { variables } = calls.find(({ operation }) => operation === "UpdateTask") ?? {};
  expect(variables).toEqual({ input: { id: "task_1", title: "Buy rye", description: "", expectedVersion: 4 } });
});

test("a broken rule is said at its field, and the text stays", async () => {
  const issues = [{ path: ["input", "title"], reason: "BLANK" as const, message: "Must not be empty." }];
  serve({ ServerInfo: () => SERVER, UpdateTask: () => refusal({ code: "VALIDATION", issues }) });
  const { onClose } = edit(TASK);
  await userEvent.clear(screen.getByLabelText("Title"));
  await userEvent.type(screen.getByLabelText("Title"), " {Enter}");
  expect(await screen.findByText("Must not be empty.")).toBeVisible();
  expect(screen.getByLabelText("Title")).toHaveValue(" ");
  expect(onClose).not.toHaveBeenCalled();
});

test("a text that changed elsewhere is shown, and nothing is saved before somebody decides", async () => {
  serve({ ServerInfo: () => SERVER });
  edit({ ...TASK, title: "Buy cake", version: 5 });
  expect(screen.getByRole("alert")).toHaveTextContent("Buy cake");
  expect(screen.getByRole("button", { name: "Save" })).toBeDisabled();
  await userEvent.click(screen.getByRole("button", { name: "Keep editing mine" }));
  expect(screen.getByRole("button", { name: "Save" })).toBeEnabled();
});

test("completing a task elsewhere is no conflict", () => {
  serve({ ServerInfo: () => SERVER });
  edit({ ...TASK, completed: true, version: 5 });
  expect(screen.queryByRole("alert")).not.toBeInTheDocument();
});

test("a task deleted elsewhere can be saved anew", async () => {
  serve({ ServerInfo: () => SERVER });
  const { onSaveAsNew } = edit(undefined);
  await userEvent.click(screen.getByRole("button", { name: "Save as new task" }));
  expect(onSaveAsNew).toHaveBeenCalled();
});
