//! Promises about accounts that come back with the order of their changes, or without one.

use super::archives::{deleted, record, tasks};
use super::fixtures::{START, task};
use super::{Outcome, Repositories};
use crate::archive::{AccountRecord, Numbering};
use crate::change::{ChangeNumber, Position, StoredTask, TaskCounter};
use crate::id::{TaskId, UserId};
use crate::ports::{ChangesSince, InfraError};
use crate::task::{Rank, Task};

impl Repositories {
    /// The tasks that changed after a position, with their numbers; `None` if it has expired.
    pub(super) async fn changed_after(
        &self,
        owner: UserId,
        number: i64,
    ) -> Result<Option<Vec<(i64, TaskId)>>, InfraError> {
        let after = Some(Position::after(ChangeNumber::new(number)));
        let ChangesSince::Known(found) = self.changes.since(owner, after, 100).await? else {
            return Ok(None);
        };
        let changes = found.changes.iter();
        let changes = changes.map(|changed| (changed.number.get(), changed.task));
        Ok(Some(changes.collect()))
    }
}

/// Where the numbers are kept, a reader goes on from where they were; what is forgotten stays so.
pub async fn positions_mean_the_same_after_a_move(repositories: &Repositories) -> Outcome {
    let ada = record("moving@example.org", &[]);
    let id = ada.user.id;
    repositories.restored(&ada).await?;
    let mut expected: Vec<(i64, TaskId)> = tasks()
        .iter()
        .map(|stored| (stored.task.newest_change().get(), stored.task.id))
        .chain(
            deleted()
                .iter()
                .map(|deleted| (deleted.change.get(), deleted.id)),
        )
        .collect();
    expected.sort_unstable();
    for number in [2, 7, 14, 20] {
        let mut after = expected.clone();
        after.retain(|(change, _)| *change > number);
        assert_eq!(repositories.changed_after(id, number).await?, Some(after));
    }
    for expired in [1, 21] {
        assert_eq!(repositories.changed_after(id, expired).await?, None);
    }
    let next = repositories.store(id, &task("Next", START)).await?;
    assert_eq!(next.change, ChangeNumber::new(21));
    Ok(())
}

/// A task changed while its account was archived: the archive may lack what came before, so nobody may go on from there.
pub async fn a_number_beyond_the_counter_expires_earlier_positions(
    repositories: &Repositories,
) -> Outcome {
    let archive = &repositories.archive;
    let ada = record("busy@example.org", &[]);
    let id = ada.user.id;
    archive.restore_accounts(std::slice::from_ref(&ada)).await?;
    let busy = StoredTask {
        task: Task {
            rank: Rank::new(-7),
            change: ChangeNumber::new(23),
            ..task("Busy", START)
        },
        created_change: ChangeNumber::new(4),
    };
    let all = std::slice::from_ref(&busy);
    archive.restore_tasks(id, all, Numbering::Kept).await?;
    assert_eq!(repositories.archived(id).await?, all);
    assert_eq!(repositories.changed_after(id, 20).await?, None);
    assert_eq!(repositories.changed_after(id, 23).await?, Some(Vec::new()));
    let found = archive.account(&ada.user.email).await?;
    let last = found.map(|found| found.counter.last_change);
    assert_eq!(last, Some(busy.task.change));
    Ok(())
}

/// From an archive without numbers: those that were changed last come last.
pub async fn restored_tasks_without_numbers_are_numbered_by_their_times(
    repositories: &Repositories,
) -> Outcome {
    let archive = &repositories.archive;
    let ada = AccountRecord {
        counter: TaskCounter::default(),
        ..record("old@example.org", &[])
    };
    let id = ada.user.id;
    archive.restore_accounts(std::slice::from_ref(&ada)).await?;
    let mut old = tasks();
    for stored in &mut old {
        stored.task.change = ChangeNumber::NONE;
        stored.task.moved = None;
        stored.created_change = ChangeNumber::NONE;
    }
    assert_eq!(archive.restore_tasks(id, &old, Numbering::New).await?, 7);
    let mut archived = repositories.archived(id).await?;
    archived.sort_by_key(|stored| stored.task.change);
    assert!(archived.is_sorted_by_key(|stored| stored.task.updated_at));
    let numbers: Vec<i64> = archived.iter().map(|each| each.task.change.get()).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next) && numbers[0] > 0);
    assert!(
        archived
            .iter()
            .all(|each| each.created_change == each.task.change)
    );
    Ok(())
}
