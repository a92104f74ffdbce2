//! What clients are told when what lies behind the schema panics, hangs or fails, and that the way stays open afterwards.

use async_trait::async_trait;
use futures_util::future::join_all;
use governor::clock::MonotonicClock;
use serde_json::{Value, json};
use taskhive_domain::accounts::AccountPorts;
use taskhive_domain::change::ChangeNumber;
use taskhive_domain::listing::{Page, PageRequest, TaskFilter};
use taskhive_domain::ports::{
    BatchDeletion, BatchInsertion, BatchUpdate, InfraError, InfraErrorKind, Insertion, Move,
    Restoration, TaskRepository, Update,
};
use taskhive_domain::task::{BatchEdit, TagUsage, Task, TaskEdit};
use taskhive_domain::testing::{
    InsecureHasher, ManualClock, MemoryEvents, MemoryStore, PlainIssuer,
};
use taskhive_domain::user::Registration;
use taskhive_domain::{Accounts, TaskId, Tasks, Timestamp, UserId};

use super::*;
use crate::accounts::client::Credential;
use crate::accounts::guarded::{GuardedAccounts, Offer};
use crate::accounts::revocation::RevocationList;
use crate::accounts::revocation::testing::House;
use crate::config::Config;
use crate::graphql::Services;
use crate::http::own_origins::OwnOrigins;
use crate::http::refresh_cookie::RefreshCookie;
use crate::http::shutdown::Shutdown;
use crate::metrics::Metrics;
use crate::operation::access::Introspection;

/// What happens to whoever asks for a task.
#[derive(Clone, Copy)]
enum Trouble {
    Panic,
    Hang,
    Fail(InfraErrorKind),
}

impl Trouble {
    async fn strike<T>(self) -> Result<T, InfraError> {
        match self {
            Self::Panic => panic!("the canary sings in relation \"tasks\""),
            Self::Hang => std::future::pending().await,
            Self::Fail(kind) => Err(InfraError::bare(
                kind,
                "the canary sings in relation \"tasks\"",
            )),
        }
    }
}

#[async_trait]
impl TaskRepository for Trouble {
    async fn add(&self, _: UserId, _: &Task) -> Result<Option<Task>, InfraError> {
        self.strike().await
    }
    async fn insert(&self, _: UserId, _: &Task) -> Result<Insertion, InfraError> {
        self.strike().await
    }
    async fn find(&self, _: UserId, _: TaskId) -> Result<Option<Task>, InfraError> {
        self.strike().await
    }
    async fn page(&self, _: UserId, _: &PageRequest) -> Result<Page, InfraError> {
        self.strike().await
    }
    async fn count(&self, _: UserId, _: &TaskFilter) -> Result<u64, InfraError> {
        self.strike().await
    }
    async fn tags(&self, _: UserId) -> Result<Vec<TagUsage>, InfraError> {
        self.strike().await
    }
    async fn update(
        &self,
        _: UserId,
        _: TaskId,
        _: &TaskEdit,
        _: Timestamp,
    ) -> Result<Update, InfraError> {
        self.strike().await
    }
    async fn delete(
        &self,
        _: UserId,
        _: TaskId,
        _: Timestamp,
    ) -> Result<Option<ChangeNumber>, InfraError> {
        self.strike().await
    }
    async fn place(&self, _: UserId, _: TaskId, _: Option<TaskId>) -> Result<Move, InfraError> {
        self.strike().await
    }
    async fn insert_all(&self, _: UserId, _: &[Task]) -> Result<BatchInsertion, InfraError> {
        self.strike().await
    }
    async fn update_all(
        &self,
        _: UserId,
        _: &[TaskId],
        _: &BatchEdit,
        _: Timestamp,
    ) -> Result<BatchUpdate, InfraError> {
        self.strike().await
    }
    async fn delete_all(
        &self,
        _: UserId,
        _: &[TaskId],
        _: Timestamp,
    ) -> Result<BatchDeletion, InfraError> {
        self.strike().await
    }
    async fn restore(
        &self,
        _: UserId,
        _: &[TaskId],
        _: Timestamp,
    ) -> Result<Restoration, InfraError> {
        self.strike().await
    }
}

/// A pipeline to a service whose tasks are in trouble, and a token for it.
async fn pipeline(trouble: Trouble) -> (Pipeline, String) {
    let (store, clock) = (Arc::default(), Arc::new(ManualClock::default()));
    let revocations = RevocationList::new(Arc::clone(&store) as _, Arc::clone(&clock) as _);
    pipeline_with(trouble, store, Arc::new(revocations), clock).await
}

/// The same with a list of ended sessions of the test's own.
async fn pipeline_with(
    trouble: Trouble,
    store: Arc<MemoryStore>,
    revocations: Arc<RevocationList>,
    clock: Arc<ManualClock>,
) -> (Pipeline, String) {
    let ports = AccountPorts {
        users: store.clone(),
        sessions: store.clone(),
        session_events: revocations.clone(),
        hasher: Arc::new(InsecureHasher::default()),
        clock: clock.clone(),
    };
    let accounts = Arc::new(Accounts::new(ports, Arc::new(PlainIssuer)));
    let registration = Registration::parse("ada@example.org", "correct horse").unwrap();
    let signed_in = accounts.register(registration, "").await.unwrap();
    let config = Config::from_vars(&std::collections::BTreeMap::new()).unwrap();
    let limits = Arc::new(RateLimits::new(&config.rates, &MonotonicClock));
    let events = Arc::new(MemoryEvents::default());
    let offer = Offer {
        password_login: true,
        registration_open: true,
        sign_in_url: None,
    };
    let services = Services {
        tasks: Arc::new(Tasks::new(Arc::new(trouble), store, events, clock.clone())),
        accounts: Arc::new(GuardedAccounts::new(
            accounts.clone(),
            limits.clone(),
            offer,
        )),
        revocations: revocations.clone(),
        refresh_cookie: RefreshCookie::new(OwnOrigins::AsAsked, false),
    };
    let admission = Admission::new(&crate::graphql::sdl(), config.documents.clone()).unwrap();
    let pipeline = Pipeline {
        schema: crate::graphql::executable(services, config.documents.nesting),
        policy: Policy::new(Introspection::Public),
        admission,
        guard: Guard::new(accounts, revocations.clone()),
        connections: Arc::new(ConnectionRegistry::new(
            1,
            revocations,
            clock,
            Shutdown::new(),
        )),
        limits,
        capacity: Capacity::new(2),
        observer: Arc::new(Observer::new(
            true,
            &Metrics::new("memory", Timestamp::from_millis(0)),
            None,
        )),
        timeout: Duration::from_millis(50),
    };
    (pipeline, signed_in.access_token.reveal().to_owned())
}

/// An operation of whoever holds the token.
fn operation(token: &str, query: &str) -> OperationRequest {
    OperationRequest {
        request: GraphQlRequest::from_value(json!({ "query": query }))
            .ok()
            .unwrap(),
        transport: Transport::Post {
            event_stream: false,
        },
        client: Client {
            credential: Credential::Bearer(token.to_owned()),
            request_id: "id-of-this-request".to_owned(),
            ..Client::default()
        },
    }
}

/// The status and the body of what the pipeline answers.
async fn answer(pipeline: &Pipeline, token: &str, query: &str) -> (u16, Value) {
    let Ok(operation) = pipeline.authorize(operation(token, query)).await else {
        panic!("{query} was refused")
    };
    let response = pipeline.execute(operation).await;
    (
        response.status.as_u16(),
        serde_json::to_value(response).unwrap(),
    )
}

const ID: &str = "task_0197c0df1c3d7a42b6e5f4d3c2b1a098";

#[tokio::test]
async fn nobody_sees_what_went_wrong_and_the_next_one_is_served() {
    let operations = [
        "{ tasks { nodes { id } } }".to_owned(),
        format!("{{ task(id: \"{ID}\") {{ id }} }}"),
        "mutation { createTask(input: { title: \"x\" }) { task { id } } }".to_owned(),
        format!("mutation {{ deleteTask(input: {{ id: \"{ID}\" }}) {{ deletedTaskId }} }}"),
    ];
    for (trouble, code, reason, status) in [
        (Trouble::Panic, "INTERNAL", Value::Null, 200),
        (Trouble::Hang, "UNAVAILABLE", json!("TIMED_OUT"), 503),
        (
            Trouble::Fail(InfraErrorKind::Broken),
            "INTERNAL",
            Value::Null,
            200,
        ),
        (
            Trouble::Fail(InfraErrorKind::Unavailable),
            "UNAVAILABLE",
            json!("OVERLOADED"),
            503,
        ),
        (
            Trouble::Fail(InfraErrorKind::Interrupted),
            "UNAVAILABLE",
            json!("TIMED_OUT"),
            503,
        ),
    ] {
        let (pipeline, token) = pipeline(trouble).await;
        for operation in &operations {
            let (answered, body) = answer(&pipeline, &token, operation).await;
            let extensions = &body["errors"][0]["extensions"];
            assert_eq!(extensions["code"], code, "{operation}: {body}");
            assert_eq!(extensions["reason"], reason, "{operation}: {body}");
            assert_eq!(extensions["requestId"], "id-of-this-request");
            assert_eq!(answered, status, "{operation}: {body}");
            assert!(!body.to_string().contains("canary"), "{body}");
        }
        let (status, body) = answer(&pipeline, &token, "{ me { email } }").await;
        assert_eq!(
            (status, &body["data"]["me"]["email"]),
            (200, &json!("ada@example.org"))
        );
    }
}

/// A database that is frozen holds up the guard first, which asks it for the sessions that have ended.
#[tokio::test(start_paused = true)]
async fn the_time_of_an_operation_counts_from_its_arrival() {
    let house = House::new();
    house.elsewhere.answers.forget_permits(1000);
    let (list, clock) = (Arc::clone(&house.list), Arc::clone(&house.clock));
    let (pipeline, token) = pipeline_with(Trouble::Hang, Arc::default(), list, clock).await;
    let began = tokio::time::Instant::now();
    let arrivals = (0..100).map(|_| pipeline.authorize(operation(&token, "{ me { id } }")));
    for refused in join_all(arrivals).await {
        let refused = Response::refused(refused.err().unwrap(), "id-of-this-request");
        assert_eq!(
            (refused.status.as_u16(), refused.retry_after),
            (503, Some(1))
        );
    }
    assert!(
        pipeline
            .identify(&Credential::Bearer(token.clone()))
            .await
            .is_err()
    );
    assert!(
        began.elapsed() <= pipeline.timeout * 3,
        "{:?}",
        began.elapsed()
    );

    // What the guard took is not there for the execution any more.
    let most = pipeline.timeout * 4 / 5;
    house.elsewhere.answers.add_permits(2);
    house.list.refresh().await.unwrap();
    house.pass(Duration::from_secs(2)).await;
    let began = tokio::time::Instant::now();
    let arrived = pipeline.authorize(operation(&token, "{ tasks { nodes { id } } }"));
    let arrived = arrived.await.ok().unwrap();
    tokio::time::advance(most).await;
    assert_eq!(pipeline.execute(arrived).await.status, 503);
    assert!(
        began.elapsed() < pipeline.timeout + most,
        "{:?}",
        began.elapsed()
    );
}

/// What was done and what was not stand side by side; only when nothing was done is the whole answer a 503.
#[tokio::test]
async fn a_part_that_works_is_answered() {
    let (pipeline, token) = pipeline(Trouble::Fail(InfraErrorKind::Unavailable)).await;
    let query = format!("{{ me {{ email }} task(id: \"{ID}\") {{ id }} }}");
    let (status, body) = answer(&pipeline, &token, &query).await;
    assert_eq!(status, 200);
    assert_eq!(
        body["data"],
        json!({ "me": { "email": "ada@example.org" }, "task": null })
    );
    assert_eq!(body["errors"][0]["path"], json!(["task"]));
}

/// By the specification the failure of a field that cannot be null moves up to the root.
#[tokio::test]
async fn a_failed_field_that_cannot_be_null_leaves_no_data() {
    let (pipeline, token) = pipeline(Trouble::Fail(InfraErrorKind::Broken)).await;
    let (status, body) = answer(&pipeline, &token, "{ me { email } tasks { nodes { id } } }").await;
    assert_eq!((status, &body["data"]), (200, &Value::Null));
    let (_, body) = answer(&pipeline, &token, "{ me @skip(if: true) { email } }").await;
    assert_eq!(body, json!({ "data": {} }));
}

/// Whoever finds no room is refused before anything is done; subscriptions, and operations that ended in whatever way, take
/// none.
#[tokio::test]
async fn what_is_over_capacity_is_refused_at_once() {
    let (pipeline, token) = pipeline(Trouble::Hang).await;
    let me = || pipeline.authorize(operation(&token, "{ me { email } }"));
    let subscription = OperationRequest {
        transport: Transport::Post { event_stream: true },
        ..operation(&token, "subscription { taskEvents { kind } }")
    };
    let subscription = pipeline.authorize(subscription).await.ok().unwrap();
    let listening = pipeline.subscribe(subscription).await;
    let (first, second) = (me().await.ok().unwrap(), me().await.ok().unwrap());
    let refused = Response::refused(me().await.err().unwrap(), "id-of-this-request");
    assert_eq!(
        (refused.status.as_u16(), refused.retry_after),
        (503, Some(1))
    );
    let body = serde_json::to_value(refused).unwrap();
    assert_eq!(
        body["errors"][0]["extensions"]["reason"], "OVERLOADED",
        "{body}"
    );
    assert_eq!(pipeline.execute(first).await.status, 200);
    drop(second);
    for query in [
        "{ tasks { nodes { id } } }",
        "{ me { email } }",
        "{ nonsense }",
    ] {
        for _ in 0..3 {
            let Ok(operation) = pipeline.authorize(operation(&token, query)).await else {
                continue;
            };
            pipeline.execute(operation).await;
        }
    }
    assert!(me().await.is_ok());
    drop(listening);
}
