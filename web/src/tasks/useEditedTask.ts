import { useQuery } from "@tanstack/react-query";
import { Refusal } from "../api/errors";
import { api } from "../session/api";
import type { Draft } from "./editing";
import { taskQuery } from "./operations";
import type { Task } from "./placement";

/** The edited task as it is now, when the list does not hold it: deleted elsewhere, or only filtered out. */
export function useEditedTask(draft: Draft | undefined, tasks: Task[]): Task | undefined {
  const id = draft?.base.id ?? "";
  const listed = tasks.some((task) => task.id === id);
  const query = useQuery({
    queryKey: ["tasks", "edited", id],
    enabled: draft !== undefined && !listed,
    staleTime: 0,
    gcTime: 0,
    queryFn: async () => {
      try {
        return (await api(taskQuery, { id })).task ?? null;
      } catch (error) {
        if (error instanceof Refusal && error.is("NOT_FOUND")) return null;
        throw error;
      }
    },
  });
  return query.data === undefined ? draft?.base : (query.data ?? undefined);
}
