//! Promises about batches: all of it or nothing, one number for all, and everything that is missing is named.

use super::fixtures::{START, scattered_id, start_plus, task, unnumbered};
use super::{Outcome, Repositories};
use crate::change::ChangeNumber;
use crate::id::{TaskId, UserId};
use crate::listing::{PageRequest, Take, TaskFilter, TaskOrder};
use crate::ports::{BatchInsertion, BatchUpdate, InfraError};
use crate::task::{BatchEdit, Completion, DueDay, DueEdit, Priority, Tags, Task, TaskEdit};

pub(super) fn labels(texts: &[&str]) -> Tags {
    Tags::parse(texts.iter().copied()).unwrap_or_default()
}

pub(super) fn new_tasks(count: u64) -> Vec<Task> {
    let new = |n: u64| Task {
        id: scattered_id(n),
        tags: labels(&["Home"]),
        priority: Priority::High,
        ..task(&format!("{n}"), START)
    };
    (0..count).map(new).collect()
}

impl Repositories {
    pub(super) async fn manual(&self, owner: UserId) -> Result<Vec<TaskId>, InfraError> {
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

    pub(super) async fn inserted(
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
