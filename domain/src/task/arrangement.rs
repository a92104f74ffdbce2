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

impl Arrangement {
    /// Where to put something right after what has the rank `after`. `next` are the ranks of those that come after that, in
    /// order and without what is put there; `all` says whether there are no more.
    ///
    /// Half-way to the next one, if there is something in between. Otherwise those that come next move up, as far as the first
    /// stretch that is not crowded; at the end of the list none is. They go to the back half of the stretch and leave the
    /// front to what will be put there, because people sort one spot at a time.
    #[must_use]
    pub fn after(after: Rank, next: &[Rank], all: bool) -> Self {
        for (crowd, end) in next.iter().enumerate() {
            let room = end.get().saturating_sub(after.get());
            if crowd == 0 && room >= 2 {
                return Self::spread(after, room / 2, &[]);
            }
            if crowd > 0 && crowd as u64 <= capacity(room) {
                let (half, count) = (room / 2, i64::try_from(crowd).unwrap_or(i64::MAX));
                let step = (half / (count + 1)).max(1);
                let moved_up: Vec<i64> = (0..count).map(|n| half + step * n).collect();
                return Self::spread(after, room / 4, &moved_up);
            }
        }
        if !all {
            return Self::Crowded;
        }
        let behind = (2..).take(next.len());
        let moved_up: Vec<i64> = behind.map(|n| Rank::STEP.saturating_mul(n)).collect();
        Self::spread(after, Rank::STEP, &moved_up)
    }

    /// By their distances to `after`.
    fn spread(after: Rank, distance: i64, moved_up: &[i64]) -> Self {
        let at = |distance: i64| Rank::new(after.get().saturating_add(distance));
        Self::Fits {
            rank: at(distance),
            moved_up: moved_up.iter().map(|distance| at(*distance)).collect(),
        }
    }
}

/// How many tasks a stretch of this length holds before it is crowded: 1.4 times as many for twice the length. So the longer
/// a stretch, the emptier it is left, and the longer it takes until it is crowded again; whoever puts one task after the
/// other at one spot moves few others up each time (Bender et al., "Two Simplified Algorithms for Maintaining Order in a
/// List").
fn capacity(length: i64) -> u64 {
    let doublings = length.max(1).ilog2();
    if doublings < 6 {
        return 0;
    }
    // With ten binary digits behind the point.
    (0..doublings).fold(1 << 10, |most: u64, _| most.saturating_mul(7) / 5) >> 10
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

    /// The pile at the top grows with every move; it must not be written anew every few moves.
    #[test]
    fn moving_one_task_after_the_other_to_one_spot_moves_few_others() {
        let mut tasks = list((0..3000).map(|n| (n - 3000) * Rank::STEP));
        let mut others = 0;
        for _ in 0..3_000 {
            others += put(&mut tasks, 2999, 0);
        }
        assert!(is_sorted(&tasks));
        assert_eq!(tasks[0].0, 0);
        assert!(others < 3_000 * 8, "{others}");
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
