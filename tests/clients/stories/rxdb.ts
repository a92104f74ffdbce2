// Keeps a copy with RxDB until it has the task `the end`. Says `complete` when it was complete for the first time, and in the end
// prints all tasks, ordered by ID.
//
// usage: node rxdb.js URL EMAIL PASSWORD

import { createRxDatabase } from 'rxdb';
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';
import WebSocket from 'ws';
import { liveUpdates } from '../recipes/graphql-ws';
import { replicate, schema } from '../recipes/rxdb';
import { Session } from '../recipes/session';

// Browsers have it, and Node.js since version 22.
globalThis.WebSocket ??= WebSocket as never;

// Nobody waits for the copy any more.
process.stdin.on('end', () => process.exit(1)).resume();

const [url, email, password] = process.argv.slice(2) as [string, string, string];
const session = new Session(url);
await session.signIn(email, password);
const database = await createRxDatabase({ name: 'tasks', storage: getRxStorageMemory(), multiInstance: false });
const { tasks } = await database.addCollections({ tasks: { schema } });
const replication = replicate(tasks!, session, liveUpdates(session));
replication.error$.subscribe((error) => {
  // To begin anew would pass for a copy that missed nothing.
  if (JSON.stringify(error).includes('CURSOR_EXPIRED')) throw error;
});
await replication.awaitInitialReplication();
process.stdout.write('complete\n');

tasks!.findOne({ selector: { title: 'the end' } }).$.subscribe(async (found) => {
  if (!found) return;
  const all = await tasks!.find({ sort: [{ id: 'asc' }] }).exec();
  process.stdout.write(`${JSON.stringify(all.map((task) => task.toJSON()))}\n`, () => process.exit(0));
});
