// Requests of a signed-in user: `send` with the access token, renewed when the service says that it has expired.
import { Refusal, SessionOver } from "../api/errors";
import { send, type SendOptions } from "../api/send";
import type { TypedDocumentString } from "../gql/graphql";
import { session } from "./session";

export async function api<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  options: Omit<SendOptions, "accessToken"> = {},
): Promise<Data> {
  const accessToken = await session.accessToken();
  try {
    return await send(document, variables, { ...options, accessToken });
  } catch (error) {
    if (!(error instanceof Refusal) || !error.is("UNAUTHENTICATED")) throw error;
    // A wrong password is the answer to a question, not the end of a session.
    if (error.is("UNAUTHENTICATED", "CREDENTIALS_WRONG")) throw error;
    if (error.is("UNAUTHENTICATED", "TOKEN_EXPIRED")) {
      return send(document, variables, { ...options, accessToken: await session.renewed(accessToken) });
    }
    session.end("ended");
    throw new SessionOver();
  }
}
