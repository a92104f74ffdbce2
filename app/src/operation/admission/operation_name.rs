//! What a document calls one of its operations. Clients choose the names, so what is shown of them is bounded.

use apollo_compiler::Name;

/// The name of an operation of a document that passed admission.
#[derive(Debug)]
pub struct OperationName(Option<Name>);

impl OperationName {
    /// A longer name is not shown: nobody who means well writes one, and a line in the log must not be as long as a document.
    pub const MAX_SHOWN: usize = 64;

    pub(super) fn new(name: Option<Name>) -> Self {
        Self(name)
    }

    /// Whether it is this one.
    pub(super) fn is(&self, wanted: &str) -> bool {
        self.0.as_ref().is_some_and(|name| name == wanted)
    }

    /// The name, for logs and metrics; `None` if there is none, or none to be shown.
    #[must_use]
    pub fn shown(&self) -> Option<&str> {
        let name = self.0.as_deref();
        name.filter(|name| name.len() <= Self::MAX_SHOWN)
    }
}
