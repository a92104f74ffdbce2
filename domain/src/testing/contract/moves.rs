//! Promises about the order that owners arrange: a move is not an edit, and reaches everybody who keeps a copy.

use std::collections::HashMap;

use futures_util::future::join_all;

use super::fixtures::{START, scattered_id, start_plus, task, title};
use super::{Outcome, Repositories};
use crate::change::{ChangedTo, Position};
use crate::id::{TaskId, UserId};
use crate::listing::{PageRequest, Take, TaskFilter, TaskOrder};
use crate::ports::{InfraError, Move};
use crate::task::{Task, TaskEdit};

impl Repositories {
    /// All tasks of an owner in an order, by their ids.
    pub(super) async fn listed(
        &self,
        owner: UserId,
        order: TaskOrder,
    ) -> Result<Vec<TaskId>, InfraError> {
        let request = PageRequest {
            filter: TaskFilter::default(),
            order,
            take: Take::First(Take::MAX),
            after: None,
            before: None,
            as_of: false,
        };
        let page = self.tasks.page(owner, &request).await?;
        Ok(page.tasks.iter().map(|task| task.id).collect())
    }

    /// All tasks of an owner as they are stored.
    async fn stored_tasks(&self, owner: UserId) -> Result<HashMap<TaskId, Task>, InfraError> {
        let stored = self.archive.tasks(owner, None, 100).await?.into_iter();
        Ok(stored.map(|stored| (stored.task.id, stored.task)).collect())
    }

    /// New tasks, in the order in which they are listed: the newest first.
    pub(super) async fn stored_in_order(
        &self,
        owner: UserId,
        count: u64,
    ) -> Result<Vec<Task>, InfraError> {
        let mut tasks = Vec::new();
        for (n, at) in (0..count).zip(0..) {
            let new = Task {
                id: scattered_id(n),
                ..task(&format!("{n}"), start_plus(at))
            };
            tasks.insert(0, self.store(owner, &new).await?);
        }
        Ok(tasks)
    }
}

fn moved(outcome: Move) -> Task {
    match outcome {
        Move::Moved { task, .. } => task,
        other => panic!("not moved: {other:?}"),
    }
}

/// What comes out of a move, on a list of ids.
fn arrange(list: &mut Vec<TaskId>, id: TaskId, after: Option<TaskId>) {
    list.retain(|other| *other != id);
    let place = after.map_or(0, |after| {
        list.iter()
            .position(|other| *other == after)
            .map_or(0, |place| place + 1)
    });
    list.insert(place, id);
}

/// Wherever tasks are moved to, and however often between the same two, they are listed as a list would have them; nothing
/// else changes about any of them, and the other orders stay.
pub async fn a_moved_task_comes_right_after_its_neighbour(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let before = repositories.stored_in_order(owner, 7).await?;
    let mut expected: Vec<TaskId> = before.iter().map(|task| task.id).collect();
    assert_eq!(
        repositories.listed(owner, TaskOrder::Manual).await?,
        expected
    );
    let edited = repositories
        .listed(owner, TaskOrder::RecentlyUpdated)
        .await?;
    let ids = expected.clone();
    let (one, rest) = (ids[0], &ids[1..]);
    let scattered = (0..60_usize).map(|n| (ids[n * 5 % 7], (n % 9 != 0).then(|| ids[n * 3 % 7])));
    // Always between the same two: the room between them is used up again and again.
    let narrow = (0..60_usize).map(|n| (rest[n % 2 + 1], Some(one)));
    for (id, after) in scattered.chain(narrow) {
        if after == Some(id) || expected.first() == Some(&id) && after.is_none() {
            continue;
        }
        arrange(&mut expected, id, after);
        let outcome = repositories.tasks.place(owner, id, after).await?;
        let task = match outcome {
            Move::Moved { task, .. } | Move::Unchanged(task) => task,
            other => panic!("{id} after {after:?}: {other:?}"),
        };
        let old = before.iter().find(|old| old.id == id);
        let same = old.map(|old| Task {
            rank: task.rank,
            moved: task.moved,
            ..old.clone()
        });
        assert_eq!(Some(task), same);
        assert_eq!(
            repositories.listed(owner, TaskOrder::Manual).await?,
            expected
        );
    }
    let after = repositories
        .listed(owner, TaskOrder::RecentlyUpdated)
        .await?;
    assert_eq!(after, edited);
    Ok(())
}

/// Who keeps a copy gets all whose ranks are others now; repeating a move is nothing to tell.
pub async fn a_move_is_told_once(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let tasks = repositories.stored_in_order(owner, 4).await?;
    let mut copy = repositories.stored_tasks(owner).await?;
    let mut here = repositories.now(owner).await?;
    for n in 0..50_usize {
        let (id, after) = (tasks[n % 2 + 1].id, tasks[0].id);
        let change = match repositories.tasks.place(owner, id, Some(after)).await? {
            Move::Moved { change, .. } => Some(change),
            Move::Unchanged(_) => None,
            other => panic!("{other:?}"),
        };
        let again = repositories.tasks.place(owner, id, Some(after)).await?;
        assert!(matches!(again, Move::Unchanged(task) if task.id == id));
        let changes = repositories.changes(owner, Some(here), 100).await?;
        assert!(
            changes
                .changes
                .iter()
                .all(|changed| Some(changed.number) == change)
        );
        assert_eq!(
            changes.changes.iter().any(|changed| changed.task == id),
            change.is_some()
        );
        for changed in changes.changes {
            if let ChangedTo::Stored(stored) = changed.outcome {
                copy.insert(changed.task, stored.task);
            }
        }
        assert_eq!(copy, repositories.stored_tasks(owner).await?);
        here = changes.end;
    }
    assert_eq!(Some(here), Some(repositories.now(owner).await?));
    Ok(())
}

/// An edit after a move is told once, and not as two changes.
pub async fn an_edit_after_a_move_is_one_change(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let tasks = repositories.stored_in_order(owner, 3).await?;
    let (id, here) = (tasks[0].id, repositories.now(owner).await?);
    let task = moved(
        repositories
            .tasks
            .place(owner, id, Some(tasks[2].id))
            .await?,
    );
    assert_eq!((task.version, task.updated_at), (1, tasks[0].updated_at));
    let between = repositories.now(owner).await?;
    let edit = TaskEdit {
        title: Some(title("renamed")),
        ..TaskEdit::default()
    };
    repositories
        .updated(owner, id, &edit, start_plus(9))
        .await?;
    for after in [here, between] {
        let changes = repositories.changes(owner, Some(after), 9).await?;
        let ids: Vec<TaskId> = changes.changes.iter().map(|changed| changed.task).collect();
        assert_eq!(ids, [id]);
    }
    let found = repositories.tasks.find(owner, id).await?;
    assert_eq!(
        found.map(|found| (found.rank, found.moved)),
        Some((task.rank, None))
    );
    Ok(())
}

/// Neither is somebody else's task moved, nor is one moved after it; nothing changes.
pub async fn only_own_tasks_are_moved_and_only_after_own_ones(
    repositories: &Repositories,
) -> Outcome {
    let (ada, bob) = (repositories.owner().await?, repositories.owner().await?);
    let [one, gone] = [0, 1].map(|n| task(&format!("{n}"), START));
    repositories.store(ada, &one).await?;
    repositories.store(ada, &gone).await?;
    assert!(repositories.deleted(ada, gone.id).await?);
    let his = repositories.store(bob, &task("his", START)).await?;
    let here = repositories.now(ada).await?;
    let nobody = TaskId::new(START);
    for id in [his.id, gone.id, nobody] {
        for after in [None, Some(one.id), Some(gone.id)] {
            let outcome = repositories.tasks.place(ada, id, after).await?;
            assert_eq!(outcome, Move::NotFound);
        }
        let outcome = repositories.tasks.place(ada, one.id, Some(id)).await?;
        assert_eq!(outcome, Move::NeighbourNotFound);
    }
    assert_eq!(repositories.now(ada).await?, here);
    let stranger = repositories
        .tasks
        .place(UserId::new(START), one.id, None)
        .await?;
    assert_eq!(stranger, Move::NotFound);
    Ok(())
}

/// Each leaves an order in which its task came right after its neighbour, with a number of its own.
pub async fn concurrent_moves_come_one_after_the_other(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let tasks = repositories.stored_in_order(owner, 12).await?;
    let ids: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
    let moves = ids[2..]
        .iter()
        .map(|id| repositories.tasks.place(owner, *id, Some(ids[0])));
    let mut done = Vec::new();
    for outcome in join_all(moves).await {
        if let Move::Moved { task, change, .. } = outcome? {
            done.push((change, task.id));
        }
    }
    done.sort_unstable();
    assert!(done.is_sorted_by(|one, next| one.0 < next.0));
    let mut expected = ids.clone();
    for (_, id) in done {
        arrange(&mut expected, id, Some(ids[0]));
    }
    assert_eq!(
        repositories.listed(owner, TaskOrder::Manual).await?,
        expected
    );
    let end = repositories
        .changes(owner, Some(Position::after(tasks[0].change)), 100)
        .await?;
    assert_eq!(end.end, repositories.now(owner).await?);
    Ok(())
}
