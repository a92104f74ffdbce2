//! Which texts a task may have, and what an edit makes of it.

use proptest::prelude::*;

use super::*;

const ROCKET: &str = "\u{1F680}";

fn reasons<T>(parsed: Result<T, Violations>) -> Vec<Reason> {
    let Err(violations) = parsed else {
        return Vec::new();
    };
    violations.as_slice().iter().map(|v| v.reason).collect()
}

fn paths<T>(parsed: Result<T, Violations>) -> Vec<(String, Reason)> {
    let Err(violations) = parsed else {
        return Vec::new();
    };
    let broken = violations.as_slice().iter();
    broken.map(|v| (v.place(), v.reason)).collect()
}

#[test]
fn titles_count_characters_not_bytes() {
    assert_eq!(reasons(TaskTitle::parse(&ROCKET.repeat(200))), []);
    let too_long = TaskTitle::parse(&ROCKET.repeat(201)).unwrap_err();
    let [violation] = too_long.as_slice() else {
        panic!("{too_long:?}");
    };
    assert_eq!(violation.reason, Reason::TooLong);
    assert_eq!(violation.limit, Some(200));
    assert!(violation.path.is_empty());
}

#[test]
fn white_space_around_a_title_does_not_count() {
    let padded = format!(" \t\r\n\u{3000}\u{2028}{}\u{A0}\u{85}", "x".repeat(200));
    assert_eq!(TaskTitle::parse(&padded).unwrap().as_str(), "x".repeat(200));
    assert_eq!(TaskTitle::parse("  a  b  ").unwrap().as_str(), "a  b");
}

#[test]
fn a_title_must_show_something() {
    for text in [
        "",
        " ",
        "\t\r\n",
        "\u{3000}\u{A0}\u{2003}",
        "\u{200B}",
        " \u{200B} \u{FEFF} ",
        "\u{200C}\u{200D}\u{2060}\u{2063}",
        "\u{200E}\u{200F}\u{202A}\u{202E}\u{2066}\u{2069}\u{61C}",
        "\u{AD}",
        "\u{34F}\u{180E}\u{FE0F}",
        "\u{115F}\u{1160}\u{3164}\u{FFA0}",
        "\u{2800}",
        "\u{E0001}\u{E0041}",
        &"\u{200B}".repeat(201),
    ] {
        assert_eq!(reasons(TaskTitle::parse(text)), [Reason::Blank], "{text:?}");
    }
    for text in [
        ".",
        "\u{301}",
        "\u{200B}x",
        "\u{2764}\u{FE0F}",
        "\u{1F469}\u{200D}\u{1F680}",
    ] {
        assert_eq!(TaskTitle::parse(text).unwrap().as_str(), text);
    }
}

#[test]
fn a_title_has_no_control_characters() {
    for code in (0..0x20).chain(0x7F..0xA0) {
        let control = char::from(code);
        let text = format!("a{control}b");
        assert_eq!(
            reasons(TaskTitle::parse(&text)),
            [Reason::Malformed],
            "{text:?}"
        );
    }
    assert_eq!(reasons(TaskTitle::parse("\0")), [Reason::Malformed]);
    let both = format!("\0{}", "x".repeat(200));
    assert_eq!(
        reasons(TaskTitle::parse(&both)),
        [Reason::TooLong, Reason::Malformed]
    );
}

#[test]
fn a_description_is_everything_but_nul_and_too_long() {
    for text in ["", " ", "\r\n", "\u{1}\u{1b}[0m\u{85}\u{FEFF}", "  kept  "] {
        assert_eq!(TaskDescription::parse(text).unwrap().as_str(), text);
    }
    assert_eq!(reasons(TaskDescription::parse(&ROCKET.repeat(2000))), []);
    assert_eq!(
        reasons(TaskDescription::parse(&ROCKET.repeat(2001))),
        [Reason::TooLong]
    );
    let both = format!("\0{}", ROCKET.repeat(2000));
    assert_eq!(
        reasons(TaskDescription::parse(&both)),
        [Reason::TooLong, Reason::Malformed]
    );
}

#[test]
fn a_draft_reports_everything_at_once() {
    let long = "x".repeat(2001);
    assert_eq!(
        paths(TaskDraft::parse(TaskDraftInput {
            id: Some("task_1"),
            title: "a\n\u{1}b",
            description: Some(&long),
            ..TaskDraftInput::default()
        })),
        [
            ("id".to_owned(), Reason::Malformed),
            ("title".to_owned(), Reason::Malformed),
            ("description".to_owned(), Reason::TooLong),
        ]
    );
    let bad_id = paths(TaskDraft::parse(TaskDraftInput {
        id: Some(""),
        title: "fine",
        ..TaskDraftInput::default()
    }));
    assert_eq!(bad_id, [("id".to_owned(), Reason::Malformed)]);

    let draft = TaskDraft::parse(TaskDraftInput {
        title: " fine ",
        ..TaskDraftInput::default()
    })
    .unwrap();
    assert_eq!(draft.title.as_str(), "fine");
    assert_eq!((draft.id, draft.description.as_str()), (None, ""));
}

#[test]
fn an_edit_reports_everything_at_once() {
    let long = "x".repeat(2001);
    assert_eq!(
        paths(TaskEdit::parse(TaskEditInput {
            title: Some(" "),
            description: Some(&long),
            expected_version: Some(0),
            ..TaskEditInput::default()
        })),
        [
            ("title".to_owned(), Reason::Blank),
            ("description".to_owned(), Reason::TooLong),
            ("expected_version".to_owned(), Reason::OutOfRange),
        ]
    );
    for version in [0, -1, i32::MIN] {
        let refused = paths(TaskEdit::parse(TaskEditInput {
            expected_version: Some(version),
            ..TaskEditInput::default()
        }));
        assert_eq!(
            refused,
            [("expected_version".to_owned(), Reason::OutOfRange)]
        );
    }
    assert_eq!(
        TaskEdit::parse(TaskEditInput::default()),
        Ok(TaskEdit::default())
    );
    assert_eq!(
        reasons(TaskEdit::parse(TaskEditInput {
            description: Some(""),
            expected_version: Some(i32::MAX),
            ..TaskEditInput::default()
        })),
        []
    );
}

fn task(completed_at: Option<i64>) -> Task {
    Task {
        id: TaskId::new(Timestamp::from_millis(1)),
        title: TaskTitle::parse("before").unwrap(),
        description: TaskDescription::default(),
        created_at: Timestamp::from_millis(1),
        updated_at: Timestamp::from_millis(2),
        completed_at: completed_at.map(Timestamp::from_millis),
        version: 3,
        change: ChangeNumber::new(9),
        due_on: None,
        priority: Priority::Normal,
        tags: Tags::default(),
        rank: Rank::NONE,
        moved: None,
    }
}

#[test]
fn completion_goes_where_the_edit_says() {
    use Completion::{Set, Toggle};
    let now = Timestamp::from_millis(9);
    for (before, completion, after) in [
        (None, None, None),
        (None, Some(Set(true)), Some(9)),
        (None, Some(Set(false)), None),
        (None, Some(Toggle), Some(9)),
        (Some(2), None, Some(2)),
        (Some(2), Some(Set(true)), Some(2)),
        (Some(2), Some(Set(false)), None),
        (Some(2), Some(Toggle), None),
    ] {
        let edit = TaskEdit {
            completion,
            ..TaskEdit::default()
        };
        let next = task(before).apply(&edit, now).unwrap();
        assert_eq!(
            next.completed_at.map(Timestamp::millis),
            after,
            "{before:?} {completion:?}"
        );
        let changed = before != after;
        assert_eq!(next.version, if changed { 4 } else { 3 });
        assert_eq!(next.updated_at.millis(), if changed { 9 } else { 2 });
    }
}

#[test]
fn an_edit_of_another_version_is_refused() {
    for expected_version in [1, 2, 4, i32::MAX] {
        let edit = TaskEdit {
            expected_version: Some(expected_version),
            ..TaskEdit::default()
        };
        assert_eq!(task(None).apply(&edit, Timestamp::from_millis(9)), None);
    }
    let edit = TaskEdit {
        expected_version: Some(3),
        ..TaskEdit::completion(Completion::Toggle)
    };
    let next = task(None).apply(&edit, Timestamp::from_millis(9));
    assert_eq!(next.map(|task| task.version), Some(4));
}

fn some_edit() -> impl Strategy<Value = TaskEdit> {
    let title = prop::option::of("[ab]{1,2}").prop_map(|text| TaskTitle::parse(&text?).ok());
    let description =
        prop::option::of("[ab]{0,1}").prop_map(|text| TaskDescription::parse(&text?).ok());
    let completion = prop::option::of(prop_oneof![
        any::<bool>().prop_map(Completion::Set),
        Just(Completion::Toggle)
    ]);
    (title, description, completion, prop::option::of(1..5)).prop_map(
        |(title, description, completion, expected_version)| TaskEdit {
            title,
            description,
            completion,
            expected_version,
            ..TaskEdit::default()
        },
    )
}

proptest! {
    #[test]
    fn an_accepted_title_is_the_trimmed_text(text in any::<String>()) {
        if let Ok(title) = TaskTitle::parse(&text) {
            prop_assert_eq!(title.as_str(), text.trim());
            prop_assert_eq!(TaskTitle::parse(title.as_str()), Ok(title.clone()));
            prop_assert_eq!(TaskTitle::from_stored(title.as_str().to_owned()), Some(title));
        } else {
            let text = text.trim();
            prop_assert!(text.chars().all(is_invisible) || text.contains(char::is_control) || text.chars().count() > 200);
        }
    }

    #[test]
    fn an_accepted_description_is_the_text(text in any::<String>()) {
        match TaskDescription::parse(&text) {
            Ok(description) => prop_assert_eq!(description.as_str(), text),
            Err(_) => prop_assert!(text.contains('\0') || text.chars().count() > 2000),
        }
    }

    #[test]
    fn an_edit_touches_nothing_else(edits in prop::collection::vec(some_edit(), 0..20)) {
        let mut current = task(None);
        for (edit, millis) in edits.iter().zip(10..) {
            let now = Timestamp::from_millis(millis);
            let Some(next) = current.apply(edit, now) else {
                prop_assert_ne!(edit.expected_version, Some(current.version));
                continue;
            };
            prop_assert_eq!((next.id, next.created_at), (current.id, current.created_at));
            prop_assert_eq!(&next.title, edit.title.as_ref().unwrap_or(&current.title));
            prop_assert_eq!(&next.description, edit.description.as_ref().unwrap_or(&current.description));
            let kept = Task { version: current.version, updated_at: current.updated_at, ..next.clone() };
            if kept == current {
                prop_assert_eq!(&next, &current);
            } else {
                prop_assert_eq!((next.version, next.updated_at), (current.version + 1, now));
            }
            current = next;
        }
    }
}
