// Deletions that can still be undone. A deleted task disappears at once; the service hears of it when the message with the
// undo button leaves. So undoing restores everything, dates included.
import type { QueryClient } from "@tanstack/react-query";
import { Refusal, SessionOver, explain } from "../api/errors";
import { api } from "../session/api";
import { reportProblem, toasts } from "../ui/toasts";
import { applyRemoval } from "./cache";
import { deleteTaskMutation } from "./operations";
import type { Task } from "./placement";

let hidden: ReadonlySet<string> = new Set();
let latest: number | undefined;
const listeners = new Set<() => void>();

export const deletions = {
  hidden: (): ReadonlySet<string> => hidden,

  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },

  delete(client: QueryClient, task: Task): void {
    hide(task.id);
    const action = { label: "Undo", run: () => unhide(task.id) };
    latest = toasts.show({ text: `Deleted “${task.title}”`, tone: "plain", action }, () => void carryOut(client, task));
  },

  /** Takes back the last deletion, if it still can be. */
  undo(): void {
    if (latest !== undefined) toasts.act(latest);
    latest = undefined;
  },
};

async function carryOut(client: QueryClient, { id, title }: Task): Promise<void> {
  const mutationFn = () => api(deleteTaskMutation, { id }, { keepalive: true });
  try {
    await client.getMutationCache().build(client, { ...client.getDefaultOptions().mutations, mutationFn }).execute(undefined);
    applyRemoval(client, id);
  } catch (error) {
    if (error instanceof Refusal && error.is("NOT_FOUND")) applyRemoval(client, id);
    else if (!(error instanceof SessionOver)) reportProblem(`“${title}” was not deleted. ${explain(error)}`);
  }
  unhide(id);
}

function hide(id: string): void {
  change(new Set([...hidden, id]));
}

function unhide(id: string): void {
  change(new Set([...hidden].filter((other) => other !== id)));
}

function change(next: ReadonlySet<string>): void {
  hidden = next;
  for (const listener of listeners) listener();
}

// Whoever leaves the page has decided.
if (typeof window !== "undefined") window.addEventListener("pagehide", () => toasts.dismissAll());
