// Starts GraphiQL against the service it came from, with one tab per step of the README's first minutes.
'use strict';

const signUp = `# Welcome to Taskhive. Run SignUp to create an
# account. Every tab then uses the access token you
# get. When it has expired, run SignIn.
mutation SignUp {
  register(input: { email: "ada@example.org", password: "correct horse battery" }) {
    accessToken
    expiresIn
    user { id email }
  }
}

mutation SignIn {
  login(input: { email: "ada@example.org", password: "correct horse battery" }) {
    accessToken
    expiresIn
    user { id email }
  }
}
`;

// Clients may make the ids of their tasks themselves. With one for all tabs, each runs without anything being copied.
// Not by `randomUUID`, which browsers keep to themselves where a page came without TLS from another machine.
const bytes = crypto.getRandomValues(new Uint8Array(16));
bytes[6] = (bytes[6] & 0x0f) | 0x40;
bytes[8] = (bytes[8] & 0x3f) | 0x80;
const id = `task_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;

const create = `# Ids may be made by clients: running this twice
# makes one task.
mutation CreateTask($id: ID!) {
  createTask(input: { id: $id, title: "Read the schema" }) {
    task { id title completed version }
  }
}
`;

const list = `query Tasks {
  tasks(first: 20) {
    nodes { id title completed createdAt }
    pageInfo { hasNextPage endCursor }
    totalCount
  }
}
`;

const watch = `# Run this, then change a task in another window:
# GraphiQL ends it when another tab is opened.
subscription Watch {
  taskEvents { kind taskId occurredAt task { title completed version } }
}
`;

const complete = `mutation Complete($id: ID!) {
  setTaskCompleted(input: { id: $id, completed: true }) {
    task { id completed completedAt version }
  }
}
`;

const rename = `mutation Rename($id: ID!, $version: Int!) {
  updateTask(input: { id: $id, title: "Read the schema twice", expectedVersion: $version }) {
    task { id title version updatedAt }
  }
}
`;

const page = `query Page($after: String) {
  tasks(first: 10, after: $after, filter: { completed: true, search: "schema" }, orderBy: RECENTLY_UPDATED) {
    edges { cursor node { id title } }
    pageInfo { hasNextPage endCursor }
    totalCount
  }
}
`;

const remove = `mutation Delete($id: ID!) {
  deleteTask(input: { id: $id }) { deletedTaskId }
}
`;

const tabs = [
  { query: signUp },
  { query: create, variables: JSON.stringify({ id }) },
  { query: list },
  { query: complete, variables: JSON.stringify({ id }) },
  // Made and completed by the tabs before.
  { query: rename, variables: JSON.stringify({ id, version: 2 }) },
  { query: page, variables: '{ "after": null }' },
  { query: remove, variables: JSON.stringify({ id }) },
  { query: watch },
];

const socket = new URL('/graphql/ws', location.href);
socket.protocol = socket.protocol === 'https:' ? 'wss:' : 'ws:';

const fetcher = GraphiQL.createFetcher({
  url: '/graphql',
  subscriptionUrl: socket.href,
  // The service answers at once and in one piece.
  enableIncrementalDelivery: false,
});
const root = ReactDOM.createRoot(document.getElementById('playground'));
// The newest access token that an answer has shown. It lives as long as the page and is stored nowhere.
let accessToken = null;

// Tabs that were opened before signing in have an Authorization header without a token: that is none, not a bad one.
const withToken = (headers) => {
  const given = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  if (given && String(given).trim().toLowerCase() !== 'bearer') return headers;
  const others = Object.entries(headers ?? {}).filter(([name]) => name.toLowerCase() !== 'authorization');
  return { ...Object.fromEntries(others), ...(accessToken && { Authorization: `Bearer ${accessToken}` }) };
};

const problem = (message) => ({ errors: [{ message }] });

// A socket without a token is closed without a word that GraphiQL would show.
const watchesWithoutToken = ({ query, operationName }, headers) =>
  new RegExp(`subscription\\s+${operationName ?? ''}`).test(query) && !Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');

const tokenIn = (result) =>
  Object.values(result?.data ?? {}).map((field) => field?.accessToken).find((token) => typeof token === 'string');

const ask = async (request, options) => {
  try {
    return await fetcher(request, options);
  } catch (error) {
    // What browsers throw when there is no answer. Anything else is worth its details.
    if (error instanceof TypeError) return problem('The service cannot be reached.');
    throw error;
  }
};

// GraphiQL's fetcher answers with a promise, or with a stream for subscriptions.
const fetchAndRemember = async (request, options) => {
  const headers = withToken(options?.headers);
  if (watchesWithoutToken(request, headers)) return problem('Run SignUp in the first tab: this needs an access token.');
  const result = await ask(request, { ...options, headers });
  const token = tokenIn(result);
  if (token && token !== accessToken) {
    accessToken = token;
    render(JSON.stringify({ Authorization: `Bearer ${token}` }, null, 2));
  }
  return result;
};

const render = (headers) => root.render(
  React.createElement(GraphiQL, {
    fetcher: fetchAndRemember,
    headers,
    defaultEditorToolsVisibility: 'variables',
    defaultHeaders: '{\n  "Authorization": "Bearer "\n}',
    defaultTabs: tabs,
    shouldPersistHeaders: false,
  }),
);

render('{\n  "Authorization": "Bearer "\n}');
