import { memo, useLayoutEffect, useMemo, useRef } from "react";
import type { VisibleTask } from "../replica/model";
import type { Draft } from "./editing";
import type { Row } from "./rows";
import { TaskEditor } from "./TaskEditor";
import { TaskRow } from "./TaskRow";

/** What can be done in a row. */
export interface RowActions {
  onEdit: (task: VisibleTask) => void;
  onDelete: (task: VisibleTask) => void;
  onComplete: (task: VisibleTask, completed: boolean) => void;
  onDraft: (draft: Draft) => void;
  onSave: (draft: Draft) => void;
  onCancel: (draft: Draft) => void;
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
      onComplete: (task, completed) => latest.current.onComplete(task, completed),
      onDraft: (draft) => latest.current.onDraft(draft),
      onSave: (draft) => latest.current.onSave(draft),
      onCancel: (draft) => latest.current.onCancel(draft),
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
          {row.title} <span className="count">{row.count.toLocaleString()}</span>
        </h2>
      );
    case "editor":
      return (
        <TaskEditor
          draft={row.draft}
          now={row.now}
          onChange={actions.onDraft}
          onSave={() => actions.onSave(row.draft)}
          onCancel={() => actions.onCancel(row.draft)}
          onSaveAsNew={() => actions.onSaveAsNew(row.draft)}
        />
      );
    case "task":
      return <TaskRow task={row.task} {...actions} />;
  }
});
