// A program that handles every change runs, breaks off in the middle of one, is away for others, and runs again.
//
// usage: node instead-of-a-webhook.js URL EMAIL PASSWORD

import assert from 'node:assert/strict';
import { print } from 'graphql';
import WebSocket from 'ws';
import { liveUpdates } from '../recipes/graphql-ws';
import { newTaskId } from '../recipes/ids';
import { forEachChange } from '../recipes/instead-of-a-webhook';
import { CREATE_TASK, TASKS } from '../recipes/operations';
import { Session } from '../recipes/session';

// Browsers have it, and Node.js since version 22.
globalThis.WebSocket ??= WebSocket as never;

// Nothing here takes so long unless it is broken.
setTimeout(() => { process.stderr.write('no end in sight\n'); process.exit(1); }, 60_000).unref();

const [url, email, password] = process.argv.slice(2) as [string, string, string];
const session = new Session(url);
await session.signIn(email, password);

async function run(query: string, variables: object) {
  const response = await session.fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()).data;
}

async function create(title: string): Promise<void> {
  await run(print(CREATE_TASK), { input: { id: newTaskId(), title } });
}

let cursor: string = (await run(print(TASKS), { first: 0 })).tasks.asOf;
const stored = { load: async () => cursor, save: async (newest: string) => { cursor = newest; } };

/** Handles changes until that of `last`, which breaks off. */
async function until(last: string): Promise<string[]> {
  const handled: string[] = [];
  const live = liveUpdates(session);
  const stop = new Error('stopped');
  await assert.rejects(forEachChange(live, stored, async ({ task }) => {
    handled.push(task!.title);
    if (task!.title === last) throw stop;
  }), stop);
  await live.dispose();
  return handled;
}

await create('one');
await create('two');
assert.deepEqual(await until('two'), ['one', 'two']);
await create('three');
assert.deepEqual(await until('three'), ['two', 'three'], 'what was not handled to its end comes again');
console.log('all good');
process.exit(0);
