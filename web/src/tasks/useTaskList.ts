// The list on screen: its first pages as a query, and more of them while somebody scrolls.
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { api } from "../session/api";
import { listKey, countsKey, withChangesMeanwhile } from "./cache";
import { taskCountsQuery, taskPageQuery } from "./operations";
import { append, type LoadedTasks } from "./placement";
import { filterOf, type TaskView } from "./view";

const PAGE_SIZE = 100;
/** After a lost connection this much is fetched anew; what lies behind it is fetched when somebody scrolls there again. */
const REFETCHED = 1000;
const NOTHING: LoadedTasks = { tasks: [], endCursor: null, hasNextPage: true };

export function useTaskList(view: TaskView) {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: listKey(view),
    queryFn: () => {
      const loaded = client.getQueryData<LoadedTasks>(listKey(view))?.tasks.length ?? 0;
      return withChangesMeanwhile(view, () => loadStart(view, Math.min(loaded, REFETCHED)));
    },
    placeholderData: keepPreviousData,
  });
  const more = useMore(view);
  return { ...query, ...more };
}

/** Loads the next page, one at a time, and adds it to whatever the list has become by then. */
function useMore(view: TaskView) {
  const client = useQueryClient();
  const busy = useRef(false);
  const [moreError, setMoreError] = useState<unknown>();
  const loadMore = useCallback(async () => {
    const key = listKey(view);
    const list = client.getQueryData<LoadedTasks>(key);
    if (busy.current || !list?.hasNextPage) return;
    busy.current = true;
    try {
      const page = await withChangesMeanwhile(view, () => loadPage(view, list.endCursor));
      setMoreError(undefined);
      client.setQueryData<LoadedTasks>(key, (now) => (now?.endCursor === list.endCursor ? append(now, page) : now));
    } catch (error) {
      setMoreError(error);
    } finally {
      busy.current = false;
    }
  }, [client, view]);
  return { loadMore, moreError };
}

export function useTaskCounts(search: string) {
  const filter = { shown: "all", search } as const;
  return useQuery({
    queryKey: countsKey(search),
    queryFn: async () => {
      const open = filterOf({ ...filter, shown: "open" });
      const completed = filterOf({ ...filter, shown: "completed" });
      const counts = await api(taskCountsQuery, { open, completed });
      return { open: counts.open.totalCount, completed: counts.completed.totalCount };
    },
    placeholderData: keepPreviousData,
  });
}

async function loadStart(view: TaskView, atLeast: number): Promise<LoadedTasks> {
  let list = NOTHING;
  do {
    list = append(list, await loadPage(view, list.endCursor));
  } while (list.hasNextPage && list.tasks.length < atLeast);
  return list;
}

async function loadPage(view: TaskView, after: string | null): Promise<LoadedTasks> {
  const variables = { first: PAGE_SIZE, after, filter: filterOf(view), orderBy: view.order };
  const { nodes, pageInfo } = (await api(taskPageQuery, variables)).tasks;
  return { tasks: nodes, endCursor: pageInfo.endCursor ?? null, hasNextPage: pageInfo.hasNextPage };
}
