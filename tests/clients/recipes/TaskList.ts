import { graphql } from 'relay-runtime';

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

export const EVENTS = graphql`
  subscription TaskListEventsSubscription {
    taskEvents { kind taskId task { id title completed version } }
  }
`;
