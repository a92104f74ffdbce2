/* eslint-disable */
import * as types from './graphql';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query Sessions {\n    sessions {\n      id\n      current\n      userAgent\n      createdAt\n      lastUsedAt\n    }\n  }\n": typeof types.SessionsDocument,
    "\n  mutation RevokeSession($id: ID!) {\n    revokeSession(input: { id: $id }) {\n      revokedSessionId\n    }\n  }\n": typeof types.RevokeSessionDocument,
    "\n  mutation RevokeOtherSessions {\n    revokeOtherSessions {\n      revokedSessionIds\n    }\n  }\n": typeof types.RevokeOtherSessionsDocument,
    "\n  mutation ChangePassword($currentPassword: String!, $newPassword: String!) {\n    changePassword(input: { currentPassword: $currentPassword, newPassword: $newPassword, delivery: COOKIE }) {\n      accessToken\n      expiresIn\n      user {\n        ...SessionUser\n      }\n    }\n  }\n": typeof types.ChangePasswordDocument,
    "\n  mutation DeleteAccount($password: String!) {\n    deleteAccount(input: { password: $password }) {\n      deletedUserId\n    }\n  }\n": typeof types.DeleteAccountDocument,
    "\n  fragment TaskParts on Task {\n    id\n    title\n    description\n    completed\n    createdAt\n    updatedAt\n    completedAt\n    version\n  }\n": typeof types.TaskPartsFragmentDoc,
    "\n  query TaskChanges($after: String) {\n    taskChanges(after: $after, first: 100) {\n      changes {\n        taskId\n        task {\n          ...TaskParts\n        }\n      }\n      cursor\n      hasMore\n    }\n  }\n": typeof types.TaskChangesDocument,
    "\n  query OneTask($id: ID!) {\n    task(id: $id) {\n      ...TaskParts\n    }\n  }\n": typeof types.OneTaskDocument,
    "\n  mutation CreateTask($input: CreateTaskInput!) {\n    createTask(input: $input) {\n      task {\n        ...TaskParts\n      }\n    }\n  }\n": typeof types.CreateTaskDocument,
    "\n  mutation UpdateTask($input: UpdateTaskInput!) {\n    updateTask(input: $input) {\n      task {\n        ...TaskParts\n      }\n    }\n  }\n": typeof types.UpdateTaskDocument,
    "\n  mutation SetTaskCompleted($id: ID!, $completed: Boolean!) {\n    setTaskCompleted(input: { id: $id, completed: $completed }) {\n      task {\n        ...TaskParts\n      }\n    }\n  }\n": typeof types.SetTaskCompletedDocument,
    "\n  mutation DeleteTask($id: ID!) {\n    deleteTask(input: { id: $id }) {\n      deletedTaskId\n    }\n  }\n": typeof types.DeleteTaskDocument,
    "\n  mutation RestoreTasks($ids: [ID!]!) {\n    restoreTasks(input: { ids: $ids }) {\n      tasks {\n        ...TaskParts\n      }\n    }\n  }\n": typeof types.RestoreTasksDocument,
    "\n  subscription TaskEvents($after: String!) {\n    taskEvents(after: $after) {\n      taskId\n      task {\n        ...TaskParts\n      }\n      cursor\n    }\n  }\n": typeof types.TaskEventsDocument,
    "\n  fragment SessionUser on User {\n    id\n    email\n    createdAt\n  }\n": typeof types.SessionUserFragmentDoc,
    "\n  mutation SignIn($email: String!, $password: String!) {\n    login(input: { email: $email, password: $password, delivery: COOKIE }) {\n      accessToken\n      expiresIn\n      user {\n        ...SessionUser\n      }\n    }\n  }\n": typeof types.SignInDocument,
    "\n  mutation SignUp($email: String!, $password: String!) {\n    register(input: { email: $email, password: $password, delivery: COOKIE }) {\n      accessToken\n      expiresIn\n      user {\n        ...SessionUser\n      }\n    }\n  }\n": typeof types.SignUpDocument,
    "\n  mutation Renew {\n    refreshToken(input: {}) {\n      accessToken\n      expiresIn\n      user {\n        ...SessionUser\n      }\n    }\n  }\n": typeof types.RenewDocument,
    "\n  mutation SignOut {\n    logout {\n      success\n    }\n  }\n": typeof types.SignOutDocument,
    "\n  query ServerInfo {\n    server {\n      registrationOpen\n      passwordLogin\n      signInUrl\n      maxTitleLength\n      maxDescriptionLength\n      minPasswordLength\n    }\n  }\n": typeof types.ServerInfoDocument,
};
const documents: Documents = {
    "\n  query Sessions {\n    sessions {\n      id\n      current\n      userAgent\n      createdAt\n      lastUsedAt\n    }\n  }\n": types.SessionsDocument,
    "\n  mutation RevokeSession($id: ID!) {\n    revokeSession(input: { id: $id }) {\n      revokedSessionId\n    }\n  }\n": types.RevokeSessionDocument,
    "\n  mutation RevokeOtherSessions {\n    revokeOtherSessions {\n      revokedSessionIds\n    }\n  }\n": types.RevokeOtherSessionsDocument,
    "\n  mutation ChangePassword($currentPassword: String!, $newPassword: String!) {\n    changePassword(input: { currentPassword: $currentPassword, newPassword: $newPassword, delivery: COOKIE }) {\n      accessToken\n      expiresIn\n      user {\n        ...SessionUser\n      }\n    }\n  }\n": types.ChangePasswordDocument,
    "\n  mutation DeleteAccount($password: String!) {\n    deleteAccount(input: { password: $password }) {\n      deletedUserId\n    }\n  }\n": types.DeleteAccountDocument,
    "\n  fragment TaskParts on Task {\n    id\n    title\n    description\n    completed\n    createdAt\n    updatedAt\n    completedAt\n    version\n  }\n": types.TaskPartsFragmentDoc,
    "\n  query TaskChanges($after: String) {\n    taskChanges(after: $after, first: 100) {\n      changes {\n        taskId\n        task {\n          ...TaskParts\n        }\n      }\n      cursor\n      hasMore\n    }\n  }\n": types.TaskChangesDocument,
    "\n  query OneTask($id: ID!) {\n    task(id: $id) {\n      ...TaskParts\n    }\n  }\n": types.OneTaskDocument,
    "\n  mutation CreateTask($input: CreateTaskInput!) {\n    createTask(input: $input) {\n      task {\n        ...TaskParts\n      }\n    }\n  }\n": types.CreateTaskDocument,
    "\n  mutation UpdateTask($input: UpdateTaskInput!) {\n    updateTask(input: $input) {\n      task {\n        ...TaskParts\n      }\n    }\n  }\n": types.UpdateTaskDocument,
    "\n  mutation SetTaskCompleted($id: ID!, $completed: Boolean!) {\n    setTaskCompleted(input: { id: $id, completed: $completed }) {\n      task {\n        ...TaskParts\n      }\n    }\n  }\n": types.SetTaskCompletedDocument,
    "\n  mutation DeleteTask($id: ID!) {\n    deleteTask(input: { id: $id }) {\n      deletedTaskId\n    }\n  }\n": types.DeleteTaskDocument,
    "\n  mutation RestoreTasks($ids: [ID!]!) {\n    restoreTasks(input: { ids: $ids }) {\n      tasks {\n        ...TaskParts\n      }\n    }\n  }\n": types.RestoreTasksDocument,
    "\n  subscription TaskEvents($after: String!) {\n    taskEvents(after: $after) {\n      taskId\n      task {\n        ...TaskParts\n      }\n      cursor\n    }\n  }\n": types.TaskEventsDocument,
    "\n  fragment SessionUser on User {\n    id\n    email\n    createdAt\n  }\n": types.SessionUserFragmentDoc,
    "\n  mutation SignIn($email: String!, $password: String!) {\n    login(input: { email: $email, password: $password, delivery: COOKIE }) {\n      accessToken\n      expiresIn\n      user {\n        ...SessionUser\n      }\n    }\n  }\n": types.SignInDocument,
    "\n  mutation SignUp($email: String!, $password: String!) {\n    register(input: { email: $email, password: $password, delivery: COOKIE }) {\n      accessToken\n      expiresIn\n      user {\n        ...SessionUser\n      }\n    }\n  }\n": types.SignUpDocument,
    "\n  mutation Renew {\n    refreshToken(input: {}) {\n      accessToken\n      expiresIn\n      user {\n        ...SessionUser\n      }\n    }\n  }\n": types.RenewDocument,
    "\n  mutation SignOut {\n    logout {\n      success\n    }\n  }\n": types.SignOutDocument,
    "\n  query ServerInfo {\n    server {\n      registrationOpen\n      passwordLogin\n      signInUrl\n      maxTitleLength\n      maxDescriptionLength\n      minPasswordLength\n    }\n  }\n": types.ServerInfoDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Sessions {\n    sessions {\n      id\n      current\n      userAgent\n      createdAt\n      lastUsedAt\n    }\n  }\n"): typeof import('./graphql').SessionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RevokeSession($id: ID!) {\n    revokeSession(input: { id: $id }) {\n      revokedSessionId\n    }\n  }\n"): typeof import('./graphql').RevokeSessionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RevokeOtherSessions {\n    revokeOtherSessions {\n      revokedSessionIds\n    }\n  }\n"): typeof import('./graphql').RevokeOtherSessionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ChangePassword($currentPassword: String!, $newPassword: String!) {\n    changePassword(input: { currentPassword: $currentPassword, newPassword: $newPassword, delivery: COOKIE }) {\n      accessToken\n      expiresIn\n      user {\n        ...SessionUser\n      }\n    }\n  }\n"): typeof import('./graphql').ChangePasswordDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteAccount($password: String!) {\n    deleteAccount(input: { password: $password }) {\n      deletedUserId\n    }\n  }\n"): typeof import('./graphql').DeleteAccountDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment TaskParts on Task {\n    id\n    title\n    description\n    completed\n    createdAt\n    updatedAt\n    completedAt\n    version\n  }\n"): typeof import('./graphql').TaskPartsFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query TaskChanges($after: String) {\n    taskChanges(after: $after, first: 100) {\n      changes {\n        taskId\n        task {\n          ...TaskParts\n        }\n      }\n      cursor\n      hasMore\n    }\n  }\n"): typeof import('./graphql').TaskChangesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OneTask($id: ID!) {\n    task(id: $id) {\n      ...TaskParts\n    }\n  }\n"): typeof import('./graphql').OneTaskDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateTask($input: CreateTaskInput!) {\n    createTask(input: $input) {\n      task {\n        ...TaskParts\n      }\n    }\n  }\n"): typeof import('./graphql').CreateTaskDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateTask($input: UpdateTaskInput!) {\n    updateTask(input: $input) {\n      task {\n        ...TaskParts\n      }\n    }\n  }\n"): typeof import('./graphql').UpdateTaskDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetTaskCompleted($id: ID!, $completed: Boolean!) {\n    setTaskCompleted(input: { id: $id, completed: $completed }) {\n      task {\n        ...TaskParts\n      }\n    }\n  }\n"): typeof import('./graphql').SetTaskCompletedDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteTask($id: ID!) {\n    deleteTask(input: { id: $id }) {\n      deletedTaskId\n    }\n  }\n"): typeof import('./graphql').DeleteTaskDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RestoreTasks($ids: [ID!]!) {\n    restoreTasks(input: { ids: $ids }) {\n      tasks {\n        ...TaskParts\n      }\n    }\n  }\n"): typeof import('./graphql').RestoreTasksDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription TaskEvents($after: String!) {\n    taskEvents(after: $after) {\n      taskId\n      task {\n        ...TaskParts\n      }\n      cursor\n    }\n  }\n"): typeof import('./graphql').TaskEventsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment SessionUser on User {\n    id\n    email\n    createdAt\n  }\n"): typeof import('./graphql').SessionUserFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignIn($email: String!, $password: String!) {\n    login(input: { email: $email, password: $password, delivery: COOKIE }) {\n      accessToken\n      expiresIn\n      user {\n        ...SessionUser\n      }\n    }\n  }\n"): typeof import('./graphql').SignInDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignUp($email: String!, $password: String!) {\n    register(input: { email: $email, password: $password, delivery: COOKIE }) {\n      accessToken\n      expiresIn\n      user {\n        ...SessionUser\n      }\n    }\n  }\n"): typeof import('./graphql').SignUpDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Renew {\n    refreshToken(input: {}) {\n      accessToken\n      expiresIn\n      user {\n        ...SessionUser\n      }\n    }\n  }\n"): typeof import('./graphql').RenewDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignOut {\n    logout {\n      success\n    }\n  }\n"): typeof import('./graphql').SignOutDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ServerInfo {\n    server {\n      registrationOpen\n      passwordLogin\n      signInUrl\n      maxTitleLength\n      maxDescriptionLength\n      minPasswordLength\n    }\n  }\n"): typeof import('./graphql').ServerInfoDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
