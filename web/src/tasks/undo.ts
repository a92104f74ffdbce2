// What can be taken back, the latest first: a stack for each account, kept in the tab so that a reload does not empty it.
import { keepDraft, keptDraft } from "../device/drafts";
import type { Change, Task } from "../replica/model";
import type { Replica } from "../replica/replica";

/** What is to be done, and its name. */
interface Step {
  name: number;
  back: Extract<Change, { kind: "restore" | "complete" }>;
}

/** More than anybody takes back one by one. */
const DEPTH = 100;

export class UndoStack {
  #steps: Step[];

  constructor(
    private readonly userId: string,
    private readonly replica: Replica,
  ) {
    this.#steps = keptDraft<Step[]>(userId, "undo") ?? [];
  }

  /** Deletes a task; returns the name of what takes that back. */
  delete(task: Task): number {
    void this.replica.want({ kind: "delete", id: task.id, title: task.title });
    return this.#push({ kind: "restore", id: task.id, task: plain(task) });
  }

  /** Completes or reopens a task; returns the name of what takes that back. */
  setCompleted({ id }: Task, completed: boolean): number {
    void this.replica.want({ kind: "complete", id, completed });
    return this.#push({ kind: "complete", id, completed: !completed });
  }

  /** Takes one thing back: the one of that name, or the latest. False if there is none. */
  undo(name = this.#steps.at(-1)?.name): boolean {
    const step = this.#steps.find((other) => other.name === name);
    if (!step) return false;
    this.#keep(this.#steps.filter((other) => other !== step));
    void this.replica.want(step.back);
    return true;
  }

  #push(back: Step["back"]): number {
    const name = (this.#steps.at(-1)?.name ?? 0) + 1;
    this.#keep([...this.#steps, { name, back }].slice(-DEPTH));
    return name;
  }

  #keep(steps: Step[]): void {
    this.#steps = steps;
    keepDraft(this.userId, "undo", steps.length > 0 ? steps : undefined);
  }
}

/** Only what the service knows of a task. */
function plain({ id, title, description, completed, createdAt, updatedAt, completedAt, version }: Task): Task {
  return { id, title, description, completed, createdAt, updatedAt, completedAt, version };
}
