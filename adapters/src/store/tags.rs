//! Labels as a column holds them: for each a line feed, the label as searches fold it, a tab, and the label as it is spelled, if
//! that differs. So one `strpos` finds a label however it is spelled, and one column brings back how it was.

use taskhive_domain::task::{Tag, Tags};

/// What the column holds; empty without labels.
pub(crate) fn written(tags: &Tags) -> String {
    let mut column = String::new();
    for tag in tags.as_slice() {
        column.push_str(&key(tag));
        if tag.as_str() != tag.folded() {
            column.push_str(tag.as_str());
        }
    }
    column
}

/// What stands in the column of a task that has this label, however it is spelled there, and of no other.
pub(crate) fn key(tag: &Tag) -> String {
    format!("\n{}\t", tag.folded())
}

/// The labels in a column; `None` if it holds something else.
pub(crate) fn read(column: &str) -> Option<Tags> {
    if column.is_empty() {
        return Some(Tags::default());
    }
    let spelled = |entry: &'_ str| -> Option<String> {
        let (folded, text) = entry.split_once('\t')?;
        Some(if text.is_empty() { folded } else { text }.to_owned())
    };
    let entries = column.strip_prefix('\n')?.split('\n');
    let texts: Vec<String> = entries.map(spelled).collect::<Option<_>>()?;
    Tags::from_stored(texts.iter().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(texts: &[&str]) -> Tags {
        Tags::parse(texts.iter().copied()).unwrap()
    }

    #[test]
    fn labels_are_read_as_they_were_written() {
        for (texts, column) in [
            (&[][..], ""),
            (&["home"], "\nhome\t"),
            (
                &["Home", "Stra\u{df}e", "a"],
                "\na\t\nhome\tHome\nstrasse\tStra\u{df}e",
            ),
        ] {
            let tags = tags(texts);
            assert_eq!(written(&tags), column);
            assert_eq!(read(column), Some(tags));
        }
        for column in ["home", "\nhome", "home\t", "\n\t", "\n", "\t"] {
            assert_eq!(read(column), None, "{column:?}");
        }
    }

    #[test]
    fn a_key_is_in_the_columns_of_its_label_only() {
        let column = written(&tags(&["Home", "big house"]));
        for (label, there) in [
            ("HOME", true),
            ("ome", false),
            ("hom", false),
            ("house", false),
            ("Big House", true),
        ] {
            let key = key(&Tag::parse(label).unwrap());
            assert_eq!(column.contains(&key), there, "{label}");
        }
    }
}
