import { useEffect, useState } from "react";
import { Input, Label, Radio, RadioGroup, SearchField } from "react-aria-components";
import type { TaskOrder } from "../gql/graphql";
import { Button } from "../ui/Button";
import { CloseIcon, SearchIcon } from "../ui/icons";
import type { Shown, TaskView } from "./view";

interface ToolbarProps {
  view: TaskView;
  counts: { open: number; completed: number } | undefined;
  onChange: (change: Partial<TaskView>) => void;
}

/** What to show: search, filter, order. */
export function Toolbar({ view, counts, onChange }: ToolbarProps) {
  return (
    <div className="toolbar" role="search" aria-label="Find tasks">
      <Search value={view.search} onChange={(search) => onChange({ search })} />
      <ShownChoice value={view.shown} counts={counts} onChange={(shown) => onChange({ shown })} />
      <OrderChoice value={view.order} onChange={(order) => onChange({ order })} />
    </div>
  );
}

/** The service takes no more than this. */
const LONGEST_SEARCH = 100;

function Search({ value, onChange }: { value: string; onChange: (search: string) => void }) {
  const [typed, setTyped] = useState(value);
  const [told, setTold] = useState(value);
  if (told !== value) {
    setTold(value);
    setTyped(value);
  }
  useEffect(() => {
    const search = typed.trim();
    if (search === told) return undefined;
    // Asked when somebody pauses, not at every key.
    const timer = setTimeout(() => {
      setTold(search);
      onChange(search);
    }, 200);
    return () => clearTimeout(timer);
  });
  return (
    <SearchField className="search" aria-label="Search tasks" value={typed} onChange={setTyped} maxLength={LONGEST_SEARCH}>
      <SearchIcon />
      <Input className="input" placeholder="Search" enterKeyHint="search" />
      <Button tone="quiet" icon aria-label="Clear search">
        <CloseIcon />
      </Button>
    </SearchField>
  );
}

function ShownChoice({ value, counts, onChange }: { value: Shown; counts: ToolbarProps["counts"]; onChange: (shown: Shown) => void }) {
  const choices: [Shown, string, number | undefined][] = [
    ["all", "All", counts && counts.open + counts.completed],
    ["open", "Open", counts?.open],
    ["completed", "Done", counts?.completed],
  ];
  return (
    <RadioGroup className="segments" aria-label="Show" orientation="horizontal" value={value} onChange={(shown) => onChange(shown as Shown)}>
      {choices.map(([shown, label, count]) => (
        <Radio key={shown} value={shown} className="segment">
          {label}
          {count !== undefined && <span className="count">{count.toLocaleString("en")}</span>}
        </Radio>
      ))}
    </RadioGroup>
  );
}

const ORDERS: Record<TaskOrder, string> = {
  OPEN_FIRST: "Open first",
  NEWEST: "Newest first",
  OLDEST: "Oldest first",
  RECENTLY_UPDATED: "Recently changed",
};

function OrderChoice({ value, onChange }: { value: TaskOrder; onChange: (order: TaskOrder) => void }) {
  return (
    <label className="order">
      <Label elementType="span" className="visually-hidden">
        Order
      </Label>
      <select className="input" value={value} onChange={(event) => onChange(event.target.value as TaskOrder)}>
        {Object.entries(ORDERS).map(([order, label]) => (
          <option key={order} value={order}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}
