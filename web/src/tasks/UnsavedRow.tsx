import { explain } from "../api/errors";
import { Button } from "../ui/Button";
import { useUnsavedActions, type UnsavedTask } from "./mutations";

/** A task that the service does not have yet. */
export function UnsavedRow({ task: { input, error, waiting } }: { task: UnsavedTask }) {
  const { retry, discard } = useUnsavedActions();
  return (
    <div className="task task-unsaved" data-failed={error !== null || undefined}>
      <span className="box" aria-hidden="true" />
      <div className="task-texts">
        <p className="task-title" dir="auto">
          {input.title}
        </p>
        {error !== null && (
          <p className="field-error" role="alert">
            Not saved. {explain(error)}
          </p>
        )}
      </div>
      {error === null ? (
        <span className="task-date">{waiting ? "Waiting for connection" : "Saving…"}</span>
      ) : (
        <span className="unsaved-actions">
          <Button onPress={() => retry(input.id)}>Try again</Button>
          <Button tone="quiet" onPress={() => discard(input.id)}>
            Discard
          </Button>
        </span>
      )}
    </div>
  );
}
