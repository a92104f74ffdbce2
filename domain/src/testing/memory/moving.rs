//! Moving tasks in memory.

use super::Records;
use crate::change::ChangeNumber;
use crate::id::{TaskId, UserId};
use crate::ports::Move;
use crate::task::{Arrangement, Rank, Task};

impl Records {
    pub(super) fn place(&mut self, owner: UserId, id: TaskId, after: Option<TaskId>) -> Move {
        let Some(stored) = self.tasks.get(&(owner, id)) else {
            return Move::NotFound;
        };
        let unchanged = Move::Unchanged(stored.task.clone());
        let mut arranged: Vec<(Rank, TaskId)> = self
            .tasks_of(owner)
            .map(|task| (task.rank, task.id))
            .collect();
        arranged.sort_unstable();
        let next = match after {
            None => 0,
            Some(after) => match arranged.iter().position(|(_, other)| *other == after) {
                None => return Move::NeighbourNotFound,
                Some(place) => place + 1,
            },
        };
        let before = next
            .checked_sub(1)
            .and_then(|place| arranged.get(place).copied());
        let mut next = arranged.split_off(next);
        if next.first().is_some_and(|(_, first)| *first == id) {
            return unchanged;
        }
        next.retain(|(_, other)| *other != id);
        let Some(change) = self.tick(owner) else {
            return Move::NotFound;
        };
        let ranks: Vec<Rank> = next.iter().map(|(rank, _)| *rank).collect();
        let (rank, moved_up) = match before.map(|(rank, _)| Arrangement::after(rank, &ranks, true))
        {
            Some(Arrangement::Fits { rank, moved_up }) => (rank, moved_up),
            Some(Arrangement::Crowded) | None => (Rank::top(change), Vec::new()),
        };
        let alone = moved_up.is_empty();
        for ((_, other), rank) in next.into_iter().zip(moved_up) {
            self.rerank(owner, other, rank, change);
        }
        match self.rerank(owner, id, rank, change) {
            Some(task) => Move::Moved {
                task,
                change,
                alone,
            },
            None => Move::NotFound,
        }
    }

    fn rerank(
        &mut self,
        owner: UserId,
        id: TaskId,
        rank: Rank,
        change: ChangeNumber,
    ) -> Option<Task> {
        let stored = self.tasks.get_mut(&(owner, id))?;
        stored.task.rank = rank;
        stored.task.moved = Some(change);
        Some(stored.task.clone())
    }
}
