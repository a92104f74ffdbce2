//! Cursors of changes: opaque texts that hold a place in the order of an owner's changes.
//!
//! A version byte, what follows, the number, perhaps the task and perhaps the end of a walk, and a check sum over these and
//! the owner, in base64url. As with the cursors of lists ([`cursor`](super::cursor)) the sum is no secret: whoever forges one
//! is told of changes of their own. Nothing in it belongs to an instance or to a database.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use taskhive_domain::change::{ChangeNumber, Position};
use taskhive_domain::violation::{Reason, Violation, Violations};
use taskhive_domain::{TaskId, UserId};
use uuid::Uuid;

use super::cursor::check_sum;

/// Grows when the layout changes; cursors of other versions are refused, and clients begin without one.
const VERSION: u8 = 1;
/// What follows the version. Where the cursor of a list names its order it has another number, so that neither is the other.
const CHANGES: u8 = 0x40;
const WITH_TASK: u8 = 1;
const WITH_WALK: u8 = 2;
/// version, what follows, number, id, number, check sum
const LONGEST: usize = 1 + 1 + 8 + 16 + 8 + 4;

/// The text for a place in the order of `owner`'s changes.
pub(crate) fn encode(owner: UserId, position: &Position) -> String {
    let mut follows = CHANGES;
    if position.task.is_some() {
        follows |= WITH_TASK;
    }
    if position.walk.is_some() {
        follows |= WITH_WALK;
    }
    let mut bytes = Vec::with_capacity(LONGEST);
    bytes.extend([VERSION, follows]);
    bytes.extend(position.number.get().to_be_bytes());
    if let Some(task) = position.task {
        bytes.extend(task.uuid().as_bytes());
    }
    if let Some(walk) = position.walk {
        bytes.extend(walk.get().to_be_bytes());
    }
    bytes.extend(check_sum(owner, &bytes).to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The place a text stands for, if it was made for this owner.
pub(crate) fn decode(owner: UserId, text: &str) -> Result<Position, Violations> {
    decoded(owner, text).ok_or_else(|| {
        let message = "Must be a `cursor` or an `asOf` of yours. Leave it out to begin anew.";
        Violation::new(Reason::Malformed, message).into()
    })
}

fn decoded(owner: UserId, text: &str) -> Option<Position> {
    // Four characters hold three bytes.
    if text.len() > 2 * LONGEST {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (key, sum) = bytes.split_last_chunk::<4>()?;
    if *sum != check_sum(owner, key).to_be_bytes() {
        return None;
    }
    let [VERSION, follows, rest @ ..] = key else {
        return None;
    };
    let (number, rest) = read_number(rest)?;
    let (task, rest) = if follows & WITH_TASK == 0 {
        (None, rest)
    } else {
        let (id, rest) = rest.split_first_chunk::<16>()?;
        (Some(TaskId::from_uuid(Uuid::from_bytes(*id))), rest)
    };
    let (walk, rest) = if follows & WITH_WALK == 0 {
        (None, rest)
    } else {
        let (walk, rest) = read_number(rest)?;
        (Some(walk), rest)
    };
    let known = follows & !(WITH_TASK | WITH_WALK) == CHANGES;
    (known && rest.is_empty()).then_some(Position { number, task, walk })
}

fn read_number(bytes: &[u8]) -> Option<(ChangeNumber, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<8>()?;
    let number = i64::from_be_bytes(*number);
    (number >= 0).then_some((ChangeNumber::new(number), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use taskhive_domain::Timestamp;
    use taskhive_domain::listing::{SortKey, TaskOrder, TaskPosition};

    use super::*;
    use crate::graphql::types::cursor;

    fn owner(n: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(n))
    }

    fn position() -> impl Strategy<Value = Position> {
        let number = || (0..=i64::MAX).prop_map(ChangeNumber::new);
        let task = proptest::option::of(any::<u128>());
        (number(), task, proptest::option::of(number())).prop_map(|(number, task, walk)| Position {
            number,
            task: task.map(|id| TaskId::from_uuid(Uuid::from_u128(id))),
            walk,
        })
    }

    proptest! {
        #[test]
        fn a_cursor_leads_back_to_its_place(position in position()) {
            let text = encode(owner(7), &position);
            prop_assert_eq!(decode(owner(7), &text), Ok(position));
            prop_assert!(decode(owner(8), &text).is_err());
            for order in [TaskOrder::OpenFirst, TaskOrder::RecentlyUpdated] {
                prop_assert!(cursor::decode(owner(7), order, &text).is_err());
            }
        }

        #[test]
        fn an_edited_cursor_is_refused(position in position(), place: prop::sample::Index, with in "[A-Za-z0-9_-]") {
            let text = encode(owner(7), &position);
            let place = place.index(text.len());
            let mut edited = text.clone();
            edited.replace_range(place..=place, &with);
            prop_assert_eq!(decode(owner(7), &edited).is_ok(), edited == text);
            prop_assert!(decode(owner(7), &text[..place]).is_err());
            prop_assert!(decode(owner(7), &(text + &with)).is_err());
        }

        #[test]
        fn no_text_is_too_strange(text: String) {
            prop_assert!(decode(owner(7), &text).is_err());
        }

        #[test]
        fn the_cursor_of_a_list_is_none(id: u128, at: i64) {
            let place = TaskPosition {
                is_open: true,
                key: SortKey::CreatedAt(Timestamp::from_millis(at)),
                id: TaskId::from_uuid(Uuid::from_u128(id)),
            };
            let text = cursor::encode(owner(7), TaskOrder::Newest, &place);
            prop_assert!(decode(owner(7), &text).is_err());
        }
    }

    #[test]
    fn a_text_of_any_length_is_refused() {
        let position = Position::after(ChangeNumber::new(7));
        let text = encode(owner(7), &position);
        for long in [text.repeat(2), "A".repeat(100_000), "\u{e4}".repeat(50_000)] {
            assert!(decode(owner(7), &long).is_err());
        }
    }
}
