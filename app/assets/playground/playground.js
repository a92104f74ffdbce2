// Starts GraphiQL against the service it came from, with one tab per step of the README's first minutes.
'use strict';

const signUp = `# Welcome to Taskhive. Run this to create an account and sign in, then copy the accessToken
# into "Headers" below: {"Authorization": "Bearer <accessToken>"}
mutation SignUp {
  register(input: { email: "ada@example.org", password: "correct horse battery" }) {
    accessToken
    expiresIn
    user { id email }
  }
}

# With an account, sign in.
mutation SignIn {
  login(input: { email: "ada@example.org", password: "correct horse battery" }) {
    accessToken
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

const socket = new URL('/graphql/ws', location.href);
socket.protocol = socket.protocol === 'https:' ? 'wss:' : 'ws:';

ReactDOM.createRoot(document.getElementById('playground')).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: '/graphql', subscriptionUrl: socket.href }),
    defaultEditorToolsVisibility: 'headers',
    defaultHeaders: '{\n  "Authorization": "Bearer "\n}',
    defaultTabs: [signUp, create, list, watch].map((query) => ({ query })),
    shouldPersistHeaders: false,
  }),
);
