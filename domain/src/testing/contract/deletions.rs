//! Promises about deleted tasks: they do not come back by themselves, they can be brought back for a while, and they are
//! forgotten in good order.

use std::time::Duration;

use super::fixtures::{START, scattered_id, start_plus, task, unnumbered};
use super::{Outcome, Repositories};
use crate::change::{ChangeNumber, ChangedTo, DeletedTask, Position, RESTORABLE_FOR};
use crate::id::{TaskId, UserId};
use crate::ports::{ChangesSince, InfraError, Insertion, Restoration};
use crate::task::{Completion, Task, TaskEdit};
use crate::time::Timestamp;

const DAY: Duration = Duration::from_hours(24);
const KEEP: Duration = Duration::from_hours(90 * 24);

impl Repositories {
    /// Tasks that are there, deleted in this order, a millisecond after each other.
    async fn deleted_in_order(
        &self,
        owner: UserId,
        count: u64,
    ) -> Result<Vec<(Task, ChangeNumber)>, InfraError> {
        let mut deleted = Vec::new();
        for (n, at) in (0..count).zip(0..) {
            let doomed = Task {
                id: scattered_id(n),
                ..task(&format!("{n}"), START)
            };
            let doomed = self.store(owner, &doomed).await?;
            let change = self.tasks.delete(owner, doomed.id, start_plus(at)).await?;
            deleted.extend(change.map(|change| (doomed, change)));
        }
        Ok(deleted)
    }

    async fn remembered(&self, owner: UserId) -> Result<Vec<DeletedTask>, InfraError> {
        self.archive.deleted_tasks(owner, None, 100).await
    }

    /// The tasks after a restoration, which must succeed, but for their numbers.
    async fn restores(
        &self,
        owner: UserId,
        ids: &[TaskId],
        now: Timestamp,
    ) -> Result<Vec<Task>, InfraError> {
        match self.tasks.restore(owner, ids, now).await? {
            Restoration::Done { tasks, .. } => Ok(tasks.into_iter().map(unnumbered).collect()),
            Restoration::Missing(ids) => panic!("{ids:?} cannot be restored"),
        }
    }

    async fn is_expired(&self, owner: UserId, after: Position) -> Result<bool, InfraError> {
        let since = self.changes.since(owner, Some(after), 0).await?;
        Ok(since == ChangesSince::Expired)
    }
}

/// Not by a request that is repeated, and not at an owner who has another task with that id.
pub async fn a_deleted_task_is_not_made_again(repositories: &Repositories) -> Outcome {
    let (ada, bob) = (repositories.owner().await?, repositories.owner().await?);
    let doomed = repositories.store(ada, &task("doomed", START)).await?;
    assert!(repositories.deleted(ada, doomed.id).await?);
    let before = repositories.now(ada).await?;
    for _ in 0..2 {
        let again = repositories.tasks.insert(ada, &doomed).await?;
        assert_eq!(again, Insertion::Deleted);
    }
    assert_eq!(repositories.found(ada, doomed.id).await?, None);
    let changes = repositories.changes(ada, Some(before), 5).await?;
    assert_eq!(changes.changes, []);
    repositories.store(bob, &doomed).await?;
    Ok(())
}

/// With every field and the same version; it is created anew only for those who keep a copy.
pub async fn a_restored_task_is_as_it_was(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let one = repositories
        .store(owner, &task("One Straße", START))
        .await?;
    let two = repositories.store(owner, &task("two", START)).await?;
    let here = repositories.store(owner, &task("here", START)).await?;
    let complete = TaskEdit::completion(Completion::Set(true));
    repositories
        .updated(owner, one.id, &complete, start_plus(5))
        .await?;
    let Some(one) = repositories.found(owner, one.id).await? else {
        panic!("it was stored");
    };
    for id in [one.id, two.id] {
        assert!(repositories.deleted(owner, id).await?);
    }
    let before = repositories.now(owner).await?;
    let ids = [two.id, here.id, one.id, two.id];
    let restored = repositories.restores(owner, &ids, start_plus(9)).await?;
    let two = unnumbered(two);
    let expected = [&two, &unnumbered(here.clone()), &one, &two].map(Task::clone);
    assert_eq!(restored, expected);
    assert_eq!(repositories.found(owner, one.id).await?, Some(one.clone()));
    assert_eq!(repositories.remembered(owner).await?, []);

    let changes = repositories.changes(owner, Some(before), 5).await?;
    let mut told: Vec<TaskId> = changes.changes.iter().map(|changed| changed.task).collect();
    assert!(told.is_sorted());
    told.sort_by_key(|id| *id != one.id);
    assert_eq!(told, [one.id, two.id]);
    for changed in changes.changes {
        let ChangedTo::Stored(stored) = changed.outcome else {
            panic!("it is there again");
        };
        assert_eq!(stored.created_change, changed.number);
        assert_eq!(stored.created_change, before.number.next());
    }
    let again = repositories
        .tasks
        .restore(owner, &ids, start_plus(9))
        .await?;
    assert!(matches!(again, Restoration::Done { change: None, .. }));
    let exists = repositories.tasks.insert(owner, &one).await?;
    assert!(matches!(exists, Insertion::Existing(_)));
    assert!(repositories.deleted(owner, one.id).await?);
    Ok(())
}

/// One that was never there, somebody else's, or one that was deleted too long ago: all such are named, nothing is restored.
pub async fn a_restoration_is_whole_or_nothing(repositories: &Repositories) -> Outcome {
    let (ada, bob) = (repositories.owner().await?, repositories.owner().await?);
    let [old, young, his] = [0, 1, 2].map(|n| Task {
        id: scattered_id(n),
        ..task("gone", START)
    });
    for (owner, gone) in [(ada, &old), (ada, &young), (bob, &his)] {
        repositories.store(owner, gone).await?;
    }
    repositories.tasks.delete(ada, old.id, START).await?;
    repositories
        .tasks
        .delete(ada, young.id, start_plus(1))
        .await?;
    repositories.tasks.delete(bob, his.id, START).await?;
    let never = scattered_id(9);
    let now = START.plus(RESTORABLE_FOR);
    let before = repositories.now(ada).await?;
    let ids = [never, young.id, old.id, his.id];
    let restoration = repositories.tasks.restore(ada, &ids, now).await?;
    let missing = vec![never, old.id, his.id];
    assert_eq!(restoration, Restoration::Missing(missing));
    let changes = repositories.changes(ada, Some(before), 5).await?;
    assert_eq!(changes.changes, []);
    assert_eq!(repositories.found(ada, young.id).await?, None);
    assert_eq!(repositories.restores(ada, &[young.id], now).await?, [young]);
    let nobody = UserId::new(START);
    let restoration = repositories.tasks.restore(nobody, &[never], now).await?;
    assert_eq!(restoration, Restoration::Missing(vec![never]));
    Ok(())
}

/// The texts first and the rest later, a few at a time, the earliest first.
pub async fn deletions_are_forgotten_in_two_steps(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let deleted = repositories.deleted_in_order(owner, 3).await?;
    let clear = async |now, limit| repositories.changes.clear_deletions(now, KEEP, limit).await;
    let with_texts = async || {
        let remembered = repositories.remembered(owner).await?;
        let texts = remembered.iter().filter(|deleted| deleted.task.is_some());
        Ok::<_, InfraError>((remembered.len(), texts.count()))
    };
    let texts_go = START.plus(RESTORABLE_FOR);
    assert_eq!(clear(texts_go.minus(Duration::from_millis(1)), 9).await?, 0);
    assert_eq!(clear(texts_go, 9).await?, 1);
    assert_eq!(with_texts().await?, (3, 2));
    assert_eq!(clear(texts_go.plus(DAY), 1).await?, 1);
    assert_eq!(with_texts().await?, (3, 1));
    let late = START.plus(KEEP);
    while clear(late, 1).await? > 0 {}
    assert_eq!(with_texts().await?, (2, 0));
    let again = repositories.tasks.insert(owner, &deleted[2].0).await?;
    assert_eq!(again, Insertion::Deleted);
    assert_eq!(clear(late.plus(DAY), 9).await?, 2);
    assert_eq!(with_texts().await?, (0, 0));
    repositories.store(owner, &deleted[2].0).await?;
    Ok(())
}

/// However short they are to be kept: what can be restored is remembered.
pub async fn deletions_are_remembered_while_they_can_be_undone(
    repositories: &Repositories,
) -> Outcome {
    let owner = repositories.owner().await?;
    repositories.deleted_in_order(owner, 1).await?;
    let clear = async |now| {
        let changes = &repositories.changes;
        changes.clear_deletions(now, Duration::ZERO, 9).await
    };
    let end = START.plus(RESTORABLE_FOR);
    assert_eq!(clear(end.minus(Duration::from_millis(1))).await?, 0);
    assert_eq!(repositories.remembered(owner).await?.len(), 1);
    while clear(end).await? > 0 {}
    assert_eq!(repositories.remembered(owner).await?, []);
    Ok(())
}

/// Whoever knows of the last deletion that is forgotten may go on; whoever was there before must begin with nothing, and can.
pub async fn positions_expire_with_the_deletions_after_them(
    repositories: &Repositories,
) -> Outcome {
    let (owner, other) = (repositories.owner().await?, repositories.owner().await?);
    let first = repositories.store(owner, &task("first", START)).await?;
    let deleted = repositories.deleted_in_order(owner, 3).await?;
    let last = repositories.store(owner, &task("last", START)).await?;
    let (began, now) = (
        Position::after(ChangeNumber::NONE),
        repositories.now(owner).await?,
    );
    let walk = repositories.changes(owner, None, 1).await?;
    assert_eq!(
        walk.changes.first().map(|changed| changed.task),
        Some(first.id)
    );
    // Far enough for the first two.
    let late = start_plus(1).plus(KEEP);
    while repositories.changes.clear_deletions(late, KEEP, 9).await? > 0 {}
    let [_, (_, second), (_, third)] = deleted.as_slice() else {
        panic!("three were deleted");
    };
    for (position, expired) in [
        (began, true),
        (Position::after(first.change), true),
        (Position::after(ChangeNumber::new(second.get() - 1)), true),
        (Position::after(*second), false),
        (Position::after(*third), false),
        (now, false),
        (Position::after(now.number.next()), true),
    ] {
        let found = repositories.is_expired(owner, position).await?;
        assert_eq!(found, expired, "{position:?}");
    }
    assert!(!repositories.is_expired(other, began).await?);
    // No deletion from before a walk began matters to it.
    let rest = repositories.changes(owner, Some(walk.end), 9).await?;
    let told: Vec<TaskId> = rest.changes.iter().map(|changed| changed.task).collect();
    assert_eq!((told, rest.end), (vec![last.id], now));
    Ok(())
}

/// What is deleted while somebody reads everything for the first time, they learn on the way.
pub async fn a_deletion_during_a_walk_is_told(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let mut tasks = Vec::new();
    for n in 0..3 {
        tasks.push(
            repositories
                .store(owner, &task(&format!("{n}"), START))
                .await?,
        );
    }
    let walk = repositories.changes(owner, None, 1).await?;
    assert!(repositories.deleted(owner, tasks[0].id).await?);
    assert!(repositories.deleted(owner, tasks[2].id).await?);
    let rest = repositories.changes(owner, Some(walk.end), 9).await?;
    let told: Vec<(TaskId, bool)> = rest
        .changes
        .iter()
        .map(|changed| {
            (
                changed.task,
                matches!(changed.outcome, ChangedTo::Stored(_)),
            )
        })
        .collect();
    let expected = [
        (tasks[1].id, true),
        (tasks[0].id, false),
        (tasks[2].id, false),
    ];
    assert_eq!(told, expected);
    Ok(())
}

/// Nor the order of changes, nor what is remembered of deleted tasks.
pub async fn a_deleted_account_leaves_no_changes(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let deleted = repositories.deleted_in_order(owner, 1).await?;
    let stored = repositories.store(owner, &task("there", START)).await?;
    let hash = super::fixtures::hash("aGFzaA");
    let gone = repositories.users.delete(owner, &hash, START).await?;
    assert!(gone.is_some());
    let since = repositories.changes.since(owner, None, 5).await?;
    assert_eq!(since, ChangesSince::UnknownOwner);
    assert_eq!(repositories.changes.newest(&[owner]).await?, []);
    assert_eq!(repositories.remembered(owner).await?, []);
    assert_eq!(repositories.found(owner, stored.id).await?, None);
    for task in [&stored, &deleted[0].0] {
        let insertion = repositories.tasks.insert(owner, task).await?;
        assert_eq!(insertion, Insertion::UnknownOwner);
    }
    Ok(())
}
