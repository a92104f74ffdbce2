//! What is asked, in GraphQL and of L, and whether an answer is right.

use serde_json::Value;
use taskhive_bench::Failure;

use crate::data;
use crate::http::{shown, write_request};

/// Tasks on a page that is measured.
const PAGE: usize = 50;

/// One kind of request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Floor,
    Me,
    Get,
    Nodes,
    Edges,
    Create,
    Toggle,
    Login,
}

/// How a server wants to be asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    GraphQl,
    Rest,
}

/// Whom and what a request is about.
#[derive(Clone, Copy)]
pub(crate) struct Subject {
    pub(crate) user: u32,
    pub(crate) task: u32,
}

const FIELDS: &str = "id title description completed createdAt updatedAt";
const NEW_TITLE: &str = "Look at the figures again";

impl Operation {
    fn document(self) -> String {
        match self {
            Self::Floor => "{__typename}".to_owned(),
            Self::Me => "query Me { me { id email createdAt } }".to_owned(),
            Self::Get => format!("query Task($id: ID!) {{ task(id: $id) {{ {FIELDS} }} }}"),
            Self::Nodes => format!(
                "query Tasks($first: Int) {{ tasks(first: $first) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }} }}"
            ),
            Self::Edges => format!(
                "query Tasks($first: Int) {{ tasks(first: $first) {{ edges {{ cursor node {{ ...Shown }} }} \
                 pageInfo {{ hasNextPage endCursor }} }} }} fragment Shown on Task {{ {FIELDS} }}"
            ),
            Self::Create => format!(
                "mutation Create($input: CreateTaskInput!) {{ createTask(input: $input) {{ task {{ {FIELDS} }} }} }}"
            ),
            Self::Toggle => format!(
                "mutation Toggle($input: ToggleTaskInput!) {{ toggleTask(input: $input) {{ task {{ {FIELDS} }} }} }}"
            ),
            Self::Login => "mutation Login($input: LoginInput!) { login(input: $input) { accessToken user { id } } }".to_owned(),
        }
    }

    fn variables(self, subject: Subject) -> String {
        let id = || data::task_id(subject.user, subject.task).simple();
        match self {
            Self::Floor | Self::Me => "{}".to_owned(),
            Self::Get => format!(r#"{{"id":"task_{}"}}"#, id()),
            Self::Nodes | Self::Edges => format!(r#"{{"first":{PAGE}}}"#),
            Self::Create => format!(r#"{{"input":{}}}"#, new_task()),
            Self::Toggle => format!(r#"{{"input":{{"id":"task_{}"}}}}"#, id()),
            Self::Login => format!(
                r#"{{"input":{{"email":"{}","password":"{}"}}}}"#,
                data::email(subject.user),
                data::PASSWORD
            ),
        }
    }

    /// The whole request.
    pub(crate) fn write(self, api: Api, subject: Subject, token: &str, out: &mut Vec<u8>) {
        let token = (!matches!(self, Self::Floor | Self::Login)).then_some(token);
        if api == Api::GraphQl {
            let (document, variables) = (self.document(), self.variables(subject));
            let body = format!(r#"{{"query":"{document}","variables":{variables}}}"#);
            return write_request(out, "POST", "/graphql", token, &body);
        }
        let task = || {
            format!(
                "/tasks/task_{}",
                data::task_id(subject.user, subject.task).simple()
            )
        };
        match self {
            Self::Floor => write_request(out, "GET", "/floor", token, ""),
            Self::Me => write_request(out, "GET", "/me", token, ""),
            Self::Get => write_request(out, "GET", &task(), token, ""),
            Self::Nodes => write_request(out, "GET", "/tasks", token, ""),
            Self::Edges => write_request(out, "GET", "/tasks/edges", token, ""),
            Self::Create => write_request(out, "POST", "/tasks", token, &new_task()),
            Self::Toggle => write_request(out, "POST", &format!("{}/toggle", task()), token, ""),
            // L has none; no scenario asks it.
            Self::Login => write_request(out, "POST", "/login", token, ""),
        }
    }

    /// What every answer goes through: it is one, and not an error.
    pub(crate) fn glance(self, api: Api, answer: &[u8]) -> Result<(), Failure> {
        let good = match api {
            Api::GraphQl => answer.starts_with(br#"{"data":{"#),
            Api::Rest => answer.starts_with(b"{"),
        };
        let long = !matches!(self, Self::Nodes | Self::Edges) || answer.len() > PAGE * 200;
        (good && long)
            .then_some(())
            .ok_or_else(|| shown("not an answer", answer))
    }

    /// What some of them go through: every value.
    pub(crate) fn check(self, api: Api, subject: Subject, answer: &[u8]) -> Result<(), Failure> {
        let parsed: Value = serde_json::from_slice(answer)?;
        let data = match api {
            Api::GraphQl if parsed.get("errors").is_none() => &parsed["data"],
            Api::GraphQl => return Err(shown("errors", answer)),
            Api::Rest => &parsed,
        };
        let root = |field: &str| {
            if api == Api::GraphQl {
                &data[field]
            } else {
                data
            }
        };
        let right = match self {
            Self::Floor => data["__typename"] == "Query" || data["__typename"] == "QueryRoot",
            Self::Me => {
                let me = root("me");
                me["id"] == format!("user_{}", data::user_id(subject.user).simple()).as_str()
                    && me["email"] == data::email(subject.user).as_str()
            }
            Self::Get => is_task(subject, root("task")),
            Self::Toggle => is_task(subject, payload(api, root("toggleTask"))),
            Self::Create => {
                let task = payload(api, root("createTask"));
                task["title"] == NEW_TITLE && task["completed"] == false
            }
            Self::Nodes => is_page(subject.user, root("tasks"), false),
            Self::Edges => is_page(subject.user, root("tasks"), true),
            Self::Login => {
                let login = &data["login"];
                login["accessToken"]
                    .as_str()
                    .is_some_and(|token| token.len() > 100)
                    && login["user"]["id"]
                        == format!("user_{}", data::user_id(subject.user).simple()).as_str()
            }
        };
        right
            .then_some(())
            .ok_or_else(|| shown("a wrong answer", answer))
    }
}

fn new_task() -> String {
    format!(
        r#"{{"title":"{NEW_TITLE}","description":"All of them, and those of last week beside them."}}"#
    )
}

fn payload(api: Api, root: &Value) -> &Value {
    if api == Api::GraphQl {
        &root["task"]
    } else {
        root
    }
}

/// The very task.
fn is_task(subject: Subject, task: &Value) -> bool {
    task["id"]
        .as_str()
        .and_then(|id| data::task_number(subject.user, id))
        == Some(subject.task)
        && is_known(subject.user, task).is_some()
}

/// Whether it is open, and its number, if it is one of the user's tasks and all about it is right.
fn is_known(user: u32, task: &Value) -> Option<(bool, u32)> {
    let number = data::task_number(user, task["id"].as_str()?)?;
    let same_time = |text: &str| chrono::DateTime::parse_from_rfc3339(text).ok();
    let right = task["title"] == data::title(user, number).as_str()
        && task["description"] == data::DESCRIPTION
        && same_time(task["createdAt"].as_str()?) == same_time(&data::created_at(number))
        && same_time(task["updatedAt"].as_str()?) >= same_time(&data::created_at(number));
    right.then_some((!task["completed"].as_bool()?, number))
}

/// A full page of the user's tasks, each with its own cursor if there are any, open ones first, then the newest.
fn is_page(user: u32, page: &Value, cursors: bool) -> bool {
    let Some(items) = page[if cursors { "edges" } else { "nodes" }].as_array() else {
        return false;
    };
    let keys: Option<Vec<_>> = items
        .iter()
        .map(|item| is_known(user, if cursors { &item["node"] } else { item }))
        .collect();
    let info = &page["pageInfo"];
    let marked = !cursors
        || items.iter().all(|item| item["cursor"].is_string())
            && items
                .windows(2)
                .all(|two| two[0]["cursor"] != two[1]["cursor"])
            && items
                .last()
                .is_some_and(|item| item["cursor"] == info["endCursor"]);
    marked
        && info["hasNextPage"] == true
        && info["endCursor"]
            .as_str()
            .is_some_and(|cursor| !cursor.is_empty())
        && keys.is_some_and(|keys| keys.len() == PAGE && keys.is_sorted_by(|a, b| a > b))
}
