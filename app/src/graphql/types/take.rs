//! How much of a list to take, from the arguments of a Relay connection.

use taskhive_domain::listing::Take;
use taskhive_domain::violation::{Reason, Violation, Violations};

/// Reports everything wrong with both arguments at once. Without either, it is a page of the usual size.
pub(crate) fn parse(first: Option<i32>, last: Option<i32>) -> Result<Take, Violations> {
    let mut violations = Violations::default();
    let contradictory = first.is_some() && last.is_some();
    let first = first.and_then(|n| violations.collect("first", Take::first(n)));
    let last = last.and_then(|n| violations.collect("last", Take::last(n)));
    if contradictory {
        let both = Violation::new(Reason::Contradictory, "Give `first` or `last`, not both.");
        violations.note("last", both);
    }
    violations.or(last.or(first).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_page_size_is_what_was_asked_for(first in any::<Option<i32>>(), last in any::<Option<i32>>()) {
            if let Ok(take) = parse(first, last) {
                prop_assert!(first.is_none() || last.is_none());
                let asked = first.or(last).map_or(Take::DEFAULT, i32::cast_unsigned);
                prop_assert_eq!(take.limit(), asked);
                prop_assert!(take.limit() <= Take::MAX);
            }
        }
    }

    fn broken(parsed: Result<Take, Violations>) -> Vec<(String, Reason, Option<u32>)> {
        let violations = parsed.unwrap_err();
        let broken = violations.as_slice().iter();
        broken.map(|v| (v.place(), v.reason, v.limit)).collect()
    }

    #[test]
    fn page_sizes_go_from_0_to_100() {
        for (first, last, expected) in [
            (None, None, Take::First(20)),
            (Some(0), None, Take::First(0)),
            (Some(100), None, Take::First(100)),
            (None, Some(0), Take::Last(0)),
            (None, Some(100), Take::Last(100)),
        ] {
            assert_eq!(parse(first, last), Ok(expected));
        }
        for n in [-1, 101, i32::MIN, i32::MAX] {
            let out_of_range = |field: &str| [(field.to_owned(), Reason::OutOfRange, Some(100))];
            assert_eq!(broken(parse(Some(n), None)), out_of_range("first"));
            assert_eq!(broken(parse(None, Some(n))), out_of_range("last"));
        }
    }

    #[test]
    fn first_and_last_exclude_each_other_whatever_they_are() {
        let contradictory = ("last".to_owned(), Reason::Contradictory, None);
        let out_of_range = |field: &str| (field.to_owned(), Reason::OutOfRange, Some(100));
        let neither = broken(parse(Some(1), Some(1)));
        assert_eq!(neither, std::slice::from_ref(&contradictory));
        let one = broken(parse(Some(101), Some(1)));
        assert_eq!(one, [out_of_range("first"), contradictory.clone()]);
        let both = broken(parse(Some(-1), Some(101)));
        assert_eq!(
            both,
            [out_of_range("first"), out_of_range("last"), contradictory]
        );
    }
}
