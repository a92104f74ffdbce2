//! What a document calls one of its operations. Clients choose the names, so what is shown of them is bounded.

use std::sync::{Arc, OnceLock};

use apollo_compiler::Name;

use crate::metrics::NamedOperation;

/// The name of an operation of a document that passed admission.
#[derive(Debug)]
pub struct OperationName {
    name: Option<Name>,
    /// Where its operations are counted, once one of them was let through.
    pub(crate) counted: OnceLock<Arc<NamedOperation>>,
}

impl OperationName {
    /// A longer name is not shown: nobody who means well writes one, and a line in the log must not be as long as a document.
    pub const MAX_SHOWN: usize = 64;

    pub(super) fn new(name: Option<Name>) -> Self {
        Self {
            name,
            counted: OnceLock::new(),
        }
    }

    /// Whether it is this one.
    pub(super) fn is(&self, wanted: &str) -> bool {
        self.name.as_ref().is_some_and(|name| name == wanted)
    }

    /// The name, for logs and metrics; `None` if there is none, or none to be shown.
    #[must_use]
    pub fn shown(&self) -> Option<&str> {
        let name = self.name.as_deref();
        name.filter(|name| name.len() <= Self::MAX_SHOWN)
    }
}
