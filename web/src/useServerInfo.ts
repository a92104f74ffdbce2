// How this service is set up, so that forms match its rules. Public, and asked for until it is known.
import { useEffect, useSyncExternalStore } from "react";
import { send } from "./api/send";
import { graphql } from "./gql";
import type { ServerInfoQuery } from "./gql/graphql";

const serverInfoQuery = graphql(`
  query ServerInfo {
    server {
      registrationOpen
      passwordLogin
      signInUrl
      maxTitleLength
      maxDescriptionLength
      minPasswordLength
    }
  }
`);

type ServerInfo = ServerInfoQuery["server"];

let known: ServerInfo | undefined;
let asking = false;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useServerInfo(): ServerInfo | undefined {
  useEffect(preloadServerInfo, []);
  return useSyncExternalStore(subscribe, () => known);
}

/** Asks for it before a form needs it. */
export function preloadServerInfo(): void {
  if (!known && !asking) void ask();
}

async function ask(): Promise<void> {
  asking = true;
  try {
    known = (await send(serverInfoQuery, {})).server;
    for (const listener of listeners) listener();
  } catch {
    // Forms do without: the service says what breaks its rules. The next one asks again.
  } finally {
    asking = false;
  }
}
