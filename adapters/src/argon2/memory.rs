//! The memory that hashes are computed in: 19 MiB each, which the system should not have to find anew for every one.

use std::sync::{Mutex, PoisonError};

use argon2::Block;

/// Blocks that were used before and wait for the next hash.
pub(super) struct WorkingMemory {
    /// As many blocks as a hash of today needs.
    blocks: usize,
    /// Never more of them than hashes are computed at once.
    pub(super) idle: Mutex<Vec<Vec<Block>>>,
}

impl WorkingMemory {
    pub(super) const fn new(blocks: usize) -> Self {
        Self {
            blocks,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Lends as many blocks as `needed`, and wipes them afterwards. If an outdated hash needs more than those of today, all
    /// that it took is given back to the system.
    pub(super) fn lend<T>(&self, needed: usize, work: impl FnOnce(&mut [Block]) -> T) -> T {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = needed <= self.blocks;
        let used = if fits { idle().pop() } else { None };
        let mut blocks = used.unwrap_or_else(|| vec![Block::new(); needed.max(self.blocks)]);
        let result = work(&mut blocks);
        blocks.fill(Block::new());
        if fits {
            idle().push(blocks);
        }
        result
    }
}
