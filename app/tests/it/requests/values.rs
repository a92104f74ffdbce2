//! Values that fit a type: literals, variables with their declarations, and JSON for them.

use apollo_compiler::ast::Type;
use apollo_compiler::schema::ExtendedType;
use serde_json::{Map, Value, json};

use super::generate::Draft;
use testkit::Random;

impl Draft<'_> {
    /// A literal, or a new variable in its place.
    pub(crate) fn value(&mut self, ty: &Type, depth: usize) -> String {
        if self.random.percent(30) {
            return self.variable(ty);
        }
        if !ty.is_non_null() && self.random.percent(8) {
            return "null".to_owned();
        }
        let name = ty.inner_named_type().as_str();
        let fields = match &self.schema.types[name] {
            ExtendedType::Enum(definition) => {
                let values: Vec<_> = definition.values.keys().collect();
                return self.random.pick(&values).to_string();
            }
            ExtendedType::InputObject(object) if depth < 3 => {
                object.fields.values().cloned().collect()
            }
            _ => Vec::new(),
        };
        let literals: &[&str] = match name {
            "Int" => &["0", "-1", "25", "2147483647", "-2147483648"],
            "Boolean" => &["true", "false"],
            "ID" => &["\"task_1\"", "7", "\"\"", "99999999999999999999"],
            "String" => &[
                "\"\"",
                "\"a\"",
                "\"\\u00e9\\n\\\"\"",
                "\"\"\"block \\\"\"\" {{[\"\"\"",
                "\"# no comment\"",
                "\"\\u{1F600}\"",
            ],
            _ => {
                let mut written = Vec::new();
                for field in fields {
                    if field.is_required() || self.random.percent(50) {
                        written.push(format!(
                            "{}: {}",
                            field.name,
                            self.value(&field.ty, depth + 1)
                        ));
                    }
                }
                return format!("{{{}}}", written.join(", "));
            }
        };
        (*self.random.pick(literals)).to_owned()
    }

    fn variable(&mut self, ty: &Type) -> String {
        let name = self.name("v");
        let strict = ty.clone().non_null();
        let declared = if self.random.percent(30) { &strict } else { ty };
        let default = if self.random.percent(25) && !declared.is_non_null() {
            format!(" = {}", constant(self.random, ty))
        } else {
            String::new()
        };
        let spaced = if self.random.percent(10) {
            format!("{declared}").replace('!', " !")
        } else {
            format!("{declared}")
        };
        self.declarations
            .push(format!("${name}: {spaced}{default}"));
        if declared.is_non_null() || self.random.percent(70) {
            let value = self.json(declared, 0);
            self.variables.insert(name.clone(), value);
        }
        format!("${name}")
    }

    fn json(&mut self, ty: &Type, depth: usize) -> Value {
        if !ty.is_non_null() && self.random.percent(10) {
            return Value::Null;
        }
        let name = ty.inner_named_type().as_str();
        match &self.schema.types[name] {
            ExtendedType::Enum(definition) => {
                let values: Vec<_> = definition.values.keys().collect();
                json!(self.random.pick(&values).as_str())
            }
            ExtendedType::InputObject(object) if depth < 4 => {
                let mut map = Map::new();
                for field in object.fields.values() {
                    if field.is_required() || self.random.percent(60) {
                        let value = self.json(&field.ty, depth + 1);
                        map.insert(field.name.to_string(), value);
                    }
                }
                Value::Object(map)
            }
            _ => match name {
                "Int" => json!(*self.random.pick(&[0, 1, -5, i32::MAX, i32::MIN])),
                "Boolean" => json!(self.random.percent(50)),
                "ID" => self.random.pick(&[json!("x"), json!(3), json!("")]).clone(),
                _ => json!(*self.random.pick(&["", "text", "\u{1F600}", "null"])),
            },
        }
    }
}

/// A default value for any type; input objects without required fields only.
fn constant(random: &mut Random, ty: &Type) -> &'static str {
    let values: &[&str] = match ty.inner_named_type().as_str() {
        "Int" => &["5", "null", "-0"],
        "Boolean" => &["true", "null"],
        "ID" | "String" => &["\"d\"", "null"],
        "TaskOrder" => &["NEWEST"],
        "TokenDelivery" => &["COOKIE"],
        "TaskFilter" => &["{}", "{completed: true}"],
        _ => &["null"],
    };
    values[random.below(values.len())]
}
