//! Places in the order of changes.

use uuid::Uuid;

use super::*;

fn number(number: i64) -> ChangeNumber {
    ChangeNumber::new(number)
}

fn task(n: u128) -> TaskId {
    TaskId::from_uuid(Uuid::from_u128(n))
}

fn counter(last_change: i64, forgotten_change: i64) -> TaskCounter {
    TaskCounter {
        last_change: number(last_change),
        forgotten_change: number(forgotten_change),
    }
}

/// In the middle of the changes that share a number.
fn within(change: i64, id: u128) -> Position {
    Position {
        task: Some(task(id)),
        ..Position::after(number(change))
    }
}

#[test]
fn changes_with_the_same_number_are_told_apart_by_their_task() {
    let place = within(7, 5);
    for (change, id, after) in [
        (6, 9, false),
        (7, 4, false),
        (7, 5, false),
        (7, 6, true),
        (8, 1, true),
    ] {
        assert_eq!(
            place.is_before(number(change), task(id)),
            after,
            "{change} {id}"
        );
    }
    let behind_all = Position::after(number(7));
    assert!(!behind_all.is_before(number(7), task(u128::MAX)));
    assert!(behind_all.is_before(number(8), task(0)));
}

#[test]
fn a_place_expires_when_something_after_it_is_forgotten() {
    for (place, expired) in [
        (Position::after(number(3)), true),
        (Position::after(number(4)), false),
        (Position::after(number(9)), false),
        // Another deletion with the number 4 may be forgotten.
        (within(4, 1), true),
        (within(5, 1), false),
    ] {
        assert_eq!(place.is_expired(counter(9, 4)), expired, "{place:?}");
    }
}

#[test]
fn a_place_in_the_future_is_expired() {
    assert!(!Position::after(number(9)).is_expired(counter(9, 0)));
    assert!(!within(9, 1).is_expired(counter(9, 0)));
    assert!(Position::after(number(10)).is_expired(counter(9, 0)));
    assert!(within(10, 1).is_expired(counter(9, 0)));
    assert!(Position::beginning(counter(10, 0)).is_expired(counter(9, 0)));
}

/// Or nobody could read everything where the deletions of long ago are forgotten.
#[test]
fn who_began_with_nothing_misses_no_deletion_from_before() {
    let began = Position::beginning(counter(9, 4));
    let on_the_way = began.moved_to(number(2), task(1));
    for place in [began, on_the_way] {
        assert!(!place.is_expired(counter(12, 4)));
        assert!(!place.is_expired(counter(12, 9)));
        assert!(place.is_expired(counter(12, 10)));
        assert!(!place.misses_deletion(number(9), task(7)));
        assert!(place.misses_deletion(number(10), task(7)));
    }
    assert!(on_the_way.is_before(number(2), task(2)));
    let arrived = on_the_way.moved_to(number(9), task(1));
    assert_eq!(arrived, within(9, 1));
    assert_eq!(
        Position::beginning(counter(0, 0)),
        Position::after(ChangeNumber::NONE)
    );
}
