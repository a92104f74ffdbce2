import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import type { Task } from "../replica/model";
import { SERVER, serve } from "../testing/service";
import { type Draft, draftOf, editOf } from "./editing";
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

const [onSave, onCancel, onSaveAsNew] = [vi.fn<(draft: Draft) => void>(), vi.fn(), vi.fn()];

function Editing({ now }: { now: Task | undefined }) {
  const [draft, setDraft] = useState(draftOf(TASK));
  return <TaskEditor draft={draft} now={now} onChange={setDraft} onSave={() => onSave(draft)} onCancel={onCancel} onSaveAsNew={onSaveAsNew} />;
}

function edit(now: Task | undefined) {
  serve({ ServerInfo: () => SERVER });
  render(<Editing now={now} />);
}

test("saving says what the task said when somebody began to type", async () => {
  edit({ ...TASK, completed: true, version: 5 });
  await userEvent.clear(screen.getByLabelText("Title"));
  await userEvent.type(screen.getByLabelText("Title"), " Buy rye {Enter}");
  const [draft] = onSave.mock.lastCall ?? [];
  expect(draft && editOf(draft)).toEqual({
    kind: "edit",
    id: "task_1",
    title: "Buy rye",
    description: "",
    base: { title: "Buy bread", description: "" },
    version: null,
  });
});

test("a broken rule is said at its field, and the text stays", async () => {
  onSave.mockClear();
  edit(TASK);
  await userEvent.clear(screen.getByLabelText("Title"));
  await userEvent.type(screen.getByLabelText("Title"), " {Enter}");
  expect(await screen.findByText("Must not be empty.")).toBeVisible();
  expect(screen.getByLabelText("Title")).toHaveValue(" ");
  expect(onSave).not.toHaveBeenCalled();
});

test("a text that changed elsewhere is shown, and nothing is saved before somebody decides", async () => {
  edit({ ...TASK, title: "Buy cake", version: 5 });
  expect(screen.getByRole("alert")).toHaveTextContent("Buy cake");
  expect(screen.getByRole("button", { name: "Save" })).toBeDisabled();
  await userEvent.click(screen.getByRole("button", { name: "Keep mine" }));
  expect(screen.getByRole("button", { name: "Save" })).toBeEnabled();
});

test("completing a task elsewhere is no conflict", () => {
  edit({ ...TASK, completed: true, version: 5 });
  expect(screen.queryByRole("alert")).not.toBeInTheDocument();
});

test("a task deleted elsewhere can be saved anew", async () => {
  edit(undefined);
  await userEvent.click(screen.getByRole("button", { name: "Save as new task" }));
  expect(onSaveAsNew).toHaveBeenCalled();
});
