// Short messages at the edge of the page. Each stays for a while, longer while somebody points at it, and then does what it
// announced.

export interface Toast {
  id: number;
  text: string;
  tone: "plain" | "bad";
  action?: { label: string; run: () => void };
}

interface Running extends Toast {
  gone: (() => void) | undefined;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const STAY_MS = 8000;
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

  /** `gone` runs when the message leaves, unless its action was chosen. */
  show(toast: Omit<Toast, "id">, gone?: () => void): number {
    const id = nextId++;
    change([...shown, { ...toast, id, gone, timer: undefined }]);
    start(id);
    for (const old of shown.slice(0, -AT_ONCE)) toasts.dismiss(old.id);
    return id;
  },

  act(id: number): void {
    const toast = remove(id);
    toast?.action?.run();
  },

  dismiss(id: number): void {
    remove(id)?.gone?.();
  },

  /** Everything that was announced happens now. */
  dismissAll(): void {
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

function remove(id: number): Running | undefined {
  const toast = shown.find((other) => other.id === id);
  if (!toast) return undefined;
  clearTimeout(toast.timer);
  change(shown.filter((other) => other !== toast));
  return toast;
}

function change(next: Running[]): void {
  shown = next;
  for (const listener of listeners) listener();
}
