//! What instances tell each other, as one line of text: ids only, because these lines appear in the server's logs and must
//! stay under 8000 bytes.

use std::fmt;
use std::str::FromStr;

use taskhive_domain::event::{TaskChange, TaskEvent};
use taskhive_domain::{TaskId, Timestamp, UserId};
use uuid::Uuid;

/// The form of the line. Who reads another one, knows that it missed something.
const FORM: &str = "1";

/// Something that one instance tells the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Message {
    /// The instance that says it.
    pub(super) from: Uuid,
    pub(super) notification: Notification,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notification {
    /// Something happened to a task.
    Task(TaskNotification),
    /// Something happened to tasks, but it was too much to tell.
    Gap,
    /// A question to oneself: do messages arrive here?
    Probe,
}

/// What happened to a task. How it is now, the reader looks up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TaskNotification {
    pub(super) owner: UserId,
    pub(super) task: TaskId,
    pub(super) kind: ChangeKind,
    pub(super) occurred_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChangeKind {
    Created { version: i32 },
    Updated { version: i32 },
    Deleted,
}

/// The line is none that this version of the service writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ParseError;

impl TaskNotification {
    pub(super) const fn of(owner: UserId, event: &TaskEvent) -> Self {
        Self {
            owner,
            task: event.task,
            kind: match &event.change {
                TaskChange::Created(task) => ChangeKind::Created {
                    version: task.version,
                },
                TaskChange::Updated(task) => ChangeKind::Updated {
                    version: task.version,
                },
                TaskChange::Deleted => ChangeKind::Deleted,
            },
            occurred_at: event.occurred_at,
        }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{FORM} {} ", self.from.simple())?;
        let notification = match &self.notification {
            Notification::Gap => return f.write_str("gap"),
            Notification::Probe => return f.write_str("probe"),
            Notification::Task(notification) => notification,
        };
        let (verb, version) = match notification.kind {
            ChangeKind::Created { version } => ("created", version),
            ChangeKind::Updated { version } => ("updated", version),
            ChangeKind::Deleted => ("deleted", 0),
        };
        write!(
            f,
            "{verb} {} {} {version} {}",
            notification.owner,
            notification.task,
            notification.occurred_at.millis()
        )
    }
}

impl FromStr for Message {
    type Err = ParseError;

    fn from_str(line: &str) -> Result<Self, ParseError> {
        let words: Vec<&str> = line.split(' ').collect();
        let (from, notification) = match words.as_slice() {
            [FORM, from, "gap"] => (from, Notification::Gap),
            [FORM, from, "probe"] => (from, Notification::Probe),
            [FORM, from, verb, owner, task, version, occurred_at] => {
                let version = version.parse().map_err(|_| ParseError)?;
                let notification = TaskNotification {
                    owner: UserId::parse(owner).map_err(|_| ParseError)?,
                    task: TaskId::parse(task).map_err(|_| ParseError)?,
                    kind: match *verb {
                        "created" => ChangeKind::Created { version },
                        "updated" => ChangeKind::Updated { version },
                        "deleted" => ChangeKind::Deleted,
                        _ => return Err(ParseError),
                    },
                    occurred_at: Timestamp::from_millis(
                        occurred_at.parse().map_err(|_| ParseError)?,
                    ),
                };
                (from, Notification::Task(notification))
            }
            _ => return Err(ParseError),
        };
        Ok(Self {
            from: Uuid::try_parse(from).map_err(|_| ParseError)?,
            notification,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message() -> impl Strategy<Value = Message> {
        let kind = prop_oneof![
            any::<i32>().prop_map(|version| ChangeKind::Created { version }),
            any::<i32>().prop_map(|version| ChangeKind::Updated { version }),
            Just(ChangeKind::Deleted),
        ];
        let task = (any::<u128>(), any::<u128>(), kind, any::<i64>());
        let notification = prop_oneof![
            Just(Notification::Gap),
            Just(Notification::Probe),
            task.prop_map(
                |(owner, task, kind, millis)| Notification::Task(TaskNotification {
                    owner: UserId::from_uuid(Uuid::from_u128(owner)),
                    task: TaskId::from_uuid(Uuid::from_u128(task)),
                    kind,
                    occurred_at: Timestamp::from_millis(millis),
                })
            ),
        ];
        (any::<u128>(), notification).prop_map(|(from, notification)| Message {
            from: Uuid::from_u128(from),
            notification,
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_and_short(message in message()) {
            let line = message.to_string();
            prop_assert!(line.len() < 200);
            prop_assert_eq!(line.parse(), Ok(message));
        }

        #[test]
        fn anything_else_is_unreadable(line in ".{0,80}") {
            prop_assert_eq!(line.parse::<Message>(), Err(ParseError));
        }
    }

    #[test]
    fn other_forms_are_unreadable() {
        let from = Uuid::from_u128(1).simple();
        for line in [
            format!("2 {from} gap"),
            format!("1 {from} gap 7"),
            format!("1 {from} noise"),
        ] {
            assert_eq!(line.parse::<Message>(), Err(ParseError), "{line}");
        }
    }
}
