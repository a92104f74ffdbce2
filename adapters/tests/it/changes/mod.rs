//! What only PostgreSQL can get wrong about the order of changes, where statements wait for each other; and what becomes of what
//! earlier releases wrote.

mod migration;
mod previous_release;
mod waiting;

use taskhive_adapters::backend::Backend;
use taskhive_domain::change::{ChangeNumber, Changes, Position};
use taskhive_domain::ports::ChangesSince;
use taskhive_domain::task::{Priority, Rank, Tags, Task, TaskDescription, TaskTitle};
use taskhive_domain::{TaskId, UserId};

use crate::failures::NOW;

/// A task that is not stored yet.
fn task(title: &str) -> Task {
    Task {
        id: TaskId::new(NOW),
        title: TaskTitle::parse(title).unwrap(),
        description: TaskDescription::default(),
        created_at: NOW,
        updated_at: NOW,
        completed_at: None,
        version: 1,
        change: ChangeNumber::NONE,
        due_on: None,
        priority: Priority::Normal,
        tags: Tags::default(),
        rank: Rank::NONE,
        moved: None,
    }
}

/// The changes after a position, which is known.
async fn changes(backend: &Backend, owner: UserId, after: Option<Position>) -> Changes {
    match backend.changes.since(owner, after, 100).await.unwrap() {
        ChangesSince::Known(changes) => changes,
        other => panic!("{other:?}"),
    }
}

/// Which tasks changed, with their numbers.
fn numbers(changes: &Changes) -> Vec<(i64, TaskId)> {
    let changes = changes.changes.iter();
    changes
        .map(|changed| (changed.number.get(), changed.task))
        .collect()
}
