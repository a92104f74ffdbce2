// Where the keyboard goes in the list. Rows appear and vanish, and the focus must never vanish with one.
import { type RefObject, useEffect, useRef } from "react";
import { isTask, type Row } from "./rows";

/** What a row is worked with from the keyboard: the checkbox, or the title while it is edited. */
const TARGET = "input";

export function useRowFocus(list: RefObject<HTMLElement | null>, rows: Row[], scrollTo: (index: number) => void) {
  const wanted = useRef<string>(undefined);
  useEffect(() => {
    if (wanted.current === undefined) return;
    const target = list.current?.querySelector<HTMLElement>(`[data-key="${wanted.current}"] .task ${TARGET}`);
    if (!target) return;
    wanted.current = undefined;
    target.focus({ preventScroll: true });
  });

  const neighbour = (key: string, step: 1 | -1): number => {
    let index = rows.findIndex((row) => row.key === key) + step;
    while (rows[index] && rows[index]?.kind === "heading") index += step;
    return index;
  };
  const on = (key: string | undefined) => {
    wanted.current = key;
  };
  const besideOrQuickAdd = (key: string) => {
    const next = rows[neighbour(key, 1)] ?? rows[neighbour(key, -1)];
    if (next) on(next.key);
    else document.querySelector<HTMLElement>(".quick-add input")?.focus();
  };

  return {
    on,

    /** The row that holds an element, unless the element takes typed text. */
    rowOf(target: EventTarget): Row | undefined {
      if (!(target instanceof Element) || target.closest(".editor")) return undefined;
      const key = target.closest<HTMLElement>("[data-key]")?.dataset.key;
      return rows.find((row) => row.key === key);
    },

    beside(key: string, step: 1 | -1): void {
      const index = neighbour(key, step);
      const row = rows[index];
      if (!row || !isTask(row)) return;
      const target = list.current?.querySelector<HTMLElement>(`[data-key="${row.key}"] ${TARGET}`);
      if (target) target.focus({ preventScroll: true });
      else on(row.key);
      scrollTo(index);
    },

    afterRemovalOf: besideOrQuickAdd,

    /** A completed task moves to the others that are done; whoever works through the list stays where they are. */
    afterMoveOf(key: string): void {
      const row = list.current?.querySelector(`[data-key="${key}"]`);
      if (row?.contains(document.activeElement)) besideOrQuickAdd(key);
    },
  };
}
