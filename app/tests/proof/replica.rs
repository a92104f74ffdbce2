//! Keeps a copy in Rust, with nothing but HTTP: pages of `taskChanges`, then server-sent events, continued by `Last-Event-ID`.

use std::collections::BTreeMap;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::{Request, Response};
use serde_json::{Value, json};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::TASK;
use crate::http::Sender;
use crate::owner::LAST;

/// Before it comes back.
const PAUSE: Duration = Duration::from_millis(50);

/// A copy that is kept by a task of its own.
pub(super) struct Replica {
    still: watch::Sender<bool>,
    keeper: JoinHandle<Vec<String>>,
}

impl Replica {
    /// Returns once it has read everything there is.
    pub(super) async fn start(sender: Sender) -> Self {
        let (still, standing) = watch::channel(false);
        let (tell, complete) = oneshot::channel();
        let keeper = Keeper {
            sender,
            still: standing,
            tasks: BTreeMap::new(),
            cursor: None,
        };
        let keeper = tokio::spawn(keeper.work(tell));
        complete.await.unwrap();
        Self { still, keeper }
    }

    pub(super) fn stand_still(&self, still: bool) {
        self.still.send_replace(still);
    }

    /// A line for each task, once it has the last one.
    pub(super) async fn copy(&mut self) -> Vec<String> {
        (&mut self.keeper).await.unwrap()
    }
}

/// The connection broke off, or something is away for a while.
struct Interrupted;

struct Keeper {
    sender: Sender,
    still: watch::Receiver<bool>,
    tasks: BTreeMap<String, Value>,
    cursor: Option<String>,
}

impl Keeper {
    async fn work(mut self, complete: oneshot::Sender<()>) -> Vec<String> {
        while !matches!(self.read_all().await, Ok(())) {
            tokio::time::sleep(PAUSE).await;
        }
        complete.send(()).unwrap();
        while !self.has_the_last() {
            if self.follow().await.is_err() {
                tokio::time::sleep(PAUSE).await;
            }
        }
        self.tasks.values().map(Value::to_string).collect()
    }

    fn has_the_last(&self) -> bool {
        self.tasks.values().any(|task| task["title"] == LAST)
    }

    /// Pages of changes until there are no more.
    async fn read_all(&mut self) -> Result<(), Interrupted> {
        let query = format!(
            "query($after: String) {{ taskChanges(after: $after) {{
                changes {{ taskId task {{ {TASK} }} }} cursor hasMore }} }}"
        );
        loop {
            let variables = json!({ "after": self.cursor });
            let answer = self.sender.run(&query, &variables).await;
            let answer = answer.ok_or(Interrupted)?;
            let page = &answer["data"]["taskChanges"];
            let changes = page["changes"].as_array().ok_or(Interrupted)?;
            for change in changes {
                self.put(change);
            }
            self.cursor = page["cursor"].as_str().map(str::to_owned);
            if page["hasMore"] == false {
                return Ok(());
            }
        }
    }

    /// Events for as long as the connection lasts, or until the last task is there.
    async fn follow(&mut self) -> Result<(), Interrupted> {
        let query = format!("subscription {{ taskEvents {{ taskId task {{ {TASK} }} cursor }} }}");
        let request = Request::builder()
            .header("accept", "text/event-stream")
            .header("last-event-id", self.cursor.clone().unwrap_or_default());
        let sender = self.sender.clone();
        let read = async |answer| self.read_events(answer).await;
        let followed = sender.send(request, &query, &json!({}), read).await;
        followed.ok_or(Interrupted)?
    }

    async fn read_events(&mut self, answer: Response<Incoming>) -> Result<(), Interrupted> {
        let mut body = answer.into_body();
        let mut read = Vec::new();
        while !self.has_the_last() {
            let may_read = self.still.wait_for(|still| !still).await;
            may_read.map_err(|_| Interrupted)?;
            let frame = body.frame().await.ok_or(Interrupted)?;
            let frame = frame.map_err(|_| Interrupted)?;
            read.extend(frame.into_data().unwrap_or_default());
            while let Some(end) = read.windows(2).position(|end| end == b"\n\n") {
                let event: Vec<_> = read.drain(..end + 2).collect();
                self.take(&String::from_utf8(event).unwrap());
            }
        }
        Ok(())
    }

    fn take(&mut self, event: &str) {
        let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
        let Some(data) = field("data: ") else {
            return;
        };
        let data: Value = serde_json::from_str(data).unwrap();
        assert!(!data.to_string().contains("CURSOR_EXPIRED"), "{data}");
        let event = &data["data"]["taskEvents"];
        if event.is_object() {
            self.put(event);
            self.cursor = field("id: ").map(str::to_owned);
        }
    }

    /// A task is as it is now, or is gone.
    fn put(&mut self, change: &Value) {
        let id = change["taskId"].as_str().unwrap().to_owned();
        let task = &change["task"];
        if task.is_null() {
            self.tasks.remove(&id);
            return;
        }
        let before = self.tasks.insert(id, task.clone());
        let before = before.map_or(0, |before| before["version"].as_i64().unwrap());
        assert!(
            task["version"].as_i64().unwrap() >= before,
            "an older version: {task}"
        );
    }
}
