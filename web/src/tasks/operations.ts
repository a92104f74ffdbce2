// What the task list asks of the service.
import { graphql } from "../gql";

export const taskParts = graphql(`
  fragment TaskParts on Task {
    id
    title
    description
    completed
    createdAt
    updatedAt
    completedAt
    version
  }
`);

export const taskPageQuery = graphql(`
  query TaskPage($first: Int!, $after: String, $filter: TaskFilter!, $orderBy: TaskOrder!) {
    tasks(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
      nodes {
        ...TaskParts
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`);

export const taskCountsQuery = graphql(`
  query TaskCounts($open: TaskFilter!, $completed: TaskFilter!) {
    open: tasks(first: 0, filter: $open) {
      totalCount
    }
    completed: tasks(first: 0, filter: $completed) {
      totalCount
    }
  }
`);

export const taskQuery = graphql(`
  query OneTask($id: ID!) {
    task(id: $id) {
      ...TaskParts
    }
  }
`);

export const createTaskMutation = graphql(`
  mutation CreateTask($input: CreateTaskInput!) {
    createTask(input: $input) {
      task {
        ...TaskParts
      }
    }
  }
`);

export const updateTaskMutation = graphql(`
  mutation UpdateTask($input: UpdateTaskInput!) {
    updateTask(input: $input) {
      task {
        ...TaskParts
      }
    }
  }
`);

export const setTaskCompletedMutation = graphql(`
  mutation SetTaskCompleted($id: ID!, $completed: Boolean!) {
    setTaskCompleted(input: { id: $id, completed: $completed }) {
      task {
        ...TaskParts
      }
    }
  }
`);

export const deleteTaskMutation = graphql(`
  mutation DeleteTask($id: ID!) {
    deleteTask(input: { id: $id }) {
      deletedTaskId
    }
  }
`);

export const taskEventsSubscription = graphql(`
  subscription TaskEvents {
    taskEvents {
      kind
      taskId
      task {
        ...TaskParts
      }
    }
  }
`);
