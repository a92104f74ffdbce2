import { Button } from "../ui/Button";
import type { Task } from "./placement";

interface ConflictProps {
  theirs: Task;
  onKeepMine: () => void;
  onTakeTheirs: () => void;
}

/** The task was changed elsewhere while it was edited here: shows what it says now and asks which text shall stay. */
export function Conflict({ theirs, onKeepMine, onTakeTheirs }: ConflictProps) {
  return (
    <div className="conflict" role="alert">
      <p className="conflict-title">Changed on another device while you were editing. It now says:</p>
      <blockquote className="conflict-text">
        <p>{theirs.title}</p>
        {theirs.description !== "" && <p className="task-description">{theirs.description}</p>}
      </blockquote>
      <div className="editor-actions">
        <Button onPress={onKeepMine}>Keep editing mine</Button>
        <Button onPress={onTakeTheirs}>Use theirs</Button>
      </div>
    </div>
  );
}
