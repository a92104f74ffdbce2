// Which tasks are looked at, and in what order. It lives in the address bar, so that a reload or a bookmark shows the same.
import { useMemo } from "react";
import { useSearchParams } from "wouter";
import type { TaskFilter, TaskOrder } from "../gql/graphql";

export type Shown = "all" | "open" | "completed";

export interface TaskView {
  shown: Shown;
  search: string;
  order: TaskOrder;
}

const ORDERS: readonly TaskOrder[] = ["OPEN_FIRST", "NEWEST", "OLDEST", "RECENTLY_UPDATED"];

export function filterOf(view: Pick<TaskView, "shown" | "search">): TaskFilter {
  const filter: TaskFilter = {};
  if (view.shown !== "all") filter.completed = view.shown === "completed";
  if (view.search !== "") filter.search = view.search;
  return filter;
}

export function useTaskView(): [TaskView, (change: Partial<TaskView>) => void] {
  const [params, setParams] = useSearchParams();
  const view = useMemo(() => viewFrom(params), [params]);
  const change = (part: Partial<TaskView>) => {
    setParams(paramsOf({ ...view, ...part }), { replace: true });
  };
  return [view, change];
}

function viewFrom(params: URLSearchParams): TaskView {
  const shown = params.get("show");
  return {
    shown: shown === "open" || shown === "completed" ? shown : "all",
    search: params.get("search") ?? "",
    order: ORDERS.find((order) => order === params.get("order")) ?? "OPEN_FIRST",
  };
}

/** Only what differs from the usual view is worth a place in the address. */
function paramsOf({ shown, search, order }: TaskView): URLSearchParams {
  const params = new URLSearchParams();
  if (shown !== "all") params.set("show", shown);
  if (search !== "") params.set("search", search);
  if (order !== "OPEN_FIRST") params.set("order", order);
  return params;
}
