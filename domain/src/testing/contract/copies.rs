//! Promises to whoever keeps a copy: reading on from where they were, they learn of every change, and of none twice.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join;

use super::changes::recently_updated;
use super::fixtures::{START, scattered_id, start_plus, task};
use super::{Outcome, Repositories};
use crate::change::{Changed, ChangedTo, Changes, Position};
use crate::id::{TaskId, UserId};
use crate::ports::InfraError;
use crate::task::{Completion, Task, TaskEdit};

/// What somebody has who keeps a copy.
#[derive(Clone)]
struct Copy {
    tasks: BTreeMap<TaskId, Task>,
    position: Option<Position>,
}

impl Copy {
    /// Of somebody who begins with nothing.
    fn new() -> Self {
        Self {
            tasks: BTreeMap::new(),
            position: None,
        }
    }

    fn apply(&mut self, changes: Changes) {
        for Changed { task, outcome, .. } in changes.changes {
            match outcome {
                ChangedTo::Stored(stored) => self.tasks.insert(task, stored.task),
                ChangedTo::Deleted { .. } => self.tasks.remove(&task),
            };
        }
        self.position = Some(changes.end);
    }
}

impl Repositories {
    /// Brings a copy up to date, `first` changes at a time, and returns what it was told.
    async fn catch_up(
        &self,
        owner: UserId,
        copy: &mut Copy,
        first: u32,
    ) -> Result<Vec<Changed>, InfraError> {
        let mut told = Vec::new();
        loop {
            let changes = self.changes(owner, copy.position, first).await?;
            assert!(changes.changes.len() <= first as usize);
            let (more, news) = (changes.has_more, changes.changes.clone());
            copy.apply(changes);
            told.extend(news);
            if !more {
                return Ok(told);
            }
        }
    }

    async fn all(&self, owner: UserId) -> Result<BTreeMap<TaskId, Task>, InfraError> {
        let page = self.tasks.page(owner, &recently_updated()).await?;
        assert!(!page.has_next);
        Ok(page.tasks.into_iter().map(|task| (task.id, task)).collect())
    }

    /// One of the things that can happen to one of seven tasks, chosen by a number.
    async fn happen(&self, owner: UserId, step: u64) -> Outcome {
        let (id, now) = (scattered_id(step * 5 % 7), start_plus(step.cast_signed()));
        let toggle = TaskEdit::completion(Completion::Toggle);
        let complete = TaskEdit::completion(Completion::Set(true));
        match step % 6 {
            0 | 1 => {
                let new = Task {
                    id,
                    ..task(&format!("At step {step}"), now)
                };
                self.tasks.insert(owner, &new).await?;
            }
            2 => drop(self.tasks.update(owner, id, &toggle, now).await?),
            3 => drop(self.tasks.update(owner, id, &complete, now).await?),
            4 => drop(self.tasks.delete(owner, id, now).await?),
            _ => drop(self.tasks.restore(owner, &[id], now).await?),
        }
        Ok(())
    }
}

/// A reader who was away for any time and comes back with the position they had holds exactly what there is, however few
/// changes they take at a time; as does somebody who begins with nothing.
pub async fn a_reader_who_was_away_catches_up(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let mut readers = vec![Copy::new()];
    for step in 0..60 {
        repositories.happen(owner, step).await?;
        if step % 5 == 4 {
            let mut reader = readers[readers.len() / 2].clone();
            repositories.catch_up(owner, &mut reader, 3).await?;
            readers.push(reader);
        }
    }
    let all = repositories.all(owner).await?;
    assert!(!all.is_empty());
    let now = repositories.now(owner).await?;
    for (reader, first) in readers.iter_mut().zip([1, 2, 3, 100].into_iter().cycle()) {
        let told = repositories.catch_up(owner, reader, first).await?;
        assert!(told.is_sorted_by_key(|changed| (changed.number, changed.task)));
        let ids: BTreeSet<TaskId> = told.iter().map(|changed| changed.task).collect();
        assert_eq!(ids.len(), told.len(), "each task once");
        assert_eq!(reader.tasks, all);
        assert_eq!(reader.position, Some(now));
        assert_eq!(repositories.catch_up(owner, reader, first).await?, []);
    }
    Ok(())
}

/// Whatever order two writers commit in, a reader who reads on while they write sees every change once, and in the order in
/// which they were numbered.
pub async fn a_reader_beside_two_writers_misses_nothing(repositories: &Repositories) -> Outcome {
    const EACH: u64 = 40;
    let owner = repositories.owner().await?;
    let writer = async |from: u64| {
        for n in from..from + EACH {
            let new = Task {
                id: scattered_id(n),
                ..task(&format!("{n}"), START)
            };
            repositories.tasks.insert(owner, &new).await?;
        }
        Ok::<_, InfraError>(())
    };
    let reader = async {
        let (mut copy, mut told) = (Copy::new(), Vec::new());
        while (told.len() as u64) < 2 * EACH {
            told.extend(repositories.catch_up(owner, &mut copy, 7).await?);
        }
        Ok::<_, InfraError>((copy, told))
    };
    let (written, read) = join(join(writer(0), writer(EACH)), reader).await;
    let ((one, other), (copy, told)) = (written, read?);
    one.and(other)?;
    assert!(told.is_sorted_by(|one, next| one.number < next.number));
    let ids: BTreeSet<TaskId> = told.iter().map(|changed| changed.task).collect();
    assert_eq!(ids.len() as u64, 2 * EACH);
    assert_eq!(copy.tasks, repositories.all(owner).await?);
    Ok(())
}
