//! What lines look like, and that none can pass for two.

use futures_util::FutureExt;
use serde_json::{Value, json};
use tracing_subscriber::filter::Targets;

use super::super::testing::Listening;
use super::*;

/// What is written while this happens.
fn logged(style: Style, happens: impl FnOnce()) -> Vec<String> {
    let listening = Listening::begin(style, Targets::new().with_default(Level::TRACE));
    happens();
    listening.end()
}

const TEXT: Style = Style::Text { colours: false };

fn without_time(line: &str) -> &str {
    line.split_once("Z ").expect("a time").1
}

#[test]
fn a_text_reads() {
    let lines = logged(TEXT, || {
        tracing::info!(
            text = "it's \"so\"",
            number = 7,
            share = 0.25,
            yes = true,
            display = %"words",
            absent = None::<u32>,
            "hello"
        );
        tracing::warn!("only words");
    });
    assert_eq!(
        without_time(&lines[0]),
        r#" INFO hello text="it's \"so\"" number=7 share=0.25 yes=true display=words"#
    );
    assert_eq!(without_time(&lines[1]), " WARN only words");
}

#[test]
fn an_object_reads() {
    let lines = logged(Style::Json, || {
        tracing::error!(text = "ü\n\"", number = -7, share = 0.25, debug = ?[1], r#type = "t", "hello");
    });
    let mut line: Value = serde_json::from_str(&lines[0]).unwrap();
    let time = line.as_object_mut().unwrap().shift_remove("timestamp");
    assert!(time.unwrap().as_str().unwrap().ends_with('Z'));
    assert_eq!(
        line.to_string(),
        json!({"level": "ERROR", "message": "hello", "text": "ü\n\"", "number": -7, "share": 0.25, "debug": "[1]", "type": "t"})
            .to_string()
    );
}

#[test]
fn no_value_ends_its_line_or_talks_to_the_terminal() {
    let evil = "\n2026-11-28T00:00:00Z ERROR forged\r\u{1b}[31m\u{9b}1m";
    for style in [TEXT, Style::Json] {
        let lines = logged(style, || {
            tracing::info!(quoted = evil, display = %evil, debug = ?evil, "{evil}");
        });
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(!lines[0].contains(['\r', '\u{1b}']), "{lines:?}");
    }
}

#[test]
fn a_line_carries_the_id_of_its_request_once() {
    for (style, own, given) in [
        (TEXT, "request_id=\"own\"", "request_id=\"given\""),
        (
            Style::Json,
            "\"request_id\":\"own\"",
            "\"request_id\":\"given\"",
        ),
    ] {
        let lines = logged(style, || {
            let about = about_request("given".to_owned(), async {
                tracing::info!("a complaint");
                tracing::info!(request_id = "own", "another");
            });
            about.now_or_never().unwrap();
            tracing::info!("of no request");
        });
        assert!(lines[0].contains(given), "{lines:?}");
        assert!(
            lines[1].contains(own) && !lines[1].contains("given"),
            "{lines:?}"
        );
        assert!(!lines[2].contains("request_id"), "{lines:?}");
    }
}
