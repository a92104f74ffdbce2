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
    pub(super) news: News,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// Something happened to a task.
    Task(TaskNews),
    /// Something happened to tasks, but it was too much to tell.
    Gap,
    /// A question to oneself: do messages arrive here?
    Probe,
}

/// What happened to a task. How it is now, the reader looks up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TaskNews {
    pub(super) owner: UserId,
    pub(super) task: TaskId,
    pub(super) what: What,
    pub(super) occurred_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Created { version: i32 },
    Updated { version: i32 },
    Deleted,
}

/// The line is none that this version of the service writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unreadable;

impl TaskNews {
    pub(super) const fn of(owner: UserId, event: &TaskEvent) -> Self {
        Self {
            owner,
            task: event.task,
            what: match &event.change {
                TaskChange::Created(task) => What::Created {
                    version: task.version,
                },
                TaskChange::Updated(task) => What::Updated {
                    version: task.version,
                },
                TaskChange::Deleted => What::Deleted,
            },
            occurred_at: event.occurred_at,
        }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{FORM} {} ", self.from.simple())?;
        let news = match &self.news {
            News::Gap => return f.write_str("gap"),
            News::Probe => return f.write_str("probe"),
            News::Task(news) => news,
        };
        let (verb, version) = match news.what {
            What::Created { version } => ("created", version),
            What::Updated { version } => ("updated", version),
            What::Deleted => ("deleted", 0),
        };
        write!(
            f,
            "{verb} {} {} {version} {}",
            news.owner,
            news.task,
            news.occurred_at.millis()
        )
    }
}

impl FromStr for Message {
    type Err = Unreadable;

    fn from_str(line: &str) -> Result<Self, Unreadable> {
        let words: Vec<&str> = line.split(' ').collect();
        let (from, news) = match words.as_slice() {
            [FORM, from, "gap"] => (from, News::Gap),
            [FORM, from, "probe"] => (from, News::Probe),
            [FORM, from, verb, owner, task, version, occurred_at] => {
                let version = version.parse().map_err(|_| Unreadable)?;
                let news = TaskNews {
                    owner: UserId::parse(owner).map_err(|_| Unreadable)?,
                    task: TaskId::parse(task).map_err(|_| Unreadable)?,
                    what: match *verb {
                        "created" => What::Created { version },
                        "updated" => What::Updated { version },
                        "deleted" => What::Deleted,
                        _ => return Err(Unreadable),
                    },
                    occurred_at: Timestamp::from_millis(
                        occurred_at.parse().map_err(|_| Unreadable)?,
                    ),
                };
                (from, News::Task(news))
            }
            _ => return Err(Unreadable),
        };
        Ok(Self {
            from: Uuid::try_parse(from).map_err(|_| Unreadable)?,
            news,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message() -> impl Strategy<Value = Message> {
        let what = prop_oneof![
            any::<i32>().prop_map(|version| What::Created { version }),
            any::<i32>().prop_map(|version| What::Updated { version }),
            Just(What::Deleted),
        ];
        let task = (any::<u128>(), any::<u128>(), what, any::<i64>());
        let news = prop_oneof![
            Just(News::Gap),
            Just(News::Probe),
            task.prop_map(|(owner, task, what, millis)| News::Task(TaskNews {
                owner: UserId::from_uuid(Uuid::from_u128(owner)),
                task: TaskId::from_uuid(Uuid::from_u128(task)),
                what,
                occurred_at: Timestamp::from_millis(millis),
            })),
        ];
        (any::<u128>(), news).prop_map(|(from, news)| Message {
            from: Uuid::from_u128(from),
            news,
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
            prop_assert_eq!(line.parse::<Message>(), Err(Unreadable));
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
            assert_eq!(line.parse::<Message>(), Err(Unreadable), "{line}");
        }
    }
}
