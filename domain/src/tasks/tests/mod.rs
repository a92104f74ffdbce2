//! The use cases around tasks: what watchers are told, and what never reaches them.

mod house;
mod interrupted;
mod live;

use std::time::Duration;

use futures_util::{FutureExt, StreamExt};

use self::house::{House, arrived, draft, kinds, told};
use super::*;
use crate::id::{SessionId, UserId};
use crate::listing::{Take, TaskOrder};
use crate::ports::{InfraErrorKind, UserRepository};
use crate::task::{Completion, TaskDraftInput, TaskEditInput};
use crate::user::PasswordHash;

#[tokio::test]
async fn every_change_is_told_once_with_the_task_as_it_became() {
    let house = House::new();
    let ada = house.user("ada@example.org").await;
    let mut changes = house.watch(ada).await;
    let began = house.clock.now();

    let created = house.create(ada, "write").await;
    let change = TaskChange::Created(created.clone());
    assert_eq!(
        arrived(&mut changes),
        [told(created.change, created.id, change, began)]
    );
    house.clock.advance(Duration::from_millis(7));
    let edited = house.toggle(ada, created.id).await;
    let change = TaskChange::Updated(edited.clone());
    assert_eq!(
        arrived(&mut changes),
        [told(edited.change, created.id, change, edited.updated_at)]
    );
    house.clock.advance(Duration::from_millis(1));
    house.tasks.delete(ada, created.id).await.unwrap();
    let (number, now) = (edited.change.next(), house.clock.now());
    assert_eq!(
        arrived(&mut changes),
        [told(number, created.id, TaskChange::Deleted, now)]
    );

    assert_eq!(
        (created.created_at, created.updated_at, created.version),
        (began, began, 1)
    );
    assert_eq!(
        edited.completed_at,
        Some(began.plus(Duration::from_millis(7)))
    );
}

#[tokio::test]
async fn repeating_a_creation_returns_the_task_and_tells_nobody() {
    let house = House::new();
    let ada = house.user("ada@example.org").await;
    let id = TaskId::new(house.clock.now()).to_string();
    let draft = TaskDraft::parse(TaskDraftInput {
        id: Some(&id),
        title: "once",
        ..TaskDraftInput::default()
    })
    .unwrap();
    let created = house.tasks.create(ada, draft.clone()).await.unwrap();
    assert_eq!(created.id.to_string(), id);
    let toggle = TaskEdit::completion(Completion::Toggle);
    let edited = house.tasks.edit(ada, created.id, &toggle).await.unwrap();

    let mut changes = house.watch(ada).await;
    house.clock.advance(Duration::from_secs(1));
    assert_eq!(house.tasks.create(ada, draft).await.unwrap(), edited);
    assert_eq!(arrived(&mut changes), []);
}

#[tokio::test]
async fn an_edit_without_effect_tells_nobody() {
    let house = House::new();
    let ada = house.user("ada@example.org").await;
    let created = house.tasks.create(ada, draft("same")).await.unwrap();
    let mut changes = house.watch(ada).await;
    house.clock.advance(Duration::from_secs(1));
    let same = TaskEdit::parse(TaskEditInput {
        title: Some(" same "),
        description: Some(""),
        expected_version: Some(1),
        ..TaskEditInput::default()
    })
    .unwrap();
    for edit in [same, TaskEdit::completion(Completion::Set(false))] {
        assert_eq!(
            house.tasks.edit(ada, created.id, &edit).await.unwrap(),
            created
        );
    }
    assert_eq!(arrived(&mut changes), []);
}

#[tokio::test]
async fn a_failure_tells_nobody() {
    let house = House::new();
    let ada = house.user("ada@example.org").await;
    let created = house.tasks.create(ada, draft("mine")).await.unwrap();
    let gone = Identity {
        user: UserId::new(house.clock.now()),
        session: SessionId::new(house.clock.now()),
    };
    let mut hers = house.watch(ada).await;

    let stale = TaskEdit::parse(TaskEditInput {
        title: Some("new"),
        expected_version: Some(2),
        ..TaskEditInput::default()
    })
    .unwrap();
    let refused = house.tasks.edit(ada, created.id, &stale).await;
    assert!(matches!(refused, Err(TaskError::VersionMismatch)));
    let nothing = TaskId::new(house.clock.now());
    let refused = house.tasks.edit(ada, nothing, &TaskEdit::default()).await;
    assert!(matches!(refused, Err(TaskError::NotFound)));
    let refused = house.tasks.delete(ada, nothing).await;
    assert!(matches!(refused, Err(TaskError::NotFound)));
    let refused = house.tasks.create(gone, draft("orphan")).await;
    assert!(matches!(refused, Err(TaskError::AccountGone)));

    assert_eq!(arrived(&mut hers), []);
}

#[tokio::test]
async fn nobody_sees_or_hears_of_the_tasks_of_others() {
    let house = House::new();
    let (ada, bob) = (
        house.user("ada@example.org").await,
        house.user("bob@example.org").await,
    );
    let mut his_changes = house.watch(bob).await;
    let hers = house.tasks.create(ada, draft("hers")).await.unwrap();

    assert_eq!(house.tasks.find(bob, hers.id).await.unwrap(), None);
    let toggle = TaskEdit::completion(Completion::Toggle);
    let refused = house.tasks.edit(bob, hers.id, &toggle).await;
    assert!(matches!(refused, Err(TaskError::NotFound)));
    let refused = house.tasks.delete(bob, hers.id).await;
    assert!(matches!(refused, Err(TaskError::NotFound)));
    let request = PageRequest {
        filter: TaskFilter::default(),
        order: TaskOrder::default(),
        take: Take::First(1),
        after: None,
        before: None,
        as_of: false,
    };
    assert!(
        house
            .tasks
            .page(bob, &request)
            .await
            .unwrap()
            .tasks
            .is_empty()
    );
    assert_eq!(house.tasks.count(bob, &request.filter).await.unwrap(), 0);
    assert_eq!(arrived(&mut his_changes), []);

    let page = house.tasks.page(ada, &request).await.unwrap();
    assert_eq!(page.tasks, [hers]);
    assert_eq!(house.tasks.count(ada, &request.filter).await.unwrap(), 1);
}

#[tokio::test]
async fn a_deleted_task_comes_back_when_it_is_restored_and_not_before() {
    let house = House::new();
    let ada = house.user("ada@example.org").await;
    let id = TaskId::new(house.clock.now());
    let draft = TaskDraft::parse(TaskDraftInput {
        id: Some(&id.to_string()),
        title: "once",
        ..TaskDraftInput::default()
    })
    .unwrap();
    let created = house.tasks.create(ada, draft.clone()).await.unwrap();
    house.tasks.delete(ada, id).await.unwrap();
    let refused = house.tasks.create(ada, draft).await;
    assert!(matches!(refused, Err(TaskError::TaskDeleted)));

    let mut changes = house.watch(ada).await;
    let other = TaskId::new(house.clock.now());
    let refused = house.tasks.restore(ada, &[id, other]).await;
    assert!(matches!(refused, Err(TaskError::NotRestorable(ids)) if ids == [other]));
    assert_eq!(arrived(&mut changes), []);
    house.clock.advance(Duration::from_secs(1));
    let restored = house.tasks.restore(ada, &[id]).await.unwrap();
    let restored = restored.first().unwrap();
    assert_eq!(
        *restored,
        Task {
            change: restored.change,
            ..created
        }
    );
    let change = TaskChange::Created(restored.clone());
    let at = restored.updated_at;
    assert_eq!(
        arrived(&mut changes),
        [told(restored.change, id, change, at)]
    );
    house.tasks.restore(ada, &[id]).await.unwrap();
    assert_eq!(arrived(&mut changes), []);
}

#[tokio::test]
async fn changes_are_known_since_a_position_or_it_has_expired() {
    let house = House::new();
    let ada = house.user("ada@example.org").await;
    let first = house.tasks.create(ada, draft("first")).await.unwrap();
    let known = house.tasks.changes_since(ada, None, 100).await.unwrap();
    assert_eq!(known.changes.len(), 1);
    house.tasks.delete(ada, first.id).await.unwrap();
    let after = Some(known.end);
    let news = house.tasks.changes_since(ada, after, 100).await.unwrap();
    assert_eq!(news.changes.len(), 1);
    let future = Position::after(news.end.number.next());
    let expired = house.tasks.changes_since(ada, Some(future), 100).await;
    assert!(matches!(expired, Err(TaskError::PositionExpired)));
    let gone = Identity {
        user: UserId::new(house.clock.now()),
        session: ada.session,
    };
    let unknown = house.tasks.changes_since(gone, None, 100).await;
    assert!(matches!(unknown, Err(TaskError::AccountGone)));
}
