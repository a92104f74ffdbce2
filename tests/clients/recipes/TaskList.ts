import { ConnectionHandler, graphql, type SelectorStoreUpdater } from 'relay-runtime';
import type { TaskListEventsSubscription$data } from './__generated__/TaskListEventsSubscription.graphql';

export const QUERY = graphql`
  query TaskListQuery($first: Int!) { ...TaskList_tasks @arguments(first: $first) }
`;

/** For `usePaginationFragment`: its `loadNext` sends the query named here. */
export const FRAGMENT = graphql`
  fragment TaskList_tasks on Query
  @refetchable(queryName: "TaskListPageQuery")
  @argumentDefinitions(first: { type: "Int!" }, after: { type: "String" }) {
    tasks(first: $first, after: $after, orderBy: NEWEST) @connection(key: "TaskList_tasks") {
      edges { node { id title completed version } }
      asOf
    }
  }
`;

/** What a form needs to know. */
export const SERVER = graphql`
  query TaskListServerQuery { server { maxTitleLength } }
`;

/** The list must be named to be added to; what is changed is found by its ID. */
export const CREATE = graphql`
  mutation TaskListCreateMutation($input: CreateTaskInput!, $lists: [ID!]!) {
    createTask(input: $input) {
      task @prependNode(connections: $lists, edgeTypeName: "TaskEdge") { id title completed version }
    }
  }
`;

export const SET_COMPLETED = graphql`
  mutation TaskListSetCompletedMutation($input: SetTaskCompletedInput!) {
    setTaskCompleted(input: $input) { task { id completed version } }
  }
`;

export const DELETE = graphql`
  mutation TaskListDeleteMutation($input: DeleteTaskInput!, $lists: [ID!]!) {
    deleteTask(input: $input) { deletedTaskId @deleteEdge(connections: $lists) }
  }
`;

export const EVENTS = graphql`
  subscription TaskListEventsSubscription($after: String) {
    taskEvents(after: $after) { kind taskId cursor task { id title completed version } }
  }
`;

/** The `updater` of that subscription. What was changed is found by its ID, without a word from us. */
export const update: SelectorStoreUpdater<TaskListEventsSubscription$data> = (store, data) => {
  const list = ConnectionHandler.getConnection(store.getRoot(), 'TaskList_tasks', { orderBy: 'NEWEST' });
  const task = data && store.get(data.taskEvents.taskId);
  if (!list || !task) return;
  if (data.taskEvents.kind === 'DELETED') ConnectionHandler.deleteNode(list, task.getDataID());
  if (data.taskEvents.kind === 'CREATED') {
    ConnectionHandler.insertEdgeBefore(list, ConnectionHandler.createEdge(store, list, task, 'TaskEdge'));
  }
};
