// Changes from other tabs and devices, over one WebSocket. After every lost connection the lists are fetched anew, because
// nobody repeats what was missed.
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { createClient, type Client } from "graphql-ws";
import { useEffect, useState } from "react";
import type { TaskEventsSubscription } from "../gql/graphql";
import { session } from "../session/session";
import { applyRemoval, applyTask } from "./cache";
import { taskEventsSubscription } from "./operations";

export type Liveness = "connecting" | "live" | "lost";

/** The service's close code for a token that expired or a session that ended. */
const FORBIDDEN = 4403;

export function useLiveTasks(): Liveness {
  const client = useQueryClient();
  const [liveness, setLiveness] = useState<Liveness>("connecting");
  useEffect(() => listenToTasks(client, setLiveness), [client]);
  return liveness;
}

function listenToTasks(queries: QueryClient, say: (liveness: Liveness) => void): () => void {
  let stopped = false;
  let wasLive = false;
  const socket = connect((live) => {
    if (stopped) return;
    if (live && wasLive) void queries.invalidateQueries({ queryKey: ["tasks"] });
    wasLive ||= live;
    say(live ? "live" : "lost");
  });
  const again = () => {
    // The library gives up on some close codes, and an error of the service ends a subscription.
    if (!stopped) setTimeout(subscribe, 2000 + 3000 * Math.random());
  };
  const subscribe = () => {
    if (stopped) return;
    socket.subscribe<TaskEventsSubscription>(
      { query: taskEventsSubscription.toString() },
      { next: ({ data }) => data && take(queries, data.taskEvents), error: again, complete: again },
    );
  };
  subscribe();
  return () => {
    stopped = true;
    // It waits for a connection that is being made. Nothing is left to close if that fails, as it does after signing out.
    void Promise.resolve(socket.dispose()).catch(() => undefined);
  };
}

function connect(say: (live: boolean) => void): Client {
  let used: string | undefined;
  let refused: string | undefined;
  return createClient({
    url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql/ws`,
    connectionParams: async () => {
      const last = await session.accessToken();
      const token = refused === last ? await session.renewed(last) : last;
      refused = undefined;
      used = token;
      return { Authorization: `Bearer ${token}` };
    },
    retryAttempts: Infinity,
    shouldRetry: () => true,
    retryWait: async (retries) => {
      await new Promise((resolve) => setTimeout(resolve, Math.min(500 * 2 ** retries, 15_000) * (0.5 + Math.random() / 2)));
    },
    on: {
      connected: () => say(true),
      closed: (event) => {
        if (event instanceof CloseEvent && event.code === FORBIDDEN) refused = used;
        say(false);
      },
    },
  });
}

function take(queries: QueryClient, { kind, taskId, task }: TaskEventsSubscription["taskEvents"]): void {
  if (kind === "DELETED") applyRemoval(queries, taskId);
  else if (task) applyTask(queries, task);
}
