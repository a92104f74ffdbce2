//! Orders, filters, searches and page sizes.

use proptest::prelude::*;

use super::*;
use crate::task::{Priority, Rank, Tags, TaskDescription, TaskTitle};

fn task(title: &str, description: &str) -> Task {
    let now = Timestamp::from_millis(1);
    Task {
        id: TaskId::new(now),
        title: TaskTitle::parse(title).unwrap(),
        description: TaskDescription::parse(description).unwrap(),
        created_at: now,
        updated_at: now,
        completed_at: None,
        version: 1,
        change: ChangeNumber::NONE,
        due_on: None,
        priority: Priority::Normal,
        tags: Tags::default(),
        rank: Rank::NONE,
        moved: None,
    }
}

fn broken<T>(parsed: Result<T, Violations>) -> Vec<(String, Reason, Option<u32>)> {
    let Err(violations) = parsed else {
        return Vec::new();
    };
    let broken = violations.as_slice().iter();
    broken.map(|v| (v.place(), v.reason, v.limit)).collect()
}

#[test]
fn page_sizes_go_from_0_to_100() {
    assert_eq!(Take::default(), Take::First(20));
    for n in [0, 1, 100] {
        assert_eq!(Take::first(n), Ok(Take::First(n.unsigned_abs())));
        assert_eq!(Take::last(n), Ok(Take::Last(n.unsigned_abs())));
    }
    for n in [-1, 101, i32::MIN, i32::MAX] {
        let out_of_range = [(String::new(), Reason::OutOfRange, Some(100))];
        assert_eq!(broken(Take::first(n)), out_of_range);
        assert_eq!(broken(Take::last(n)), out_of_range);
    }
}

#[test]
fn a_search_is_at_most_five_words_and_a_hundred_characters() {
    assert_eq!(
        Search::parse(" a\tb\r\nc\u{3000}d e ").unwrap().words(),
        ["a", "b", "c", "d", "e"]
    );
    assert!(Search::parse(" \n ").unwrap().words().is_empty());
    assert_eq!(
        broken(Search::parse("a b c d e f")),
        [(String::new(), Reason::TooLong, Some(5))]
    );
    assert_eq!(
        broken(Search::parse(&format!(" {} ", "\u{1F680}".repeat(100)))),
        []
    );
    assert_eq!(
        broken(Search::parse(&"\u{1F680}".repeat(101))),
        [(String::new(), Reason::TooLong, Some(100))]
    );
    let all: Vec<_> = broken(Search::parse(&format!("{} b c d e f\0", "a".repeat(100))));
    let reasons: Vec<_> = all
        .into_iter()
        .map(|(_, reason, limit)| (reason, limit))
        .collect();
    assert_eq!(
        reasons,
        [
            (Reason::TooLong, Some(100)),
            (Reason::Malformed, None),
            (Reason::TooLong, Some(5))
        ]
    );
}

#[test]
fn folding_removes_case_and_nothing_else() {
    for (a, b) in [
        ("STRASSE", "Stra\u{df}e"),
        ("STRA\u{1E9E}E", "strasse"),
        ("\u{130}", "i\u{307}"),
        ("ΟΔΟΣ", "οδος"),
        ("οδοσ", "οδος"),
        ("ЖУК", "жук"),
        ("\u{FF21}", "\u{FF41}"),
        ("\u{212A}", "k"),
        ("\u{FB03}", "FFI"),
        ("\u{10400}", "\u{10428}"),
    ] {
        assert_eq!(fold(a), fold(b), "{a:?} {b:?}");
    }
    for (a, b) in [
        ("e", "\u{e9}"),
        ("\u{e9}", "e\u{301}"),
        ("i", "\u{131}"),
        ("a", "\u{FF41}"),
        ("1", "\u{b9}"),
        ("и", "й"),
    ] {
        assert_ne!(fold(a), fold(b), "{a:?} {b:?}");
    }
}

/// Texts are folded when they are written, words when they are searched: the two must meet for every character.
#[test]
fn every_character_finds_itself_in_both_cases() {
    for c in char::MIN..=char::MAX {
        let text = c.to_string();
        let folded = fold(&text);
        assert_eq!(fold(&folded), folded, "{c:?}");
        // Dotless i is a letter of its own, although its upper case is that of i.
        if c != '\u{131}' {
            assert_eq!(fold(&text.to_uppercase()), folded, "{c:?} upper");
            assert_eq!(fold(&text.to_lowercase()), folded, "{c:?} lower");
        }
    }
}

#[test]
fn a_filter_needs_all_its_conditions() {
    let open = task("Buy Milk", "at the corner");
    let completed = Task {
        completed_at: Some(Timestamp::from_millis(2)),
        ..open.clone()
    };
    for (completed_only, search, finds_open, finds_completed) in [
        (None, "", true, true),
        (Some(true), "", false, true),
        (Some(false), "", true, false),
        (None, "milk CORNER", true, true),
        (Some(true), "milk", false, true),
        (Some(false), "milk", true, false),
        (None, "milk cellar", false, false),
        (None, "milkat", false, false),
        (None, "buy_milk", false, false),
        (None, "%", false, false),
    ] {
        let filter = TaskFilter {
            completed: completed_only,
            search: Search::parse(search).unwrap(),
            ..TaskFilter::default()
        };
        assert_eq!(filter.matches(&open), finds_open, "{filter:?}");
        assert_eq!(filter.matches(&completed), finds_completed, "{filter:?}");
    }
}

#[test]
fn orders_look_at_their_own_keys() {
    let at = Timestamp::from_millis;
    let early = Task {
        created_at: at(1),
        updated_at: at(2),
        completed_at: Some(at(2)),
        change: ChangeNumber::new(9),
        ..task("early", "")
    };
    let late = Task {
        created_at: at(2),
        updated_at: at(3),
        change: ChangeNumber::new(3),
        ..task("late", "")
    };
    for (order, early_first) in [
        (TaskOrder::OpenFirst, false),
        (TaskOrder::Newest, false),
        (TaskOrder::Oldest, true),
        (TaskOrder::RecentlyUpdated, true),
    ] {
        let position = |task| TaskPosition::of(task, order);
        let comparison = order.compare(&position(&early), &position(&late));
        assert_eq!(comparison == Ordering::Less, early_first, "{order:?}");
        assert_eq!(
            order.compare(&position(&late), &position(&early)),
            comparison.reverse()
        );
        assert!(order.compare(&position(&late), &position(&late)).is_eq());
        assert_eq!(position(&early).is_open, order != TaskOrder::OpenFirst);
    }
}

#[test]
fn a_surplus_task_only_says_that_there_are_more() {
    let position = Some(TaskPosition::of(&task("cursor", ""), TaskOrder::Oldest));
    let read = |count: u32| {
        (0..count)
            .map(|n| task(&format!("{n}"), ""))
            .collect::<Vec<_>>()
    };
    for (take, after, before, rows, expected) in [
        (Take::First(2), None, None, 0, (0, false, false)),
        (Take::First(2), None, None, 2, (2, false, false)),
        (Take::First(2), None, None, 3, (2, true, false)),
        (Take::First(2), position, None, 3, (2, true, true)),
        (Take::First(2), None, position, 2, (2, true, false)),
        (Take::First(0), None, None, 1, (0, true, false)),
        (Take::Last(2), None, None, 3, (2, false, true)),
        (Take::Last(2), None, position, 2, (2, true, false)),
        (Take::Last(2), position, None, 2, (2, false, true)),
        (Take::Last(0), None, None, 1, (0, false, true)),
    ] {
        let request = PageRequest {
            filter: TaskFilter::default(),
            order: TaskOrder::Oldest,
            take,
            after,
            before,
            as_of: false,
        };
        let page = Page::from_surplus(&request, read(rows));
        assert_eq!(
            (page.tasks.len(), page.has_next, page.has_previous),
            expected,
            "{take:?} {rows}"
        );
        let titles: Vec<_> = page.tasks.iter().map(|task| task.title.as_str()).collect();
        match take {
            Take::First(_) => assert!(titles.is_sorted()),
            Take::Last(_) => assert!(titles.iter().rev().is_sorted()),
        }
    }
}

proptest! {
    #[test]
    fn a_search_never_panics_and_finds_the_words_it_was_made_of(text in any::<String>()) {
        if let Ok(search) = Search::parse(&text) {
            prop_assert_eq!(search.words().len(), text.split_whitespace().count());
            let filter = TaskFilter { search, ..TaskFilter::default() };
            let dotless = text.contains('\u{131}');
            prop_assert!(filter.matches(&task("title", &text)));
            prop_assert!(dotless || filter.matches(&task("title", &text.to_uppercase())));
        }
    }
}
