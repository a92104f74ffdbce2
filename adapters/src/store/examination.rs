//! What an examination of a database says.

use taskhive_domain::ports::InfraError;

use super::migrations::Schema;
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

    /// Whether this binary and the tables fit.
    pub(crate) fn of_schema(schema: &Result<Schema, InfraError>) -> Self {
        let subject = "migrations";
        let schema = match schema {
            Ok(schema) => schema,
            Err(error) => {
                let fix = "DATABASE_URL, and DATABASE_DIRECT_URL if it is set, must name a database of this release of Taskhive";
                return Self::failed(subject, error, fix);
            }
        };
        match (schema.pending.as_slice(), &schema.newer) {
            ([], None) => Self::good(subject, "the tables are up to date"),
            ([], Some(newest)) => Self::bad(
                subject,
                format!("the tables are newer than this binary (the newest migration is {newest})"),
                "it works with them; replace it soon by the release that they are of",
            ),
            (pending, _) => Self::bad(
                subject,
                format!("{} to be run: {}", pending.len(), pending.join(", ")),
                if schema.may_migrate {
                    "run `taskhive migrate`; `taskhive serve` does it as well"
                } else {
                    "run `taskhive migrate` as the owner of the tables: this role may not"
                },
            ),
        }
    }
}
