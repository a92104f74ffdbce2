import type { Task, Texts } from "../replica/model";
import { Button } from "../ui/Button";
import { Text } from "./HeldChanges";

interface ConflictProps {
  /** What was typed here, where it is not on screen anyway. */
  mine?: Texts;
  theirs: Task;
  onKeepMine: () => void;
  onTakeTheirs: () => void;
}

/** The task was changed elsewhere while it was changed here: shows what it says now and asks which text shall stay. */
export function Conflict({ mine, theirs, onKeepMine, onTakeTheirs }: ConflictProps) {
  return (
    <div className="conflict" role="alert">
      <p className="conflict-title">Changed on another device while you were editing. It now says:</p>
      <Text texts={theirs} />
      {mine && (
        <>
          <p className="conflict-title">You wrote:</p>
          <Text texts={mine} />
        </>
      )}
      <div className="editor-actions">
        <Button onClick={onKeepMine}>Keep mine</Button>
        <Button onClick={onTakeTheirs}>Take the other</Button>
      </div>
    </div>
  );
}
