//! The compiler's findings in the service's words. Its syntax errors name the parser's internals and repeat whole tokens,
//! among them strings: only what it expected is kept.

use apollo_compiler::diagnostic::ToCliReport;
use apollo_compiler::validation::DiagnosticList;

use super::line_index::LineIndex;
use super::refusal::{Refusal, RefusalError, RefusalKind};

/// What each of the parser's own token names looks like in a document.
const TOKENS: [(&str, &str); 22] = [
    ("R_CURLY", "`}`"),
    ("L_CURLY", "`{`"),
    ("R_PAREN", "`)`"),
    ("L_PAREN", "`(`"),
    ("R_BRACK", "`]`"),
    ("L_BRACK", "`[`"),
    ("COLON", "`:`"),
    ("DOLLAR", "`$`"),
    ("BANG", "`!`"),
    ("AMP", "`&`"),
    ("AT", "`@`"),
    ("EQ", "`=`"),
    ("PIPE", "`|`"),
    ("SPREAD", "`...`"),
    ("IDENT", "a name"),
    ("fragment_KW", "`fragment`"),
    ("on_KW", "`on`"),
    ("query_KW", "`query`"),
    ("mutation_KW", "`mutation`"),
    ("subscription_KW", "`subscription`"),
    ("INT_VALUE", "a number"),
    ("STRING_VALUE", "a string"),
];

/// A document that does not parse. Only the first error is told: the others mostly follow from it.
pub(super) fn syntax(found: &DiagnosticList, lines: &LineIndex) -> Refusal {
    let mut refusal = refuse(RefusalKind::Syntax, found, lines, |message| {
        let what = message.strip_prefix("syntax error: ").unwrap_or(message);
        let expected = what
            .split_once(", got ")
            .map_or(what, |(expected, _)| expected);
        let wanted = expected.strip_prefix("expected ").unwrap_or_default();
        match TOKENS.iter().find(|(internal, _)| *internal == wanted) {
            Some((_, plain)) => format!("Syntax error: expected {plain}."),
            None => format!("Syntax error: {}.", expected.trim_end_matches('.')),
        }
    });
    refusal.errors.truncate(1);
    refusal
}

/// A document that parses but does not fit the schema.
pub(super) fn validation(found: &DiagnosticList, lines: &LineIndex) -> Refusal {
    refuse(RefusalKind::Validation, found, lines, sentence)
}

fn refuse(
    kind: RefusalKind,
    found: &DiagnosticList,
    lines: &LineIndex,
    word: impl Fn(&str) -> String,
) -> Refusal {
    let errors = found.iter().map(|diagnostic| {
        // Not the compiler's own lines: it counts U+2028 as the end of one, which GraphQL does not.
        let place = diagnostic
            .error
            .location()
            .map(|span| lines.at(span.offset()));
        RefusalError::new(word(&diagnostic.error.to_string()), place)
    });
    let refusal = Refusal::many(kind, errors);
    if refusal.errors.is_empty() {
        return Refusal::many(
            kind,
            [RefusalError::new("The document is not valid.", None)],
        );
    }
    refusal
}

/// The first letter large, a full stop at the end.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(char::to_uppercase);
    let mut sentence: String = first.into_iter().flatten().chain(letters).collect();
    if !sentence.ends_with('.') {
        sentence.push('.');
    }
    sentence
}
