//! Answers that are JSON already. The library carries them among its values in the form of `serde_json`'s raw values, and
//! writes them out as they are; so do we, without reading them once more.

use std::sync::LazyLock;

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, ServerError, ServerResult, Value};
use async_graphql_value::RAW_VALUE_TOKEN;
use serde::Serialize;

/// JSON that is being written: UTF-8.
pub(crate) type Json = Vec<u8>;

static RAW_VALUE: LazyLock<Name> = LazyLock::new(|| Name::new(RAW_VALUE_TOKEN));

/// Writes a scalar, or whatever else `serde` writes without our help.
pub(crate) fn leaf<T: Serialize + ?Sized>(value: &T, json: &mut Json) -> ServerResult<()> {
    serde_json::to_writer(json, value).map_err(defect)
}

/// Writes items one after another as a list.
pub(crate) fn list<I: IntoIterator>(
    items: I,
    json: &mut Json,
    mut write: impl FnMut(I::Item, &mut Json) -> ServerResult<()>,
) -> ServerResult<()> {
    json.push(b'[');
    for (place, item) in items.into_iter().enumerate() {
        if place > 0 {
            json.push(b',');
        }
        write(item, json)?;
    }
    json.push(b']');
    Ok(())
}

/// The JSON as a value of the library.
pub(super) fn into_value(json: Json) -> ServerResult<Value> {
    let raw = IndexMap::from_iter([(RAW_VALUE.clone(), Value::String(into_text(json)?))]);
    Ok(Value::Object(raw))
}

/// The JSON as values that can be looked into.
pub(super) fn read(json: &Json) -> ServerResult<Value> {
    serde_json::from_slice(json).map_err(defect)
}

/// The JSON as a text.
pub(crate) fn into_text(json: Json) -> ServerResult<String> {
    String::from_utf8(json).map_err(defect)
}

/// Writes a value of the library, with what is JSON in it already.
pub(crate) fn write_value(value: &Value, json: &mut Json) -> ServerResult<()> {
    match value {
        Value::Object(fields) => match fields.get(&*RAW_VALUE) {
            Some(Value::String(written)) => json.extend_from_slice(written.as_bytes()),
            _ => write_fields(fields, json)?,
        },
        Value::List(items) => list(items, json, write_value)?,
        value => leaf(value, json)?,
    }
    Ok(())
}

fn write_fields(fields: &IndexMap<Name, Value>, json: &mut Json) -> ServerResult<()> {
    json.push(b'{');
    for (place, (key, value)) in fields.iter().enumerate() {
        if place > 0 {
            json.push(b',');
        }
        leaf(key.as_str(), json)?;
        json.push(b':');
        write_value(value, json)?;
    }
    json.push(b'}');
    Ok(())
}

/// None of our values can fail to be JSON. Were one to, the error has no code: it is masked and logged.
fn defect(error: impl std::fmt::Display) -> ServerError {
    ServerError::new(format!("an answer could not be written: {error}"), None)
}
