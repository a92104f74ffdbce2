import { Checkbox } from "react-aria-components";
import { Button } from "../ui/Button";
import { PencilIcon, TrashIcon } from "../ui/icons";
import { sayDate } from "./dates";
import { useSetCompleted } from "./mutations";
import type { Task } from "./placement";

interface TaskRowProps {
  task: Task;
  onEdit: (task: Task) => void;
  onDelete: (task: Task) => void;
  onCompletion: (task: Task) => void;
}

/** One task. Titles and descriptions are other people's text as far as the page is concerned: always shown as text. */
export function TaskRow({ task, onEdit, onDelete, onCompletion }: TaskRowProps) {
  const setCompleted = useSetCompleted(task.id);
   const completed = setCompleted.isPending ? setCompleted.variables : task.completed;
  const complete = (checked: boolean) => {
    onCompletion(task);
    setCompleted.mutate(checked);
  };
  return (
    <div className="task" data-completed={completed || undefined}>
      <Checkbox className="task-check" aria-label={task.title} isSelected={completed} onChange={complete}>
        <span className="box" aria-hidden="true">
          <svg viewBox="0 0 16 16">
            <path d="m3.5 8.5 3 3 6-6.5" />
          </svg>
        </span>
      </Checkbox>
      <div className="task-texts" onDoubleClick={() => onEdit(task)}>
        <p className="task-title" dir="auto">
          {task.title}
        </p>
        {task.description !== "" && (
          <p className="task-description" dir="auto">
            {task.description}
          </p>
        )}
      </div>
      <div className="task-side">
      <span className="task-date">
        {task.completedAt ? <Moment verb="Completed" at={task.completedAt} /> : <Moment verb="Added" at={task.createdAt} />}
      </span>
      <span className="task-actions">
        <Button tone="quiet" icon aria-label={`Edit ${task.title}`} onPress={() => onEdit(task)}>
          <PencilIcon />
        </Button>
        <Button tone="quiet" icon aria-label={`Delete ${task.title}`} onPress={() => onDelete(task)}>
          <TrashIcon />
        </Button>
      </span>
      </div>
    </div>
  );
}

function Moment({ verb, at }: { verb: string; at: string }) {
  return (
    <time dateTime={at} >
      <span className="visually-hidden">{verb} </span>
      {sayDate(at)}
    </time>
  );
}
