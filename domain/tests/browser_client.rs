//! What makes the browser client search and sort as the service does: the table it folds by, and cases for its tests. They are
//! files in `web/src/replica`, made here from the reference; the tests fail when a file is older than the code. `make generated` writes them.

#![expect(
    clippy::unwrap_used,
    reason = "clippy knows of test functions only, not of what they call"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use taskhive_domain::change::ChangeNumber;
use taskhive_domain::listing::{Search, TaskFilter, TaskOrder, TaskPosition, fold};
use taskhive_domain::task::{Priority, Rank, Tags, Task, TaskDescription, TaskTitle};
use taskhive_domain::{TaskId, Timestamp};
use uuid::Uuid;

/// Titles in which every search of [`SEARCHES`] is looked for.
const TITLES: [&str; 23] = [
    "Stra\u{df}e kehren",
    "STRASSE KEHREN",
    "STRA\u{1E9E}E",
    "Istanbul",
    "\u{130}stanbul",
    "\u{131}stanbul",
    "i\u{307}stanbul",
    "\u{17F}alt",
    "ΟΔΟΣ",
    "οδος",
    "οδοσ",
    "\u{FB01}nd the \u{FB03}",
    "FIND THE FFI",
    "caf\u{e9}",
    "CAFE\u{301}",
    "\u{13A0}\u{13F0} \u{AB70}\u{13F8}",
    "\u{10400} beyond the basic plane",
    "\u{1F80} \u{1F88} \u{390}",
    "\u{1C80} \u{A7DD} \u{1DF95}",
    "\u{FF21} 10 \u{212A}",
    "a\u{FEFF}b",
    "a\u{3000}b\u{A0}c",
    "100% of \u{1F680}_",
];

/// What is looked for, by words in every case and with all kinds of white space between them.
const SEARCHES: [&str; 30] = [
    "",
    " \u{85}\u{3000} ",
    "strasse",
    "STRASSE",
    "stra\u{df}e",
    "STRA\u{1E9E}E kehren",
    "ss",
    "istanbul",
    "ISTANBUL",
    "\u{130}STANBUL",
    "\u{131}",
    "SALT",
    "\u{3BF}\u{3B4}\u{3BF}\u{3C3}",
    "\u{39F}\u{394}\u{39F}\u{3A3}",
    "\u{3BF}\u{3B4}\u{3BF}\u{3C2}",
    "ffi find",
    "\u{FB03}",
    "CAF\u{c9}",
    "cafe\u{301}",
    "\u{AB70} \u{13F0}",
    "\u{10428}",
    "\u{1F00}\u{3B9}",
    "\u{3B9}\u{308}\u{301}",
    "\u{432} \u{277}",
    "\u{FF41} k",
    "B A",
    "b\u{85}a",
    "b\u{FEFF}a",
    "A\u{FEFF}B",
    "% \u{1F680}",
];

/// Every character that is not its own folding, and what it becomes.
fn folded() -> impl Iterator<Item = (char, String)> {
    (char::MIN..=char::MAX)
        .map(|c| (c, fold(c.encode_utf8(&mut [0; 4]))))
        .filter(|(c, folded)| !folded.chars().eq([*c]))
}

/// Characters with the same distance to their foldings, in steps of one or two.
struct Run {
    first: i64,
    last: i64,
    step: Option<i64>,
    distance: i64,
}

impl Run {
    fn of(code: i64, distance: i64) -> Self {
        Self {
            first: code,
            last: code,
            step: None,
            distance,
        }
    }

    /// Whether the run goes on with this character.
    fn takes(&mut self, code: i64, distance: i64) -> bool {
        let step = code - self.last;
        let fits = self.step.map_or(step <= 2, |known| known == step);
        let takes = fits && self.distance == distance;
        if takes {
            (self.last, self.step) = (code, Some(step));
        }
        takes
    }

    fn json(&self) -> String {
        let step = self.step.unwrap_or(1);
        format!(
            "    [{}, {}, {step}, {}]",
            self.first, self.last, self.distance
        )
    }
}

#[test]
fn the_browser_folds_by_the_table_of_the_service() {
    let (mut runs, mut several) = (Vec::<Run>::new(), Vec::new());
    for (c, folded) in folded() {
        let code = i64::from(u32::from(c));
        let codes: Vec<_> = folded.chars().map(|c| i64::from(u32::from(c))).collect();
        if let [one] = codes[..] {
            let distance = one - code;
            if !runs.last_mut().is_some_and(|run| run.takes(code, distance)) {
                runs.push(Run::of(code, distance));
            }
        } else {
            several.push(pair(c, &folded));
        }
    }
    let runs: Vec<_> = runs.iter().map(Run::json).collect();
    let (runs, several) = (runs.join(",\n"), several.join(",\n"));
    let table = format!("{{\n  \"runs\": [\n{runs}\n  ],\n  \"several\": [\n{several}\n  ]\n}}\n");
    check("folding.json", &table);
}

#[test]
fn the_browser_client_is_tested_by_what_the_service_finds() {
    let titles: Vec<_> = TITLES.map(text).to_vec();
    let searches: Vec<_> = SEARCHES
        .map(|search| {
            let filter = TaskFilter {
                search: Search::parse(search).unwrap(),
                ..TaskFilter::default()
            };
            let found = (0..TITLES.len()).filter(|i| filter.matches(&task(TITLES[*i])));
            let found: Vec<_> = found.map(|i| i.to_string()).collect();
            format!("    [{}, [{}]]", text(search), found.join(", "))
        })
        .to_vec();
    let folded: Vec<_> = folded().map(|(c, folded)| pair(c, &folded)).collect();
    let cases = format!(
        "{{\n  \"titles\": [\n    {}\n  ],\n  \"searches\": [\n{}\n  ],\n  \"folded\": [\n{}\n  ]\n}}\n",
        titles.join(",\n    "),
        searches.join(",\n"),
        folded.join(",\n")
    );
    check("cases/searches.json", &cases);
}

/// Tasks that differ in everything that orders go by, with ties.
fn tasks_to_sort() -> Vec<Task> {
    let cases = [
        (1, 5, false, 9),
        (2, 5, true, 3),
        (3, 4, false, 7),
        (4, 5, false, 7),
        (5, 1, true, 12),
        (6, 9, true, 1),
        (7, 9, false, 1),
        (8, 2, false, 10),
    ];
    let tasks = cases.map(|(n, created, completed, change)| Task {
        id: TaskId::from_uuid(Uuid::from_u128(n)),
        created_at: Timestamp::from_millis(created),
        completed_at: completed.then_some(Timestamp::from_millis(50)),
        change: ChangeNumber::new(change),
        ..task("Sorted")
    });
    tasks.to_vec()
}

#[test]
fn the_browser_client_is_tested_by_the_orders_of_the_service() {
    let tasks = tasks_to_sort();
    let listed: Vec<_> = tasks
        .iter()
        .map(|task| {
            format!(
                "    {{ \"id\": \"{}\", \"createdAt\": {}, \"completed\": {}, \"change\": {} }}",
                task.id,
                task.created_at.millis(),
                !task.is_open(),
                task.change.get()
            )
        })
        .collect();
    let orders = [
        ("OPEN_FIRST", TaskOrder::OpenFirst),
        ("NEWEST", TaskOrder::Newest),
        ("OLDEST", TaskOrder::Oldest),
        ("RECENTLY_UPDATED", TaskOrder::RecentlyUpdated),
    ];
    let orders = orders.map(|(name, order)| {
        let mut sorted = tasks.clone();
        sorted.sort_by(|a, b| {
            order.compare(&TaskPosition::of(a, order), &TaskPosition::of(b, order))
        });
        let ids: Vec<_> = sorted
            .iter()
            .map(|task| format!("\"{}\"", task.id))
            .collect();
        format!(
            "    {{ \"order\": \"{name}\", \"ids\": [{}] }}",
            ids.join(", ")
        )
    });
    let cases = format!(
        "{{\n  \"tasks\": [\n{}\n  ],\n  \"orders\": [\n{}\n  ]\n}}\n",
        listed.join(",\n"),
        orders.join(",\n")
    );
    check("cases/orders.json", &cases);
}

fn task(title: &str) -> Task {
    let now = Timestamp::from_millis(0);
    Task {
        id: TaskId::new(now),
        title: TaskTitle::parse(title).unwrap(),
        description: TaskDescription::parse("").unwrap(),
        created_at: now,
        updated_at: now,
        completed_at: None,
        version: 1,
        change: ChangeNumber::NONE,
        due_on: None,
        priority: Priority::Normal,
        tags: Tags::default(),
        rank: Rank::NONE,
        moved: None,
    }
}

fn pair(c: char, folded: &str) -> String {
    format!(
        "    [{}, {}]",
        text(c.encode_utf8(&mut [0; 4])),
        text(folded)
    )
}

/// As a string of JSON, in ASCII, so that what cannot be seen can be read.
fn text(value: &str) -> String {
    let mut json = String::from('"');
    for unit in value.encode_utf16() {
        match u8::try_from(unit) {
            Ok(ascii @ (b' '..=b'!' | b'#'..=b'[' | b']'..=b'~')) => json.push(ascii.into()),
            _ => write!(json, "\\u{unit:04x}").unwrap(),
        }
    }
    json.push('"');
    json
}

fn check(file: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../web/src/replica")
        .join(file);
    if env::var_os("TASKHIVE_WRITE_GENERATED").is_some() {
        fs::write(&path, made).unwrap();
    }
    assert!(
        fs::read_to_string(path).unwrap_or_default() == made,
        "{file} is older than the code: run `make generated`"
    );
}
