// How this service is set up, so that forms match its rules. Public, and asked for once.
import { useQuery } from "@tanstack/react-query";
import { send } from "./api/send";
import { graphql } from "./gql";
import type { ServerInfoQuery } from "./gql/graphql";

const serverInfoQuery = graphql(`
  query ServerInfo {
    server {
      registrationOpen
      passwordLogin
      maxTitleLength
      maxDescriptionLength
      minPasswordLength
    }
  }
`);

export function useServerInfo(): ServerInfoQuery["server"] | undefined {
  const query = useQuery({ queryKey: ["server"], queryFn: () => send(serverInfoQuery, {}), gcTime: Infinity });
  return query.data?.server;
}
