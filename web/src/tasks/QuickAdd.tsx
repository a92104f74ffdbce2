import { useId, useRef, useState, type FormEvent } from "react";
import { explain } from "../api/errors";
import { useServerInfo } from "../useServerInfo";
import { Button } from "../ui/Button";
import { PlusIcon } from "../ui/icons";
import { useAddTask, type NewTask } from "./mutations";

/** One line: type, Enter, type the next. A text that is refused comes back with the reason. */
export function QuickAdd() {
  const [title, setTitle] = useState("");
  const [problem, setProblem] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  const problemId = useId();
  const longest = useServerInfo()?.maxTitleLength;
  const takeBack = (refused: NewTask, error: unknown) => {
    setTitle((typed) => (typed === "" ? refused.title : `${refused.title} ${typed}`));
    setProblem(explain(error));
    input.current?.focus();
  };
  const add = useAddTask(takeBack);

  function submit(event: FormEvent) {
    event.preventDefault();
    const length = [...title.trim()].length;
    if (length === 0) return setProblem("Say what there is to do.");
    if (longest !== undefined && length > longest) return setProblem(tooLong(length, longest));
    add(title);
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

function tooLong(length: number, longest: number): string {
  return `This title has ${length} characters, and ${longest} is the most. Put the details into the description.`;
}
