// Requests of a signed-in user: `send` with the access token, renewed when the service says that it has expired.
import { Refusal, SessionOver } from "../api/errors";
import { type SendOptions, send } from "../api/send";
import type { TypedDocumentString } from "../gql/graphql";
import { session } from "./session";
import { inTurn } from "./tabs";

export interface ApiOptions extends Omit<SendOptions, "accessToken"> {
  /** The answer brings new tokens. No tab may renew the older ones meanwhile: the service would have to take them for stolen. */
  replacesTokens?: boolean;
}

export async function api<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  { replacesTokens = false, ...options }: ApiOptions = {},
): Promise<Data> {
  // Only what is sent is done in turn: a renewal that it needs takes a turn of its own.
  const ask = (accessToken: string) => {
    const sending = () => send(document, variables, { ...options, accessToken });
    return replacesTokens ? inTurn(sending) : sending();
  };
  const accessToken = await session.accessToken();
  try {
    return await ask(accessToken);
  } catch (error) {
    if (!(error instanceof Refusal) || !error.is("UNAUTHENTICATED")) throw error;
    // A wrong password is the answer to a question, not the end of a session.
    if (error.is("UNAUTHENTICATED", "CREDENTIALS_WRONG")) throw error;
    if (error.is("UNAUTHENTICATED", "TOKEN_EXPIRED")) {
      return ask(await session.renewed(accessToken));
    }
    session.end("ended");
    throw new SessionOver();
  }
}
