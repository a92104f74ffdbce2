import type { Counts, Order, Shown, View } from "../replica/views";
import { Button } from "../ui/Button";
import { CloseIcon, SearchIcon } from "../ui/icons";

interface ToolbarProps {
  view: View;
  counts: Counts | undefined;
  onChange: (change: Partial<View>) => void;
}

/** What to show: search, filter, order. */
export function Toolbar({ view, counts, onChange }: ToolbarProps) {
  return (
    <search className="toolbar" aria-label="Find tasks">
      <Search value={view.search} onChange={(search) => onChange({ search })} />
      <ShownChoice value={view.shown} counts={counts} onChange={(shown) => onChange({ shown })} />
      <OrderChoice value={view.order} onChange={(order) => onChange({ order })} />
      <p className="visually-hidden" role="status">
        {view.search !== "" && counts && found(counts, view.shown)}
      </p>
    </search>
  );
}

/** Said to those who do not see the list change. */
function found({ open, completed }: Counts, shown: Shown): string {
  const count = { all: open + completed, open, completed }[shown];
  return count === 1 ? "1 task found" : `${count.toLocaleString()} tasks found`;
}

/** More is not looked for. */
const LONGEST_SEARCH = 100;

/** Every key searches: everything there is to find is on this device. */
function Search({ value, onChange }: { value: string; onChange: (search: string) => void }) {
  return (
    <div className="search">
      <SearchIcon />
      <input
        type="search"
        className="input"
        aria-label="Search tasks"
        placeholder="Search"
        enterKeyHint="search"
        maxLength={LONGEST_SEARCH}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && onChange("")}
      />
      {value !== "" && (
        <Button tone="quiet" icon aria-label="Clear search" onClick={() => onChange("")}>
          <CloseIcon />
        </Button>
      )}
    </div>
  );
}

function ShownChoice({ value, counts, onChange }: { value: Shown; counts: ToolbarProps["counts"]; onChange: (shown: Shown) => void }) {
  const choices: [Shown, string, number | undefined][] = [
    ["all", "All", counts && counts.open + counts.completed],
    ["open", "Open", counts?.open],
    ["completed", "Done", counts?.completed],
  ];
  return (
    <fieldset className="segments">
      <legend className="visually-hidden">Show</legend>
      {choices.map(([shown, label, count]) => (
        <label key={shown} className="segment">
          <input type="radio" name="shown" checked={shown === value} onChange={() => onChange(shown)} />
          {label}
          {count !== undefined && <span className="count">{count.toLocaleString()}</span>}
        </label>
      ))}
    </fieldset>
  );
}

const ORDERS: Record<Order, string> = {
  OPEN_FIRST: "Open first",
  NEWEST: "Newest first",
  OLDEST: "Oldest first",
  RECENTLY_UPDATED: "Recently changed",
};

function OrderChoice({ value, onChange }: { value: Order; onChange: (order: Order) => void }) {
  return (
    <label className="order">
      <span className="visually-hidden">Order</span>
      <select className="input" value={value} onChange={(event) => onChange(event.target.value as Order)}>
        {Object.entries(ORDERS).map(([order, label]) => (
          <option key={order} value={order}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}
