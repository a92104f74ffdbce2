import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { useReplica, useSnapshot } from "../device/useReplica";
import { type Intent, trimmed } from "../replica/model";
import { newTaskId } from "../replica/taskId";
import { Button } from "../ui/Button";
import { PlusIcon } from "../ui/icons";
import { useServerInfo } from "../useServerInfo";
import { useKeptDraft } from "./useKeptDraft";

/** One line: type, Enter, type the next. A text that is refused comes back with the reason. */
export function QuickAdd({ onAdded }: { onAdded: (title: string) => void }) {
  const [title, setTitle] = useKeptDraft("quick-add", "");
  const [problem, setProblem] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  const problemId = useId();
  const longest = useServerInfo()?.maxTitleLength;
  const replica = useReplica();
  const mine = useRefused((refused, message) => {
    setTitle(title === "" ? refused : `${refused} ${title}`);
    setProblem(message);
    input.current?.focus();
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    const text = trimmed(title);
    const { length } = [...text];
    if (length === 0) return;
    if (longest !== undefined && length > longest) return setProblem(tooLong(length, longest));
    const id = newTaskId();
    mine.add(id);
    void replica.want({ kind: "create", id, title: text, description: "" });
    onAdded(text);
    setTitle("");
    setProblem(undefined);
  }

  return (
    <form className="quick-add" onSubmit={submit}>
      <div className="quick-add-line">
        <input
          ref={input}
          className="input"
          aria-label="New task"
          aria-describedby={problem && problemId}
          aria-invalid={problem !== undefined}
          placeholder="What needs doing?"
          autoComplete="off"
          enterKeyHint="done"
          value={title}
          onChange={(event) => {
            setTitle(event.target.value);
            setProblem(undefined);
          }}
        />
        <Button type="submit" tone="primary" aria-label="Add task">
          <PlusIcon />
          <span>Add</span>
        </Button>
      </div>
      <p id={problemId} className="field-error" role="alert">
        {problem}
      </p>
    </form>
  );
}

/** Takes back what was typed here and refused; what was typed elsewhere or before a reload is shown above the list. */
function useRefused(takeBack: (title: string, message: string) => void): Set<string> {
  const { outbox } = useSnapshot();
  const replica = useReplica();
  const mine = useRef(new Set<string>()).current;
  const refused = outbox.find((intent) => mine.has(intent.change.id) && isRefusedAddition(intent));
  useEffect(() => {
    if (refused?.change.kind !== "create" || refused.state.is !== "refused") return;
    mine.delete(refused.change.id);
    takeBack(refused.change.title, refused.state.message);
    void replica.discard(refused);
  });
  return mine;
}

function isRefusedAddition({ change, state }: Intent): boolean {
  return change.kind === "create" && state.is === "refused";
}

function tooLong(length: number, longest: number): string {
  return `This title has ${length} characters, and ${longest} is the most. Put the details into the description.`;
}
