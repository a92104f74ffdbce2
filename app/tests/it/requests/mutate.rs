//! Small damage to valid requests.

use serde_json::{Map, Value, json};

use super::Case;
use testkit::Random;

/// Words that mean something somewhere in the schema or the language.
const WORDS: [&str; 46] = [
    "me",
    "id",
    "task",
    "tasks",
    "node",
    "nodes",
    "title",
    "email",
    "Task",
    "User",
    "Query",
    "Mutation",
    "Node",
    "input",
    "first",
    "filter",
    "search",
    "orderBy",
    "NEWEST",
    "OPEN_FIRST",
    "login",
    "toggleTask",
    "logout",
    "taskEvents",
    "query",
    "mutation",
    "subscription",
    "fragment",
    "on",
    "null",
    "true",
    "false",
    "skip",
    "include",
    "if",
    "deprecated",
    "public",
    "Int",
    "ID",
    "String",
    "Boolean",
    "TaskFilter",
    "CreateTaskInput",
    "__typename",
    "__schema",
    "F1",
];
const VALUES: [&str; 19] = [
    "1",
    "-1",
    "0.5",
    "1e999",
    "1.0",
    "2147483648",
    "99999999999999999999",
    "\"text\"",
    "\"\"",
    "\"\"\"block\"\"\"",
    "true",
    "null",
    "[]",
    "{}",
    "[1]",
    "[[\"a\"]]",
    "NEWEST",
    "$v1",
    "{search: \"a\", search: \"b\"}",
];
const PUNCTUATION: [&str; 22] = [
    "{", "}", "(", ")", "[", "]", ":", "!", "$", "@", "...", "=", "|", "&", "#", "\"", "\\", ",",
    "\n", "-", ".", "\u{feff}",
];

/// Changes one to three tokens.
pub(crate) fn text(case: &mut Case, random: &mut Random) {
    let mut tokens = tokens(&case.query);
    for _ in 0..=random.below(3) {
        let at = random.below(tokens.len());
        let is_word = tokens[at]
            .chars()
            .all(|letter| letter.is_alphanumeric() || letter == '_');
        match random.below(12) {
            0 => {
                tokens.remove(at);
            }
            1 => tokens.insert(at, (*random.pick(&PUNCTUATION)).to_owned()),
            2 => tokens.insert(at, tokens[at].clone()),
            3 => {
                let next = (at + 1) % tokens.len();
                tokens.swap(at, next);
            }
            4 => tokens.insert(at, (*random.pick(&WORDS)).to_owned()),
            5 => tokens.insert(
                at,
                format!(
                    "@{}(if: {})",
                    random.pick(&["skip", "include", "nope"]),
                    random.pick(&VALUES)
                ),
            ),
            6 => (*random.pick(&VALUES)).clone_into(&mut tokens[at]),
            7 => copy_a_part(&mut tokens, random),
            _ if is_word => {
                let other = random.below(tokens.len());
                tokens[at] = if random.percent(50) {
                    tokens[other].clone()
                } else {
                    (*random.pick(&WORDS)).to_owned()
                };
            }
            _ => (*random.pick(&VALUES)).clone_into(&mut tokens[at]),
        }
        if tokens.is_empty() {
            break;
        }
    }
    case.query = tokens.join(" ");
}

/// Repeats a few tokens elsewhere: whole fields and arguments among them.
fn copy_a_part(tokens: &mut Vec<String>, random: &mut Random) {
    let from = random.below(tokens.len());
    let part: Vec<_> = tokens
        .iter()
        .skip(from)
        .take(1 + random.below(6))
        .cloned()
        .collect();
    let at = random.below(tokens.len());
    tokens.splice(at..at, part);
}

fn tokens(source: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = source.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let length = if rest.starts_with("...") {
            3
        } else if let Some(inside) = rest.strip_prefix("\"\"\"") {
            let end = inside
                .match_indices("\"\"\"")
                .find(|(at, _)| !inside[..*at].ends_with('\\'));
            end.map_or(rest.len(), |(at, _)| at + 6)
        } else if let Some(inside) = rest.strip_prefix('"') {
            let end = inside
                .match_indices('"')
                .find(|(at, _)| !inside[..*at].ends_with('\\'));
            end.map_or(rest.len(), |(at, _)| at + 2)
        } else if is_word(first) {
            rest.find(|letter| !is_word(letter)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token.to_owned());
        rest = after.trim_start();
    }
    tokens
}

/// Changes one place in the variables, or the operation's name.
pub(crate) fn variables(case: &mut Case, random: &mut Random) {
    if case.variables.is_empty() || random.percent(5) {
        case.operation_name = Some((*random.pick(&["Chosen", "Other", "", "chosen"])).to_owned());
        return;
    }
    damage(&mut case.variables, random);
}

fn damage(map: &mut Map<String, Value>, random: &mut Random) {
    let keys: Vec<_> = map.keys().cloned().collect();
    if keys.is_empty() {
        map.insert("extra".to_owned(), json!(1));
        return;
    }
    let key = random.pick(&keys).clone();
    if let Some(Value::Object(inside)) = map.get_mut(&key)
        && random.percent(70)
    {
        return damage(inside, random);
    }
    match random.below(5) {
        0 => {
            map.remove(&key);
        }
        1 => {
            map.insert(format!("{key}x"), json!("x"));
        }
        2 => {
            let value = map[&key].clone();
            map.insert(key, json!([value]));
        }
        _ => {
            let values = [
                json!(null),
                json!(true),
                json!(1),
                json!(-1),
                json!(1.5),
                json!(2_147_483_648_i64),
                json!(1.0),
                json!(-3e9),
                json!("text"),
                json!(""),
                json!([]),
                json!([1, null]),
                json!({}),
                json!({"search": "a"}),
                json!("NEWEST"),
                json!([["a"]]),
                json!(9_007_199_254_740_993_i64),
            ];
            map.insert(key, random.pick(&values).clone());
        }
    }
}
