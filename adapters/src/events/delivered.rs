//! What the watchers of one owner were told last about each task, so that nothing older follows.
//!
//! Writers publish after they have committed, each on its own, and may overtake one another on the way; so do events that
//! come from another instance. What was overtaken is history by then, and is left out.

use std::collections::HashMap;

use taskhive_domain::event::{TaskChange, TaskEvent};
use taskhive_domain::{TaskId, Timestamp};

/// The tasks that are remembered: at least this many, at most twice as many. Overtaking takes milliseconds, so few will do.
const REMEMBERED: usize = 128;

#[derive(Default)]
pub(super) struct DeliveredVersions {
    recent: HashMap<TaskId, Delivered>,
    /// What `recent` was when it was last full.
    earlier: HashMap<TaskId, Delivered>,
}

#[derive(Clone, Copy)]
enum Delivered {
    /// An id may be used again after a deletion; the time of creation tells the lives apart.
    Alive {
        created_at: Timestamp,
        version: i32,
    },
    Deleted {
        at: Timestamp,
    },
}

impl DeliveredVersions {
    /// Whether the event is news. If so, it counts as told.
    pub(super) fn accept(&mut self, event: &TaskEvent) -> bool {
        let news = is_news(self.last(event.task), event);
        if news {
            self.remember(event);
        }
        news
    }

    /// Whether watchers were told of this version of a task, or of a later one.
    pub(super) fn knows(&self, task: TaskId, version: i32) -> bool {
        matches!(self.last(task), Some(Delivered::Alive { version: told, .. }) if told >= version)
    }

    fn last(&self, task: TaskId) -> Option<Delivered> {
        let last = self.recent.get(&task).or_else(|| self.earlier.get(&task));
        last.copied()
    }

    fn remember(&mut self, event: &TaskEvent) {
        if self.recent.len() >= REMEMBERED {
            self.earlier = std::mem::take(&mut self.recent);
        }
        let last = match &event.change {
            TaskChange::Created(task) | TaskChange::Updated(task) => Delivered::Alive {
                created_at: task.created_at,
                version: task.version,
            },
            TaskChange::Deleted => Delivered::Deleted {
                at: event.occurred_at,
            },
        };
        self.recent.insert(event.task, last);
    }
}

fn is_news(last: Option<Delivered>, event: &TaskEvent) -> bool {
    match (last, &event.change) {
        (None, _)
        | (Some(Delivered::Alive { .. }), TaskChange::Deleted)
        | (Some(Delivered::Deleted { .. }), TaskChange::Created(_)) => true,
        (
            Some(Delivered::Alive {
                created_at,
                version,
            }),
            TaskChange::Created(task) | TaskChange::Updated(task),
        ) => task.created_at != created_at || task.version > version,
        // A change from before the deletion was overtaken by it. A later one belongs to a task that was created anew under the
        // same id, before its watchers heard of the deletion: it is the only way to learn of that task.
        (Some(Delivered::Deleted { at }), TaskChange::Updated(_)) => event.occurred_at > at,
        (Some(Delivered::Deleted { .. }), TaskChange::Deleted) => false,
    }
}

#[cfg(test)]
mod tests {
    use taskhive_domain::change::ChangeNumber;
    use taskhive_domain::task::{Task, TaskDescription, TaskTitle};

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const LATER: Timestamp = Timestamp::from_millis(1_700_000_000_001);

    fn task(id: TaskId, version: i32) -> Task {
        Task {
            id,
            title: TaskTitle::parse("x").unwrap(),
            description: TaskDescription::default(),
            created_at: NOW,
            updated_at: NOW,
            completed_at: None,
            version,
            change: ChangeNumber::NONE,
        }
    }

    fn created(id: TaskId) -> TaskEvent {
        event(id, TaskChange::Created(task(id, 1)))
    }

    fn updated(id: TaskId, version: i32) -> TaskEvent {
        event(id, TaskChange::Updated(task(id, version)))
    }

    fn deleted(id: TaskId) -> TaskEvent {
        event(id, TaskChange::Deleted)
    }

    const fn event(task: TaskId, change: TaskChange) -> TaskEvent {
        TaskEvent {
            task,
            change,
            occurred_at: NOW,
        }
    }

    /// Which of the events, about one task, are told.
    fn admitted(events: &[TaskEvent]) -> Vec<bool> {
        let mut delivered = DeliveredVersions::default();
        let events = events.iter();
        events.map(|event| delivered.accept(event)).collect()
    }

    #[test]
    fn a_life_in_order_is_told_in_full() {
        let id = TaskId::new(NOW);
        let life = [created(id), updated(id, 2), updated(id, 3), deleted(id)];
        assert_eq!(admitted(&life), [true; 4]);
    }

    #[test]
    fn what_was_overtaken_is_left_out() {
        let id = TaskId::new(NOW);
        let events = [
            updated(id, 3),
            created(id),
            updated(id, 2),
            updated(id, 3),
            deleted(id),
            updated(id, 4),
            deleted(id),
        ];
        assert_eq!(
            admitted(&events),
            [true, false, false, false, true, false, false]
        );
    }

    #[test]
    fn an_id_may_be_used_again() {
        let id = TaskId::new(NOW);
        assert_eq!(
            admitted(&[updated(id, 7), deleted(id), created(id), updated(id, 2)]),
            [true; 4]
        );
        let reborn = Task {
            created_at: LATER,
            ..task(id, 1)
        };
        assert_eq!(
            admitted(&[
                updated(id, 7),
                event(id, TaskChange::Updated(reborn.clone()))
            ]),
            [true; 2],
            "the deletion was not told yet"
        );
        let late = [
            event(id, TaskChange::Created(reborn.clone())),
            deleted(id),
            TaskEvent {
                occurred_at: LATER,
                ..event(id, TaskChange::Updated(reborn))
            },
        ];
        assert_eq!(
            admitted(&late),
            [true; 3],
            "the deletion was told after the creation"
        );
    }

    #[test]
    fn memory_is_bounded_and_keeps_what_is_recent() {
        let mut told = DeliveredVersions::default();
        let ids: Vec<TaskId> = (0..10 * REMEMBERED).map(|_| TaskId::new(NOW)).collect();
        for (n, id) in ids.iter().enumerate() {
            assert!(told.accept(&updated(*id, 2)));
            assert!(told.recent.len() + told.earlier.len() <= 2 * REMEMBERED);
            let recent = &ids[n.saturating_sub(REMEMBERED - 1)..=n];
            assert!(
                recent
                    .iter()
                    .all(|id| told.knows(*id, 2) && !told.knows(*id, 3))
            );
        }
    }
}
