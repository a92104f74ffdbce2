//! Promises about the order of changes: who gets which number, and what is told of a change.

use super::fixtures::{START, scattered_id, start_plus, task, title};
use super::{Outcome, Repositories};
use crate::change::{ChangeNumber, Changed, ChangedTo, Changes, Position, StoredTask};
use crate::id::{TaskId, UserId};
use crate::listing::{PageRequest, Search, Take, TaskFilter, TaskOrder};
use crate::ports::{ChangesSince, InfraError};
use crate::task::{Completion, Task, TaskEdit};

impl Repositories {
    /// The changes after a position, which must be known.
    pub(super) async fn changes(
        &self,
        owner: UserId,
        after: Option<Position>,
        first: u32,
    ) -> Result<Changes, InfraError> {
        match self.changes.since(owner, after, first).await? {
            ChangesSince::Known(changes) => Ok(changes),
            other => panic!("{after:?}: {other:?}"),
        }
    }

    /// Where an owner's changes have come to.
    pub(super) async fn now(&self, owner: UserId) -> Result<Position, InfraError> {
        let newest = self.changes.newest(&[owner]).await?;
        let newest = newest.first().map(|(_, number)| Position::after(*number));
        Ok(newest.unwrap_or_else(|| panic!("the owner exists")))
    }
}

pub(super) fn recently_updated() -> PageRequest {
    PageRequest {
        filter: TaskFilter::default(),
        order: TaskOrder::RecentlyUpdated,
        take: Take::First(Take::MAX),
        after: None,
        before: None,
        as_of: false,
    }
}

/// Every change has a number above all earlier ones of its owner; what changes nothing is not told, and owners do not count
/// for each other.
pub async fn every_change_takes_the_next_number(repositories: &Repositories) -> Outcome {
    let (ada, bob) = (repositories.owner().await?, repositories.owner().await?);
    assert_eq!(
        repositories.now(ada).await?,
        Position::after(ChangeNumber::NONE)
    );
    let first = repositories.store(ada, &task("first", START)).await?;
    let second = repositories.store(ada, &task("second", START)).await?;
    assert!(second.change > first.change);
    let found = repositories.tasks.find(ada, first.id).await?;
    assert_eq!(found.as_ref(), Some(&first));

    let before = repositories.now(ada).await?;
    let stale = TaskEdit {
        expected_version: Some(9),
        ..TaskEdit::completion(Completion::Toggle)
    };
    for edit in [TaskEdit::default(), stale] {
        repositories.updated(ada, first.id, &edit, START).await?;
    }
    repositories.tasks.insert(ada, &first).await?;
    repositories.deleted(ada, scattered_id(1)).await?;
    let changes = repositories.changes(ada, Some(before), 9).await?;
    assert_eq!(changes.changes, []);

    let toggle = TaskEdit::completion(Completion::Toggle);
    repositories.updated(ada, first.id, &toggle, START).await?;
    let Some(toggled) = repositories.tasks.find(ada, first.id).await? else {
        panic!("it was stored");
    };
    assert!(toggled.change > second.change);
    let deletion = repositories.tasks.delete(ada, second.id, START).await?;
    assert!(deletion > Some(toggled.change));
    assert_eq!(
        repositories.now(bob).await?,
        Position::after(ChangeNumber::NONE)
    );
    Ok(())
}

/// With the change that brought a task into being, by which a reader tells what is new to them; and where the answer ends.
pub async fn changes_are_told_as_they_are_now(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let beginning = repositories.now(owner).await?;
    let nothing = repositories.changes(owner, None, 5).await?;
    assert_eq!((nothing.end, nothing.has_more), (beginning, false));
    let kept = repositories.store(owner, &task("kept", START)).await?;
    let gone = repositories.store(owner, &task("gone", START)).await?;
    let rename = TaskEdit {
        title: Some(title("renamed")),
        ..TaskEdit::default()
    };
    repositories
        .updated(owner, kept.id, &rename, start_plus(1))
        .await?;
    let Some(renamed) = repositories.tasks.find(owner, kept.id).await? else {
        panic!("it was stored");
    };
    let deletion = repositories
        .tasks
        .delete(owner, gone.id, start_plus(7))
        .await?;
    let Some(number) = deletion else {
        panic!("it was stored");
    };
    let stored = Changed::from(StoredTask {
        task: renamed.clone(),
        created_change: kept.change,
    });
    let deleted = Changed {
        task: gone.id,
        number,
        outcome: ChangedTo::Deleted { at: start_plus(7) },
    };
    let end = repositories.now(owner).await?;
    let all = repositories.changes(owner, Some(beginning), 2).await?;
    let expected = Changes {
        changes: vec![stored.clone(), deleted],
        has_more: false,
        end,
    };
    assert_eq!(all, expected);

    let one = repositories.changes(owner, Some(beginning), 1).await?;
    assert_eq!((one.changes, one.has_more), (vec![stored], true));
    assert_eq!(one.end, beginning.moved_to(renamed.change, kept.id));
    let none = repositories.changes(owner, Some(beginning), 0).await?;
    assert_eq!((none.end, none.has_more), (beginning, true));
    let end_of_none = repositories.changes(owner, Some(end), 0).await?;
    assert_eq!((end_of_none.end, end_of_none.has_more), (end, false));
    Ok(())
}

/// Of an owner who is not there, and of somebody else, nothing is told.
pub async fn changes_of_nobody_are_not_told(repositories: &Repositories) -> Outcome {
    let (ada, bob) = (repositories.owner().await?, repositories.owner().await?);
    repositories.store(ada, &task("hers", START)).await?;
    let nobody = UserId::new(START);
    let unknown = repositories.changes.since(nobody, None, 5).await?;
    assert_eq!(unknown, ChangesSince::UnknownOwner);
    assert_eq!(repositories.changes(bob, None, 5).await?.changes, []);
    let mut newest = repositories.changes.newest(&[bob, nobody, ada]).await?;
    newest.sort_by_key(|(owner, _)| *owner != ada);
    let expected = [(ada, ChangeNumber::new(1)), (bob, ChangeNumber::NONE)];
    assert_eq!(newest, expected);
    assert_eq!(repositories.changes.newest(&[]).await?, []);
    Ok(())
}

/// Whatever the clocks say, and ties cannot be.
pub async fn recently_updated_is_the_order_of_changes(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let mut ids: Vec<TaskId> = (0..6).map(scattered_id).collect();
    for (n, id) in (0..).zip(&ids) {
        let new = Task {
            id: *id,
            ..task("same", start_plus(100 - n))
        };
        repositories.store(owner, &new).await?;
    }
    let toggle = TaskEdit::completion(Completion::Toggle);
    repositories.updated(owner, ids[2], &toggle, START).await?;
    repositories.deleted(owner, ids[4]).await?;
    repositories.tasks.restore(owner, &ids[4..5], START).await?;
    let (toggled, restored) = (ids[2], ids[4]);
    ids.retain(|id| ![toggled, restored].contains(id));
    ids.extend([toggled, restored]);
    ids.reverse();
    let page = repositories.tasks.page(owner, &recently_updated()).await?;
    let listed: Vec<TaskId> = page.tasks.iter().map(|task| task.id).collect();
    assert_eq!(listed, ids);
    Ok(())
}

/// In every order, on pages with and without tasks; and only if it is asked for.
pub async fn a_page_says_which_moment_it_shows(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let search = Search::parse("two").unwrap_or_default();
    for text in ["one", "two", "three"] {
        for order in [
            TaskOrder::OpenFirst,
            TaskOrder::Oldest,
            TaskOrder::RecentlyUpdated,
        ] {
            for (search, take) in [
                (Search::default(), Take::First(2)),
                (Search::default(), Take::Last(2)),
                (search.clone(), Take::First(5)),
            ] {
                let plain = PageRequest {
                    filter: TaskFilter {
                        search,
                        ..TaskFilter::default()
                    },
                    order,
                    take,
                    ..recently_updated()
                };
                let expected = repositories.tasks.page(owner, &plain).await?;
                assert_eq!(expected.as_of, None);
                let dated = PageRequest {
                    as_of: true,
                    ..plain
                };
                let mut page = repositories.tasks.page(owner, &dated).await?;
                assert_eq!(page.as_of.take(), Some(repositories.now(owner).await?));
                assert_eq!(page, expected, "{dated:?}");
            }
        }
        repositories.store(owner, &task(text, START)).await?;
    }
    Ok(())
}
