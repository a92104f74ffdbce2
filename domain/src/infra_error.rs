//! How adapters say that they could not do what a port promises.

use std::error::Error;

/// The infrastructure failed. What a caller may know is the [`kind`](Self::kind); the source chain is for the log.
#[derive(Debug, thiserror::Error)]
#[error("{context}")]
pub struct InfraError {
    /// What can be said about the work that was asked for.
    pub kind: InfraErrorKind,
    context: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// What an infrastructure failure means for whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InfraErrorKind {
    /// The work was not begun: no capacity, no connection. Trying again is safe.
    Unavailable,
    /// The work was begun and its end is not known: time out, connection lost. A change may have been made.
    Interrupted,
    /// A defect: a row that does not parse, a statement that does not run. Trying again does not help.
    Broken,
}

impl InfraError {
    /// `context` names what was being done; it must not hold user data.
    pub fn new(
        kind: InfraErrorKind,
        context: impl Into<String>,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self {
            kind,
            context: context.into(),
            source: Some(source.into()),
        }
    }

    /// A failure that begins here.
    pub fn bare(kind: InfraErrorKind, context: impl Into<String>) -> Self {
        Self {
            kind,
            context: context.into(),
            source: None,
        }
    }
}
