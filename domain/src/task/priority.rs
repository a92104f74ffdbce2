//! How urgent a task is.

/// How urgent a task is; more urgent ones are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Priority {
    /// Can wait.
    Low,
    /// What nothing else is said of.
    #[default]
    Normal,
    /// Before the others.
    High,
    /// Now.
    Urgent,
}

impl Priority {
    /// All of them, the least urgent first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Normal, Self::High, Self::Urgent];

    /// For adapters: what a row or a cursor holds. Greater for more urgent ones.
    #[must_use]
    pub const fn level(self) -> u8 {
        self as u8
    }

    /// For adapters: the priority that a row or a cursor holds.
    #[must_use]
    pub fn from_level(level: u8) -> Option<Self> {
        Self::ALL.get(usize::from(level)).copied()
    }
}
