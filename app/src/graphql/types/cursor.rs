//! Cursors: opaque texts that hold a place in a list.
//!
//! A cursor is a version byte, its order, the whole sort key and a check sum over these and the owner, in base64url.
//! The sum is no secret: whoever forges a cursor sees a stretch of their own list, as with `first`. It is there so that a
//! cursor that was cut, edited or mixed up between users is refused instead of silently showing the wrong page.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use taskhive_domain::change::ChangeNumber;
use taskhive_domain::listing::{SortKey, TaskOrder, TaskPosition};
use taskhive_domain::violation::{Reason, Violation, Violations};
use taskhive_domain::{TaskId, Timestamp, UserId};
use uuid::Uuid;

/// Grows when the layout changes; cursors of other versions are refused, and clients start again at the top.
const VERSION: u8 = 1;
/// version, order, is_open, number of the change or milliseconds, id, check sum
const LENGTH: usize = 1 + 1 + 1 + 8 + 16 + 4;
const SUM_AT: usize = LENGTH - 4;

/// The text for a place in `order` in `owner`'s list.
pub(crate) fn encode(owner: UserId, order: TaskOrder, position: &TaskPosition) -> String {
    let mut bytes = Vec::with_capacity(LENGTH);
    bytes.extend([VERSION, order_byte(order), u8::from(position.is_open)]);
    let key = match position.key {
        SortKey::Change(change) => change.get(),
        SortKey::CreatedAt(at) => at.millis(),
    };
    bytes.extend(key.to_be_bytes());
    bytes.extend(position.id.uuid().as_bytes());
    bytes.extend(check_sum(owner, &bytes).to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
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
    let bytes: [u8; LENGTH] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    let (key, sum) = bytes.split_at(SUM_AT);
    let known = key.starts_with(&[VERSION, order_byte(order)]);
    if !known || sum != check_sum(owner, key).to_be_bytes() {
        return None;
    }
    let sort_key = i64::from_be_bytes(key.get(3..11)?.try_into().ok()?);
    Some(TaskPosition {
        is_open: *key.get(2)? == 1,
        key: match order {
            TaskOrder::RecentlyUpdated => SortKey::Change(ChangeNumber::new(sort_key)),
            _ => SortKey::CreatedAt(Timestamp::from_millis(sort_key)),
        },
        id: TaskId::from_uuid(Uuid::from_slice(key.get(11..)?).ok()?),
    })
}

const fn order_byte(order: TaskOrder) -> u8 {
    match order {
        TaskOrder::OpenFirst => 1,
        TaskOrder::Newest => 2,
        TaskOrder::Oldest => 3,
        // 4 was that of the times of changes.
        TaskOrder::RecentlyUpdated => 5,
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

    const ORDERS: [TaskOrder; 4] = [
        TaskOrder::OpenFirst,
        TaskOrder::Newest,
        TaskOrder::Oldest,
        TaskOrder::RecentlyUpdated,
    ];

    fn owner(n: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(n))
    }

    proptest! {
        #[test]
        fn a_cursor_leads_back_to_its_place(open: bool, at: i64, id: u128, order in 0..4_usize) {
            let position = TaskPosition {
                is_open: open,
                key: match ORDERS[order] {
                    TaskOrder::RecentlyUpdated => SortKey::Change(ChangeNumber::new(at)),
                    _ => SortKey::CreatedAt(Timestamp::from_millis(at)),
                },
                id: TaskId::from_uuid(Uuid::from_u128(id)),
            };
            let text = encode(owner(7), ORDERS[order], &position);
            prop_assert_eq!(decode(owner(7), ORDERS[order], &text), Ok(position));
            prop_assert!(decode(owner(8), ORDERS[order], &text).is_err());
            for other in ORDERS.into_iter().filter(|other| *other != ORDERS[order]) {
                prop_assert!(decode(owner(7), other, &text).is_err());
            }
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
        fn a_cursor_of_an_earlier_release_is_refused_in_the_order_of_changes(at: i64, id: u128) {
            let mut bytes = vec![VERSION, 4, 1];
            bytes.extend(at.to_be_bytes());
            bytes.extend(id.to_be_bytes());
            bytes.extend(check_sum(owner(7), &bytes).to_be_bytes());
            let text = URL_SAFE_NO_PAD.encode(bytes);
            for order in ORDERS {
                prop_assert!(decode(owner(7), order, &text).is_err());
            }
        }

        #[test]
        fn no_text_is_too_strange(text: String) {
            prop_assert!(decode(owner(7), TaskOrder::Newest, &text).is_err());
        }
    }
}
