//! Looks for the document that costs admission most: starts from known bad ones, changes them at random and keeps what is
//! slower. Prints the slowest admitted and the slowest refused document, and what a cached one costs.
//!
//! usage: cargo run --release -p taskhive --example admission_cost [ROUNDS]

#![expect(
    clippy::expect_used,
    reason = "a measurement that cannot go on says why and stops"
)]

use std::time::{Duration, Instant};

use serde_json::Map;
use taskhive::operation::admission::{Admission, Limits};

const SDL: &str = include_str!("../../schema.graphql");
const INTROSPECTION: &str =
    include_str!("../src/operation/admission/testdata/introspection.graphql");

fn main() {
    let rounds = std::env::args()
        .nth(1)
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(2000);
    for (name, source) in seeds() {
        let (spent, admitted) = measure(&source);
        println!(
            "{spent:>10.1?}  {}  {name}, {} bytes",
            verdict(admitted),
            source.len()
        );
    }
    let mut numbers = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = move |bound: usize| {
        numbers ^= numbers << 13;
        numbers ^= numbers >> 7;
        numbers ^= numbers << 17;
        usize::try_from(numbers % u64::try_from(bound.max(1)).unwrap_or(1)).unwrap_or(0)
    };
    for wanted in [true, false] {
        let mut worst = (Duration::ZERO, String::new());
        for round in 0..rounds {
            let all = seeds();
            let start = if round % 3 == 0 || worst.1.is_empty() {
                all.get(below(all.len()))
                    .map_or_else(String::new, |(_, source)| source.clone())
            } else {
                worst.1.clone()
            };
            let source = changed(&start, &mut below);
            let (spent, admitted) = measure(&source);
            if admitted == wanted && spent > worst.0 {
                worst = (spent, source);
            }
        }
        let beginning: String = worst.1.chars().take(160).collect();
        println!(
            "{:>10.1?}  {}  the worst found, {} bytes: {beginning}",
            worst.0,
            verdict(wanted),
            worst.1.len()
        );
    }
    let known =
        "query($first: Int = 5) { me { id email } tasks(first: $first) { nodes { id title } } }";
    let gate = Admission::new(SDL, Limits::default()).expect("the contract is a schema");
    gate.admit(known, None, Map::new()).expect("valid");
    let start = Instant::now();
    for _ in 0..1000 {
        gate.admit(known, None, Map::new()).expect("valid");
    }
    println!("{:>10.1?}  a cached document", start.elapsed() / 1000);
}

fn gate() -> Admission {
    // Nothing is kept, so that each measurement pays in full.
    let limits = Limits {
        cached_documents: 0,
        cached_bytes: 0,
        ..Limits::default()
    };
    Admission::new(SDL, limits).expect("the contract is a schema")
}

/// The best of three, so that a busy machine does not look like a slow document.
fn measure(source: &str) -> (Duration, bool) {
    thread_local!(static GATE: Admission = gate());
    GATE.with(|gate| {
        let runs = [(); 3].map(|()| {
            let start = Instant::now();
            let admitted = gate.admit(source, None, Map::new()).is_ok();
            (start.elapsed(), admitted)
        });
        runs.into_iter().min().unwrap_or_default()
    })
}

const fn verdict(admitted: bool) -> &'static str {
    if admitted { "admitted" } else { "refused " }
}

/// Copies, moves or removes a stretch of text.
fn changed(source: &str, below: &mut impl FnMut(usize) -> usize) -> String {
    let mut words: Vec<&str> = source
        .split_inclusive([' ', '{', '}', '(', ')', ':'])
        .collect();
    for _ in 0..=below(3) {
        let from = below(words.len());
        let to = (from + 1 + below(12)).min(words.len());
        let part: Vec<&str> = words.get(from..to).unwrap_or_default().to_vec();
        if below(3) == 0 {
            words.drain(from..to);
        }
        let at = below(words.len() + 1);
        words.splice(at..at, part);
    }
    words.concat()
}

fn repeated(count: usize, write: impl Fn(usize) -> String) -> String {
    (0..count).map(write).collect::<Vec<_>>().concat()
}

fn seeds() -> Vec<(&'static str, String)> {
    let chain = |links: usize, spreads: usize| {
        let body = repeated(links, |link| {
            let inside = format!("...F{} ", link + 1).repeat(spreads);
            format!("fragment F{link} on User{{{inside}}}")
        });
        format!("{{me{{...F0}}}}{body}fragment F{links} on User{{id}}")
    };
    let aliases = repeated(19, |n| format!("a{n}:task(id:{n}){{id title}}"));
    let nested = format!("{{me{{{}id{}}}}}", "...{".repeat(60), "}".repeat(60));
    vec![
        ("the introspection query", INTROSPECTION.to_owned()),
        (
            "a field 900 times",
            format!("{{me{{{}}}}}", "id ".repeat(900)),
        ),
        (
            "an object 19 times",
            format!("{{me{{id}}{}}}", "...{me{id}}".repeat(19)),
        ),
        ("19 aliases", format!("{{{aliases}}}")),
        ("fragments, 9 doublings", chain(9, 2)),
        ("fragments, a chain of 60", chain(60, 1)),
        ("fragments, 40 doublings", chain(40, 2)),
        ("inline fragments, 60 deep", nested),
        (
            "80 fragments of one field",
            format!(
                "{{me{{{}}}}}{}",
                repeated(80, |n| format!("...F{n} ")),
                repeated(80, |n| format!("fragment F{n} on User{{id}}"))
            ),
        ),
        (
            "60 operations sharing fragments",
            format!(
                "{}{}",
                repeated(60, |n| format!("query Q{n}{{me{{...F0 ...F1 ...F2}}}}")),
                repeated(3, |n| format!("fragment F{n} on User{{id email}}"))
            ),
        ),
        (
            "80 variables",
            format!(
                "query({}){{me{{id}}}}",
                repeated(80, |n| format!("$v{n}:Int=1 "))
            ),
        ),
        (
            "unknown fields",
            format!("{{me{{{}}}}}", repeated(900, |n| format!("x{n} "))),
        ),
        (
            "unknown arguments",
            format!("{{task({}){{id}}}}", repeated(300, |n| format!("x{n}:1 "))),
        ),
        (
            "conflicts",
            format!("{{me{{{}}}}}", "id:email ".repeat(14) + &"id ".repeat(800)),
        ),
        ("syntax errors", "fragment ".repeat(900)),
        (
            "a long string",
            format!("{{task(id:\"{}\"){{id}}}}", "x".repeat(16_000)),
        ),
        ("16 KB of brackets", "{".repeat(16_000)),
        (
            "a ring of fragments",
            format!(
                "{{me{{...F0}}}}{}",
                repeated(80, |n| format!(
                    "fragment F{n} on User{{...F{}}}",
                    (n + 1) % 80
                ))
            ),
        ),
        (
            "fragments in each other",
            format!(
                "{{me{{...F0}}}}{}",
                repeated(25, |n| format!(
                    "fragment F{n} on User{{{}}}",
                    repeated(25, |m| format!("...F{m} "))
                        .chars()
                        .take(90)
                        .collect::<String>()
                ))
            ),
        ),
    ]
}
