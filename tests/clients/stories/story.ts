// What every client goes through: sign in, create, list, page, change, see live updates, meet expired tokens, sign out.

import assert from 'node:assert/strict';
import { print } from 'graphql';
import WebSocket from 'ws';
import { newTaskId } from '../recipes/ids';
import { LOGOUT } from '../recipes/operations';
import { Session } from '../recipes/session';

export interface Task { id: string; title?: string; completed: boolean; version: number }
export type TaskEvent = { kind: string; taskId: string };

/** One library, used as its recipe says. Whatever goes wrong is thrown as the library tells it. */
export interface Subject {
  create(id: string, title: string): Promise<Task>;
  complete(id: string): Promise<Task>;
  remove(id: string): Promise<unknown>;
  /** The longest title, in characters. */
  limit(): Promise<number>;
  /** The titles on the first page. */
  list(first: number): Promise<string[]>;
  /** All titles so far, once the next page is there. Null at the end. */
  more(first: number): Promise<string[] | null>;
  /** Asks the service, not a cache, for so many tasks: libraries join requests that are the same. */
  ask(first: number): Promise<unknown>;
  /** What the library's cache says of a task, if it has one. */
  cached?(id: string): { completed: boolean } | null | undefined;
  /** What its cache says of the list: titles, or nothing if it has to ask again. */
  listed?(): string[] | null | undefined;
  /** Calls `seen` with every event. */
  watch(seen: (event: TaskEvent) => void, failed: (error: unknown) => void): () => void;
  /** Loses the live connection. */
  drop(): void;
  /** The first GraphQL error in what this library throws. */
  error(thrown: any): { extensions: { code?: string; reason?: string } } | undefined;
  /** Whether this is how the library tells that the session is over, if it is no GraphQL error. */
  signedOut?(thrown: any): boolean;
}

// Browsers have it, and Node.js since version 22.
globalThis.WebSocket ??= WebSocket as never;

const [url, email, password, expired] = process.argv.slice(2) as [string, string, string, string];

// Nothing here takes so long unless it is broken.
setTimeout(() => { process.stderr.write('no end in sight\n'); process.exit(1); }, 60_000).unref();

/** What a library says of the way in which it is used, such as caches of objects that they cannot tell apart. */
const complaints: unknown[][] = [];
console.warn = console.error = (...complaint) => { complaints.push(complaint); };

/** How often tokens were refreshed, whoever did it. */
let refreshes = 0;
const streams = new EventTarget();
const { fetch } = globalThis;
globalThis.fetch = async (input, init) => {
  if (typeof init?.body === 'string' && init.body.includes('refreshToken(')) refreshes += 1;
  const response = await fetch(input, init);
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
  return isStream ? new Response(response.body!.pipeThrough(endable()), response) : response;
};

/** Ends event streams as the service does when their token has expired. */
export function endStreams(): void {
  streams.dispatchEvent(new Event('end'));
}

function endable(): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    start: (controller) => streams.addEventListener('end', () => {
      controller.enqueue(new TextEncoder().encode('event: complete\ndata:\n\n'));
      controller.terminate();
    }, { once: true }),
  });
}

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

  assert.equal(await subject.limit(), 200);

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
  await Promise.all([1, 2, 3, 4, 5].map((first) => subject.ask(first)));
  assert.equal(refreshes, 1, 'one refresh for all requests');
  assert.notEqual(session.accessToken, expired);

  const live = watch(subject);
  await live.hears();
  if (subject.listed) assert.ok(subject.listed()?.includes('is anybody there') ?? true, 'the list is stale');
  expire(session);
  refetches = 0;
  subject.drop();
  await live.hears();
  assert.deepEqual([refreshes, refetches], [1, 1], 'refreshed and refetched once for the live connection');
  await live.hearsOfTheEnd(first.id);
  if (subject.cached) assert.equal(subject.cached(first.id) ?? null, null);
  live.stop();

  await session.fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: print(LOGOUT) }),
  });
  refreshes = 0;
  const thrown = await subject.ask(1).then(() => assert.fail('the session has ended'), (error) => error);
  if (subject.signedOut) {
    assert.ok(subject.signedOut(thrown));
    assert.equal(session.tokens, undefined);
  } else {
    const { code, reason } = subject.error(thrown)!.extensions;
    assert.deepEqual([code, reason], ['UNAUTHENTICATED', 'TOKEN_INVALID']);
    assert.equal(refreshes, 0, 'refreshed on TOKEN_EXPIRED only');
  }
  assert.deepEqual(complaints, []);
  console.log('all good');
  process.exit(0);
}

function watch(subject: Subject) {
  const made = new Set<string>();
  let heard = () => {};
  let gone = (_id: string) => {};
  let failed: (error: unknown) => void = () => {};
  const stop = subject.watch(
    ({ kind, taskId }) => {
      if (kind === 'CREATED' && made.has(taskId)) heard();
      if (kind === 'DELETED') gone(taskId);
    },
    (error) => failed(error),
  );
  /** Nothing says when a subscription listens, so tasks are created until one of them is heard of. */
  const hears = async () => {
    made.clear();
    let waiting = true;
    const over = new Promise<void>((resolve, reject) => { [heard, failed] = [resolve, reject]; })
      .finally(() => { waiting = false; });
    const create = async () => {
      while (waiting) {
        const id = newTaskId();
        made.add(id);
        await subject.create(id, 'is anybody there');
      }
    };
    await Promise.all([over, create()]);
  };
  const hearsOfTheEnd = async (id: string) => {
    const over = new Promise<void>((resolve, reject) => {
      gone = (other) => { if (other === id) resolve(); };
      failed = reject;
    });
    await Promise.all([over, subject.remove(id)]);
  };
  return { hears, hearsOfTheEnd, stop };
}
