// The cache of what the service said, and how often to ask again. It is emptied as soon as somebody else could see it.
import { QueryClient } from "@tanstack/react-query";
import { isTransient } from "./api/errors";
import { session } from "./session/session";

/** Writes can be repeated because each is safe to repeat: ids are made here, changes name what they expect. */
const retry = (failures: number, error: unknown): boolean => isTransient(error) && failures < 3;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry, staleTime: Infinity, gcTime: 5 * 60_000, refetchOnWindowFocus: false, refetchOnReconnect: false },
    mutations: { retry, retryDelay: (failures) => 500 * 2 ** failures },
  },
});

let user: string | undefined;
session.subscribe(() => {
  const state = session.current();
  if (state.status === "restoring" || state.status === "unreachable") return;
  const now = state.status === "signedIn" ? state.user.id : undefined;
  if (user !== undefined && now !== user) queryClient.clear();
  user = now;
});
