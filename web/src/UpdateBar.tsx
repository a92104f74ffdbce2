import { useSyncExternalStore } from "react";
import { Button } from "./ui/Button";
import { updates } from "./updates";

/** Says that a newer Taskhive is there. It never comes by itself under somebody's hands. */
export function UpdateBar() {
  const isReady = useSyncExternalStore(updates.subscribe, updates.isReady);
  return (
    <div role="status">
      {isReady && (
        <p className="update">
          A newer Taskhive is ready.
          <Button onClick={updates.take}>Reload</Button>
        </p>
      )}
    </div>
  );
}
