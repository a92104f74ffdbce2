import type { View } from "../replica/views";
import { Button } from "../ui/Button";
import { Mark } from "../ui/icons";

/** What to say when there is nothing to list, and what to do about it. */
export function EmptyList({ view, onShowAll }: { view: View; onShowAll: () => void }) {
  const [title, text] = wording(view);
  return (
    <div className="empty">
      <Mark />
      <p className="empty-title">{title}</p>
      <p className="empty-text">{text}</p>
      {(view.search !== "" || view.shown !== "all") && <Button onClick={onShowAll}>Show all tasks</Button>}
    </div>
  );
}

function wording({ search, shown }: View): [string, string] {
  if (search !== "") return ["Nothing found", `No ${shown === "all" ? "" : `${shown} `}task has all of these words: ${search}`];
  switch (shown) {
    case "open":
      return ["All done", "Nothing is open. Enjoy it, or add what comes next."];
    case "completed":
      return ["Nothing done yet", "Completed tasks gather here."];
    case "all":
      return ["Nothing to do yet", "Write your first task into the field above and press Enter."];
  }
}

/** Grey shapes in place of the list while it is on its way. */
export function LoadingList() {
  return (
    <div className="loading" role="status">
      <span className="visually-hidden">Loading tasks…</span>
      {[72, 48, 60, 36, 54].map((width) => (
        <div key={width} className="loading-row" aria-hidden="true">
          <span className="box" />
          <span className="loading-bar" style={{ width: `${width}%` }} />
        </div>
      ))}
    </div>
  );
}
