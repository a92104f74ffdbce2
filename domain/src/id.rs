//! Identifiers: a UUID each, and the text the API shows for it (`task_` and 32 lower-case hexadecimal digits).
//!
//! New ones are version 7, so that what is created later sorts later, also within one millisecond.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Mutex;

use uuid::{ContextV7, Uuid};

use crate::time::Timestamp;
use crate::violation::{Reason, Violation, Violations};

/// Shared by all new ids: it counts up within a millisecond.
static SEQUENCE: Mutex<AssertUnwindSafe<ContextV7>> =
    Mutex::new(AssertUnwindSafe(ContextV7::new()));

fn new_uuid(now: Timestamp) -> Uuid {
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    let nanos = u32::try_from(millis % 1000).unwrap_or(0) * 1_000_000;
    Uuid::new_v7(uuid::Timestamp::from_unix(&SEQUENCE, millis / 1000, nanos))
}

/// 32 lower-case hexadecimal digits, the one way an id is written.
fn parse_hex(hex: &str) -> Option<Uuid> {
    let canonical = hex.len() == 32 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if canonical {
        Uuid::try_parse(hex).ok()
    } else {
        None
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// A new one, that sorts after all made earlier.
            #[must_use]
            pub fn new(now: Timestamp) -> Self {
                Self(new_uuid(now))
            }

            /// For adapters: the id a row holds.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// For adapters: what a row holds.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// Reads what `Display` writes, and nothing else.
            pub fn parse(text: &str) -> Result<Self, Violations> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(parse_hex)
                    .map(Self)
                    .ok_or_else(|| {
                        Violation::new(
                            Reason::Malformed,
                            concat!("Must be \"", $prefix, "_\" and 32 lower-case hexadecimal digits."),
                        )
                        .into()
                    })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }
    };
}

id!(
    /// Identifies a task among those of its owner.
    TaskId,
    "task"
);
id!(
    /// Identifies a user.
    UserId,
    "user"
);
id!(
    /// Identifies a session: one sign-in on one device.
    SessionId,
    "session"
);

impl TaskId {
    /// An id a client made up for a task it creates. Only versions 4 and 7 are accepted: those are the ones that do not
    /// collide when everybody makes their own.
    pub fn client_made(text: &str) -> Result<Self, Violations> {
        let id = Self::parse(text)?;
        if matches!(id.0.get_version_num(), 4 | 7) && id.0.get_variant() == uuid::Variant::RFC4122 {
            Ok(id)
        } else {
            Err(Violation::new(Reason::Malformed, "Must hold a UUID of version 4 or 7.").into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_made_in_one_millisecond_sort_in_the_order_they_were_made() {
        let now = Timestamp::from_millis(1_700_000_000_123);
        let ids: Vec<TaskId> = (0..1000).map(|_| TaskId::new(now)).collect();
        assert!(ids.is_sorted());
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn text_and_id_are_two_forms_of_one_thing() {
        let id = TaskId::new(Timestamp::from_millis(1));
        assert_eq!(TaskId::parse(&id.to_string()), Ok(id));
        assert_eq!(id.to_string().len(), "task_".len() + 32);
    }

    #[test]
    fn other_spellings_are_refused() {
        let id = TaskId::new(Timestamp::from_millis(1)).to_string();
        let hyphenated = format!("task_{}", TaskId::parse(&id).unwrap().uuid().hyphenated());
        for text in [
            id.to_uppercase(),
            id.replace("task_", "user_"),
            id.replace("task_", ""),
            hyphenated,
            format!("{id} "),
            format!("{id}0"),
            String::new(),
        ] {
            assert!(TaskId::parse(&text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn clients_make_ids_of_version_4_or_7_only() {
        let hex = |version: char| format!("task_0197c0df1c3d{version}a42b6e5f4d3c2b1a098");
        for version in ['4', '7'] {
            assert!(TaskId::client_made(&hex(version)).is_ok());
        }
        for version in ['0', '1', '3', '5', '6', '8'] {
            assert!(TaskId::client_made(&hex(version)).is_err());
        }
        assert!(TaskId::client_made("task_00000000000000000000000000000000").is_err());
        assert!(TaskId::client_made("task_ffffffffffffffffffffffffffffffff").is_err());
    }
}
