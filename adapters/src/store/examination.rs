//! What an examination of a database says.

use taskhive_domain::ports::InfraError;

use crate::error_chain;

/// One thing that has to be right, and whether it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, in a word or two.
    pub subject: &'static str,
    /// What was found, for operators: no password, and nothing that users have written.
    pub outcome: Result<String, Problem>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What.
    pub what: String,
    /// What to do about it.
    pub fix: &'static str,
}

impl Finding {
    /// It is as it should be.
    pub fn good(subject: &'static str, found: impl Into<String>) -> Self {
        Self {
            subject,
            outcome: Ok(found.into()),
        }
    }

    /// It is not.
    pub fn bad(subject: &'static str, what: impl Into<String>, fix: &'static str) -> Self {
        let what = what.into();
        Self {
            subject,
            outcome: Err(Problem { what, fix }),
        }
    }

    /// It could not be looked at.
    pub(crate) fn failed(subject: &'static str, error: &InfraError, fix: &'static str) -> Self {
        Self::bad(subject, error_chain(error), fix)
    }

    /// Whether all migrations were run.
    pub(crate) fn of_migrations(pending: &Result<Vec<String>, InfraError>) -> Self {
        let subject = "migrations";
        match pending {
            Ok(none) if none.is_empty() => Self::good(subject, "the tables are up to date"),
            Ok(pending) => Self::bad(
                subject,
                format!("{} to be run: {}", pending.len(), pending.join(", ")),
                "run `taskhive migrate` as the owner of the tables; `taskhive serve` does it as well, if it may",
            ),
            Err(error) => Self::failed(subject, error, "see above"),
        }
    }
}
