//! From byte offsets to lines and columns, in constant time per question: a document on one long line must not make every
//! position a walk over it.

use apollo_compiler::parser::SourceSpan;

/// Knows where the lines of one document begin.
pub(super) struct LineIndex {
    line_starts: Vec<usize>,
    /// Characters before each byte, only if bytes and characters differ.
    characters_before: Option<Vec<usize>>,
}

impl LineIndex {
    pub(super) fn of(source: &str) -> Self {
        let bytes = source.as_bytes();
        let line_starts = std::iter::once(0)
            .chain(bytes.iter().enumerate().filter_map(|(at, byte)| {
                let ends = match byte {
                    b'\n' => true,
                    b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                    _ => false,
                };
                ends.then_some(at + 1)
            }))
            .collect();
        let characters_before = (!source.is_ascii()).then(|| {
            let mut count = 0;
            let mut before: Vec<usize> = (0..bytes.len())
                .map(|at| {
                    let here = count;
                    count += usize::from(source.is_char_boundary(at));
                    here
                })
                .collect();
            before.push(count);
            before
        });
        Self {
            line_starts,
            characters_before,
        }
    }

    /// Line and column of a byte offset, both from 1, the column in characters.
    pub(super) fn at(&self, offset: usize) -> (usize, usize) {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self
            .line_starts
            .get(line.wrapping_sub(1))
            .copied()
            .unwrap_or(0);
        let column = match &self.characters_before {
            None => offset - start,
            Some(before) => {
                let of = |at: usize| before.get(at).or(before.last()).copied().unwrap_or(0);
                of(offset) - of(start)
            }
        };
        (line.max(1), column + 1)
    }

    /// Where a span begins; the very beginning for nodes that were not read from the document.
    pub(super) fn of_span(&self, span: Option<SourceSpan>) -> (usize, usize) {
        self.at(span.map_or(0, |span| span.offset()))
    }
}
