//! One recorded script on both databases: three hundred operations, the same answers. Needs the server of
//! `scripts/with-postgres`, whichever database the other tests of this run use.

use serde_json::{Value, json};

use testkit::databases::DatabaseKind;
use testkit::*;

const LENGTH: u64 = 300;
const TITLES: [&str; 6] = [
    "Buy milk",
    "STRASSE straße",
    "100% sure_thing",
    "e\u{301}clair \u{1F469}\u{200D}\u{1F4BB}",
    "back\\slash 'n \"quote\"",
    "ΩMEGA привет",
];
const SEARCHES: [&str; 8] = [
    "milk",
    "STRASSE",
    "%",
    "_",
    "\\",
    "ωmega ПРИВЕТ",
    "\u{1F4BB}",
    "absent",
];
const ORDERS: [&str; 3] = ["OPEN_FIRST", "NEWEST", "OLDEST"];

/// The same numbers every time (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }

    fn of<'a>(&mut self, texts: &[&'a str]) -> &'a str {
        texts[usize::try_from(self.below(texts.len() as u64)).unwrap()]
    }
}

/// IDs grow, so that tasks made within one millisecond are ordered the same way everywhere.
fn id(number: u64) -> String {
    format!("task_01970000{number:04x}7000800000000000{number:04x}")
}

/// What to do in step `number`; `cursor` is the place the last page ended at.
fn step(dice: &mut Dice, number: u64, cursor: &Value) -> (&'static str, Value) {
    let some_id = id(dice.below(number + 2));
    match dice.below(12) {
        0..=3 => (
            CREATE,
            json!({"input": {"id": id(number), "title": format!("{} {number}", dice.of(&TITLES)), "description": dice.of(&SEARCHES)}}),
        ),
        4 => (
            CREATE,
            json!({"input": {"id": some_id, "title": dice.of(&["", "again", "x\ny"])}}),
        ),
        5 => (TOGGLE, json!({"input": {"id": some_id}})),
        6 => (
            SET_COMPLETED,
            json!({"input": {"id": some_id, "completed": dice.below(2) == 0}}),
        ),
        7 => (
            UPDATE,
            json!({"input": {"id": some_id, "title": dice.of(&TITLES), "expectedVersion": dice.below(4)}}),
        ),
        8 => (
            UPDATE,
            json!({"input": {"id": some_id, "description": dice.of(&TITLES)}}),
        ),
        9 => (DELETE, json!({"input": {"id": some_id}})),
        10 => (
            TASKS,
            json!({"orderBy": dice.of(&ORDERS), "filter": {"search": dice.of(&SEARCHES)}, "last": dice.below(9)}),
        ),
        _ => {
            let completed = [Value::Null, json!(true), json!(false)]
                [usize::try_from(dice.below(3)).unwrap()]
            .clone();
            (
                TASKS,
                json!({"orderBy": "NEWEST", "first": dice.below(9), "after": cursor, "filter": {"completed": completed}}),
            )
        }
    }
}

/// Replaces what the service makes up by its kind: times, cursors, request ids.
fn normalised(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match name.as_str() {
                    "createdAt" | "updatedAt" | "completedAt" | "cursor" | "startCursor"
                    | "endCursor" | "requestId"
                        if value.is_string() =>
                    {
                        *value = json!(format!("some {name}"));
                    }
                    _ => normalised(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(normalised),
        _ => {}
    }
}

/// Every step with its answer.
async fn play(backend: DatabaseKind) -> Vec<String> {
    let app = TestApp::on(backend).await;
    let ada = app.user("ada").await;
    let (mut dice, mut cursor, mut record) = (Dice(2026), Value::Null, Vec::new());
    for number in 0..LENGTH {
        let (query, variables) = step(&mut dice, number, &cursor);
        let mut shown = variables.clone();
        normalised(&mut shown);
        shown["after"].take();
        let reply = ada.run(query, variables).await;
        if let Some(page) = reply.json["data"].get("tasks") {
            cursor = page["pageInfo"]["endCursor"].clone();
        }
        let mut answer = reply.json;
        normalised(&mut answer);
        record.push(format!(
            "{number} {query} {shown}\n  {} {answer}",
            reply.status
        ));
    }
    let everything = ada.page(json!({"first": 100, "orderBy": "OLDEST"})).await;
    assert!(
        everything["totalCount"].as_i64().unwrap() > 30,
        "the script makes tasks"
    );
    record
}

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_operations_are_answered_alike() {
    let (sqlite, postgres) = (
        play(DatabaseKind::Sqlite).await,
        play(DatabaseKind::Postgres).await,
    );
    for (on_sqlite, on_postgres) in sqlite.iter().zip(&postgres) {
        assert_eq!(on_sqlite, on_postgres);
    }
    let answers = sqlite.join("\n");
    for kind in [
        "NOT_FOUND",
        "VERSION_MISMATCH",
        "BLANK",
        "MALFORMED",
        "deletedTaskId",
        "\"hasNextPage\":true",
    ] {
        assert!(answers.contains(kind), "the script never meets {kind}");
    }
}
