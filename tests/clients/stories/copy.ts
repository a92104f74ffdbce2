// Keeps a copy until it has the task `the end`. Says `complete` when it was complete for the first time, and in the end
// prints all tasks, ordered by ID.
//
// usage: node copy.js URL EMAIL PASSWORD

import WebSocket from 'ws';
import { type Copy, keep } from '../recipes/copy';
import { liveUpdates } from '../recipes/graphql-ws';
import { Session } from '../recipes/session';

// Browsers have it, and Node.js since version 22.
globalThis.WebSocket ??= WebSocket as never;

// Nobody waits for the copy any more.
process.stdin.on('end', () => process.exit(1)).resume();

const [url, email, password] = process.argv.slice(2) as [string, string, string];
const session = new Session(url);
await session.signIn(email, password);
const live = liveUpdates(session);
const copy: Copy = { tasks: new Map(), after: null };

let complete = false;
const changed = () => {
  if (!complete) process.stdout.write('complete\n');
  complete = true;
  const tasks = [...copy.tasks.values()];
  if (!tasks.some(({ title }) => title === 'the end')) return;
  tasks.sort((one, other) => (one.id < other.id ? -1 : 1));
  process.stdout.write(`${JSON.stringify(tasks)}\n`, () => process.exit(0));
};

for (;;) {
  const thrown = await keep(copy, session, live, changed).catch((error) => error);
  // To begin anew would pass for a copy that missed nothing.
  if (thrown.extensions?.reason === 'CURSOR_EXPIRED') throw thrown;
  await new Promise((resolve) => { setTimeout(resolve, 50); });
}
