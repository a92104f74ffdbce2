// How this service is set up, so that forms match its rules. Public, and asked for once.
import { type QueryClient, useQuery } from "@tanstack/react-query";
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

const serverInfo = { queryKey: ["server"], queryFn: () => send(serverInfoQuery, {}), gcTime: Infinity };

export function useServerInfo(): ServerInfoQuery["server"] | undefined {
  return useQuery(serverInfo).data?.server;
}

/** Asks for it before a form needs it. */
export function preloadServerInfo(client: QueryClient): void {
  void client.prefetchQuery(serverInfo);
}
