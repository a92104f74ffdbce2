//! What the service answers, and short ways to the parts of it that tests look at.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// One answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, if it is JSON; otherwise null.
    pub json: Value,
    /// The body as text, if it is not packed; otherwise empty.
    pub text: String,
    /// The body as it came.
    pub body: Vec<u8>,
}

impl Reply {
    /// The whole of a response.
    pub async fn of(response: reqwest::Response) -> Self {
        Self::received(response).await.unwrap()
    }

    /// The whole of a response that may break off.
    pub async fn received(response: reqwest::Response) -> reqwest::Result<Self> {
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await?;
        Ok(Self::new(status, headers, body.into()))
    }

    /// From the parts of a response.
    pub fn new(status: StatusCode, headers: HeaderMap, body: Vec<u8>) -> Self {
        let text = if headers.contains_key("content-encoding") {
            String::new()
        } else {
            String::from_utf8(body.clone()).expect("answers are UTF-8")
        };
        let json: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        // The specification allows `extensions` beside these two; this service has none.
        let known = |name: &String| name == "data" || name == "errors";
        assert!(
            json.as_object().is_none_or(|body| body.keys().all(known)),
            "{text}"
        );
        Self {
            status,
            headers,
            json,
            text,
            body,
        }
    }

    /// A header, or the empty text if there is none: the service sends no empty ones.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).map(|value| value.to_str().unwrap());
        assert_ne!(value, Some(""), "{name}");
        value.unwrap_or_default()
    }

    /// The data of an operation in which nothing went wrong.
    pub fn data(&self) -> &Value {
        assert!(
            self.status == 200 && self.json.get("errors").is_none(),
            "{} {}",
            self.status,
            self.text
        );
        &self.json["data"]
    }

    fn extension(&self, name: &str) -> &str {
        self.json["errors"][0]["extensions"][name]
            .as_str()
            .unwrap_or("")
    }

    /// The code of the first error, or the empty text.
    pub fn code(&self) -> &str {
        self.extension("code")
    }

    /// The reason of the first error, or the empty text.
    pub fn reason(&self) -> &str {
        self.extension("reason")
    }

    /// The issues of the first error as `path.in.the.input REASON limit`; where the code says it all, there is no reason.
    pub fn issues(&self) -> Vec<String> {
        let issues = self.json["errors"][0]["extensions"]["issues"].as_array();
        let one = |issue: &Value| {
            let step = |step: &Value| match step {
                Value::String(field) => field.clone(),
                item => item.as_u64().unwrap().to_string(),
            };
            let path: Vec<String> = issue["path"].as_array().unwrap().iter().map(step).collect();
            assert!(issue["message"].as_str().is_some_and(|m| m.ends_with('.')));
            let reason = issue["reason"].as_str().map(ToOwned::to_owned);
            let limit = issue.get("limit").map(ToString::to_string);
            let parts = [Some(path.join(".")), reason, limit];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
        };
        issues.map_or_else(Vec::new, |issues| issues.iter().map(one).collect())
    }

    /// Status and body, without what differs between any two requests.
    pub fn comparable(&self) -> String {
        let mut json = self.json.clone();
        if let Some(errors) = json["errors"].as_array_mut() {
            for error in errors {
                let id = error["extensions"]["requestId"].take();
                assert_eq!(
                    id.as_str(),
                    Some(self.header("x-request-id")),
                    "{}",
                    self.text
                );
            }
        }
        format!("{} {json}", self.status)
    }

    /// Panics unless this is a request error with this status and code: no `data`, the media type that says so.
    #[track_caller]
    pub fn assert_refused(&self, status: u16, code: &str, what: &str) {
        assert_eq!(
            (self.status.as_u16(), self.code()),
            (status, code),
            "{what}: {}",
            self.text
        );
        assert!(self.json.get("data").is_none(), "{what}: {}", self.text);
        let media_type = "application/graphql-response+json; charset=utf-8";
        assert_eq!(self.header("content-type"), media_type, "{what}");
        assert_eq!(self.header("cache-control"), "no-store", "{what}");
    }
}
