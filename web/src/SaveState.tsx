import { useSnapshot } from "./device/useReplica";
import { type Intent, isHeld } from "./replica/model";
import type { Connection } from "./replica/ports";

/** Whether everything that was done is saved, and if not, how much waits. To a person, all reasons for having no connection are one. */
export function SaveState() {
  const { connection, loaded, outbox } = useSnapshot();
  const held = outbox.filter(isHeld).length;
  const waiting = outbox.filter(({ state }) => state.is === "waiting").length;
  return (
    <p className="save-state" data-state={waiting + held === 0 ? connection : "waiting"} role="status">
      {[
        words(loaded ? connection : "starting", outbox),
        waiting > 0 && `${changes(waiting)} wait${waiting === 1 ? "s" : ""}`,
        held > 0 && `${changes(held)} need${held === 1 ? "s" : ""} you`,
      ]
        .filter((part) => part)
        .join(" · ")}
    </p>
  );
}

function words(connection: Connection, outbox: readonly Intent[]): string | undefined {
  switch (connection) {
    case "starting":
      return "Connecting…";
    case "live":
      return outbox.length === 0 ? "All saved" : undefined;
    case "none":
      return "No connection";
    case "misfit":
      return "Taskhive was updated: reload this page";
  }
}

function changes(count: number): string {
  return count === 1 ? "1 change" : `${count.toLocaleString()} changes`;
}
