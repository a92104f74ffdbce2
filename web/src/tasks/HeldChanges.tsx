import type { Intent, Texts } from "../replica/model";
import type { Replica } from "../replica/replica";
import { newTaskId } from "../replica/taskId";
import { Button } from "../ui/Button";
import { Conflict } from "./Conflict";

/** What could not be done and waits for somebody to decide, each with what they had typed. */
export function HeldChanges({ held, replica }: { held: readonly Intent[]; replica: Replica }) {
  if (held.length === 0) return null;
  return (
    <section className="held" aria-label="Changes that need you">
      {held.map((intent) => (
        <HeldChange key={intent.n} intent={intent} replica={replica} />
      ))}
    </section>
  );
}

function HeldChange({ intent, replica }: { intent: Intent; replica: Replica }) {
  const { change, state } = intent;
  const letGo = () => void replica.discard(intent);
  if (state.is === "conflict" && change.kind === "edit") {
    return <Conflict mine={change} theirs={state.theirs} onKeepMine={() => void replica.keepMine(intent)} onTakeTheirs={letGo} />;
  }
  const texts = textsOf(intent);
  const saveAsNew = () => {
    if (!texts) return;
    letGo();
    void replica.want({ kind: "create", id: newTaskId(), ...texts });
  };
  return (
    <div className="conflict" role="alert">
      <p className="conflict-title">{reasonOf(intent, nameOf(intent, replica))}</p>
      {texts && <Text texts={texts} />}
      <div className="editor-actions">
        {state.is === "refused" && <Button onClick={() => void replica.again(intent)}>Try again</Button>}
        {texts && change.kind !== "create" && <Button onClick={saveAsNew}>Save as new task</Button>}
        <Button onClick={letGo}>{texts ? "Discard" : "OK"}</Button>
      </div>
    </div>
  );
}

export function Text({ texts: { title, description } }: { texts: Texts }) {
  return (
    <blockquote className="conflict-text">
      <p dir="auto">{title}</p>
      {description !== "" && (
        <p className="task-description" dir="auto">
          {description}
        </p>
      )}
    </blockquote>
  );
}

function textsOf({ change }: Intent): Texts | undefined {
  if (change.kind === "restore") return { title: change.task.title, description: change.task.description };
  return "description" in change ? { title: change.title, description: change.description } : undefined;
}

function nameOf({ change }: Intent, replica: Replica): string {
  const title = replica.task(change.id)?.title ?? ("title" in change ? change.title : undefined);
  return title === undefined ? "A task" : `“${title}”`;
}

function reasonOf({ change, state }: Intent, name: string): string {
  if (state.is === "gone") {
    return change.kind === "complete" ? `${name} was deleted on another device.` : "This task was deleted on another device. Your text is still here:";
  }
  const why = state.is === "refused" ? state.message : "";
  switch (change.kind) {
    case "create":
      return `This task could not be added. ${why}`;
    case "edit":
      return `This change could not be saved. ${why}`;
    case "complete":
      return `${name} was not ${change.completed ? "completed" : "reopened"}. ${why}`;
    case "delete":
      return `${name} was not deleted. ${why}`;
    case "restore":
      return `This task could not be brought back. ${why}`;
  }
}
