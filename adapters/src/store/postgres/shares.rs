//! How the connections of one runtime are divided among their uses.

/// How many connections there are for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shares {
    /// Shared by reads that name their rows by a key.
    pub(super) reading: usize,
    /// Shared by writes that are one statement. More than for reads: what commits holds up those behind it until it is on disk.
    pub(super) writing: usize,
    /// One for each transaction, search or count.
    pub(super) own: usize,
}

impl Shares {
    /// Of so many connections: a quarter for reads, and four at most, as more are not faster until the server has more cores
    /// than that to spare for them; two fifths for writes. There is one for each use in any case.
    pub(super) fn of(connections: usize) -> Self {
        let reading = (connections / 4).clamp(1, 4);
        let writing = (connections * 2 / 5).max(1);
        let own = connections.saturating_sub(reading + writing).max(1);
        Self {
            reading,
            writing,
            own,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn together_they_are_all_there_are_and_none_is_missing() {
        for connections in 3..200 {
            let shares = Shares::of(connections);
            assert_eq!(shares.reading + shares.writing + shares.own, connections);
        }
        let one_each = Shares {
            reading: 1,
            writing: 1,
            own: 1,
        };
        assert_eq!([0, 1, 2, 3].map(Shares::of), [one_each; 4]);
    }
}
