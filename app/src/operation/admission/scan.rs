//! The check before any parser: one pass over the bytes of a document that knows strings, block strings and comments.
//!
//! Where a text is malformed the pass may hide less than a parser would, never more: a bracket that some parser can see is
//! counted here.

use super::limits::Limits;
use super::refusal::Refusal;

/// What the pass saw.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Scan {
    /// Lexical tokens. In malformed text this is an estimate.
    pub(super) tokens: usize,
    /// The deepest nesting of `[`, `{` and `(`.
    pub(super) nesting: usize,
}

/// Refuses a document that is too long, nests too deep or has too many tokens. Costs one step per byte at most.
pub(super) fn check(source: &str, limits: &Limits) -> Result<Scan, Refusal> {
    if source.len() > limits.document_bytes {
        return Err(Refusal::too_complex(format!(
            "The document is longer than {} bytes.",
            limits.document_bytes
        )));
    }
    let scan = scan(source.as_bytes());
    if scan.nesting > limits.nesting {
        return Err(Refusal::too_complex(format!(
            "Brackets nest deeper than {} levels.",
            limits.nesting
        )));
    }
    if scan.tokens > limits.tokens {
        return Err(Refusal::too_complex(format!(
            "The document has more than {} tokens.",
            limits.tokens
        )));
    }
    Ok(scan)
}

pub(super) fn scan(bytes: &[u8]) -> Scan {
    let mut seen = Scan::default();
    let mut depth = 0_usize;
    for token in tokens(bytes) {
        seen.tokens += 1;
        match token.text {
            b"[" | b"{" | b"(" => {
                depth += 1;
                seen.nesting = seen.nesting.max(depth);
            }
            b"]" | b"}" | b")" => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    seen
}

/// A token and where it begins, in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    pub(super) offset: usize,
    pub(super) text: &'a [u8],
}

/// The tokens of a text, without white space, commas and comments.
pub(super) fn tokens(bytes: &[u8]) -> impl Iterator<Item = Token<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        loop {
            let [first, tail @ ..] = rest else {
                return None;
            };
            let start = rest;
            rest = match first {
                b' ' | b'\t' | b'\n' | b'\r' | b',' | 0xEF | 0xBB | 0xBF => {
                    rest = tail;
                    continue;
                }
                b'#' => {
                    rest = skip_while(tail, |byte| !is_line_end(byte));
                    continue;
                }
                b'"' => skip_string(tail),
                b'.' => tail.strip_prefix(b"..").unwrap_or(tail),
                byte if is_word(*byte) => skip_while(tail, is_word),
                _ => tail,
            };
            let text = start.split_at(start.len() - rest.len()).0;
            let offset = bytes.len() - start.len();
            return Some(Token { offset, text });
        }
    })
}

/// Skips what follows an opening quote: up to the closing one, or to the end of the line if there is none on it. A block
/// string without an end runs to the end of the text for every parser too.
fn skip_string(after_quote: &[u8]) -> &[u8] {
    if let Some(mut rest) = after_quote.strip_prefix(b"\"\"") {
        loop {
            match rest {
                [] => return rest,
                [b'"', b'"', b'"', tail @ ..] => return tail,
                [b'\\', b'"', b'"', b'"', tail @ ..] | [_, tail @ ..] => rest = tail,
            }
        }
    }
    let mut rest = after_quote;
    loop {
        match rest {
            [] => return rest,
            [b'"', tail @ ..] => return tail,
            [end, ..] if is_line_end(*end) => return rest,
            [b'\\', escaped, tail @ ..] if !is_line_end(*escaped) => rest = tail,
            [_, tail @ ..] => rest = tail,
        }
    }
}

fn skip_while(bytes: &[u8], holds: impl Fn(u8) -> bool) -> &[u8] {
    let end = bytes.iter().position(|byte| !holds(*byte));
    bytes.split_at(end.unwrap_or(bytes.len())).1
}

const fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Names and numbers; `-1.5e+3` counts as up to three words, which only a document full of numbers would notice.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
