import type { VisibleTask } from "../replica/model";
import { Button } from "../ui/Button";
import { PencilIcon, TrashIcon } from "../ui/icons";
import { sayDate } from "./dates";

interface TaskRowProps {
  task: VisibleTask;
  onEdit: (task: VisibleTask) => void;
  onDelete: (task: VisibleTask) => void;
  onComplete: (task: VisibleTask, completed: boolean) => void;
}

/** One task. Titles and descriptions are other people's text as far as the page is concerned: always shown as text. */
export function TaskRow({ task, onEdit, onDelete, onComplete }: TaskRowProps) {
  return (
    <div className="task" data-completed={task.completed || undefined}>
      <span className="task-check">
        <input type="checkbox" aria-label={task.title} checked={task.completed} onChange={(event) => onComplete(task, event.target.checked)} />
        <span className="box" aria-hidden="true">
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="m3.5 8.5 3 3 6-6.5" />
          </svg>
        </span>
      </span>
      <div className="task-texts">
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
          {task.waiting && <span className="task-waiting" role="img" aria-label="Not saved yet" />}
          {task.completedAt ? <Moment verb="Completed" at={task.completedAt} /> : <Moment verb="Added" at={task.createdAt} />}
        </span>
        <span className="task-actions">
          <Button tone="quiet" icon aria-label={`Edit ${task.title}`} onClick={() => onEdit(task)}>
            <PencilIcon />
          </Button>
          <Button tone="quiet" icon aria-label={`Delete ${task.title}`} onClick={() => onDelete(task)}>
            <TrashIcon />
          </Button>
        </span>
      </div>
    </div>
  );
}

function Moment({ verb, at }: { verb: string; at: string }) {
  return (
    <time dateTime={at}>
      <span className="visually-hidden">{verb} </span>
      {sayDate(at)}
    </time>
  );
}
