// What every client goes through: sign in, create, list, page, change, see live updates, meet expired tokens, sign out.

import assert from 'node:assert/strict';
import { print } from 'graphql';
import WebSocket from 'ws';
import { newTaskId } from '../recipes/ids';
import { LOGOUT } from '../recipes/operations';
import { Session } from '../recipes/session';

export interface Task { id: string; title?: string; completed: boolean; version: number }
export type Event = { kind: string; taskId: string };

/** One library, used as its recipe says. Whatever goes wrong is thrown as the library tells it. */
export interface Subject {
  create(id: string, title: string): Promise<Task>;
  complete(id: string): Promise<Task>;
  /** The titles on the first page. */
  list(first: number): Promise<string[]>;
  /** All titles so far, once the next page is there. Null at the end. */
  more(first: number): Promise<string[] | null>;
  /** Asks the service, not a cache. */
  ask(): Promise<unknown>;
  /** What the library's cache says of a task, if it has one. */
  cached?(id: string): { completed: boolean } | null | undefined;
  /** Calls `seen` with every event. */
  watch?(seen: (event: Event) => void, failed: (error: unknown) => void): () => void;
  /** The first GraphQL error in what this library throws. */
  error(thrown: any): { extensions: { code?: string; reason?: string } } | undefined;
}

// Browsers have it, and Node.js since version 22.
globalThis.WebSocket ??= WebSocket as never;

const [url, email, password, expired] = process.argv.slice(2) as [string, string, string, string];

// Nothing here takes so long unless it is broken.
setTimeout(() => { console.error('no end in sight'); process.exit(1); }, 60_000).unref();

/** Counts how often tokens are refreshed, whoever does it. */
let refreshes = 0;
const { fetch } = globalThis;
globalThis.fetch = (input, init) => {
  if (typeof init?.body === 'string' && init.body.includes('refreshToken(')) refreshes += 1;
  return fetch(input, init);
};

/** The same session with a token that was good an hour ago. */
function expire(session: Session): void {
  assert.ok(session.tokens);
  session.tokens = { ...session.tokens, accessToken: expired };
  refreshes = 0;
}

export async function story(start: (session: Session, refetch: () => void) => Subject): Promise<void> {
  const session = new Session(url);
  await session.signIn(email, password);
  let refetches = 0;
  const subject = start(session, () => { refetches += 1; });

  const ids = ['one', 'two', 'three', 'four', 'five'].map((title) => ({ title, id: newTaskId() }));
  for (const { id, title } of ids) {
    const made = await subject.create(id, title);
    assert.deepEqual([made.id, made.version], [id, 1]);
  }
  const first = ids[0]!;
  assert.equal((await subject.create(first.id, first.title)).version, 1);

  assert.deepEqual(await subject.list(2), ['five', 'four']);
  assert.deepEqual(await subject.more(2), ['five', 'four', 'three', 'two']);
  assert.deepEqual(await subject.more(2), ['five', 'four', 'three', 'two', 'one']);
  assert.equal(await subject.more(2), null);

  const done = await subject.complete(first.id);
  assert.deepEqual([done.completed, done.version], [true, 2]);
  if (subject.cached) assert.equal(subject.cached(first.id)?.completed, true);

  const unknown = await subject.complete(newTaskId()).then(() => null, subject.error);
  assert.equal(unknown?.extensions.code, 'NOT_FOUND');

  expire(session);
  await Promise.all(Array.from({ length: 5 }, () => subject.ask()));
  assert.equal(refreshes, 1, 'one refresh for all requests');
  assert.notEqual(session.accessToken, expired);

  if (subject.watch) {
    await hears(subject);
    expire(session);
    refetches = 0;
    await hears(subject);
    assert.equal(refreshes, 1, 'one refresh for the live connection');
    console.log(`refetched ${refetches} times`);
  }

  await session.fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: print(LOGOUT) }),
  });
  refreshes = 0;
  const ended = await subject.ask().then(() => null, subject.error);
  assert.deepEqual([ended?.extensions.code, ended?.extensions.reason], ['UNAUTHENTICATED', 'TOKEN_INVALID']);
  assert.equal(refreshes, 0, 'refreshed on TOKEN_EXPIRED only');
  console.log('all good');
  process.exit(0);
}

/** Nothing says when a subscription listens, so tasks are changed until one of the changes is heard of. */
async function hears(subject: Subject): Promise<void> {
  const made = new Set<string>();
  const stopped = new AbortController();
  const heard = new Promise<void>((resolve, reject) => {
    const stop = subject.watch!(({ kind, taskId }) => { if (kind === 'CREATED' && made.has(taskId)) resolve(); }, reject);
    stopped.signal.addEventListener('abort', stop);
  });
  let waiting = true;
  const over = heard.finally(() => { waiting = false; });
  const change = async () => {
    while (waiting) {
      const id = newTaskId();
      made.add(id);
      await subject.create(id, 'is anybody there');
    }
  };
  await Promise.all([over, change()]);
  stopped.abort();
}
