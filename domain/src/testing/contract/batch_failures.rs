//! Promises about batches that do not go through, are taken back, or meet.

use futures_util::future::join_all;

use super::batches::{labels, new_tasks};
use super::fixtures::{START, start_plus, task};
use super::{Outcome, Repositories};
use crate::change::ChangedTo;
use crate::id::TaskId;
use crate::ports::{BatchDeletion, BatchUpdate, Insertion, Restoration};
use crate::task::{BatchEdit, Task};

/// Named are all that are not there, or somebody else's, and nothing changes about the others.
pub async fn a_batch_with_a_stranger_changes_nothing(repositories: &Repositories) -> Outcome {
    let (ada, bob) = (repositories.owner().await?, repositories.owner().await?);
    let (mine, _) = repositories.inserted(ada, &new_tasks(2)).await?;
    let his = repositories.store(bob, &task("his", START)).await?;
    let nobody = TaskId::new(START);
    let ids = [mine[0].id, his.id, mine[1].id, nobody];
    let here = repositories.now(ada).await?;
    let complete = BatchEdit {
        completed: Some(true),
        ..BatchEdit::default()
    };
    let missing = vec![his.id, nobody];
    let updated = repositories
        .tasks
        .update_all(ada, &ids, &complete, START)
        .await?;
    assert_eq!(updated, BatchUpdate::Missing(missing.clone()));
    let deleted = repositories.tasks.delete_all(ada, &ids, START).await?;
    assert_eq!(deleted, BatchDeletion::Missing(missing));
    // Nor if one of them had too many labels then.
    let full = BatchEdit {
        add_tags: labels(&["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]),
        ..BatchEdit::default()
    };
    let updated = repositories
        .tasks
        .update_all(ada, &ids[2..3], &full, START)
        .await?;
    assert_eq!(updated, BatchUpdate::TooManyTags(vec![mine[1].id]));
    assert_eq!(repositories.now(ada).await?, here);
    for task in &mine {
        assert_eq!(
            repositories.tasks.find(ada, task.id).await?.as_ref(),
            Some(task)
        );
    }
    assert_eq!(repositories.tasks.find(bob, his.id).await?, Some(his));
    Ok(())
}

/// Under one number, remembered, and brought back as they were.
pub async fn a_deleted_batch_can_be_restored(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let (stored, _) = repositories.inserted(owner, &new_tasks(3)).await?;
    let (ids, here): (Vec<TaskId>, _) = (
        stored.iter().map(|task| task.id).collect(),
        repositories.now(owner).await?,
    );
    let deleted = repositories
        .tasks
        .delete_all(owner, &ids[..2], start_plus(1))
        .await?;
    let changes = repositories.changes(owner, Some(here), 9).await?;
    assert_eq!(changes.changes.len(), 2);
    for changed in &changes.changes {
        assert_eq!(deleted, BatchDeletion::Done(changed.number));
        assert!(matches!(changed.outcome, ChangedTo::Deleted { at } if at == start_plus(1)));
    }
    let again = repositories.tasks.insert(owner, &stored[0]).await?;
    assert_eq!(again, Insertion::Deleted);
    assert_eq!(repositories.manual(owner).await?, [ids[2]]);
    let restored = repositories
        .tasks
        .restore(owner, &ids, start_plus(2))
        .await?;
    let Restoration::Done { tasks, change } = restored else {
        panic!("{restored:?}");
    };
    let back = |task: &Task| Task {
        change: change.unwrap_or_default(),
        ..task.clone()
    };
    assert_eq!(
        tasks,
        [back(&stored[0]), back(&stored[1]), stored[2].clone()]
    );
    assert_eq!(repositories.manual(owner).await?, ids);
    Ok(())
}

/// Each is whole, and none waits for another for ever.
pub async fn concurrent_batches_come_one_after_the_other(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let (stored, _) = repositories.inserted(owner, &new_tasks(6)).await?;
    let ids: Vec<TaskId> = stored.iter().map(|task| task.id).collect();
    let backwards: Vec<TaskId> = ids.iter().rev().copied().collect();
    let edits: Vec<(&[TaskId], BatchEdit)> = (0..10)
        .map(|n| {
            let completed = Some(n % 2 == 0);
            let named = if n % 3 == 0 { &backwards } else { &ids };
            (
                named.as_slice(),
                BatchEdit {
                    completed,
                    ..BatchEdit::default()
                },
            )
        })
        .collect();
    let updates = edits.iter().map(|(named, edit)| {
        repositories
            .tasks
            .update_all(owner, named, edit, start_plus(9))
    });
    for update in join_all(updates).await {
        assert!(matches!(update?, BatchUpdate::Done { .. }));
    }
    let mut states = Vec::new();
    for id in ids {
        let task = repositories.tasks.find(owner, id).await?;
        states.extend(task.map(|task| (task.is_open(), task.version, task.change)));
    }
    assert!(
        states.len() == 6 && states.iter().all(|state| *state == states[0]),
        "{states:?}"
    );
    Ok(())
}
