// Which tasks are looked at, and in what order. It lives in the address bar, so that a reload or a bookmark shows the same.
import { useMemo } from "react";
import { useSearchParams } from "wouter";
import type { Order, View } from "../replica/views";

const ORDERS: readonly Order[] = ["OPEN_FIRST", "NEWEST", "OLDEST", "RECENTLY_UPDATED"];

export function useTaskView(): [View, (change: Partial<View>) => void] {
  const [params, setParams] = useSearchParams();
  const view = useMemo(() => viewFrom(params), [params]);
  const change = (part: Partial<View>) => {
    // "Back" takes back a choice, not a letter.
    setParams(paramsOf({ ...view, ...part }), { replace: "search" in part });
  };
  return [view, change];
}

function viewFrom(params: URLSearchParams): View {
  const shown = params.get("show");
  return {
    shown: shown === "open" || shown === "completed" ? shown : "all",
    search: params.get("search") ?? "",
    order: ORDERS.find((order) => order === params.get("order")) ?? "OPEN_FIRST",
  };
}

/** Only what differs from the usual view is worth a place in the address. */
function paramsOf({ shown, search, order }: View): URLSearchParams {
  const params = new URLSearchParams();
  if (shown !== "all") params.set("show", shown);
  if (search !== "") params.set("search", search);
  if (order !== "OPEN_FIRST") params.set("order", order);
  return params;
}
