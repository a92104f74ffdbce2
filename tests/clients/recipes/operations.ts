import { graphql } from './gql';

export const LOGIN = graphql(`
  mutation Login($input: LoginInput!) {
    login(input: $input) { accessToken refreshToken }
  }
`);

export const REFRESH = graphql(`
  mutation Refresh($input: RefreshTokenInput!) {
    refreshToken(input: $input) { accessToken refreshToken }
  }
`);

export const LOGOUT = graphql(`
  mutation Logout { logout { success } }
`);

export const TASKS = graphql(`
  query Tasks($first: Int!, $after: String) {
    tasks(first: $first, after: $after, orderBy: NEWEST) {
      edges { cursor node { id title completed createdAt version } }
      pageInfo { hasNextPage endCursor }
      asOf
    }
  }
`);

export const TASK = graphql(`
  query Task($id: ID!) { task(id: $id) { id title completed } }
`);

export const SERVER = graphql(`
  query Server { server { passwordLogin registrationOpen maxTitleLength minPasswordLength } }
`);

export const CREATE_TASK = graphql(`
  mutation CreateTask($input: CreateTaskInput!) {
    createTask(input: $input) { task { id title completed createdAt version } }
  }
`);

export const SET_COMPLETED = graphql(`
  mutation SetCompleted($input: SetTaskCompletedInput!) {
    setTaskCompleted(input: $input) { task { id completed version } }
  }
`);

export const DELETE_TASK = graphql(`
  mutation DeleteTask($input: DeleteTaskInput!) {
    deleteTask(input: $input) { deletedTaskId }
  }
`);

export const TASK_EVENTS = graphql(`
  subscription TaskEvents($after: String) {
    taskEvents(after: $after) { kind taskId cursor task { id title completed createdAt version } }
  }
`);

/** All fields, for those who keep a copy. */
export const COPIED_TASK = graphql(`
  fragment CopiedTask on Task { id title description completed createdAt updatedAt completedAt version dueOn priority tags }
`);

export const TASK_CHANGES = graphql(`
  query TaskChanges($after: String) {
    taskChanges(after: $after) { changes { taskId task { ...CopiedTask } } cursor hasMore }
  }
`);

export const COPIED_TASK_EVENTS = graphql(`
  subscription CopiedTaskEvents($after: String) {
    taskEvents(after: $after) { taskId task { ...CopiedTask } cursor }
  }
`);
