//! Promises about single tasks: storing, finding, deleting, and whose they are.

use futures_util::future::join_all;

use super::fixtures::{START, description, scattered_id, start_plus, task, title, unnumbered};
use super::{Outcome, Repositories};
use crate::id::{TaskId, UserId};
use crate::listing::{PageRequest, Search, Take, TaskFilter, TaskOrder};
use crate::ports::{InfraError, InfraErrorKind, Insertion, Update};
use crate::task::{Completion, DueDay, Priority, Tags, Task, TaskEdit};

fn everything() -> PageRequest {
    PageRequest {
        filter: TaskFilter::default(),
        order: TaskOrder::Oldest,
        take: Take::First(Take::MAX),
        after: None,
        before: None,
        as_of: false,
    }
}

/// Texts come back byte for byte, times to the millisecond.
pub async fn every_field_of_a_task_comes_back(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let texts = [
        ("plain", String::new()),
        (
            "\u{1F469}\u{200D}\u{1F680} \u{2764}\u{FE0F}",
            "\u{1F3F4}".repeat(2000),
        ),
        (
            "e\u{301} is not \u{e9}",
            "A\u{30A} \u{C5} \u{212B}".to_owned(),
        ),
        (
            "it's \"quoted\" `so` $1 ?1 :a",
            "'; DROP TABLE tasks; --".to_owned(),
        ),
        ("100% _ \\ \\% \\\\", "%_\\\t".to_owned()),
        (
            "\u{202E}right to left\u{202C} \u{5E9}\u{5C1}",
            "  kept  ".to_owned(),
        ),
        ("{\"json\": null}", "one\r\ntwo\rthree\n\n".to_owned()),
        (
            &"\u{1F600}".repeat(200),
            "\u{1}\u{1b}[31m\u{7f}\u{85}\u{2028}".to_owned(),
        ),
        (&"x".repeat(200), "\u{FFFF}\u{10FFFF}\u{FEFF}".to_owned()),
    ];
    let labels = [
        (0..10)
            .map(|n| format!("{n}{}", "\u{1F4A9}".repeat(31)))
            .collect(),
        vec!["\u{130}stanbul".to_owned(), "it's \\ % _ \" #".to_owned()],
        vec!["one".to_owned()],
        Vec::new(),
    ];
    let mut stored = Vec::new();
    for ((index, (heading, details)), millis) in
        (0..).zip(texts).zip([0, 1, 9, 10, 499, 500, 877, 998, 999])
    {
        let created_at = start_plus(1000 * index + millis);
        let kind = usize::try_from(millis % 4).unwrap_or(0);
        let task = Task {
            description: description(&details),
            updated_at: start_plus(20_000 + millis),
            completed_at: (index % 2 == 0).then(|| start_plus(15_001 + millis)),
            version: 7,
            due_on: DueDay::parse(["1900-01-01", "1969-12-31", "9999-12-31", ""][kind]).ok(),
            priority: Priority::ALL[kind],
            tags: Tags::parse(labels[kind].iter().map(String::as_str)).unwrap_or_default(),
            ..task(heading, created_at)
        };
        let task = repositories.store(owner, &task).await?;
        assert_eq!(
            repositories.tasks.find(owner, task.id).await?,
            Some(task.clone())
        );
        stored.push(task);
    }
    assert_eq!(
        repositories.tasks.page(owner, &everything()).await?.tasks,
        stored
    );
    Ok(())
}

/// What is added is what an insertion stores; and an id that was used is an error, whatever came of its task.
pub async fn an_added_task_is_there_and_its_id_cannot_be_added_again(
    repositories: &Repositories,
) -> Outcome {
    let owner = repositories.owner().await?;
    let earlier = repositories.store(owner, &task("earlier", START)).await?;
    let new = Task {
        completed_at: Some(start_plus(2)),
        version: 7,
        ..task("\u{fc}n\u{ef}code \u{df}", start_plus(1))
    };

    let Some(added) = repositories.tasks.add(owner, &new).await? else {
        panic!("the owner is there");
    };

    assert!(added.change > earlier.change);
    assert_eq!(unnumbered(added.clone()), new);
    assert_eq!(
        repositories.tasks.find(owner, new.id).await?,
        Some(added.clone())
    );
    let mut folded = everything();
    folded.filter.search = Search::parse("\u{dc}N\u{cf}CODE SS").unwrap_or_default();
    let found = repositories.tasks.page(owner, &folded).await?;
    assert_eq!(found.tasks, [added]);
    let again = Task {
        id: new.id,
        ..task("another", START)
    };
    let again = repositories.tasks.add(owner, &again).await;
    assert_eq!(
        again.map_err(|error| error.kind),
        Err(InfraErrorKind::Broken)
    );
    assert_eq!(repositories.found(owner, new.id).await?, Some(new));
    Ok(())
}

/// More refusals than a pool has connections: a broken rule must leave none of them unusable.
pub async fn an_unknown_owner_is_refused_and_the_repository_stays_usable(
    repositories: &Repositories,
) -> Outcome {
    let nobody = UserId::new(START);
    for _ in 0..25 {
        let orphan = task("whose?", START);
        let insertion = repositories.tasks.insert(nobody, &orphan).await?;
        assert_eq!(insertion, Insertion::UnknownOwner);
        assert_eq!(repositories.tasks.add(nobody, &orphan).await?, None);
        assert_eq!(repositories.found(nobody, orphan.id).await?, None);
    }
    let owner = repositories.owner().await?;
    repositories.store(owner, &task("mine", START)).await?;
    Ok(())
}

/// The task that is there wins, with whatever happened to it since.
pub async fn a_repeated_insert_returns_the_task_as_it_is_now(
    repositories: &Repositories,
) -> Outcome {
    let owner = repositories.owner().await?;
    let first = task("first", START);
    repositories.store(owner, &first).await?;
    let edit = TaskEdit::completion(Completion::Toggle);
    repositories
        .updated(owner, first.id, &edit, start_plus(5))
        .await?;
    let now = first.apply(&edit, start_plus(5));

    let again = Task {
        title: title("second"),
        created_at: start_plus(9),
        ..first.clone()
    };
    let Insertion::Existing(found) = repositories.tasks.insert(owner, &again).await? else {
        panic!("it was stored before");
    };
    assert_eq!(Some(unnumbered(found)), now);
    assert_eq!(repositories.found(owner, first.id).await?, now);
    Ok(())
}

/// One of them creates the task, the others are told of it.
pub async fn concurrent_inserts_with_one_id_create_one_task(
    repositories: &Repositories,
) -> Outcome {
    let owner = repositories.owner().await?;
    let id = TaskId::new(START);
    let attempts: Vec<Task> = (0..20)
        .map(|n| Task {
            id,
            ..task(&format!("attempt {n}"), start_plus(n))
        })
        .collect();
    let insertions = join_all(
        attempts
            .iter()
            .map(|task| repositories.tasks.insert(owner, task)),
    )
    .await;
    let insertions = insertions
        .into_iter()
        .collect::<Result<Vec<_>, InfraError>>()?;

    let stored = repositories.tasks.find(owner, id).await?;
    let mut created = 0;
    for insertion in insertions {
        let (Insertion::Created(task) | Insertion::Existing(task)) = &insertion else {
            panic!("the owner exists");
        };
        assert_eq!(stored.as_ref(), Some(task));
        created += u32::from(matches!(insertion, Insertion::Created(_)));
    }
    assert_eq!(created, 1);
    Ok(())
}

/// An id that a client made says nothing about anybody else's tasks.
pub async fn one_id_at_two_owners_names_two_tasks(repositories: &Repositories) -> Outcome {
    let (ada, bob) = (repositories.owner().await?, repositories.owner().await?);
    let hers = task("hers", START);
    let his = Task {
        id: hers.id,
        ..task("his", START)
    };
    repositories.store(ada, &hers).await?;
    repositories.store(bob, &his).await?;

    let edit = TaskEdit::completion(Completion::Set(true));
    repositories
        .updated(ada, hers.id, &edit, start_plus(1))
        .await?;
    assert_eq!(repositories.found(bob, his.id).await?, Some(his.clone()));
    assert!(repositories.deleted(ada, hers.id).await?);
    assert_eq!(repositories.found(ada, hers.id).await?, None);
    assert_eq!(repositories.found(bob, his.id).await?, Some(his));
    Ok(())
}

/// Whatever is tried with it, and it stays as it is.
pub async fn a_foreign_task_is_as_good_as_none(repositories: &Repositories) -> Outcome {
    let (ada, bob) = (repositories.owner().await?, repositories.owner().await?);
    let hers = task("hers", START);
    let hers = repositories.store(ada, &hers).await?;
    let tasks = &repositories.tasks;

    assert_eq!(tasks.find(bob, hers.id).await?, None);
    for edit in [
        TaskEdit::default(),
        TaskEdit::completion(Completion::Toggle),
        TaskEdit {
            title: Some(title("his now")),
            expected_version: Some(1),
            ..TaskEdit::default()
        },
    ] {
        let update = tasks.update(bob, hers.id, &edit, start_plus(1)).await?;
        assert_eq!(update, Update::NotFound);
    }
    assert!(!repositories.deleted(bob, hers.id).await?);
    let page = tasks.page(bob, &everything()).await?;
    assert!(page.tasks.is_empty() && !page.has_next && !page.has_previous);
    assert_eq!(tasks.count(bob, &TaskFilter::default()).await?, 0);

    assert_eq!(tasks.find(ada, hers.id).await?, Some(hers));
    Ok(())
}

/// Also when many try at the same time.
pub async fn a_task_is_deleted_only_once(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let (doomed, other) = (task("doomed", START), task("other", START));
    repositories.store(owner, &doomed).await?;
    repositories.store(owner, &other).await?;
    let attempts = (0..20).map(|_| repositories.deleted(owner, doomed.id));
    let deletions = join_all(attempts).await;
    let deletions = deletions
        .into_iter()
        .collect::<Result<Vec<_>, InfraError>>()?;

    assert_eq!(deletions.iter().filter(|deleted| **deleted).count(), 1);
    assert!(!repositories.deleted(owner, doomed.id).await?);
    assert!(!repositories.deleted(owner, scattered_id(1)).await?);
    assert_eq!(repositories.found(owner, doomed.id).await?, None);
    assert_eq!(repositories.found(owner, other.id).await?, Some(other));
    Ok(())
}
