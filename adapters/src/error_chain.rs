//! What a log line says of an error: the error and everything that caused it, on one line. Drivers put the interesting part
//! at the end.

use std::error::Error;
use std::fmt::Write;

/// The messages of an error and of its sources, the outermost first. A message that the text holds already is left out:
/// many errors repeat their source.
#[must_use]
pub fn error_chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let cause = source.to_string();
        if !text.contains(&cause) {
            // Writing to a string cannot fail.
            let _ = write!(text, ": {cause}");
        }
        next = source.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{message}")]
    struct Layer {
        message: &'static str,
        source: Option<Box<Layer>>,
    }

    fn layers(messages: &[&'static str]) -> Layer {
        let mut layers = messages.iter().rev().fold(None, |source, message| {
            Some(Box::new(Layer { message, source }))
        });
        *layers.take().unwrap()
    }

    #[test]
    fn every_cause_is_said_once() {
        let alone = layers(&["connect"]);
        assert_eq!(error_chain(&alone), "connect");
        let repeated = layers(&["connect: refused", "refused", "port 5432"]);
        assert_eq!(error_chain(&repeated), "connect: refused: port 5432");
    }
}
