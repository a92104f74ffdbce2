import { useEffect, useMemo } from "react";
import { useReplica, useSnapshot } from "../device/useReplica";
import { PageHeader } from "../PageHeader";
import { isHeld, type VisibleTask } from "../replica/model";
import { newTaskId } from "../replica/taskId";
import { countsOf, listOf, matches } from "../replica/views";
import { useSession } from "../session/useSession";
import { Notice } from "../ui/Notice";
import { toasts } from "../ui/toasts";
import { usePageTitle } from "../ui/usePageTitle";
import { EmptyList, LoadingList } from "./EmptyList";
import { type Draft, draftOf, editOf, isUnchanged } from "./editing";
import { HeldChanges } from "./HeldChanges";
import { QuickAdd } from "./QuickAdd";
import { rowsOf } from "./rows";
import { TaskList } from "./TaskList";
import { Toolbar } from "./Toolbar";
import { UndoStack } from "./undo";
import { useKeptDraft } from "./useKeptDraft";
import { useLeaveWarning } from "./useLeaveWarning";
import { useTaskView } from "./view";

/** The dashboard: open and completed tasks, and everything that can be done with them. All of it is about the device's copy. */
export default function TasksPage() {
  const heading = usePageTitle<HTMLHeadingElement>("Tasks");
  const replica = useReplica();
  const { tasks, outbox, complete, storageProblem } = useSnapshot();
  const [view, changeView] = useTaskView();
  const list = useMemo(() => listOf(tasks, view), [tasks, view]);
  const counts = useMemo(() => countsOf(tasks, view.search), [tasks, view.search]);
  const undo = useUndo();
  const [draft, setDraft] = useKeptDraft<Draft | undefined>("editor", undefined);
  const edited = draft && tasks.find(({ id }) => id === draft.base.id);
  const rows = rowsOf({ tasks: list, draft, edited, view, counts });
  useLeaveWarning(storageProblem !== undefined && outbox.length > 0);

  const save = (typed: Draft) => {
    if (!isUnchanged(typed)) void replica.want(editOf(typed));
    setDraft(undefined);
  };
  const cancel = (typed: Draft) => {
    setDraft(undefined);
    if (isUnchanged(typed)) return;
    toasts.show({ text: "Changes discarded", tone: "plain", action: { label: "Undo", run: () => setDraft(typed) } });
  };
  const saveAsNew = ({ title, description }: Draft) => {
    void replica.want({ kind: "create", id: newTaskId(), title, description });
    setDraft(undefined);
  };
  const showAll = () => changeView({ shown: "all", search: "" });
  /** What is added while something else is looked at must not seem to vanish. */
  const added = (title: string) => {
    if (matches({ title, description: "", completed: false }, view)) return;
    toasts.show({ text: `Added “${title}”`, tone: "plain", action: { label: "Show", run: showAll } });
  };
  /** What was typed in another row is saved, as if somebody had said so. */
  const edit = (task: VisibleTask) => {
    if (draft) save(draft);
    setDraft(draftOf(task));
  };

  return (
    <>
      <PageHeader />
      <main className="page" aria-busy={!complete}>
        <h1 ref={heading} tabIndex={-1} className="page-title">
          Tasks
        </h1>
        {storageProblem && <Notice tone="warn">{storageProblem}</Notice>}
        <QuickAdd onAdded={added} />
        <Toolbar view={view} counts={complete ? counts : undefined} onChange={changeView} />
        <HeldChanges held={outbox.filter(isHeld)} replica={replica} />
        {rows.length === 0 && (complete ? <EmptyList view={view} onShowAll={showAll} /> : <LoadingList />)}
        {rows.length > 0 && (
          <TaskList
            rows={rows}
            onEdit={edit}
            onDelete={(task) => said(`Deleted “${task.title}”`, undo, undo.delete(task))}
            onComplete={(task, completed) => said(`${completed ? "Completed" : "Reopened"} “${task.title}”`, undo, undo.setCompleted(task, completed))}
            onDraft={setDraft}
            onSave={save}
            onCancel={cancel}
            onSaveAsNew={saveAsNew}
          />
        )}
      </main>
    </>
  );
}

/** Says what was done, with the way back. */
function said(text: string, undo: UndoStack, step: number): void {
  toasts.show({ text, tone: "plain", action: { label: "Undo", run: () => undo.undo(step) } });
}

/** What can be taken back: by Ctrl+Z, or Cmd+Z, outside of texts, one after the other. */
function useUndo(): UndoStack {
  const replica = useReplica();
  const state = useSession();
  const userId = state.status === "signedIn" ? state.user.id : "";
  const stack = useMemo(() => new UndoStack(userId, replica), [userId, replica]);
  useEffect(() => {
    const undo = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.matches("input:not([type=checkbox]):not([type=radio]), textarea");
      if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || typing) return;
      event.preventDefault();
      if (stack.undo()) toasts.dismissLatest();
    };
    window.addEventListener("keydown", undo);
    return () => window.removeEventListener("keydown", undo);
  }, [stack]);
  return stack;
}
