// Starts GraphiQL against the service it came from, with one tab per step of the README's first minutes.
'use strict';

const signUp = `# Welcome to Taskhive. Run SignUp to create an account. The access token you get is filled into
# "Headers" below, and every tab uses it. When it has expired, run SignIn.
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

const create = `mutation CreateTask {
  createTask(input: { title: "Read the schema" }) {
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

const watch = `# Run this, then change a task in another tab.
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
  { query: create },
  { query: list },
  { query: complete, variables: '{ "id": "task_…" }' },
  { query: rename, variables: '{ "id": "task_…", "version": 1 }' },
  { query: page, variables: '{ "after": null }' },
  { query: remove, variables: '{ "id": "task_…" }' },
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

// Tabs that were opened before signing in have an Authorization header without a token.
const withToken = (headers) => {
  const given = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  const missing = !given || String(given).trim().toLowerCase() === 'bearer';
  const others = Object.entries(headers ?? {}).filter(([name]) => name.toLowerCase() !== 'authorization');
  return missing && accessToken
    ? { ...Object.fromEntries(others), Authorization: `Bearer ${accessToken}` }
    : headers;
};

const tokenIn = (result) =>
  Object.values(result?.data ?? {}).map((field) => field?.accessToken).find((token) => typeof token === 'string');

// GraphiQL's fetcher answers with a promise, or with a stream for subscriptions.
const fetchAndRemember = async (request, options) => {
  const result = await fetcher(request, { ...options, headers: withToken(options?.headers) });
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
    defaultEditorToolsVisibility: 'headers',
    defaultHeaders: '{\n  "Authorization": "Bearer "\n}',
    defaultTabs: tabs,
    shouldPersistHeaders: false,
  }),
);

render('{\n  "Authorization": "Bearer "\n}');
