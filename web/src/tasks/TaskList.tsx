import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type MouseEvent, useRef } from "react";
import { type RowActions, RowContent, useStableActions } from "./RowContent";
import { isTask, type Row } from "./rows";
import { useRowFocus } from "./useRowFocus";
import { useTop } from "./useTop";

interface TaskListProps extends RowActions {
  rows: Row[];
}

/** The list. Only the rows near the window exist, so that 10,000 tasks scroll like ten. */
export function TaskList({ rows, ...actions }: TaskListProps) {
  const list = useRef<HTMLUListElement>(null);
  const top = useTop(list);
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: (index) => (rows[index]?.kind === "heading" ? 52 : 58),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 8,
    scrollMargin: top,
  });
  const items = virtualizer.getVirtualItems();

  const focus = useRowFocus(list, rows, (index) => virtualizer.scrollToIndex(index));
  const keys = (event: KeyboardEvent) => {
    const row = focus.rowOf(event.target);
    if (!row || !isTask(row)) return;
    if (event.key === "ArrowDown") focus.beside(row.key, 1);
    else if (event.key === "ArrowUp") focus.beside(row.key, -1);
    else if (event.key === "Delete") remove(row);
    else if (event.key === "e" && !event.ctrlKey && !event.metaKey && !event.altKey) actions.onEdit(row.task);
    else return;
    event.preventDefault();
  };
  const doubleClick = (event: MouseEvent<HTMLElement>) => {
    const row = focus.rowOf(event.target);
    if (row && isTask(row) && event.target instanceof Element && event.target.closest(".task-texts")) actions.onEdit(row.task);
  };
  const remove = (row: Row & { kind: "task" }) => {
    focus.afterRemovalOf(row.key);
    actions.onDelete(row.task);
  };
  const within = useStableActions({
    ...actions,
    onDelete: (task) => remove({ kind: "task", key: task.id, task }),
    onComplete: (task, completed) => {
      focus.afterMoveOf(task.id);
      actions.onComplete(task, completed);
    },
    onSave: (draft) => {
      focus.on(draft.base.id);
      actions.onSave(draft);
    },
    onCancel: (draft) => {
      focus.on(draft.base.id);
      actions.onCancel(draft);
    },
  });

  return (
    <ul ref={list} className="task-list" aria-label="Tasks" style={{ height: virtualizer.getTotalSize() }} onKeyDown={keys} onDoubleClick={doubleClick}>
      {items.map(({ index, key, start }) => {
        const row = rows[index];
        return (
          row && (
            <li
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              data-key={row.key}
              className={`row row-${row.kind}`}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              style={{ transform: `translateY(${start - top}px)` }}
            >
              <RowContent row={row} actions={within} />
            </li>
          )
        );
      })}
    </ul>
  );
}
