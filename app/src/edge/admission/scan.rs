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
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match first {
            b' ' | b'\t' | b'\n' | b'\r' | b',' | 0xEF | 0xBB | 0xBF => continue,
            b'#' => {
                rest = skip_while(rest, |byte| !is_line_end(byte));
                continue;
            }
            b'"' => rest = skip_string(rest),
            b'[' | b'{' | b'(' => {
                depth += 1;
                seen.nesting = seen.nesting.max(depth);
            }
            b']' | b'}' | b')' => depth = depth.saturating_sub(1),
            b'.' => rest = rest.strip_prefix(b"..").unwrap_or(rest),
            byte if is_word(*byte) => rest = skip_while(rest, is_word),
            _ => {}
        }
        seen.tokens += 1;
    }
    seen
}

/// Skips what follows an opening quote: up to the closing one, or to the end of the line if there is none on it. A block
/// string without an end runs to the end of the text for every parser too.
fn skip_string(after_quote: &[u8]) -> &[u8] {
    if let Some(mut rest) = after_quote.strip_prefix(b"\"\"") {
        loop {
            match rest {
                [] => return rest,
                [b'"', b'"', b'"', tail @ ..] => return tail,
                [b'\\', b'"', b'"', b'"', tail @ ..] => rest = tail,
                [_, tail @ ..] => rest = tail,
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
