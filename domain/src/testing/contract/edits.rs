//! Promises about changing a task: [`Task::apply`] says what comes out, no matter who else writes.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use super::fixtures::{START, description, start_plus, task, title};
use super::{Outcome, Repositories};
use crate::id::TaskId;
use crate::ports::{InfraError, Update};
use crate::task::{
    Completion, DueDay, DueEdit, Priority, Tags, Task, TaskDescription, TaskEdit, TaskTitle,
};
use crate::time::Timestamp;

fn outcome_of(task: &Task, edit: &TaskEdit, now: Timestamp) -> Update {
    match task.apply(edit, now) {
        None => Update::VersionMismatch,
        Some(next) if next == *task => Update::Unchanged(next),
        Some(next) => Update::Changed(next),
    }
}

/// Every combination of texts and completion that can be given, beside various others; `version` is that of the task to be edited.
fn all_edits(version: i32) -> Vec<TaskEdit> {
    let texts = |text: &'static str| [None, Some(text), Some("Other words"), Some("other words")];
    let completions = [
        None,
        Some(Completion::Set(true)),
        Some(Completion::Set(false)),
        Some(Completion::Toggle),
    ];
    let versions = [None, Some(version), Some(version + 1), Some(1)];
    let mut edits = Vec::new();
    for new_title in texts("t\u{e9}xt") {
        for new_description in texts("") {
            for completion in completions {
                edits.extend(versions.map(|expected_version| TaskEdit {
                    title: new_title.map(title),
                    description: new_description.map(description),
                    completion,
                    expected_version,
                    ..TaskEdit::default()
                }));
            }
        }
    }
    let days = [None, Some("2026-02-28"), Some("2024-02-29"), Some("")];
    let labels = [
        None,
        Some(&["a", "B"][..]),
        Some(&["A", "b"]),
        Some(&[]),
        None,
    ];
    let priorities = [
        None,
        Some(Priority::Urgent),
        None,
        Some(Priority::Normal),
        Some(Priority::Low),
        None,
        None,
    ];
    let rest = days
        .iter()
        .cycle()
        .zip(labels.iter().cycle())
        .zip(priorities.iter().cycle());
    for (edit, ((day, labels), priority)) in edits.iter_mut().zip(rest) {
        edit.due = day.map(|day| DueDay::parse(day).map_or(DueEdit::Clear, DueEdit::Set));
        edit.tags = labels.and_then(|labels| Tags::parse(labels.iter().copied()).ok());
        edit.priority = *priority;
    }
    edits
}

/// Edits of every kind, one after the other on one task: the answers and the stored task are those of the reference.
pub async fn an_update_is_what_apply_says(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let mut current = task("te\u{301}xt", START);
    repositories.store(owner, &current).await?;
    for index in 0..all_edits(1).len() {
        // The step is coprime to the number of edits, so that neighbours in the table do not follow each other.
        let mut edits = all_edits(current.version);
        let edit = edits.swap_remove(index * 37 % edits.len());
        let now = start_plus(i64::try_from(index).unwrap_or(0) * 7 + 1);
        let expected = outcome_of(&current, &edit, now);
        let update = repositories.updated(owner, current.id, &edit, now).await?;
        assert_eq!(update, expected, "{edit:?} on {current:?}");
        if let Update::Changed(next) = expected {
            current = next;
            let stored = repositories.found(owner, current.id).await?;
            assert_eq!(stored.as_ref(), Some(&current));
        }
    }
    let stored = repositories.found(owner, current.id).await?;
    assert_eq!(stored, Some(current));
    Ok(())
}

/// Neither the version nor the time of the last change moves, so repeating a request is harmless.
pub async fn an_edit_that_changes_nothing_leaves_no_trace(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let before = task("as it is", START);
    repositories.store(owner, &before).await?;
    let same_title = TaskEdit {
        title: Some(before.title.clone()),
        ..TaskEdit::default()
    };
    let same_in_all = TaskEdit {
        description: Some(TaskDescription::default()),
        completion: Some(Completion::Set(false)),
        expected_version: Some(1),
        ..same_title.clone()
    };
    let same_in_the_list = TaskEdit {
        due: Some(DueEdit::Clear),
        priority: Some(Priority::Normal),
        tags: Some(Tags::default()),
        ..TaskEdit::default()
    };
    for edit in [
        TaskEdit::default(),
        same_title,
        same_in_all,
        same_in_the_list,
    ] {
        let update = repositories
            .updated(owner, before.id, &edit, start_plus(9))
            .await?;
        assert_eq!(update, Update::Unchanged(before.clone()), "{edit:?}");
    }
    let stored = repositories.found(owner, before.id).await?;
    assert_eq!(stored, Some(before));
    Ok(())
}

/// Not even an edit that would have changed nothing gets through.
pub async fn a_stale_edit_changes_nothing(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let before = Task {
        version: 3,
        ..task("third version", START)
    };
    repositories.store(owner, &before).await?;
    for expected in [1, 2, 4, i32::MAX] {
        for completion in [None, Some(Completion::Set(false)), Some(Completion::Toggle)] {
            for new_title in [None, Some(before.title.clone()), Some(title("other"))] {
                let edit = TaskEdit {
                    title: new_title,
                    completion,
                    expected_version: Some(expected),
                    ..TaskEdit::default()
                };
                let update = repositories
                    .updated(owner, before.id, &edit, start_plus(1))
                    .await?;
                assert_eq!(update, Update::VersionMismatch, "{edit:?}");
            }
        }
    }
    let stored = repositories.found(owner, before.id).await?;
    assert_eq!(stored, Some(before));
    Ok(())
}

/// Also when something else changes with it.
pub async fn completing_again_keeps_the_first_time(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let open = task("done already", START);
    repositories.store(owner, &open).await?;
    let complete = TaskEdit::completion(Completion::Set(true));
    let and_rename = TaskEdit {
        title: Some(title("renamed")),
        ..complete.clone()
    };
    for (edit, at) in [(&complete, 10), (&complete, 20), (&and_rename, 30)] {
        repositories
            .updated(owner, open.id, edit, start_plus(at))
            .await?;
    }
    let stored = repositories.found(owner, open.id).await?;
    let expected = Task {
        title: title("renamed"),
        updated_at: start_plus(30),
        completed_at: Some(start_plus(10)),
        version: 3,
        ..open
    };
    assert_eq!(stored, Some(expected));
    Ok(())
}

/// A task that is not there has no version to mismatch either.
pub async fn an_update_of_no_task_finds_none(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let gone = task("gone", START);
    repositories.store(owner, &gone).await?;
    repositories.deleted(owner, gone.id).await?;
    for id in [gone.id, TaskId::new(START)] {
        for edit in all_edits(1).into_iter().step_by(3) {
            let update = repositories
                .updated(owner, id, &edit, start_plus(1))
                .await?;
            assert_eq!(update, Update::NotFound);
        }
    }
    assert_eq!(repositories.found(owner, gone.id).await?, None);
    Ok(())
}

/// Twenty of them leave the task as open as it was, twenty versions later; each saw a version of its own.
pub async fn concurrent_toggles_all_count(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let before = task("back and forth", START);
    repositories.store(owner, &before).await?;
    let toggle = TaskEdit::completion(Completion::Toggle);
    let updates = (0..20).map(|n| repositories.updated(owner, before.id, &toggle, start_plus(n)));
    let mut versions = BTreeSet::new();
    for update in join_all(updates).await {
        let Update::Changed(task) = update? else {
            panic!("every toggle changes the task");
        };
        assert_eq!(task.is_open(), task.version % 2 == 1);
        versions.insert(task.version);
    }
    assert_eq!(versions, (2..=21).collect());
    let stored = repositories.found(owner, before.id).await?;
    assert!(stored.is_some_and(|task| task.is_open() && task.version == 21));
    Ok(())
}

/// Who expects a version that somebody else has just changed is told so.
pub async fn concurrent_edits_of_one_version_let_one_through(
    repositories: &Repositories,
) -> Outcome {
    let owner = repositories.owner().await?;
    let before = task("contended", START);
    repositories.store(owner, &before).await?;
    let edits: Vec<TaskEdit> = (0..20)
        .map(|n| TaskEdit {
            title: Some(title(&format!("by {n}"))),
            expected_version: Some(1),
            ..TaskEdit::default()
        })
        .collect();
    let updates = edits
        .iter()
        .map(|edit| repositories.updated(owner, before.id, edit, start_plus(1)));
    let updates = join_all(updates).await;
    let updates = updates
        .into_iter()
        .collect::<Result<Vec<_>, InfraError>>()?;

    let stored = repositories.found(owner, before.id).await?;
    let winners: Vec<&Update> = updates
        .iter()
        .filter(|update| **update != Update::VersionMismatch)
        .collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(
        winners.first().copied(),
        stored.map(Update::Changed).as_ref()
    );
    Ok(())
}

/// No writer stores back what it had read of the other fields.
pub async fn concurrent_edits_of_different_fields_all_survive(
    repositories: &Repositories,
) -> Outcome {
    let owner = repositories.owner().await?;
    for round in 0..5 {
        let before = task("before", start_plus(round));
        repositories.store(owner, &before).await?;
        let edits = [
            TaskEdit {
                title: TaskTitle::parse("after").ok(),
                ..TaskEdit::default()
            },
            TaskEdit {
                description: TaskDescription::parse("details").ok(),
                ..TaskEdit::default()
            },
            TaskEdit::completion(Completion::Set(true)),
        ];
        let now = start_plus(100);
        let updates = edits
            .iter()
            .map(|edit| repositories.updated(owner, before.id, edit, now));
        for update in join_all(updates).await {
            assert!(matches!(update?, Update::Changed(_)));
        }
        let expected = Task {
            title: title("after"),
            description: description("details"),
            updated_at: now,
            completed_at: Some(now),
            version: 4,
            ..before.clone()
        };
        let stored = repositories.found(owner, before.id).await?;
        assert_eq!(stored, Some(expected));
    }
    Ok(())
}
