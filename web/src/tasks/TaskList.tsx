import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type KeyboardEvent } from "react";
import { RowContent, useStableActions, type RowActions } from "./RowContent";
import { isTask, type Row } from "./rows";
import { useRowFocus } from "./useRowFocus";
import { useTop } from "./useTop";

interface TaskListProps extends RowActions {
  rows: Row[];
  /** Rows there are in all, if that is known. */
  total: number | undefined;
  /** Somebody comes near the end of what is loaded. */
  onNearEnd: () => void;
}

/** Rows ahead of the last loaded one at which the next page is asked for. */
const AHEAD = 40;

/** The list. Only the rows near the window exist, so that 10,000 tasks scroll like ten. */
export function TaskList({ rows, total, onNearEnd, ...actions }: TaskListProps) {
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
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - AHEAD) onNearEnd();
  }, [last, rows.length, onNearEnd]);

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
  const remove = (row: Row & { kind: "task" }) => {
    focus.afterRemovalOf(row.key);
    actions.onDelete(row.task);
  };
  const within = useStableActions({
    ...actions,
    onDelete: (task) => remove({ kind: "task", key: task.id, task }),
    onCompletion: (task) => focus.afterMoveOf(task.id),
    onClose: (id) => {
      focus.on(id);
      actions.onClose(id);
    },
  });

  return (
    <ul ref={list} className="task-list" aria-label="Tasks" style={{ height: virtualizer.getTotalSize() }} onKeyDown={keys}>
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
              aria-setsize={total ?? -1}
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
