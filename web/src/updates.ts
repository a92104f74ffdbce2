// The page's files on the device, and word of newer ones: `scripts/service-worker.js` keeps them.

let waiting: ServiceWorker | undefined;
const listeners = new Set<() => void>();

/** How often a page that stays open looks for a newer one. */
const LOOK_MS = 3_600_000;

export const updates = {
  /** Whether a newer Taskhive is on the device and waits for a reload. */
  isReady: (): boolean => waiting !== undefined,

  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },

  /** Lets the newer one take over, and shows it. */
  take(): void {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
    waiting?.postMessage("takeOver");
  },

  /** Keeps this page on the device. Without it everything works, as long as there is a network. */
  async keep(): Promise<void> {
    if (!("serviceWorker" in navigator)) return;
    const registration = await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" });
    const look = () => noteWaiting(registration);
    look();
    registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
    setInterval(() => registration.update().catch(() => undefined), LOOK_MS);
  },
};

/** The first one waits for nobody: there is nothing that it would replace. */
function noteWaiting(registration: ServiceWorkerRegistration): void {
  const next = registration.waiting ?? undefined;
  if (next === waiting || !navigator.serviceWorker.controller) return;
  waiting = next;
  for (const listener of listeners) listener();
}
