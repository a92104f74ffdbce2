//! The request as GraphQL over HTTP defines it, read from a JSON body, a query string or a message of a socket. What it
//! asks for is looked at later, by admission.

use axum::http::StatusCode;
use serde_json::{Map, Value};

use super::request_error::RequestError;

/// One operation to run.
#[derive(Debug, PartialEq)]
pub(crate) struct GraphQlRequest {
    /// The document.
    pub(crate) query: String,
    /// Which operation of the document. An empty name is none, as GraphQL over HTTP says of GET ("equivalent to omitting"), and its
    /// parameters mean the same however they are encoded.
    pub(crate) operation_name: Option<String>,
    /// Values for the operation's variables.
    pub(crate) variables: Map<String, Value>,
}

impl GraphQlRequest {
    /// From the body of a POST request.
    pub(crate) fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        let value: Value =
            serde_json::from_slice(body).map_err(|error| not_json("The body", &error))?;
        Self::from_value(value)
    }

    /// From a JSON value: a body, or the payload of a `subscribe` message.
    pub(crate) fn from_value(value: Value) -> Result<Self, RequestError> {
        let Value::Object(mut fields) = value else {
            return Err(not_graphql(
                "Send one JSON object with the operation in `query`. Batches are not supported.",
            ));
        };
        let Some(Value::String(query)) = fields.remove("query") else {
            return Err(not_graphql(
                "`query` must be a string that holds the operation.",
            ));
        };
        let operation_name = match fields.remove("operationName") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name),
            Some(_) => return Err(not_graphql("`operationName` must be a string.")),
        };
        let variables = object(fields.remove("variables"), "variables")?;
        object(fields.remove("extensions"), "extensions")?;
        Ok(Self {
            query,
            operation_name: operation_name.filter(|name| !name.is_empty()),
            variables,
        })
    }

    /// From the query string of a GET request, where `variables` and `extensions` hold JSON.
    pub(crate) fn from_query_string(text: &str) -> Result<Self, RequestError> {
        let mut fields = Map::new();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let value = match name.as_ref() {
                "query" | "operationName" => Value::String(value.into_owned()),
                "variables" | "extensions" if value.is_empty() => Value::Null,
                "variables" | "extensions" => serde_json::from_str(&value)
                    .map_err(|error| not_json(&format!("`{name}`"), &error))?,
                _ => continue,
            };
            if fields.insert(name.clone().into_owned(), value).is_some() {
                return Err(not_graphql(&format!("`{name}` is given twice.")));
            }
        }
        Self::from_value(Value::Object(fields))
    }
}

fn object(value: Option<Value>, name: &str) -> Result<Map<String, Value>, RequestError> {
    match value {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(fields)) => Ok(fields),
        Some(_) => Err(not_graphql(&format!("`{name}` must be a JSON object."))),
    }
}

/// Says where the JSON breaks, not what stands there: it may be a password.
fn not_json(what: &str, error: &serde_json::Error) -> RequestError {
    let place = format!("line {}, column {}", error.line(), error.column());
    RequestError::bad_request(
        StatusCode::BAD_REQUEST,
        format!("{what} is not valid JSON: look at {place}."),
    )
}

fn not_graphql(message: &str) -> RequestError {
    RequestError::bad_request(StatusCode::UNPROCESSABLE_ENTITY, message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_two_encodings_say_the_same() {
        let body =
            br#"{"query":"{me{id}}","operationName":"A","variables":{"n":1},"extensions":{}}"#;
        let query = "query=%7Bme%7Bid%7D%7D&operationName=A&variables=%7B%22n%22%3A1%7D&other=1";
        let from_body = GraphQlRequest::from_json(body).ok();
        assert!(from_body.is_some());
        assert_eq!(from_body, GraphQlRequest::from_query_string(query).ok());
    }

    #[test]
    fn an_empty_name_names_no_operation_in_any_encoding() {
        let unnamed = [
            GraphQlRequest::from_json(br#"{"query":"{me{id}}","operationName":""}"#),
            GraphQlRequest::from_json(br#"{"query":"{me{id}}","operationName":null}"#),
            GraphQlRequest::from_query_string("query=%7Bme%7Bid%7D%7D&operationName="),
            // The payload of a `subscribe` message.
            GraphQlRequest::from_value(json!({"query": "{me{id}}", "operationName": ""})),
        ];
        for request in unnamed {
            let name = request.map(|request| request.operation_name);
            assert_eq!(name.ok(), Some(None));
        }
    }

    #[test]
    fn what_is_no_request_is_told_apart_from_what_is_no_json() {
        for (body, status) in [
            ("", 400),
            ("{", 400),
            (r#"{"query":"\ud800"}"#, 400),
            (r#"{"query":"{me{id}}","variables":{"n":1e999}}"#, 400),
            ("[]", 422),
            ("7", 422),
            ("{}", 422),
            (r#"{"query":7}"#, 422),
            (r#"{"query":"{me{id}}","operationName":7}"#, 422),
            (r#"{"query":"{me{id}}","variables":[7]}"#, 422),
            (r#"{"query":"{me{id}}","extensions":"x"}"#, 422),
        ] {
            let refused = GraphQlRequest::from_json(body.as_bytes())
                .map_err(|failure| failure.status.as_u16());
            assert_eq!(refused.err(), Some(status), "{body}");
        }
        for (query, status) in [
            ("", 422),
            ("query=a&query=b", 422),
            ("query=a&variables=%7B", 400),
        ] {
            let refused =
                GraphQlRequest::from_query_string(query).map_err(|failure| failure.status.as_u16());
            assert_eq!(refused.err(), Some(status), "{query}");
        }
    }
}
