//! Live updates, as server-sent events.

use std::ops::ControlFlow;
use std::time::Duration;

use graphql_client::{GraphQLQuery, Response};
use reqwest::StatusCode;

use super::operations::{TaskEvents, task_events};
use super::session::{Failed, Session, data, says_expired};

type Event = task_events::TaskEventsTaskEvents;

impl Session {
    /// Hands over each change after `after`, which is the `asOf` of a page or the cursor of an event, until told to stop. None is
    /// missed when the connection is lost.
    pub(crate) async fn for_each_change(
        &self,
        mut after: String,
        mut handle: impl FnMut(Event) -> ControlFlow<()>,
    ) -> Result<(), Failed> {
        loop {
            match self.stream(&mut after, &mut handle).await {
                Ok(ControlFlow::Break(())) => return Ok(()),
                // A stream ends with its access token, too.
                Ok(ControlFlow::Continue(())) | Err(Failed::Network(_)) => {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                Err(refused) => return Err(refused),
            }
        }
    }

    /// One connection's life.
    async fn stream(
        &self,
        after: &mut String,
        handle: &mut impl FnMut(Event) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Failed> {
        let token = self.tokens.lock().await.access.clone();
        let variables = task_events::Variables {
            after: Some(after.clone()),
        };
        let request = self.http.post(&self.url).bearer_auth(&token);
        let request = request.header("accept", "text/event-stream");
        let request = request.json(&TaskEvents::build_query(variables));
        let mut stream = request.send().await.map_err(Failed::Network)?;
        if stream.status() != StatusCode::OK {
            let retried = stream.status().is_server_error();
            let answer: Response<Event> = stream.json().await.map_err(Failed::Network)?;
            if says_expired(&answer) {
                self.refresh(&token).await?;
            } else if !retried {
                data(answer)?;
            }
            return Ok(ControlFlow::Continue(()));
        }
        let mut read = Vec::new();
        while let Some(chunk) = stream.chunk().await.map_err(Failed::Network)? {
            read.extend(chunk);
            while let Some(end) = read.windows(2).position(|end| end == b"\n\n") {
                let message: Vec<u8> = read.drain(..end + 2).collect();
                let Some(answer) = answer_in(&String::from_utf8_lossy(&message)) else {
                    continue;
                };
                let event = data(answer)?.task_events;
                after.clone_from(&event.cursor);
                if handle(event).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// Comments have none, and neither has the end of a stream.
fn answer_in(message: &str) -> Option<Response<task_events::ResponseData>> {
    let data = message
        .lines()
        .find_map(|line| line.strip_prefix("data: "))?;
    serde_json::from_str(data).ok()
}
