// What becomes of changes when the feed tells of their task. Pure.
import { type Intent, type Row, sameTexts, type Task } from "./model";
import type { Word } from "./ports";

/** The intents that are left after what the feed told of a task. The same list if that answers nothing. */
export function afterWord(intents: readonly Intent[], { id, task }: Word): readonly Intent[] {
  const mine = intents.filter(({ change, state }) => change.id === id && (state.is === "done" || state.is === "conflict"));
  if (mine.length === 0) return intents;
  // Whoever deleted and restored a task may hear of the end of it only.
  const back = task ? mine.findLast(({ change, state }) => change.kind === "restore" && state.is === "done") : undefined;
  return intents.flatMap((intent) => {
    if (!mine.includes(intent)) return intent;
    if (intent.state.is === "done") return (back && intent.n <= back.n) || answers(intent, task) ? [] : intent;
    if (!task) return { ...intent, state: { is: "gone" } };
    return intent.change.kind === "edit" && sameTexts(task, intent.change) ? [] : { ...intent, state: { is: "conflict", theirs: task } };
  });
}

/** Whether what the feed has told already shows that something was done. */
export function isKnown(done: Intent, row: Row | undefined): boolean {
  return (row !== undefined || done.change.kind === "delete") && answers(done, row?.task ?? null);
}

/** Whether a task, or its absence, shows that what was done has arrived. */
function answers({ change, state }: Intent, task: Task | null): boolean {
  if (change.kind === "delete" || task === null) return task === null && change.kind !== "restore";
  return state.is === "done" && task.version >= (state.version ?? 0);
}

/** Whether a change makes no sense without another one that somebody lets go of. */
export function needs(later: Intent, { n, change, state }: Intent): boolean {
  if (later.change.id !== change.id || later.n <= n) return false;
  return change.kind === "create" || (state.is === "conflict" && later.change.kind === "edit");
}
