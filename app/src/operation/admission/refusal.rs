//! How a refused document is explained. The words are bounded, stable and never repeat a string or a variable's value:
//! what does not parse may well be a mistyped login.

/// Which check refused the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// It asks for more than the limits allow.
    TooComplex,
    /// It is not GraphQL.
    Syntax,
    /// It is GraphQL, but the document, the operation name or the variables do not fit the schema.
    Validation,
}

/// Why a document was refused. Nothing of it was executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which check refused it.
    pub kind: RefusalKind,
    /// What is wrong: at least one entry, at most ten.
    pub errors: Vec<RefusalError>,
}

/// One thing that is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalError {
    /// A sentence for the client's developer, at most 300 characters.
    pub message: String,
    /// Where, as line and column, both from 1, the column in characters. Empty if no place is to blame.
    pub locations: Vec<(usize, usize)>,
}

/// More would hardly help and let a small request ask for a large answer.
const MAX_ERRORS: usize = 10;
const MAX_MESSAGE_CHARS: usize = 300;

impl RefusalError {
    /// An error at a place, or nowhere in particular. The message is cut to its limit.
    pub(super) fn new(message: impl Into<String>, location: Option<(usize, usize)>) -> Self {
        let mut message = message.into();
        if let Some((cut, _)) = message.char_indices().nth(MAX_MESSAGE_CHARS - 1) {
            message.truncate(cut);
            message.push('…');
        }
        Self {
            message,
            locations: location.into_iter().collect(),
        }
    }
}

impl Refusal {
    pub(super) fn too_complex(message: impl Into<String>) -> Self {
        Self::one(RefusalKind::TooComplex, message)
    }

    pub(super) fn validation(message: impl Into<String>) -> Self {
        Self::one(RefusalKind::Validation, message)
    }

    fn one(kind: RefusalKind, message: impl Into<String>) -> Self {
        Self::many(kind, [RefusalError::new(message, None)])
    }

    pub(super) fn many(kind: RefusalKind, errors: impl IntoIterator<Item = RefusalError>) -> Self {
        Self {
            kind,
            errors: errors.into_iter().take(MAX_ERRORS).collect(),
        }
    }
}
