//! Promises about batches: all of it or nothing, one number for all, and everything that is missing is named.

use futures_util::future::join_all;

use super::fixtures::{START, scattered_id, start_plus, task, unnumbered};
use super::{Outcome, Repositories};
use crate::change::{ChangeNumber, ChangedTo};
use crate::id::{TaskId, UserId};
use crate::listing::{PageRequest, Take, TaskFilter, TaskOrder};
use crate::ports::{
    BatchDeletion, BatchInsertion, BatchUpdate, InfraError, Insertion, Restoration,
};
use crate::task::{BatchEdit, Completion, DueDay, DueEdit, Priority, Tags, Task, TaskEdit};

fn labels(texts: &[&str]) -> Tags {
    Tags::parse(texts.iter().copied()).unwrap_or_default()
}

fn new_tasks(count: u64) -> Vec<Task> {
    let new = |n: u64| Task {
        id: scattered_id(n),
        tags: labels(&["Home"]),
        priority: Priority::High,
        ..task(&format!("{n}"), START)
    };
    (0..count).map(new).collect()
}

impl Repositories {
    async fn manual(&self, owner: UserId) -> Result<Vec<TaskId>, InfraError> {
        let request = PageRequest {
            filter: TaskFilter::default(),
            order: TaskOrder::Manual,
            take: Take::First(Take::MAX),
            after: None,
            before: None,
            as_of: false,
        };
        let page = self.tasks.page(owner, &request).await?;
        Ok(page.tasks.iter().map(|task| task.id).collect())
    }

    async fn inserted(
        &self,
        owner: UserId,
        tasks: &[Task],
    ) -> Result<(Vec<Task>, Option<ChangeNumber>), InfraError> {
        match self.tasks.insert_all(owner, tasks).await? {
            BatchInsertion::Done { tasks, change } => Ok((tasks, change)),
            other => panic!("{other:?}"),
        }
    }
}

/// In the order of the batch, before all that was there, under one number; and again, nothing happens.
pub async fn a_batch_is_inserted_at_the_top(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let old = repositories.store(owner, &task("old", START)).await?;
    let here = repositories.now(owner).await?;
    let new = new_tasks(100);
    let (stored, change) = repositories.inserted(owner, &new).await?;
    let expected: Vec<Task> = new.iter().cloned().map(unnumbered).collect();
    assert_eq!(
        stored.iter().cloned().map(unnumbered).collect::<Vec<_>>(),
        expected
    );
    assert!(stored.iter().all(|task| Some(task.change) == change));
    let mut manual = repositories.manual(owner).await?;
    assert_eq!(
        manual,
        stored.iter().map(|task| task.id).collect::<Vec<_>>()
    );
    for task in [&stored[0], &stored[99]] {
        assert_eq!(
            repositories.tasks.find(owner, task.id).await?.as_ref(),
            Some(task)
        );
    }
    let changes = repositories.changes(owner, Some(here), 200).await?;
    assert_eq!(changes.changes.len(), 100);
    let here = repositories.now(owner).await?;
    assert_eq!(
        repositories.inserted(owner, &new).await?,
        (stored.clone(), None)
    );
    assert_eq!(repositories.now(owner).await?, here);
    // Half of it is there.
    let edit = TaskEdit::completion(Completion::Toggle);
    repositories
        .updated(owner, stored[0].id, &edit, start_plus(1))
        .await?;
    let one_more = Task {
        id: scattered_id(1000),
        ..task("one more", START)
    };
    let (mixed, _) = repositories
        .inserted(owner, &[stored[0].clone(), one_more.clone()])
        .await?;
    assert_eq!(
        mixed.iter().map(|task| task.version).collect::<Vec<_>>(),
        [2, 1]
    );
    assert_eq!(
        repositories.tasks.find(owner, one_more.id).await?.as_ref(),
        Some(&mixed[1])
    );
    manual = repositories.manual(owner).await?;
    assert_eq!((manual[0], manual[1]), (one_more.id, stored[0].id));
    assert!(!manual.contains(&old.id), "it is on the next page");
    Ok(())
}

/// Not if one of them was deleted, and not for nobody.
pub async fn a_batch_is_inserted_whole_or_not_at_all(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let new = new_tasks(5);
    for doomed in [&new[1], &new[3]] {
        repositories.store(owner, doomed).await?;
        assert!(repositories.deleted(owner, doomed.id).await?);
    }
    let here = repositories.now(owner).await?;
    let BatchInsertion::Deleted(mut ids) = repositories.tasks.insert_all(owner, &new).await? else {
        panic!("two were deleted");
    };
    let mut expected = vec![new[1].id, new[3].id];
    ids.sort_unstable();
    expected.sort_unstable();
    assert_eq!(ids, expected);
    assert_eq!(repositories.now(owner).await?, here);
    assert_eq!(repositories.found(owner, new[0].id).await?, None);
    let stranger = repositories
        .tasks
        .insert_all(UserId::new(START), &new)
        .await?;
    assert_eq!(stranger, BatchInsertion::UnknownOwner);
    Ok(())
}

/// As one by one, but under one number; those that were so already are not touched.
pub async fn a_batch_is_edited_as_one_by_one(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let (stored, _) = repositories.inserted(owner, &new_tasks(4)).await?;
    let mut current = stored;
    let ids: Vec<TaskId> = current.iter().map(|task| task.id).rev().collect();
    let first = [ids[0]];
    let day = DueDay::parse("2026-01-31").ok().map(DueEdit::Set);
    let edits = [
        (
            &first[..],
            BatchEdit {
                completed: Some(true),
                ..BatchEdit::default()
            },
        ),
        (
            &ids[..],
            BatchEdit {
                completed: Some(true),
                ..BatchEdit::default()
            },
        ),
        (
            &ids[..],
            BatchEdit {
                due: day,
                priority: Some(Priority::Low),
                ..BatchEdit::default()
            },
        ),
        (
            &ids[..],
            BatchEdit {
                add_tags: labels(&["hOME", "x"]),
                ..BatchEdit::default()
            },
        ),
        (
            &first[..],
            BatchEdit {
                remove_tags: labels(&["HOME"]),
                ..BatchEdit::default()
            },
        ),
        (
            &ids[..],
            BatchEdit {
                remove_tags: labels(&["home", "y"]),
                due: Some(DueEdit::Clear),
                ..BatchEdit::default()
            },
        ),
        (
            &ids[..],
            BatchEdit {
                completed: Some(false),
                ..BatchEdit::default()
            },
        ),
        (&ids[..], BatchEdit::default()),
    ];
    for ((named, edit), at) in edits.into_iter().zip(10..) {
        let (now, here) = (start_plus(at), repositories.now(owner).await?);
        let updated = repositories
            .tasks
            .update_all(owner, named, &edit, now)
            .await?;
        let BatchUpdate::Done { tasks, change } = updated else {
            panic!("{updated:?}");
        };
        assert_eq!(tasks.iter().map(|task| task.id).collect::<Vec<_>>(), named);
        let mut edited = 0;
        for task in &tasks {
            let before = current.iter_mut().find(|before| before.id == task.id);
            let before = before.unwrap_or_else(|| panic!("{task:?}"));
            let next = edit.of(before).and_then(|edit| before.apply(&edit, now));
            let next = next.unwrap_or_else(|| panic!("{edit:?}"));
            let number = if next == *before {
                before.change
            } else {
                change.unwrap_or_default()
            };
            edited += usize::from(next != *before);
            *before = Task {
                change: number,
                ..next
            };
            assert_eq!(task, &*before);
            assert_eq!(
                repositories.tasks.find(owner, task.id).await?.as_ref(),
                Some(task)
            );
        }
        assert_eq!(change.is_some(), edited > 0);
        let changes = repositories.changes(owner, Some(here), 9).await?;
        assert_eq!(changes.changes.len(), edited);
    }
    Ok(())
}

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
