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
  /** Calls `seen` with every event after this point. */
  watch(after: string, seen: (event: TaskEvent) => void, failed: (error: unknown) => void): () => void;
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

export async function story(start: (session: Session) => Subject): Promise<void> {
  const session = new Session(url);
  await session.signIn(email, password);
  const subject = start(session);

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

  const after = await now(session);
  const before = await create(subject);
  const live = watch(subject, after);
  await live.hears(before);
  if (subject.listed) assert.ok(subject.listed()?.includes('is anybody there') ?? true, 'the list is stale');
  expire(session);
  subject.drop();
  await live.hears(await create(subject));
  assert.equal(refreshes, 1, 'refreshed once for the live connection');
  await subject.remove(first.id);
  await live.hears(first.id, 'DELETED');
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

/** Where the changes of this person have come to. */
async function now(session: Session): Promise<string> {
  const body = JSON.stringify({ query: '{ tasks(first: 0) { asOf } }' });
  const response = await session.fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return (await response.json()).data.tasks.asOf;
}

async function create(subject: Subject): Promise<string> {
  return (await subject.create(newTaskId(), 'is anybody there')).id;
}

function watch(subject: Subject, after: string) {
  const heard = new Set<string>();
  let look = () => {};
  let failed: (error: unknown) => void = () => {};
  const stop = subject.watch(
    after,
    ({ kind, taskId }) => {
      heard.add(`${kind} ${taskId}`);
      look();
    },
    (error) => failed(error),
  );
  const hears = (id: string, kind = 'CREATED') =>
    new Promise<void>((resolve, reject) => {
      failed = reject;
      look = () => { if (heard.has(`${kind} ${id}`)) resolve(); };
      look();
    });
  return { hears, stop };
}
