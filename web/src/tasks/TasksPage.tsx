import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { explain } from "../api/errors";
import { PageHeader } from "../PageHeader";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import { usePageTitle } from "../ui/usePageTitle";
import { deletions } from "./deletions";
import { draftOf, isUnchanged, type Draft } from "./editing";
import { EmptyList, LoadingList } from "./EmptyList";
import { useAddTask, useUnsavedTasks } from "./mutations";
import type { Task } from "./placement";
import { QuickAdd } from "./QuickAdd";
import { rowsOf } from "./rows";
import { TaskList } from "./TaskList";
import { Toolbar } from "./Toolbar";
import { useEditedTask } from "./useEditedTask";
import { useLeaveWarning } from "./useLeaveWarning";
import { useLiveTasks } from "./useLiveTasks";
import { useTaskCounts, useTaskList } from "./useTaskList";
import { useTaskView } from "./view";

const NONE: Task[] = [];

/** The dashboard: open and completed tasks, and everything that can be done with them. */
export default function TasksPage() {
  const client = useQueryClient();
  const heading = usePageTitle<HTMLHeadingElement>("Tasks");
  const liveness = useLiveTasks();
  const [view, changeView] = useTaskView();
  const list = useTaskList(view);
  const counts = useTaskCounts(view.search).data;
  const [draft, setDraft] = useState<Draft>();
  const hidden = useSyncExternalStore(deletions.subscribe, deletions.hidden);
  const unsaved = useUnsavedTasks();
  const addAgain = useAddTask(() => undefined);
  const tasks = list.data?.tasks ?? NONE;
  const edited = useEditedTask(draft, tasks);
  const rows = rowsOf({ tasks, hidden, unsaved, draft, edited, view, counts });
  useLeaveWarning(unsaved.length > 0 || (draft !== undefined && !isUnchanged(draft)));
  useUndoKey();

  const remove = useCallback((task: Task) => deletions.delete(client, task), [client]);
  const edit = useCallback((task: Task) => setDraft((open) => open ?? draftOf(task)), []);
  const saveAsNew = ({ title, description }: Draft) => {
    addAgain(title, description);
    setDraft(undefined);
  };

  return (
    <>
      <PageHeader liveness={liveness} />
      <main className="page" aria-busy={list.isPlaceholderData}>
        <h1 ref={heading} tabIndex={-1} className="page-title">
          Tasks
        </h1>
        <QuickAdd />
        <Toolbar view={view} counts={counts} onChange={changeView} />
        {list.isError && <LoadProblem error={list.error} onRetry={() => void list.refetch()} />}
        {list.isPending && <LoadingList />}
        {list.data && rows.length === 0 && <EmptyList view={view} onShowAll={() => changeView({ shown: "all", search: "" })} />}
        {rows.length > 0 && (
          <TaskList
            rows={rows}
            total={list.data?.hasNextPage ? undefined : rows.length}
            onNearEnd={list.loadMore}
            onEdit={edit}
            onDelete={remove}
            onCompletion={() => undefined}
            onDraft={setDraft}
            onClose={() => setDraft(undefined)}
            onSaveAsNew={saveAsNew}
          />
        )}
        {list.moreError !== undefined && <LoadProblem error={list.moreError} onRetry={() => void list.loadMore()} />}
      </main>
    </>
  );
}

function LoadProblem({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <Notice tone="bad">
      <span>The tasks could not be loaded. {explain(error)}</span>
      <Button onPress={onRetry}>Try again</Button>
    </Notice>
  );
}

/** Ctrl+Z, or Cmd+Z, outside of texts takes back the last deletion. */
function useUndoKey(): void {
  useEffect(() => {
    const undo = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.matches("input:not([type=checkbox]):not([type=radio]), textarea");
      if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || typing) return;
      event.preventDefault();
      deletions.undo();
    };
    window.addEventListener("keydown", undo);
    return () => window.removeEventListener("keydown", undo);
  }, []);
}
