// What the device asks of the service.
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

export const taskChangesQuery = graphql(`
  query TaskChanges($after: String) {
    taskChanges(after: $after, first: 100) {
      changes {
        taskId
        task {
          ...TaskParts
        }
      }
      cursor
      hasMore
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

export const restoreTasksMutation = graphql(`
  mutation RestoreTasks($ids: [ID!]!) {
    restoreTasks(input: { ids: $ids }) {
      tasks {
        ...TaskParts
      }
    }
  }
`);

export const taskEventsSubscription = graphql(`
  subscription TaskEvents($after: String!) {
    taskEvents(after: $after) {
      taskId
      task {
        ...TaskParts
      }
      cursor
    }
  }
`);
