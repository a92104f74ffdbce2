import { useSyncExternalStore } from "react";
import { Button } from "./Button";
import { CloseIcon } from "./icons";
import { toasts } from "./toasts";

export function ToastRegion() {
  const shown = useSyncExternalStore(toasts.subscribe, toasts.current);
  return (
    <section className="toasts" aria-label="Messages" onMouseEnter={toasts.hold} onMouseLeave={toasts.release} onFocus={toasts.hold} onBlur={toasts.release}>
      <div role="status" aria-live="polite">
        {shown.map((toast) => (
          <div key={toast.id} className="toast" data-tone={toast.tone}>
            <span className="toast-text">{toast.text}</span>
            {toast.action && (
              <Button tone="onDark" onClick={() => toasts.act(toast.id)}>
                {toast.action.label}
              </Button>
            )}
            <Button tone="onDark" icon aria-label="Dismiss" onClick={() => toasts.dismiss(toast.id)}>
              <CloseIcon />
            </Button>
          </div>
        ))}
      </div>
    </section>
  );
}
