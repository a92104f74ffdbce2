//! What instances tell each other, as lines of text: who says it, and whose tasks have changed. These lines appear in the
//! server's logs and must stay under 8000 bytes.

use std::fmt::Write as _;

use taskhive_domain::UserId;
use uuid::Uuid;

/// How many owners one line names.
const OWNERS: usize = 150;

/// A line that was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) from: Uuid,
    /// Nobody, if somebody asks whether lines arrive.
    pub(super) owners: Vec<UserId>,
}

/// The lines about these owners.
pub(super) fn about(me: Uuid, owners: &[UserId]) -> Vec<String> {
    let line = |owners: &[UserId]| {
        owners.iter().fold(probe(me), |mut line, owner| {
            // Writing to a text cannot fail.
            let _ = write!(line, " {}", owner.uuid().simple());
            line
        })
    };
    owners.chunks(OWNERS).map(line).collect()
}

/// A question to oneself: do lines arrive here?
pub(super) fn probe(me: Uuid) -> String {
    me.simple().to_string()
}

/// What a line says; `None` if this version of the service does not understand it.
pub(super) fn read(line: &str) -> Option<Line> {
    let mut ids = line.split(' ').map(|word| Uuid::try_parse(word).ok());
    Some(Line {
        from: ids.next()??,
        owners: ids
            .map(|id| id.map(UserId::from_uuid))
            .collect::<Option<_>>()?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_and_short(from: u128, owners in vec(any::<u128>(), 0..400)) {
            let from = Uuid::from_u128(from);
            let owners: Vec<UserId> = owners.into_iter().map(|id| UserId::from_uuid(Uuid::from_u128(id))).collect();
            let lines = about(from, &owners);
            prop_assert!(lines.iter().all(|line| line.len() < 8000));
            let read: Option<Vec<Line>> = lines.iter().map(|line| read(line)).collect();
            let read = read.unwrap();
            prop_assert!(read.iter().all(|line| line.from == from && !line.owners.is_empty()));
            prop_assert_eq!(read.into_iter().flat_map(|line| line.owners).collect::<Vec<_>>(), owners);
            prop_assert_eq!(super::read(&probe(from)), Some(Line { from, owners: Vec::new() }));
        }

        #[test]
        fn anything_else_is_not_understood(line in ".{0,31}") {
            prop_assert_eq!(read(&line), None);
        }
    }

    #[test]
    fn one_strange_word_makes_a_strange_line() {
        let from = Uuid::from_u128(1).simple();
        for line in [
            format!("{from} "),
            format!("{from} gap"),
            format!("1 {from}"),
        ] {
            assert_eq!(read(&line), None, "{line}");
        }
    }
}
