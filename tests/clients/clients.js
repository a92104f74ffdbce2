// The public clients of both streaming protocols against a running service. Prints what it has seen and, at last, a verdict.
//
// usage: node clients.js URL EXPIRED_TOKEN

import assert from 'node:assert/strict';
import { createClient as createSocketClient } from 'graphql-ws';
import { createClient as createStreamClient } from 'graphql-sse';
import WebSocket from 'ws';

const [url, expired] = process.argv.slice(2);
const socketUrl = `${url.replace('http', 'ws')}/ws`;
const watch = 'subscription { taskEvents { kind taskId task { title } } }';

// Nothing here takes so long unless it is broken.
setTimeout(() => { console.log('no end in sight'); process.exit(1); }, 60_000).unref();

async function run(token, query, variables) {
  const headers = { 'content-type': 'application/json' };
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  return data;
}

async function signUp(name) {
  const query = 'mutation ($input: RegisterInput!) { register(input: $input) { accessToken refreshToken } }';
  const input = { email: `${name}@example.org`, password: 'correct horse' };
  return (await run(null, query, { input })).register;
}

// Creates, changes and deletes a task.
async function live(token, title) {
  const { createTask } = await run(token, 'mutation ($t: String!) { createTask(input: { title: $t }) { task { id } } }', { t: title });
  const { id } = createTask.task;
  await run(token, 'mutation ($id: ID!, $t: String) { updateTask(input: { id: $id, title: $t }) { task { id } } }', { id, t: `${title}!` });
  await run(token, 'mutation ($id: ID!) { deleteTask(input: { id: $id }) { deletedTaskId } }', { id });
  return [
    { kind: 'CREATED', taskId: id, task: { title } },
    { kind: 'UPDATED', taskId: id, task: { title: `${title}!` } },
    { kind: 'DELETED', taskId: id, task: null },
  ];
}

// Collects what a subscription says, and lets wait for it.
function collect(client) {
  const events = [];
  let wake = () => {};
  const ended = new Promise((resolve) => {
    client.subscribe({ query: watch }, {
      next: ({ data }) => { events.push(data.taskEvents); wake(); },
      error: (error) => resolve({ error }),
      complete: () => resolve({ complete: true }),
    });
  });
  const first = async (count) => {
    while (events.length < count) {
      const woken = new Promise((resolve) => { wake = resolve; });
      assert.equal(await Promise.race([ended, woken]), undefined, 'the subscription ended');
    }
    return events.slice(0, count);
  };
  return { events, ended, first };
}

function socketClient(token, options = {}) {
  const closes = [];
  const client = createSocketClient({
    url: socketUrl,
    webSocketImpl: WebSocket,
    connectionParams: () => ({ authorization: `Bearer ${typeof token === 'function' ? token() : token}` }),
    retryAttempts: 0,
    on: { closed: ({ code, reason }) => closes.push({ code, reason }) },
    ...options,
  });
  return { client, closes };
}

// Waits until the service listens, which nothing in either protocol says: changes tasks until a change is heard of, and
// then hears all of it. Returns how many events that were.
async function listening(collected, token) {
  let last;
  while (collected.events.length === 0) {
    last = (await live(token, 'is anybody there')).at(-1);
    assert.equal(await Promise.race([collected.ended, null]), null, 'the subscription ended');
  }
  const heard = () => collected.events.some(({ kind, taskId }) => kind === last.kind && taskId === last.taskId);
  while (!heard()) await collected.first(collected.events.length + 1);
  return collected.events.length;
}

const clients = {
  'graphql-ws': (token) => socketClient(token).client,
  'graphql-sse': (token) => createStreamClient({ url, headers: { authorization: `Bearer ${token}` }, retryAttempts: 0 }),
};

for (const [name, create] of Object.entries(clients)) {
  const ada = await signUp(`ada-${name}`);
  const bob = await signUp(`bob-${name}`);
  const [adas, bobs] = [collect(create(ada.accessToken)), collect(create(bob.accessToken))];
  const seen = [await listening(adas, ada.accessToken), await listening(bobs, bob.accessToken)];
  const [hers, his] = [await live(ada.accessToken, 'hers'), await live(bob.accessToken, 'his')];
  assert.deepEqual((await adas.first(seen[0] + 3)).slice(seen[0]), hers);
  assert.deepEqual((await bobs.first(seen[1] + 3)).slice(seen[1]), his);
  console.log(`${name}: events arrive in order, and to their owner only`);

  await run(ada.accessToken, 'mutation { logout { success } }');
  const end = await adas.ended;
  if (name === 'graphql-ws') assert.equal(end.error.code, 4403);
  else assert.match(end.error.message, /Connection closed/, 'a client that retries comes back');
  assert.equal(bobs.events.length, seen[1] + 3);
  console.log(`${name}: the stream ends with the session`);

  for (const bad of [expired, 'nonsense', ada.accessToken]) {
    const { error } = await collect(create(bad)).ended;
    if (name === 'graphql-ws') assert.equal(error.code, 4403);
    else assert.equal(error.response?.status, 401);
  }
  console.log(`${name}: bad, expired and revoked tokens are refused`);
}

{
  const carol = await signUp('carol');
  let token = expired;
  const { client, closes } = socketClient(() => token, {
    retryAttempts: 3,
    // What an application does: after 4403 it refreshes, and the client tries again.
    retryWait: async () => { token = carol.accessToken; },
    shouldRetry: () => true,
  });
  const collected = collect(client);
  await listening(collected, carol.accessToken);
  assert.deepEqual(closes.map(({ code }) => code), [4403]);
  console.log('graphql-ws: comes back with a fresh token after 4403');

  const answers = [];
  for await (const { data } of client.iterate({ query: '{ me { email } }' })) answers.push(data);
  assert.deepEqual(answers, [{ me: { email: 'carol@example.org' } }]);
  const failed = await new Promise((resolve) => {
    client.subscribe({ query: '{ nothing }' }, { next: resolve, error: resolve, complete: resolve });
  });
  assert.equal(failed[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
  console.log('graphql-ws: queries are answered, request errors are errors');
}

console.log('all good');
process.exit(0);
