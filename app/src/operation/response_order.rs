//! The order of the root's keys. By the specification a response has them in the order in which they were asked for, which
//! admission knows; async-graphql 7.2 answers in the order in which they were ready. Below the root everything is ready at
//! once, and in order.

use async_graphql::Value;

/// Sorts the keys of `data` as they stand in `keys`.
pub(super) fn put_in_order(data: &mut Value, keys: &[String]) {
    if let Value::Object(fields) = data {
        fields.sort_by_cached_key(|name, _| keys.iter().position(|key| key == name.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_as_they_were_asked_for() {
        let mut data = Value::from_json(serde_json::json!({ "z": 1, "a": 2, "b": 3 })).unwrap();
        put_in_order(&mut data, &["b", "a", "z"].map(str::to_owned));
        assert_eq!(data.to_string(), "{b: 3, a: 2, z: 1}");
    }
}
