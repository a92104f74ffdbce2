//! Labels of tasks.

use std::collections::BTreeMap;

use crate::listing::fold;
use crate::text::{check_length, is_invisible};
use crate::violation::{Reason, Violation, Violations};

/// A label: 1 to 32 characters on one line, trimmed, with single blanks in between. Case is kept, but does not tell two
/// labels apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag {
    /// As searches fold it, which is what labels are told apart and sorted by.
    folded: String,
    text: String,
}

impl Tag {
    /// The longest label, in characters (Unicode scalar values).
    pub const MAX_LENGTH: u32 = 32;

    /// Makes one blank of white space between words. Refuses control characters, and labels that show nothing.
    pub fn parse(text: &str) -> Result<Self, Violations> {
        let text = text.trim();
        if text.chars().all(is_invisible) {
            let message = "A label needs at least one visible character.";
            return Err(Violation::new(Reason::Blank, message).into());
        }
        let mut violations = Violations::default();
        let single_spaced = text.split_whitespace().collect::<Vec<_>>().join(" ");
        check_length(&mut violations, &single_spaced, Self::MAX_LENGTH);
        if text.chars().any(char::is_control) {
            violations.add(Violation::new(
                Reason::Malformed,
                "A label is one line: remove line breaks, tabs and other control characters.",
            ));
        }
        violations.or(Self::of(single_spaced))
    }

    fn of(text: String) -> Self {
        Self {
            folded: fold(&text),
            text,
        }
    }

    /// The text, as it was given but for white space.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text as searches fold it: the same for all spellings of a label.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.folded
    }
}

/// The labels of a task, in the order of the alphabet: up to 10, no two of which differ in case only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags(Vec<Tag>);

impl Tags {
    /// The most labels of a task.
    pub const MAX: u32 = 10;

    /// Of more than so many nothing else is looked at: what is wrong with each would be a longer answer than the question.
    const MOST_GIVEN: usize = 100;

    /// Reports everything wrong with all of them at once, by their places. Of several spellings of a label the first counts.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, Violations> {
        let mut violations = Violations::default();
        let texts: Vec<&str> = texts.into_iter().take(Self::MOST_GIVEN + 1).collect();
        if texts.len() > Self::MOST_GIVEN {
            return Err(Self::too_many().into());
        }
        let mut tags = Vec::new();
        for (place, text) in texts.into_iter().enumerate() {
            tags.extend(violations.collect_item(place, Tag::parse(text)));
        }
        if let Some(tags) = Self::of(tags) {
            return violations.or(tags);
        }
        violations.add(Self::too_many());
        Err(violations)
    }

    /// Labels as they were stored, by the rules of their day. `None` for what has never been one.
    pub fn from_stored<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let tag = |text: &str| {
            let written = !text.is_empty() && !text.chars().any(char::is_control);
            written.then(|| Tag::of(text.to_owned()))
        };
        let tags = texts.into_iter().map(tag).collect::<Option<Vec<_>>>()?;
        Some(Self::distinct(tags))
    }

    /// These labels, each once; `None` if they are too many.
    fn of(tags: Vec<Tag>) -> Option<Self> {
        let tags = Self::distinct(tags);
        (tags.0.len() <= Self::MAX as usize).then_some(tags)
    }

    /// Of several spellings the first one: the sort is stable.
    fn distinct(mut tags: Vec<Tag>) -> Self {
        tags.sort_by(|one, other| one.folded.cmp(&other.folded));
        tags.dedup_by(|next, kept| next.folded == kept.folded);
        Self(tags)
    }

    fn too_many() -> Violation {
        let message = format!("At most {} labels are allowed.", Self::MAX);
        Violation::with_limit(Reason::TooLong, Self::MAX, message)
    }

    /// The labels, in the order of the alphabet.
    #[must_use]
    pub fn as_slice(&self) -> &[Tag] {
        &self.0
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These without `removed` and with `added`; `None` if they are too many then. A label that is there keeps its spelling.
    #[must_use]
    pub fn changed(&self, added: &Self, removed: &Self) -> Option<Self> {
        let kept = self.0.iter().filter(|tag| !removed.has(tag));
        Self::of(kept.chain(&added.0).cloned().collect())
    }

    /// Whether one of `others` is among these, however it is spelled.
    #[must_use]
    pub fn has_any(&self, others: &Self) -> bool {
        others.0.iter().any(|tag| self.has(tag))
    }

    fn has(&self, tag: &Tag) -> bool {
        self.0.iter().any(|own| own.folded == tag.folded)
    }

    /// Whether every one of `wanted` is among these, however it is spelled.
    #[must_use]
    pub fn has_all(&self, wanted: &Self) -> bool {
        wanted.0.iter().all(|tag| self.has(tag))
    }
}

/// A label, and how often somebody uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagUsage {
    /// In the spelling that most tasks have; of several, the first by code points.
    pub tag: Tag,
    /// How many open tasks have it.
    pub open_tasks: u64,
}

impl TagUsage {
    /// The reference for every repository: all labels of tasks, in the order of the alphabet. Each item is the labels of
    /// some tasks, how many tasks that are, and how many of them are open.
    pub fn of(groups: impl IntoIterator<Item = (Tags, u64, u64)>) -> Vec<Self> {
        let mut spellings = BTreeMap::<Tag, (u64, u64)>::new();
        for (tags, all, open) in groups {
            for tag in tags.0 {
                let counted = spellings.entry(tag).or_default();
                *counted = (counted.0 + all, counted.1 + open);
            }
        }
        let mut usages: Vec<(Self, u64)> = Vec::new();
        for (tag, (all, open)) in spellings {
            match usages.last_mut() {
                Some((usage, most)) if usage.tag.folded == tag.folded => {
                    usage.open_tasks += open;
                    if all > *most {
                        (usage.tag, *most) = (tag, all);
                    }
                }
                _ => usages.push((
                    Self {
                        tag,
                        open_tasks: open,
                    },
                    all,
                )),
            }
        }
        usages.into_iter().map(|(usage, _)| usage).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(tags: &Tags) -> Vec<&str> {
        tags.as_slice().iter().map(Tag::as_str).collect()
    }

    fn broken<T>(parsed: Result<T, Violations>) -> Vec<(String, Reason, Option<u32>)> {
        let violations = parsed.err().unwrap_or_default();
        let broken = violations.as_slice().iter();
        broken.map(|v| (v.place(), v.reason, v.limit)).collect()
    }

    #[test]
    fn a_label_is_single_spaced_and_visible() {
        let tag = Tag::parse(" \u{3000}buy  \u{a0} milk ").unwrap();
        assert_eq!(tag.as_str(), "buy milk");
        assert!(Tag::parse(&"\u{1F680}".repeat(32)).is_ok());
        let too_long = [(String::new(), Reason::TooLong, Some(32))];
        assert_eq!(broken(Tag::parse(&"x".repeat(33))), too_long);
        for blank in ["", " ", "\u{200B}", "\u{200B}\u{FEFF}", "\n"] {
            assert_eq!(
                broken(Tag::parse(blank)),
                [(String::new(), Reason::Blank, None)]
            );
        }
        for control in ["a\nb", "a\tb", "a\0", "\u{1b}[31mred"] {
            assert_eq!(
                broken(Tag::parse(control)),
                [(String::new(), Reason::Malformed, None)]
            );
        }
    }

    #[test]
    fn labels_that_differ_in_case_are_one_and_spelled_as_the_first() {
        let tags = Tags::parse(["work", "Straße", "HOME", "home", "STRASSE"]).unwrap();
        assert_eq!(texts(&tags), ["HOME", "Straße", "work"]);
        let wanted = Tags::parse(["hOmE", "strasse"]).unwrap();
        assert!(tags.has_all(&wanted) && !wanted.has_all(&tags));
        assert!(wanted.has_all(&Tags::default()));
    }

    #[test]
    fn everything_wrong_is_reported_by_its_place() {
        let mut many: Vec<String> = (0..11).map(|n| format!("label {n}")).collect();
        let too_many = (String::new(), Reason::TooLong, Some(10));
        assert_eq!(
            broken(Tags::parse(many.iter().map(String::as_str))),
            std::slice::from_ref(&too_many)
        );
        many[10] = "LABEL 9".to_owned();
        assert_eq!(broken(Tags::parse(many.iter().map(String::as_str))), []);
        many.extend(["x".repeat(33), "\u{200B}".to_owned(), "one more".to_owned()]);
        assert_eq!(
            broken(Tags::parse(many.iter().map(String::as_str))),
            [
                ("11".to_owned(), Reason::TooLong, Some(32)),
                ("12".to_owned(), Reason::Blank, None),
                too_many
            ]
        );
    }

    #[test]
    fn of_far_too_many_it_is_only_said_that_they_are() {
        let texts = vec![""; 87_000];
        assert_eq!(
            broken(Tags::parse(texts)),
            [(String::new(), Reason::TooLong, Some(10))]
        );
        assert_eq!(broken(Tags::parse(vec![""; 100])).len(), 100);
    }

    #[test]
    fn usage_counts_all_spellings_together() {
        let tags = |texts: &[&str]| Tags::parse(texts.iter().copied()).unwrap();
        let usage = TagUsage::of([
            (tags(&["Home", "a"]), 1, 1),
            (tags(&["home"]), 3, 0),
            (tags(&["HOME", "b"]), 2, 2),
            (Tags::default(), 9, 9),
        ]);
        let usage: Vec<_> = usage
            .iter()
            .map(|usage| (usage.tag.as_str(), usage.open_tasks))
            .collect();
        assert_eq!(usage, [("a", 1), ("b", 2), ("home", 3)]);
    }

    proptest! {
        #[test]
        fn accepted_labels_are_accepted_again(given in prop::collection::vec("[a-c A-C\u{df}\u{130}]{0,4}", 0..14)) {
            if let Ok(tags) = Tags::parse(given.iter().map(String::as_str)) {
                let again = texts(&tags);
                prop_assert!(again.len() <= 10 && tags.as_slice().is_sorted_by(|a, b| a.folded < b.folded));
                prop_assert_eq!(Tags::parse(again.iter().copied()), Ok(tags.clone()));
                prop_assert_eq!(Tags::from_stored(again.iter().copied()), Some(tags.clone()));
            }
        }
    }
}
