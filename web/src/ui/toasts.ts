// Short messages at the edge of the page. Each stays for a while, and longer while somebody points at it.

export interface Toast {
  id: number;
  text: string;
  tone: "plain" | "bad";
  action?: { label: string; run: () => void };
}

interface Running extends Toast {
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Long enough to read it, to think, and to get there by keyboard. Nothing depends on it: Ctrl+Z goes on working. */
const STAY_MS = 15_000;
const AT_ONCE = 3;

let shown: Running[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

export const toasts = {
  current: (): readonly Toast[] => shown,

  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },

  show(toast: Omit<Toast, "id">): void {
    const id = nextId++;
    change([...shown, { ...toast, id, timer: undefined }]);
    start(id);
    for (const old of shown.slice(0, -AT_ONCE)) toasts.dismiss(old.id);
  },

  act(id: number): void {
    const toast = shown.find((other) => other.id === id);
    toasts.dismiss(id);
    toast?.action?.run();
  },

  dismiss(id: number): void {
    const toast = shown.find((other) => other.id === id);
    if (!toast) return;
    clearTimeout(toast.timer);
    change(shown.filter((other) => other !== toast));
  },

  /** The way back that the latest message offers was taken in another way. */
  dismissLatest(): void {
    const latest = shown.findLast(({ action }) => action);
    if (latest) toasts.dismiss(latest.id);
  },

  /** They are about somebody who is not here any more. */
  clear(): void {
    for (const { id } of shown) toasts.dismiss(id);
  },

  hold(): void {
    for (const toast of shown) clearTimeout(toast.timer);
  },

  release(): void {
    for (const toast of shown) start(toast.id);
  },
};

export function reportProblem(text: string): void {
  toasts.show({ text, tone: "bad" });
}

function start(id: number): void {
  const toast = shown.find((other) => other.id === id);
  if (!toast) return;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => toasts.dismiss(id), STAY_MS);
}

function change(next: Running[]): void {
  shown = next;
  for (const listener of listeners) listener();
}
