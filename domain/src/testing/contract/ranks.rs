//! Promises about places in the order that owners arrange, of tasks that are new, restored, or come from elsewhere.

use super::fixtures::{START, scattered_id, task};
use super::{Outcome, Repositories};
use crate::archive::Numbering;
use crate::change::{ChangeNumber, DeletedTask, StoredTask};
use crate::listing::TaskOrder;
use crate::ports::Move;
use crate::task::{Rank, Task};

fn moved(outcome: &Move) {
    assert!(matches!(outcome, Move::Moved { .. }), "{outcome:?}");
}

/// What is new comes first, wherever the others were moved to; what was restored comes where it was.
pub async fn new_tasks_come_first_and_restored_ones_back_to_their_place(
    repositories: &Repositories,
) -> Outcome {
    let owner = repositories.owner().await?;
    let tasks = repositories.stored_in_order(owner, 4).await?;
    let [first, second, third, last] = [0, 1, 2, 3].map(|n: usize| tasks[n].id);
    moved(&repositories.tasks.place(owner, last, None).await?);
    assert_eq!(
        repositories.listed(owner, TaskOrder::Manual).await?,
        [last, first, second, third]
    );
    let new = repositories.store(owner, &task("new", START)).await?;
    moved(&repositories.tasks.place(owner, first, None).await?);
    moved(&repositories.tasks.place(owner, third, Some(new.id)).await?);
    let expected = [first, new.id, third, last, second];
    assert_eq!(
        repositories.listed(owner, TaskOrder::Manual).await?,
        expected
    );
    for id in [third, first] {
        let before = repositories.tasks.find(owner, id).await?;
        assert!(repositories.deleted(owner, id).await?);
        repositories.tasks.restore(owner, &[id], START).await?;
        let after = repositories.tasks.find(owner, id).await?;
        assert_eq!(after.map(|task| task.rank), before.map(|task| task.rank));
    }
    assert_eq!(
        repositories.listed(owner, TaskOrder::Manual).await?,
        expected
    );
    Ok(())
}

/// A place that no task of the account can have is that of another account, which has come further.
pub async fn new_tasks_come_before_those_from_elsewhere(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let old = repositories.store(owner, &task("old", START)).await?;
    let [far, near] = [
        (1, Rank::new(i64::MIN + 1)),
        (2, Rank::new(old.rank.get() + 1)),
    ];
    let foreign = [far, near].map(|(n, rank)| StoredTask {
        task: Task {
            id: scattered_id(n),
            rank,
            change: ChangeNumber::new(1_000_000),
            ..task("from elsewhere", START)
        },
        created_change: ChangeNumber::new(1_000_000),
    });
    repositories
        .archive
        .restore_tasks(owner, &foreign, Numbering::New)
        .await?;
    let new = repositories.store(owner, &task("new", START)).await?;
    let expected = [new.id, foreign[0].task.id, old.id, foreign[1].task.id];
    assert_eq!(
        repositories.listed(owner, TaskOrder::Manual).await?,
        expected
    );
    Ok(())
}

/// So is a deleted one that came from there and is restored.
pub async fn new_tasks_come_before_restored_ones_from_elsewhere(
    repositories: &Repositories,
) -> Outcome {
    let owner = repositories.owner().await?;
    repositories.store(owner, &task("old", START)).await?;
    let change = ChangeNumber::new(1_000_000);
    let gone = DeletedTask {
        id: scattered_id(1),
        change,
        deleted_at: START,
        task: Some(Task {
            id: scattered_id(1),
            rank: Rank::new(i64::MIN + 1),
            change,
            ..task("from elsewhere", START)
        }),
    };
    let all = std::slice::from_ref(&gone);
    let (archive, new) = (&repositories.archive, Numbering::New);
    assert_eq!(archive.restore_deleted_tasks(owner, all, new).await?, 1);
    repositories.tasks.restore(owner, &[gone.id], START).await?;
    let new = repositories.store(owner, &task("new", START)).await?;
    let listed = repositories.listed(owner, TaskOrder::Manual).await?;
    assert_eq!(listed.first(), Some(&new.id));
    Ok(())
}
