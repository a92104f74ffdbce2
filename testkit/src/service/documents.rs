//! The operations that most tests send, as a client would keep them.

/// Signs up.
pub const REGISTER: &str = "mutation($input: RegisterInput!) { register(input: $input) {
    accessToken expiresIn refreshToken user { id email createdAt } } }";
/// Signs in.
pub const LOGIN: &str = "mutation($input: LoginInput!) { login(input: $input) {
    accessToken expiresIn refreshToken user { id email createdAt } } }";
/// Gets the next pair of tokens.
pub const REFRESH: &str = "mutation($input: RefreshTokenInput!) { refreshToken(input: $input) {
    accessToken expiresIn refreshToken user { id } } }";
/// Signs out.
pub const LOGOUT: &str = "mutation { logout { success } }";
/// Who am I.
pub const ME: &str = "{ me { id email createdAt } }";
/// Creates a task.
pub const CREATE: &str = "mutation($input: CreateTaskInput!) { createTask(input: $input) { task {
    id title description completed createdAt updatedAt completedAt version } } }";
/// Changes a task.
pub const UPDATE: &str = "mutation($input: UpdateTaskInput!) { updateTask(input: $input) { task {
    id title description completed createdAt updatedAt completedAt version } } }";
/// Completes or reopens a task.
pub const SET_COMPLETED: &str =
    "mutation($input: SetTaskCompletedInput!) { setTaskCompleted(input: $input) {
    task { id title description completed createdAt updatedAt completedAt version } } }";
/// Completes an open task, reopens a completed one.
pub const TOGGLE: &str = "mutation($input: ToggleTaskInput!) { toggleTask(input: $input) { task {
    id title description completed createdAt updatedAt completedAt version } } }";
/// Deletes a task.
pub const DELETE: &str =
    "mutation($input: DeleteTaskInput!) { deleteTask(input: $input) { deletedTaskId } }";
/// One task.
pub const TASK: &str = "query($id: ID!) { task(id: $id) {
    id title description completed createdAt updatedAt completedAt version } }";
/// Any object.
pub const NODE: &str = "query($id: ID!) { node(id: $id) { __typename id
    ... on Task { title version } ... on User { email } } }";
/// A page.
pub const TASKS: &str = "query($first: Int, $after: String, $last: Int, $before: String,
    $filter: TaskFilter, $orderBy: TaskOrder) {
    tasks(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $orderBy) {
        edges { cursor node { id title description completed version } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }";
/// Listens.
pub const TASK_EVENTS: &str =
    "subscription { taskEvents { kind taskId task { title description } } }";
