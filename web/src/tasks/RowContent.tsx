import { memo, useLayoutEffect, useMemo, useRef } from "react";
import type { Draft } from "./editing";
import type { Task } from "./placement";
import type { Row } from "./rows";
import { TaskEditor } from "./TaskEditor";
import { TaskRow } from "./TaskRow";
import { UnsavedRow } from "./UnsavedRow";

/** What can be done in a row. */
export interface RowActions {
  onEdit: (task: Task) => void;
  onDelete: (task: Task) => void;
  onCompletion: (task: Task) => void;
  onDraft: (draft: Draft) => void;
  onClose: (taskId: string) => void;
  onSaveAsNew: (draft: Draft) => void;
}

/** Actions that stay the same object, so that rows on screen need not be drawn again while the list scrolls past them. */
export function useStableActions(actions: RowActions): RowActions {
  const latest = useRef(actions);
  useLayoutEffect(() => {
    latest.current = actions;
  });
  return useMemo(
    () => ({
      onEdit: (task) => latest.current.onEdit(task),
      onDelete: (task) => latest.current.onDelete(task),
      onCompletion: (task) => latest.current.onCompletion(task),
      onDraft: (draft) => latest.current.onDraft(draft),
      onClose: (taskId) => latest.current.onClose(taskId),
      onSaveAsNew: (draft) => latest.current.onSaveAsNew(draft),
    }),
    [],
  );
}

export const RowContent = memo(function RowContent({ row, actions }: { actions: RowActions; row: Row }) {
  switch (row.kind) {
    case "heading":
      return (
        <h2 className="group-heading">
          {row.title} {row.count !== undefined && <span className="count">{row.count.toLocaleString("en")}</span>}
        </h2>
      );
    case "unsaved":
      return <UnsavedRow task={row.unsaved} />;
    case "editor":
      return (
        <TaskEditor
          draft={row.draft}
          now={row.now}
          onChange={actions.onDraft}
          onClose={() => actions.onClose(row.draft.base.id)}
          onSaveAsNew={actions.onSaveAsNew}
        />
      );
    case "task":
      return <TaskRow task={row.task} {...actions} />;
  }
});
