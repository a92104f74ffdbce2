//! One process of many, as far as the database can tell: a backend of its own.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use taskhive_adapters::backend::Backend;
use taskhive_adapters::store::{StoreSettings, StoreUrl};
use taskhive_domain::change::ChangeNumber;
use taskhive_domain::event::{Lagged, TaskChange, TaskEvent, TaskEventStream};
use taskhive_domain::ports::{Insertion, TaskEvents, TaskRepository, Update};
use taskhive_domain::task::{Completion, Task, TaskDescription, TaskEdit, TaskTitle};
use taskhive_domain::{TaskId, UserId};

use crate::failures::NOW;
use testkit::databases::PostgresDatabase;

/// Only a defect takes so long.
const PATIENCE: Duration = Duration::from_mins(1);

/// A process.
pub(super) struct Instance {
    pub(super) backend: Backend,
    pub(super) tasks: Arc<dyn TaskRepository>,
    pub(super) events: Arc<dyn TaskEvents>,
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
        Self {
            tasks: Arc::clone(&backend.tasks),
            events: Arc::clone(&backend.events),
            backend,
        }
    }

    pub(super) async fn create(&self, owner: UserId) -> Task {
        let id = TaskId::new(NOW);
        let draft = Task {
            id,
            title: TaskTitle::parse("Water the plants").unwrap(),
            description: TaskDescription::default(),
            created_at: NOW,
            updated_at: NOW,
            completed_at: None,
            version: 1,
            change: ChangeNumber::NONE,
        };
        let Insertion::Created(task) = self.tasks.insert(owner, &draft).await.unwrap() else {
            panic!("not created");
        };
        self.publish(owner, id, TaskChange::Created(task.clone()));
        task
    }

    pub(super) async fn toggle(&self, owner: UserId, id: TaskId) -> Task {
        let edit = TaskEdit::completion(Completion::Toggle);
        let Update::Changed(task) = self.tasks.update(owner, id, &edit, NOW).await.unwrap() else {
            panic!("not changed");
        };
        self.publish(owner, id, TaskChange::Updated(task.clone()));
        task
    }

    pub(super) async fn delete(&self, owner: UserId, id: TaskId) {
        let deleted = self.tasks.delete(owner, id, NOW).await.unwrap();
        assert!(deleted.is_some());
        self.publish(owner, id, TaskChange::Deleted);
    }

    pub(super) fn publish(&self, owner: UserId, task: TaskId, change: TaskChange) {
        let event = TaskEvent {
            task,
            change,
            occurred_at: NOW,
        };
        self.events.publish(owner, event);
    }

    /// Waits until this instance hears the other one: either it does, or it begins to and says that something may have been
    /// missed.
    pub(super) async fn until_it_hears(&self, other: &Self) {
        let somebody = UserId::new(NOW);
        let mut stream = self.events.subscribe(somebody);
        other.publish(somebody, TaskId::new(NOW), TaskChange::Deleted);
        next(&mut stream).await.ok();
    }
}

fn listening_as(database: &PostgresDatabase, name: &str) -> StoreUrl {
    StoreUrl::parse(&format!("{}&application_name={name}", database.url)).unwrap()
}

pub(super) async fn next(stream: &mut TaskEventStream) -> Result<TaskEvent, Lagged> {
    let item = tokio::time::timeout(PATIENCE, stream.next()).await;
    item.expect("an event in time").expect("no end")
}

pub(super) async fn next_change(stream: &mut TaskEventStream) -> TaskChange {
    next(stream).await.unwrap().change
}
