//! Putting a task right after another one.

use super::Rank;

/// After this many tasks there is room, or more of them must be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrangement {
    /// There is room.
    Fits {
        /// The rank of what is put there.
        rank: Rank,
        /// The new ranks of those that come next, as many as have to move up; nearly always none.
        moved_up: Vec<Rank>,
    },
    /// The neighbourhood is crowded as far as one can see: more of those that come next must be looked at.
    Crowded,
}

/// Between tasks that have to move up anyway there is left at least so much: ten more fit between two.
const ROOM: i64 = 1 << 10;

impl Arrangement {
    /// Where to put something right after what has the rank `after`. `next` are the ranks of those that come after that, in
    /// order and without what is put there; `all` says whether there are no more.
    ///
    /// Half-way to the next one, if there is something in between. Otherwise the fewest that come next move up that make room
    /// for all of them; at the end of the list there always is.
    #[must_use]
    pub fn after(after: Rank, next: &[Rank], all: bool) -> Self {
        for (crowd, end) in next.iter().enumerate() {
            let room = i128::from(end.get()) - i128::from(after.get());
            let parts = crowd as i128 + 2;
            let least = if crowd == 0 { 1 } else { ROOM };
            let step = i64::try_from(room / parts).unwrap_or(i64::MAX);
            if step >= least {
                return Self::spread(after, step, crowd);
            }
        }
        if all {
            Self::spread(after, Rank::STEP, next.len())
        } else {
            Self::Crowded
        }
    }

    fn spread(after: Rank, step: i64, crowd: usize) -> Self {
        let nth = |n: i64| Rank::new(after.get().saturating_add(step.saturating_mul(n)));
        let moved_up = (2..).take(crowd).map(nth).collect();
        Self::Fits {
            rank: nth(1),
            moved_up,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Puts the task at `from` right after the one at `to`, and says how many others got another rank.
    fn put(list: &mut Vec<(u32, Rank)>, from: usize, to: usize) -> usize {
        let (id, _) = list.remove(from);
        let to = if from < to { to - 1 } else { to };
        let after = list[to].1;
        let ranks: Vec<Rank> = list[to + 1..].iter().map(|(_, rank)| *rank).collect();
        let mut seen = 2;
        loop {
            let all = seen >= ranks.len();
            match Arrangement::after(after, &ranks[..seen.min(ranks.len())], all) {
                Arrangement::Crowded => seen *= 2,
                Arrangement::Fits { rank, moved_up } => {
                    for (other, rank) in list[to + 1..].iter_mut().zip(&moved_up) {
                        other.1 = *rank;
                    }
                    list.insert(to + 1, (id, rank));
                    return moved_up.len();
                }
            }
        }
    }

    fn list(ranks: impl IntoIterator<Item = i64>) -> Vec<(u32, Rank)> {
        (0..).zip(ranks.into_iter().map(Rank::new)).collect()
    }

    fn ids(list: &[(u32, Rank)]) -> Vec<u32> {
        list.iter().map(|(id, _)| *id).collect()
    }

    fn is_sorted(list: &[(u32, Rank)]) -> bool {
        list.is_sorted_by(|one, next| one.1 < next.1)
    }

    #[test]
    fn moving_between_the_same_two_moves_few_others_now_and_then() {
        let mut tasks = list((0..1000).map(|n| (n - 1000) * Rank::STEP));
        let mut others = 0;
        for _ in 0..10_000 {
            others += put(&mut tasks, 502, 500);
            assert!(is_sorted(&tasks));
        }
        assert!(others < 3_000, "{others}");
    }

    #[test]
    fn those_with_one_rank_make_room_too() {
        let mut tasks = list([5, 5, 5, 5, 6, 7]);
        put(&mut tasks, 5, 0);
        assert_eq!(ids(&tasks), [0, 5, 1, 2, 3, 4]);
        assert!(is_sorted(&tasks));
    }

    proptest! {
        #[test]
        fn whatever_is_moved_comes_right_after_its_neighbour(
            gaps in prop::collection::vec(prop_oneof![1..3_i64, Just(Rank::STEP)], 2..40),
            moves in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..200),
        ) {
            let mut rank = -(1 << 40);
            let mut tasks = list(gaps.iter().map(|gap| { rank += gap; rank }));
            for (from, to) in moves {
                let (from, to) = (from.index(tasks.len()), to.index(tasks.len()));
                if from == to {
                    continue;
                }
                let mut expected = ids(&tasks);
                let (moved, neighbour) = (expected[from], expected[to]);
                expected.remove(from);
                let place = expected.iter().position(|id| *id == neighbour).unwrap();
                expected.insert(place + 1, moved);
                put(&mut tasks, from, to);
                prop_assert_eq!(ids(&tasks), expected);
                prop_assert!(is_sorted(&tasks));
            }
        }
    }
}
