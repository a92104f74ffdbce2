//! Cursors: opaque texts that hold a place in a list, and sort as the places do.
//!
//! A cursor is a version byte, its order, the whole sort key and a check sum over these and the owner, in the digits of
//! base64url but sorted as their characters are. The parts of the key are written so that their bytes compare as the tasks do
//! in the list; so whoever compares two cursors of an order as texts, code unit by code unit, compares the tasks.
//!
//! The sum is no secret: whoever forges a cursor sees a stretch of their own list, as with `first`. It is there so that a
//! cursor that was cut, edited or mixed up between users is refused instead of silently showing the wrong page.

use base64::Engine;
use base64::alphabet::Alphabet;
use base64::engine::{GeneralPurpose, general_purpose::NO_PAD};
use taskhive_domain::change::ChangeNumber;
use taskhive_domain::listing::{Nearness, SortKey, TaskOrder, TaskPosition};
use taskhive_domain::task::{Priority, Rank};
use taskhive_domain::violation::{Reason, Violation, Violations};
use taskhive_domain::{TaskId, Timestamp, UserId};
use uuid::Uuid;

/// Grows when the layout changes; cursors of other versions are refused, and clients start again at the top. The first
/// version did not sort.
const VERSION: u8 = 2;
/// version, order, is_open and priority, number or milliseconds, id, check sum
const LENGTH: usize = 1 + 1 + 1 + 8 + 16 + 4;
const KEY_AT: usize = 2;
const SUM_AT: usize = LENGTH - 4;

/// The digits of base64url in the order of their characters.
const SORTED: GeneralPurpose = GeneralPurpose::new(
    &match Alphabet::new("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz") {
        Ok(alphabet) => alphabet,
        Err(_) => panic!("64 different digits are an alphabet"),
    },
    NO_PAD,
);

/// The text for a place in `order` in `owner`'s list.
pub(crate) fn encode(owner: UserId, order: TaskOrder, position: &TaskPosition) -> String {
    let mut bytes = [0; LENGTH];
    bytes[..KEY_AT].copy_from_slice(&[VERSION, order_byte(order)]);
    let (priority, number) = match position.key {
        SortKey::Change(change) => (Priority::Low, change.get()),
        SortKey::CreatedAt(at) => (Priority::Low, at.millis()),
        SortKey::Rank(rank) => (Priority::Low, rank.get()),
        SortKey::Due(nearness) => (Priority::Low, nearness.get().into()),
        SortKey::Priority(priority, at) => (priority, at.millis()),
    };
    bytes[2] = u8::from(position.is_open) << 4 | priority.level();
    bytes[3..11].copy_from_slice(&unsigned(number).to_be_bytes());
    bytes[11..SUM_AT].copy_from_slice(position.id.uuid().as_bytes());
    turn(order, &mut bytes);
    let sum = check_sum(owner, &bytes[..SUM_AT]);
    bytes[SUM_AT..].copy_from_slice(&sum.to_be_bytes());
    SORTED.encode(bytes)
}

/// The place a text stands for, if it was made for this owner and this order.
pub(crate) fn decode(
    owner: UserId,
    order: TaskOrder,
    text: &str,
) -> Result<TaskPosition, Violations> {
    decoded(owner, order, text).ok_or_else(|| {
        let message = "Must be a cursor of this list, in this order. Leave it out to start from the beginning.";
        Violation::new(Reason::Malformed, message).into()
    })
}

fn decoded(owner: UserId, order: TaskOrder, text: &str) -> Option<TaskPosition> {
    let mut bytes: [u8; LENGTH] = SORTED.decode(text).ok()?.try_into().ok()?;
    let (key, sum) = bytes.split_at(SUM_AT);
    let known = key.starts_with(&[VERSION, order_byte(order)]);
    if !known || sum != check_sum(owner, key).to_be_bytes() {
        return None;
    }
    turn(order, &mut bytes);
    let number = u64::from_be_bytes(bytes[3..11].try_into().ok()?);
    let number = unsigned(number.cast_signed()).cast_signed();
    Some(TaskPosition {
        is_open: bytes[2] >> 4 == 1,
        key: match order {
            TaskOrder::RecentlyUpdated => SortKey::Change(ChangeNumber::new(number)),
            TaskOrder::Manual => SortKey::Rank(Rank::new(number)),
            TaskOrder::DueFirst => SortKey::Due(Nearness::new(number.try_into().ok()?)),
            TaskOrder::PriorityFirst => SortKey::Priority(
                Priority::from_level(bytes[2] & 0xf)?,
                Timestamp::from_millis(number),
            ),
            TaskOrder::OpenFirst | TaskOrder::Newest | TaskOrder::Oldest => {
                SortKey::CreatedAt(Timestamp::from_millis(number))
            }
        },
        id: TaskId::from_uuid(Uuid::from_slice(&bytes[11..SUM_AT]).ok()?),
    })
}

/// As a number without a sign that is greater where `number` is; the same the other way round.
const fn unsigned(number: i64) -> u64 {
    number.cast_unsigned() ^ (1 << 63)
}

/// In an order that goes from large keys to small ones the key is written the other way round, so that what comes first in the
/// list is the smaller text.
fn turn(order: TaskOrder, bytes: &mut [u8; LENGTH]) {
    if order.is_descending() {
        for byte in &mut bytes[KEY_AT..SUM_AT] {
            *byte = !*byte;
        }
    }
}

const fn order_byte(order: TaskOrder) -> u8 {
    match order {
        TaskOrder::OpenFirst => 1,
        TaskOrder::Newest => 2,
        TaskOrder::Oldest => 3,
        // 4 was that of the times of changes.
        TaskOrder::RecentlyUpdated => 5,
        TaskOrder::Manual => 6,
        TaskOrder::DueFirst => 7,
        TaskOrder::PriorityFirst => 8,
    }
}

pub(super) fn check_sum(owner: UserId, key: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(owner.uuid().as_bytes());
    hasher.update(key);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ORDERS: [TaskOrder; 7] = TaskOrder::ALL;

    fn owner(n: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(n))
    }

    /// A place in some order, and the order.
    fn place() -> impl Strategy<Value = (usize, bool, i64, u128, usize)> {
        let number = prop_oneof![any::<i64>(), -2..3_i64];
        let id = prop_oneof![any::<u128>(), 0..3_u128];
        (0..ORDERS.len(), any::<bool>(), number, id, 0..4_usize)
    }

    fn position(
        order: TaskOrder,
        (_, open, number, id, priority): (usize, bool, i64, u128, usize),
    ) -> TaskPosition {
        let at = Timestamp::from_millis(number);
        TaskPosition {
            is_open: open,
            key: match order {
                TaskOrder::RecentlyUpdated => SortKey::Change(ChangeNumber::new(number)),
                TaskOrder::Manual => SortKey::Rank(Rank::new(number)),
                TaskOrder::DueFirst => {
                    SortKey::Due(Nearness::new(i32::try_from(number).unwrap_or(9)))
                }
                TaskOrder::PriorityFirst => SortKey::Priority(Priority::ALL[priority], at),
                _ => SortKey::CreatedAt(at),
            },
            id: TaskId::from_uuid(Uuid::from_u128(id)),
        }
    }

    proptest! {
        #[test]
        fn a_cursor_leads_back_to_its_place(place in place()) {
            let order = ORDERS[place.0];
            let position = position(order, place);
            let text = encode(owner(7), order, &position);
            prop_assert_eq!(decode(owner(7), order, &text), Ok(position));
            prop_assert!(decode(owner(8), order, &text).is_err());
            for other in ORDERS.into_iter().filter(|other| *other != order) {
                prop_assert!(decode(owner(7), other, &text).is_err());
            }
        }

        #[test]
        fn cursors_sort_as_their_places_do(one in place(), other in place()) {
            let order = ORDERS[one.0];
            let [one, other] = [one, other].map(|place| position(order, place));
            let [text, other_text] = [one, other].map(|place| encode(owner(7), order, &place));
            prop_assert_eq!(text.as_bytes().cmp(other_text.as_bytes()), order.compare(&one, &other));
        }

        #[test]
        fn an_edited_cursor_is_refused(at: i64, id: u128, place in 0..42_usize, with in "[A-Za-z0-9_-]") {
            let position = TaskPosition {
                is_open: true,
                key: SortKey::CreatedAt(Timestamp::from_millis(at)),
                id: TaskId::from_uuid(Uuid::from_u128(id)),
            };
            let text = encode(owner(7), TaskOrder::Newest, &position);
            let mut edited = text.clone();
            edited.replace_range(place..=place, &with);
            prop_assert_eq!(decode(owner(7), TaskOrder::Newest, &edited).is_ok(), edited == text);
        }

        #[test]
        fn no_text_is_too_strange(text: String) {
            prop_assert!(decode(owner(7), TaskOrder::Newest, &text).is_err());
        }
    }

    #[test]
    fn a_cursor_of_an_earlier_release_is_refused() {
        for order in ORDERS {
            let text = "AQEBAAABi8_lZ7sBl8DfHD16QrbhdMPSFrCYAZ7c2g";
            assert!(decode(owner(7), order, text).is_err());
        }
    }
}
