//! One process of many, as far as the database can tell: a backend of its own, and the use cases on it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use taskhive_adapters::backend::Backend;
use taskhive_adapters::clock::SystemClock;
use taskhive_adapters::store::{StoreSettings, StoreUrl};
use taskhive_domain::event::{TaskChange, TaskEvent, TaskEventStream};
use taskhive_domain::ports::TaskPokes;
use taskhive_domain::task::{Completion, Task, TaskDraft, TaskDraftInput, TaskEdit};
use taskhive_domain::testing::signed_in;
use taskhive_domain::{Identity, TaskId, Tasks};

use crate::failures::register;
use testkit::databases::PostgresDatabase;

/// Only a defect takes so long.
const PATIENCE: Duration = Duration::from_mins(1);

/// A process.
pub(super) struct Instance {
    pub(super) backend: Backend,
    pub(super) tasks: Tasks,
}

impl Instance {
    /// The server knows its listening connection by this name.
    pub(super) async fn start(database: &PostgresDatabase, name: &str) -> Self {
        Self::with(StoreSettings {
            direct_url: Some(listening_as(database, name)),
            ..database.settings()
        })
        .await
    }

    pub(super) async fn with(settings: StoreSettings) -> Self {
        let backend = Backend::open(settings).await.unwrap();
        backend.start_events();
        Self::on(backend)
    }

    /// One that neither tells nor hears.
    pub(super) fn on(backend: Backend) -> Self {
        let tasks = Tasks::new(
            Arc::clone(&backend.tasks),
            Arc::clone(&backend.changes),
            Arc::clone(&backend.events),
            Arc::new(SystemClock),
        );
        Self { backend, tasks }
    }

    pub(super) async fn user(&self, email: &str) -> Identity {
        let (user, session) = register(&self.backend, email).await.unwrap();
        signed_in(user.id, session.id)
    }

    pub(super) async fn watch(&self, who: Identity) -> TaskEventStream {
        self.tasks.changes(who, None).await.unwrap()
    }

    pub(super) async fn create(&self, who: Identity) -> Task {
        let draft = TaskDraft::parse(TaskDraftInput {
            title: "Water the plants",
            ..TaskDraftInput::default()
        })
        .unwrap();
        self.tasks.create(who, draft).await.unwrap()
    }

    pub(super) async fn toggle(&self, who: Identity, id: TaskId) -> Task {
        let edit = TaskEdit::completion(Completion::Toggle);
        self.tasks.edit(who, id, &edit).await.unwrap()
    }
}

fn listening_as(database: &PostgresDatabase, name: &str) -> StoreUrl {
    StoreUrl::parse(&format!("{}&application_name={name}", database.url)).unwrap()
}

pub(super) async fn next(stream: &mut TaskEventStream) -> TaskEvent {
    let item = tokio::time::timeout(PATIENCE, stream.next()).await;
    item.expect("an event in time").expect("no end").unwrap()
}

pub(super) async fn next_change(stream: &mut TaskEventStream) -> TaskChange {
    next(stream).await.change
}

pub(super) async fn poked(pokes: &mut TaskPokes) {
    let poke = tokio::time::timeout(PATIENCE, pokes.next()).await;
    poke.expect("a poke in time").expect("no end");
}
