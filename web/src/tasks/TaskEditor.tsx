import { type FormEvent, type KeyboardEvent, useState } from "react";
import { type Task, trimmed } from "../replica/model";
import { Button } from "../ui/Button";
import { Field, TextField } from "../ui/Field";
import { Notice } from "../ui/Notice";
import { useServerInfo } from "../useServerInfo";
import { Conflict } from "./Conflict";
import { contradicts, type Draft } from "./editing";

interface TaskEditorProps {
  draft: Draft;
  /** The task as it is now, or nothing if it was deleted in the meantime. */
  now: Task | undefined;
  onChange: (draft: Draft) => void;
  onSave: () => void;
  onCancel: () => void;
  onSaveAsNew: () => void;
}

/** Title and description in place of the row. Enter in the title saves, Escape leaves. */
export function TaskEditor({ draft, now, onChange, onSave, onCancel, onSaveAsNew }: TaskEditorProps) {
  const server = useServerInfo();
  const [tried, setTried] = useState(false);
  const conflict = now && contradicts(draft, now) ? now : undefined;
  const room = roomOf(draft.description, server?.maxDescriptionLength);
  const problems = tried ? problemsOf(draft, server) : {};

  const submit = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    if (conflict || !now) return;
    setTried(true);
    if (Object.keys(problemsOf(draft, server)).length === 0) onSave();
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Escape") onCancel();
    else if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) submit(event);
  };

  return (
    <form className="editor form" aria-label={`Edit ${draft.base.title}`} noValidate onSubmit={submit} onKeyDown={keys}>
      <Field label="Title" name="title" error={problems.title} value={draft.title} onChange={(title) => onChange({ ...draft, title })} autoFocus />
      <TextField
        label="Description"
        name="description"
        rows={3}
        error={problems.description}
        value={draft.description}
        onChange={(description) => onChange({ ...draft, description })}
        hint={room}
      />
      {conflict && <Conflict theirs={conflict} onKeepMine={() => onChange({ ...draft, base: conflict })} onTakeTheirs={onCancel} />}
      {!now && <Notice tone="warn">This task was deleted on another device while you were editing. Your text is still here.</Notice>}
      <div className="editor-actions">
        {now ? (
          <Button type="submit" tone="primary" disabled={conflict !== undefined}>
            Save
          </Button>
        ) : (
          <Button tone="primary" onClick={onSaveAsNew}>
            Save as new task
          </Button>
        )}
        <Button onClick={onCancel}>{now ? "Cancel" : "Discard"}</Button>
      </div>
    </form>
  );
}

interface Problems {
  title?: string;
  description?: string;
}

/** What the service would refuse for sure. The rest is found out by it, and then comes back above the list. */
function problemsOf({ title, description }: Draft, server: ReturnType<typeof useServerInfo>): Problems {
  const problems: Problems = {};
  const { length } = [...trimmed(title)];
  if (length === 0) problems.title = "Must not be empty.";
  else if (server && length > server.maxTitleLength) problems.title = `At most ${server.maxTitleLength} characters are allowed.`;
  if (server && [...description].length > server.maxDescriptionLength) {
    problems.description = `At most ${server.maxDescriptionLength} characters are allowed.`;
  }
  return problems;
}

/** Said only when it matters. Characters are counted as the service counts them. */
function roomOf(text: string, most: number | undefined): string | undefined {
  if (most === undefined) return undefined;
  const left = most - [...text].length;
  if (left > 200) return undefined;
  return left >= 0 ? `${left} characters left` : `${-left} characters too many`;
}
