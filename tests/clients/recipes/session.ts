import { print } from 'graphql';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { LOGIN, REFRESH } from './operations';

/** There is no session any more: ask for the password. */
export class SignedOut extends Error {}

type Tokens = { accessToken: string; refreshToken?: string | null };

/** Who is signed in. */
export class Session {
  /** In memory only. An app that is to stay signed in keeps the newest refresh token, where no script of others can read it. */
  tokens: Tokens | undefined;
  #refreshing: Promise<void> | undefined;

  constructor(readonly url: string) {}

  get accessToken(): string {
    if (!this.tokens) throw new SignedOut('Please sign in.');
    return this.tokens.accessToken;
  }

  async signIn(email: string, password: string): Promise<void> {
    this.tokens = (await this.#post(LOGIN, { input: { email, password } })).login;
  }

  /** Replaces an access token that has expired. However many ask, there is one request. */
  async refresh(expired: string): Promise<void> {
    if (this.accessToken !== expired) return;
    this.#refreshing ??= this.#refresh().finally(() => { this.#refreshing = undefined; });
    await this.#refreshing;
  }

  /** `fetch` for GraphQL libraries: adds the access token, and repeats what came with an expired one. */
  fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const token = this.accessToken;
    const response = await send(request.clone(), token);
    if (!(await saysExpired(response))) return response;
    await this.refresh(token);
    return send(request, this.accessToken);
  };

  async #refresh(): Promise<void> {
    const { refreshToken = null } = this.tokens ?? {};
    try {
      this.tokens = (await this.#post(REFRESH, { input: { refreshToken } })).refreshToken;
    } catch (error) {
      // Only a refusal ends the session; being offline or a busy service does not.
      if (error instanceof SignedOut) this.tokens = undefined;
      throw error;
    }
  }

  async #post<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: print(document), variables }),
    });
    const { data, errors } = await response.json();
    if (!errors) return data;
    const { message, extensions } = errors[0];
    throw extensions.code === 'UNAUTHENTICATED' ? new SignedOut(message) : new Error(message);
  }
}

function send(request: Request, token: string): Promise<Response> {
  request.headers.set('authorization', `Bearer ${token}`);
  return fetch(request);
}

/** Nothing was executed then, so repeating is safe. Any other reason is no reason to refresh. */
async function saysExpired(response: Response): Promise<boolean> {
  if (response.status !== 401) return false;
  const answer = await response.clone().json().catch(() => null);
  return answer?.errors?.[0]?.extensions?.reason === 'TOKEN_EXPIRED';
}
