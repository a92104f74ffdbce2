//! Variables: coerced by the compiler's own rules, and explained in ours, because its messages repeat the value, which
//! may be a password.

use std::fmt::Write;

use apollo_compiler::Schema;
use apollo_compiler::ast::Type;
use apollo_compiler::executable::Operation;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use async_graphql::{Name, Value, Variables};
use serde_json::Map;

use super::lowering::constant;
use super::refusal::{Refusal, RefusalError, RefusalKind};

/// The values of the variables that the operation declares, defaults filled in, or why they do not fit.
pub(super) fn coerce(
    schema: &Valid<Schema>,
    operation: &Operation,
    mut given: Map<String, serde_json::Value>,
) -> Result<JsonMap, Refusal> {
    if operation.variables.is_empty() {
        return Ok(JsonMap::new());
    }
    let declared: JsonMap = operation
        .variables
        .iter()
        .filter_map(|variable| {
            let value = given.remove(variable.name.as_str())?;
            Some((variable.name.as_str().into(), whole_numbers(value.into())))
        })
        .collect();
    let mut coerced = coerce_variable_values(schema, operation, &declared)
        .map_err(|_| explain(schema, operation, &declared))?
        .into_inner();
    // The compiler reads the digits of a default as JSON, to which `-0` and long integers are floats.
    for variable in &operation.variables {
        let name = variable.name.as_str();
        if let Some(default) = &variable.default_value
            && !declared.contains_key(name)
        {
            coerced.insert(name, json_of(&constant(default)));
        }
    }
    Ok(coerced)
}

/// JSON has one kind of number: `1.0` is the integer 1 to every client, whatever it writes.
fn whole_numbers(value: JsonValue) -> JsonValue {
    match value {
        JsonValue::Number(number) if number.is_f64() => {
            let whole = number.as_f64().filter(|float| float.fract() == 0.0);
            // Its decimal text is exact, and parses only if a machine word holds it.
            whole
                .and_then(|float| format!("{float:.0}").parse::<i64>().ok())
                .map_or(JsonValue::Number(number), JsonValue::from)
        }
        JsonValue::Array(items) => items.into_iter().map(whole_numbers).collect(),
        JsonValue::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, whole_numbers(value)))
            .collect(),
        other => other,
    }
}

/// The same values for the executor.
pub(super) fn for_execution(coerced: JsonMap) -> Variables {
    let mut variables = Variables::default();
    for (name, value) in coerced {
        variables.insert(Name::new(name.as_str()), value_of(value));
    }
    variables
}

/// The way back.
fn json_of(value: &Value) -> JsonValue {
    match value {
        Value::Boolean(value) => JsonValue::Bool(*value),
        Value::Number(number) => JsonValue::Number(number.clone()),
        Value::String(text) => text.as_str().into(),
        Value::Enum(name) => name.as_str().into(),
        Value::List(items) => items.iter().map(json_of).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.as_str(), json_of(value)))
            .collect(),
        // No literal is binary.
        Value::Null | Value::Binary(_) => JsonValue::Null,
    }
}

/// A value for the executor.
pub(super) fn value_of(value: JsonValue) -> Value {
    match value {
        JsonValue::Null => Value::Null,
        JsonValue::Bool(value) => Value::Boolean(value),
        JsonValue::Number(number) => Value::Number(number),
        JsonValue::String(text) => Value::String(text.as_str().to_owned()),
        JsonValue::Array(items) => Value::List(items.into_iter().map(value_of).collect()),
        JsonValue::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| (Name::new(name.as_str()), value_of(value)))
                .collect(),
        ),
    }
}

/// Says what is wrong with each variable, one place per variable.
fn explain(schema: &Schema, operation: &Operation, given: &JsonMap) -> Refusal {
    let mut errors = Vec::new();
    for variable in &operation.variables {
        let mut path = format!("${}", variable.name);
        let mismatch = match given.get(variable.name.as_str()) {
            None if variable.default_value.is_none() && variable.ty.is_non_null() => {
                Some(format!("a value of type `{}` is required", variable.ty))
            }
            None => None,
            Some(value) => mismatch(schema, &variable.ty, value, &mut path),
        };
        if let Some(mismatch) = mismatch {
            let message = format!("Variable `{path}`: {mismatch}.");
            errors.push(RefusalError::new(message, None));
        }
    }
    if errors.is_empty() {
        return Refusal::validation("The variables do not fit the operation.");
    }
    Refusal::many(RefusalKind::Validation, errors)
}

/// What does not fit, with `path` extended to the place; `None` if all does.
fn mismatch(schema: &Schema, ty: &Type, value: &JsonValue, path: &mut String) -> Option<String> {
    if value.is_null() {
        return ty
            .is_non_null()
            .then(|| format!("expected `{ty}`, found null"));
    }
    if let Type::List(item_type) | Type::NonNullList(item_type) = ty {
        let Some(items) = value.as_array() else {
            return mismatch(schema, item_type, value, path);
        };
        return items.iter().enumerate().find_map(|(index, item)| {
            within(path, &index, |path| mismatch(schema, item_type, item, path))
        });
    }
    let found = || Some(format!("expected `{ty}`, found {}", kind_of(value)));
    let name = ty.inner_named_type();
    match schema.types.get(name)? {
        ExtendedType::Enum(definition) => match value.as_str() {
            Some(text) if definition.values.contains_key(text) => None,
            Some(_) => Some(format!("expected one of the values of `{name}`")),
            None => found(),
        },
        ExtendedType::InputObject(definition) => {
            let Some(fields) = value.as_object() else {
                return found();
            };
            let unknown = fields
                .keys()
                .find(|key| !definition.fields.contains_key(key.as_str()));
            if let Some(unknown) = unknown {
                return Some(unknown_field(name, unknown.as_str()));
            }
            definition.fields.iter().find_map(|(field, expected)| {
                match fields.get(field.as_str()) {
                    Some(value) => within(path, field, |path| {
                        mismatch(schema, &expected.ty, value, path)
                    }),
                    None if expected.is_required() => {
                        Some(format!("the field `{field}` is required"))
                    }
                    None => None,
                }
            })
        }
        ExtendedType::Scalar(_) => scalar_fits(name, value).map_or_else(found, |()| None),
        _ => None,
    }
}

/// Repeats the key only if it could be the name of a field: anything else is the client's own text.
fn unknown_field(type_name: &str, key: &str) -> String {
    let is_name = apollo_compiler::Name::is_valid_syntax(key) && key.len() <= 40;
    if is_name {
        format!("`{type_name}` has no field `{key}`")
    } else {
        format!("`{type_name}` has no field of such a name")
    }
}

fn scalar_fits(name: &str, value: &JsonValue) -> Option<()> {
    let fits = match name {
        "Int" => value.as_i64().is_some_and(|int| i32::try_from(int).is_ok()),
        "Float" => value.is_number(),
        "String" => value.is_string(),
        "Boolean" => value.is_boolean(),
        "ID" => value.is_string() || value.is_i64(),
        _ => true,
    };
    fits.then_some(())
}

/// Looks one step deeper; the step stays in the path only if something was found there.
fn within(
    path: &mut String,
    step: &impl std::fmt::Display,
    look: impl FnOnce(&mut String) -> Option<String>,
) -> Option<String> {
    let length = path.len();
    let _ = write!(path, ".{step}");
    let found = look(path);
    if found.is_none() {
        path.truncate(length);
    }
    found
}

fn kind_of(value: &JsonValue) -> &'static str {
    match value {
        JsonValue::Null => "null",
        JsonValue::Bool(_) => "a boolean",
        JsonValue::Number(number) if number.is_f64() => "a number with a fraction or exponent",
        JsonValue::Number(_) => "an integer",
        JsonValue::String(_) => "a string",
        JsonValue::Array(_) => "a list",
        JsonValue::Object(_) => "an object",
    }
}
