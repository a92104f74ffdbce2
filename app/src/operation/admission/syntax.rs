//! What the compiler's parser drops without a word, such as an argument that lacks its colon: in `task(id: 1, id)` and
//! `login(input: {email password: "…"})` it reads on as if the stray name were not there.
//!
//! Found by printing what it understood and comparing token by token, which needs no second grammar.

use apollo_compiler::ast::{Definition, Document, OperationType};

use super::line_index::LineIndex;
use super::refusal::{Refusal, RefusalError, RefusalKind};
use super::scan::{Token, tokens};

/// The text with blanks for commas outside strings, every offset as it was. To GraphQL a comma is white space; the
/// compiler's parser stumbles over one in an unusual place, such as `alias, : field`.
pub(super) fn without_commas(source: &str) -> String {
    let mut plain = source.as_bytes().to_vec();
    let mut end = 0;
    let ends = Token {
        offset: source.len(),
        text: b"",
    };
    for token in tokens(source.as_bytes()).chain([ends]) {
        for byte in plain.get_mut(end..token.offset).unwrap_or_default() {
            if *byte == b',' {
                *byte = b' ';
            }
        }
        end = token.offset + token.text.len();
    }
    String::from_utf8(plain).unwrap_or_else(|_| source.to_owned())
}

/// Refuses a text that holds more than was understood.
pub(super) fn check_nothing_skipped(
    source: &str,
    document: &Document,
    lines: &LineIndex,
) -> Result<(), Refusal> {
    if document.definitions.is_empty() {
        return Err(unexpected(Some(lines.at(0))));
    }
    let printed = document.serialize().no_indent().to_string();
    let plain_queries = plain_queries(document);
    let mut understood = tokens(printed.as_bytes()).peekable();
    for written in tokens(source.as_bytes()) {
        if plain_queries.contains(&written.offset) {
            // The keyword is optional here, for the writer as for the printer.
            understood.next_if(|token| token.text == b"query");
            if written.text == b"query" {
                continue;
            }
        }
        if !understood.next().is_some_and(|token| same(token, written)) {
            return Err(unexpected(Some(lines.at(written.offset))));
        }
    }
    match understood.next() {
        None => Ok(()),
        Some(_) => Err(unexpected(None)),
    }
}

/// Where the operations begin that may be written without the word `query`.
fn plain_queries(document: &Document) -> Vec<usize> {
    let plain = |definition: &Definition| match definition {
        Definition::OperationDefinition(operation)
            if operation.operation_type == OperationType::Query
                && operation.name.is_none()
                && operation.variables.is_empty()
                && operation.directives.is_empty() =>
        {
            operation.location().map(|span| span.offset())
        }
        _ => None,
    };
    document.definitions.iter().filter_map(plain).collect()
}

/// A string may be printed in another notation.
fn same(one: Token<'_>, other: Token<'_>) -> bool {
    one.text == other.text || (one.text.starts_with(b"\"") && other.text.starts_with(b"\""))
}

fn unexpected(place: Option<(usize, usize)>) -> Refusal {
    let error = RefusalError::new("Syntax error: this is not GraphQL.", place);
    Refusal::many(RefusalKind::Syntax, [error])
}
