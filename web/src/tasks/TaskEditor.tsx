import { useState, type FormEvent, type KeyboardEvent } from "react";
import { Refusal, SessionOver, explain } from "../api/errors";
import { useServerInfo } from "../useServerInfo";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { Notice } from "../ui/Notice";
import { Conflict } from "./Conflict";
import { contradicts, isUnchanged, type Draft } from "./editing";
import { useUpdateTask } from "./mutations";
import type { Task } from "./placement";

interface TaskEditorProps {
  draft: Draft;
  /** The task as it is now, or nothing if it was deleted in the meantime. */
  now: Task | undefined;
  onChange: (draft: Draft) => void;
  onClose: () => void;
  onSaveAsNew: (draft: Draft) => void;
}

/** Title and description in place of the row. Enter in the title saves, Escape leaves. */
export function TaskEditor({ draft, now, onChange, onClose, onSaveAsNew }: TaskEditorProps) {
  const update = useUpdateTask(draft.base.id);
  const server = useServerInfo();
  const [problem, setProblem] = useState<unknown>();
  const conflict = now && contradicts(draft, now) ? now : undefined;

  const issues = issuesOf(problem);

  async function save() {
    if (update.isPending) return;
    if (isUnchanged(draft)) return onClose();
    const expectedVersion = (now ?? draft.base).version;
    try {
      await update.mutateAsync({ title: draft.title, description: draft.description, expectedVersion });
      onClose();
    } catch (error) {
      // The conflict shows itself as soon as the newer task has arrived.
      if (!(error instanceof SessionOver || (error instanceof Refusal && error.is("CONFLICT")))) setProblem(error);
    }
  }

  const submit = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    if (!conflict && now) void save();
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !update.isPending) onClose();
    else if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) submit(event);
  };

  return (
    <form className="editor form" aria-label={`Edit ${draft.base.title}`} noValidate onSubmit={submit} onKeyDown={keys}>
      <Field label="Title" name="title" error={issues["title"]} value={draft.title} onChange={(title) => onChange({ ...draft, title })} autoFocus />
      <Field
        label="Description"
        name="description"
        lines={3}
        error={issues["description"]}
        value={draft.description}
        onChange={(description) => onChange({ ...draft, description })}
        hint={server && room(draft.description, server.maxDescriptionLength)}
      />
      {problem !== undefined && Object.keys(issues).length === 0 && <Notice tone="bad">{explain(problem)}</Notice>}
      {conflict && <Conflict theirs={conflict} onKeepMine={() => onChange({ ...draft, base: conflict })} onTakeTheirs={onClose} />}
      {!now && <Notice tone="warn">This task was deleted on another device while you were editing. Your text is still here.</Notice>}
      <div className="editor-actions">
        {now ? (
          <Button type="submit" tone="primary" isDisabled={conflict !== undefined} isPending={update.isPending}>
            {update.isPaused ? "Waiting for connection…" : update.isPending ? "Saving…" : "Save"}
          </Button>
        ) : (
          <Button tone="primary" onPress={() => onSaveAsNew(draft)}>
            Save as new task
          </Button>
        )}
        <Button onPress={onClose} isDisabled={update.isPending && !update.isPaused}>
          {now ? "Cancel" : "Discard"}
        </Button>
      </div>
    </form>
  );
}

function issuesOf(problem: unknown): Record<string, string> {
  const issues: Record<string, string> = {};
  if (!(problem instanceof Refusal)) return issues;
  for (const field of ["title", "description"]) {
    const message = problem.issueOf(field);
    if (message) issues[field] = message;
  }
  return issues;
}

/** Said only when it matters. Characters are counted as the service counts them. */
function room(text: string, most: number): string | undefined {
  const left = most - [...text].length;
  if (left > 200) return undefined;
  return left >= 0 ? `${left} characters left` : `${-left} characters too many`;
}
