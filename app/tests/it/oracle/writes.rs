//! Mutations, over two databases that begin alike, by one clock: our own way writes one, the library the other. Ids and tokens
//! that each service makes up are compared by the order in which they appear.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use taskhive_domain::testing::ManualClock;

use crate::oracle::answer::{Answer, Labels};
use crate::oracle::case::{Memory, Operation};
use crate::oracle::differences;
use crate::oracle::service::{Service, Side};
use crate::requests::Case;

/// One operation of the story.
pub(crate) struct Step {
    pub(crate) operation: Operation,
    /// Under which name the memory holds the token it is sent with. Empty: without.
    token: &'static str,
    /// What to remember: the name, and where it is in the data.
    keep: &'static [(&'static str, &'static str)],
}

const fn step(token: &'static str, query: &'static str, variables: &'static str) -> Step {
    Step {
        operation: Operation {
            query,
            variables,
            code: None,
        },
        token,
        keep: &[],
    }
}

impl Step {
    const fn fails(mut self, code: &'static str) -> Self {
        self.operation.code = Some(code);
        self
    }

    const fn keeps(mut self, keep: &'static [(&'static str, &'static str)]) -> Self {
        self.keep = keep;
        self
    }
}

const REGISTER: &str = "mutation ($input: RegisterInput!) { register(input: $input) { accessToken expiresIn refreshToken user { id email createdAt } } }";
const LOGIN: &str = "mutation ($input: LoginInput!) { login(input: $input) { accessToken refreshToken user { __typename email } } }";
const REFRESH: &str = "mutation ($token: String!) { refreshToken(input: {refreshToken: $token}) { accessToken refreshToken expiresIn user { id } } }";
const CREATE: &str = "mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { ...T } } } fragment T on Task { id title description completed createdAt updatedAt completedAt version }";
const UPDATE: &str = "mutation ($input: UpdateTaskInput!) { updateTask(input: $input) { task { title description updatedAt version } } }";
const CHANGE_PASSWORD: &str = "mutation ($old: String!, $new: String!) { changePassword(input: {currentPassword: $old, newPassword: $new}) { accessToken refreshToken user { id } } }";
const DELETE_ACCOUNT: &str =
    "mutation ($input: DeleteAccountInput!) { deleteAccount(input: $input) { deletedUserId } }";
const ID_1: &str = r#"{"input": {"id": "task_01970000000070008000000000000001", "title": " First ", "description": "milk\n"}}"#;

/// A person's life with the service. Every mutation of the contract is in it, as it succeeds and as it fails.
pub(crate) const STORY: [Step; 51] = [
    step("", REGISTER, r#"{"input": {"email": "Ada@example.org", "password": "tidal-ochre-kestrel-42"}}"#)
        .keeps(&[("ada", "/register/accessToken"), ("refresh", "/register/refreshToken"), ("user", "/register/user/id")]),
    step("", REGISTER, r#"{"input": {"email": "ada@example.org", "password": "tidal-ochre-kestrel-42"}}"#).fails("CONFLICT"),
    step("", REGISTER, r#"{"input": {"email": "nobody", "password": "short", "delivery": null}}"#).fails("VALIDATION"),
    step("", REGISTER, r#"{"input": {"email": "bob@example.org", "password": "tidal-ochre-kestrel-42", "delivery": "COOKIE"}}"#)
        .keeps(&[("bob", "/register/accessToken")]),
    step("", LOGIN, r#"{"input": {"email": "ada@example.org", "password": "wrong-wrong"}}"#).fails("UNAUTHENTICATED"),
    step("", LOGIN, r#"{"input": {"email": "ada@example.org", "password": "tidal-ochre-kestrel-42"}}"#)
        .keeps(&[("second", "/login/accessToken"), ("second refresh", "/login/refreshToken")]),
    step("", LOGIN, r#"{"input": {"email": "ada@example.org", "password": "tidal-ochre-kestrel-42", "delivery": "COOKIE"}}"#),
    step("", REFRESH, r#"{"token": "$refresh"}"#).keeps(&[("ada", "/refreshToken/accessToken")]),
    step("", REFRESH, r#"{"token": "made up"}"#).fails("UNAUTHENTICATED"),
    step("", "mutation { refreshToken(input: {}) { accessToken } }", "{}").fails("UNAUTHENTICATED"),
    step("ada", CREATE, ID_1).keeps(&[("task", "/createTask/task/id")]),
    step("ada", CREATE, ID_1),
    step("ada", CREATE, r#"{"input": {"title": "Made here"}}"#).keeps(&[("own", "/createTask/task/id")]),
    step("ada", CREATE, r#"{"input": {"id": "task_1", "title": "  ", "description": null}}"#).fails("VALIDATION"),
    step("ada", "mutation ($title: String!, $text: String) { createTask(input: {title: $title, description: $text}) { task { title description } } }", r#"{"title": "Without a text"}"#),
    step("ada", UPDATE, r#"{"input": {"id": "$task", "title": "Changed"}}"#),
    step("ada", UPDATE, r#"{"input": {"id": "$task", "description": null, "expectedVersion": 2}}"#),
    step("ada", UPDATE, r#"{"input": {"id": "$task", "description": "", "expectedVersion": 1}}"#).fails("CONFLICT"),
    step("ada", "mutation ($id: ID!, $title: String, $text: String) { updateTask(input: {id: $id, title: $title, description: $text}) { task { title description version } } }", r#"{"id": "$task", "title": "Text stays"}"#),
    step("bob", UPDATE, r#"{"input": {"id": "$task", "title": "Mine"}}"#).fails("NOT_FOUND"),
    step("ada", "mutation ($id: ID!) { setTaskCompleted(input: {id: $id, completed: true}) { task { completed completedAt version } } }", r#"{"id": "$task"}"#),
    step("ada", "mutation ($input: SetTaskCompletedInput!) { setTaskCompleted(input: $input) { task { completed completedAt version } } }", r#"{"input": {"id": "$task", "completed": true}}"#),
    step("ada", "mutation ($input: ToggleTaskInput!) { toggleTask(input: $input) { task { ... on Node { id } completed completedAt } } }", r#"{"input": {"id": "$task"}}"#),
    step("ada", "mutation ($a: ID!, $b: ID!) { one: toggleTask(input: {id: $a}) { task { version } } two: toggleTask(input: {id: $b}) { task { version } } again: toggleTask(input: {id: $a}) { task { version completed } } __typename }", r#"{"a": "$task", "b": "$own"}"#),
    step("ada", "mutation ($a: ID!) { one: toggleTask(input: {id: $a}) { task { version } } two: toggleTask(input: {id: \"task_01970000000070008000000000000099\"}) { task { version } } three: toggleTask(input: {id: $a}) { task { version } } }", r#"{"a": "$task"}"#).fails("NOT_FOUND"),
    step("ada", "query { tasks(orderBy: RECENTLY_UPDATED) { edges { cursor node { id title description completed createdAt updatedAt completedAt version } } totalCount pageInfo { startCursor endCursor hasNextPage } } me { id email } }", "{}"),
    step("ada", "mutation ($input: DeleteTaskInput!) { deleteTask(input: $input) { deletedTaskId } }", r#"{"input": {"id": "$own"}}"#),
    step("ada", "mutation ($input: DeleteTaskInput!) { deleteTask(input: $input) { deletedTaskId } }", r#"{"input": {"id": "$own"}}"#).fails("NOT_FOUND"),
    step("ada", "mutation ($input: RestoreTasksInput!) { restoreTasks(input: $input) { tasks { id title version completedAt } } }", r#"{"input": {"ids": ["$own", "$task"]}}"#),
    step("ada", "mutation ($ids: [ID!]!) { restoreTasks(input: {ids: $ids}) { tasks { id } } }", r#"{"ids": ["$own", "task_01970000000070008000000000000099"]}"#).fails("NOT_FOUND"),
    step("ada", "mutation ($input: MoveTaskInput!) { moveTask(input: $input) { task { id version } } }", r#"{"input": {"id": "$task", "after": "$own"}}"#),
    step("ada", "mutation ($id: ID!, $after: ID) { moveTask(input: {id: $id, after: $after}) { task { id updatedAt } } }", r#"{"id": "$own"}"#),
    step("ada", "mutation ($id: ID!, $after: ID) { moveTask(input: {id: $id, after: $after}) { task { id } } }", r#"{"id": "$own", "after": "task_01970000000070008000000000000099"}"#).fails("NOT_FOUND"),
    step("ada", "mutation ($input: CreateTasksInput!) { createTasks(input: $input) { tasks { id title dueOn priority tags } } }", r#"{"input": {"tasks": [{"title": "One", "id": "task_01970000000070008000000000000002", "dueOn": "2026-01-31"}, {"title": "Two", "id": "task_01970000000070008000000000000003", "priority": "HIGH", "tags": ["b", "A"]}]}}"#),
    step("ada", "mutation ($tasks: [CreateTaskInput!]!) { createTasks(input: {tasks: $tasks}) { tasks { id } } }", r#"{"tasks": [{"title": ""}, {"title": "x", "dueOn": "2026-02-30"}]}"#).fails("VALIDATION"),
    step("ada", "mutation ($ids: [ID!]!) { updateTasks(input: {ids: $ids, completed: true, addTags: [\"a\", \"c\"], clear: [DUE_ON]}) { tasks { id completed dueOn tags version } } }", r#"{"ids": ["task_01970000000070008000000000000003", "task_01970000000070008000000000000002"]}"#),
    step("ada", "mutation ($input: DeleteTasksInput!) { deleteTasks(input: $input) { deletedTaskIds } }", r#"{"input": {"ids": ["task_01970000000070008000000000000003", "task_01970000000070008000000000000098"]}}"#).fails("NOT_FOUND"),
    step("ada", "mutation ($input: DeleteTasksInput!) { deleteTasks(input: $input) { deletedTaskIds } }", r#"{"input": {"ids": ["task_01970000000070008000000000000003"]}}"#),
    step("ada", "query { tags { tag openTaskCount } tasks(orderBy: MANUAL) { nodes { id } } }", "{}"),
    step("ada", "query { sessions { id current userAgent createdAt lastUsedAt expiresAt } }", "{}")
        .keeps(&[("latest", "/sessions/0/id")]),
    step("ada", "mutation ($id: ID!) { revokeSession(input: {id: $id}) { revokedSessionId } }", r#"{"id": "session_01970000000070008000000000000001"}"#).fails("NOT_FOUND"),
    step("second", "mutation ($input: RevokeSessionInput!) { revokeSession(input: $input) { revokedSessionId } }", r#"{"input": {"id": "$latest"}}"#),
    step("second", "mutation { revokeOtherSessions { revokedSessionIds } }", "{}"),
    step("second", CHANGE_PASSWORD, r#"{"old": "wrong-wrong", "new": "umber-lattice-quill-7"}"#).fails("UNAUTHENTICATED"),
    step("second", CHANGE_PASSWORD, r#"{"old": "tidal-ochre-kestrel-42", "new": "umber-lattice-quill-7"}"#)
        .keeps(&[("second", "/changePassword/accessToken")]),
    step("second", "query { sessions { id current } tasks { totalCount nodes { id } } }", "{}"),
    step("second", "mutation { logout { success } }", "{}"),
    step("", LOGIN, r#"{"input": {"email": "ada@example.org", "password": "umber-lattice-quill-7"}}"#).keeps(&[("third", "/login/accessToken")]),
    step("third", DELETE_ACCOUNT, r#"{"input": {"password": "tidal-ochre-kestrel-42"}}"#).fails("UNAUTHENTICATED"),
    step("third", DELETE_ACCOUNT, r#"{"input": {"password": "umber-lattice-quill-7"}}"#),
    step("bob", "query { me { email } tasks { totalCount } sessions { current } }", "{}"),
];

/// One side of the story: its database, and what it knows.
pub(crate) struct Life {
    service: Service,
    side: Side,
    memory: Memory,
    labels: Labels,
}

impl Life {
    pub(crate) async fn new(side: Side, clock: &Arc<ManualClock>) -> Self {
        Self {
            service: Service::new(clock).await,
            side,
            memory: Memory::default(),
            labels: Labels::default(),
        }
    }

    pub(crate) async fn ask(&self, token: &str, case: &Case) -> Answer {
        let token = (!token.is_empty()).then(|| self.memory.get(token));
        let case = match self.side {
            Side::Ours => case.clone(),
            Side::Library => differences::readable(case),
        };
        self.service.ask(self.side, token, &case).await
    }

    async fn live(&mut self, step: &Step) -> Answer {
        let case = step.operation.case(&self.memory);
        let answer = self.ask(step.token, &case).await;
        for (name, pointer) in step.keep {
            let value = answer.data.as_ref().and_then(|data| data.pointer(pointer));
            let missing = || panic!("no {name} in {answer:?}");
            self.memory.keep(name, value.unwrap_or_else(missing));
        }
        answer
    }

    /// Remembers something of this side.
    pub(crate) fn keep(&mut self, name: &str, value: &Value) {
        self.memory.keep(name, value);
    }
}

/// What both answered, if it is the same but for what each makes up.
pub(crate) fn same(
    (ours, our_answer): (&mut Life, &Answer),
    (library, library_answer): (&mut Life, Answer),
    case: &Case,
) -> Result<(), String> {
    let library_answer = differences::repaired(library_answer, our_answer, case);
    let with_locations = differences::keeps_places(case);
    let told = our_answer
        .labelled(&mut ours.labels)
        .to_text(with_locations);
    let heard = library_answer
        .labelled(&mut library.labels)
        .to_text(with_locations);
    if told == heard {
        return Ok(());
    }
    Err(format!(
        "{}\nours: {told}\nlibrary: {heard}",
        case.to_json()
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_goes_the_same_way_on_both_sides() {
    let clock = Arc::new(ManualClock::default());
    let mut ours = Life::new(Side::Ours, &clock).await;
    let mut library = Life::new(Side::Library, &clock).await;
    for (number, step) in STORY.iter().enumerate() {
        clock.advance(Duration::from_secs(1));
        let our_answer = ours.live(step).await;
        let library_answer = library.live(step).await;
        let case = Case::new(step.operation.query, json!({ "step": number }));
        assert_eq!(
            our_answer.code(),
            step.operation.code,
            "{case:?}: {our_answer:?}"
        );
        let compared = same(
            (&mut ours, &our_answer),
            (&mut library, library_answer),
            &case,
        );
        compared.unwrap_or_else(|dispute| panic!("{dispute}"));
    }
}
