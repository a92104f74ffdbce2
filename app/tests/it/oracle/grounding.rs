//! Puts ids and cursors of real tasks, and sizes of real pages, in place of those that the generator makes up: an operation
//! that fails says little about data.

use serde_json::{Value, json};

use crate::requests::Case;
use testkit::Random;

/// What there is.
pub(crate) struct Grounding {
    /// Of tasks, sessions and users, some of them somebody else's.
    pub(crate) ids: Vec<String>,
    /// Of every order.
    pub(crate) cursors: Vec<String>,
}

/// What an argument or a field of an input stands between.
const PLACES: [(&str, &str); 7] = [
    ("(", ")"),
    ("(", ","),
    (" ", ")"),
    (" ", ","),
    ("{", "}"),
    ("{", ","),
    (" ", "}"),
];
const PAGE_SIZES: [i32; 5] = [0, 1, 3, 7, 50];

impl Grounding {
    /// Makes most of an operation succeed.
    pub(crate) fn apply(&self, case: &mut Case, random: &mut Random) {
        for argument in ["id", "first", "last", "after", "before"] {
            if random.percent(15) {
                continue;
            }
            self.literals(case, argument, random);
            self.variables(case, argument, random);
        }
        self.inputs(&mut case.variables, random);
    }

    fn value(&self, argument: &str, random: &mut Random) -> Value {
        match argument {
            "id" => json!(random.pick(&self.ids)),
            "first" | "last" => json!(random.pick(&PAGE_SIZES)),
            _ => json!(random.pick(&self.cursors)),
        }
    }

    /// The generator's own words, where they stand as literals.
    fn literals(&self, case: &mut Case, argument: &str, random: &mut Random) {
        let made_up: &[&str] = match argument {
            "id" => &["\"task_1\"", "7", "\"\""],
            "first" | "last" => &["-1", "2147483647", "-2147483648"],
            _ => &[
                "\"a\"",
                "\"\"",
                "\"# no comment\"",
                "\"\\u00e9\\n\\\"\"",
                "\"\"\"block \\\"\"\" {{[\"\"\"",
            ],
        };
        for literal in made_up {
            let value = if argument != "id" && random.percent(40) {
                Value::Null
            } else {
                self.value(argument, random)
            };
            for (open, close) in PLACES {
                let from = format!("{open}{argument}: {literal}{close}");
                let to = format!("{open}{argument}: {value}{close}");
                case.query = case.query.replace(&from, &to);
            }
        }
    }

    /// The same where they come as variables.
    fn variables(&self, case: &mut Case, argument: &str, random: &mut Random) {
        let names: Vec<String> = case.variables.keys().cloned().collect();
        for name in names {
            let used = |end: char| case.query.contains(&format!("{argument}: ${name}{end}"));
            if used(')') || used(',') || used('}') {
                let value = self.value(argument, random);
                case.variables.insert(name, value);
            }
        }
    }

    /// The same within whole inputs.
    fn inputs(&self, variables: &mut serde_json::Map<String, Value>, random: &mut Random) {
        for value in variables.values_mut() {
            if let Value::Object(fields) = value {
                if fields.contains_key("id") && random.percent(85) {
                    fields.insert("id".to_owned(), self.value("id", random));
                }
                self.inputs(fields, random);
            }
        }
    }
}
