//! Those who change tasks: at random, on new connections, and without caring whether an answer arrives.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use testkit::{CREATE, DELETE, Random, SET_COMPLETED, TOGGLE, UPDATE};
use tokio::sync::watch;
use uuid::Uuid;

use crate::http::Sender;

const RESTORE: &str =
    "mutation($input: RestoreTasksInput!) { restoreTasks(input: $input) { tasks { id } } }";
/// What may be refused: another writer was faster, or something is broken off that is meant to be.
const EXPECTED: [&str; 3] = ["NOT_FOUND", "CONFLICT", "UNAVAILABLE"];
/// Where nobody answers, nobody is asked again at once.
const PAUSE: Duration = Duration::from_millis(10);

/// How many changes were acknowledged, and whether that is enough.
#[derive(Debug, Clone)]
pub(super) struct Progress(Arc<watch::Sender<(u64, bool)>>);

impl Default for Progress {
    fn default() -> Self {
        Self(Arc::new(watch::channel((0, false)).0))
    }
}

impl Progress {
    pub(super) fn made(&self) -> u64 {
        self.0.borrow().0
    }

    /// Waits for so many more.
    pub(super) async fn so_many_more(&self, changes: u64) {
        let enough = self.made() + changes;
        let mut progress = self.0.subscribe();
        progress
            .wait_for(|(made, _)| *made >= enough)
            .await
            .unwrap();
    }

    pub(super) fn stop(&self) {
        self.0.send_modify(|(_, over)| *over = true);
    }

    fn one_more(&self) {
        self.0.send_modify(|(made, _)| *made += 1);
    }

    fn is_over(&self) -> bool {
        self.0.borrow().1
    }
}

/// The IDs of all tasks there ever were, which the writers of one owner share.
pub(super) type Known = Arc<Mutex<Vec<String>>>;

/// Changes tasks of one owner.
pub(super) struct Writer {
    pub(super) sender: Sender,
    pub(super) known: Known,
    pub(super) random: Random,
}

impl Writer {
    /// Until it is told to stop.
    pub(super) async fn work(mut self, progress: Progress) {
        while !progress.is_over() {
            let (mutation, input) = self.next();
            match self.send(mutation, &input).await {
                Some(true) => progress.one_more(),
                Some(false) => {}
                None => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// Sends a mutation until it is known that it was executed.
    pub(super) async fn surely(&self, mutation: &str, input: &Value) {
        while self.send(mutation, input).await != Some(true) {
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Something to do.
    fn next(&mut self) -> (&'static str, Value) {
        match self.random.below(100) {
            0..30 => (CREATE, self.task()),
            30..50 => {
                let id = self.any();
                let (title, tag) = (self.title(), self.title());
                let priority = *self.random.pick(&["LOW", "NORMAL", "HIGH", "URGENT"]);
                let due = format!("2026-01-{}", 10 + self.random.below(20));
                (
                    UPDATE,
                    json!({ "id": id, "title": title, "dueOn": due, "priority": priority, "tags": [tag] }),
                )
            }
            50..65 => (TOGGLE, json!({ "id": self.any() })),
            65..75 => (
                SET_COMPLETED,
                json!({ "id": self.any(), "completed": true }),
            ),
            75..90 => (DELETE, json!({ "id": self.any() })),
            // Together they share a number in the order of changes.
            _ => {
                let ids: Vec<_> = (0..3).map(|_| self.any()).collect();
                (RESTORE, json!({ "ids": ids }))
            }
        }
    }

    /// A new one, or one that may be there or was deleted.
    fn task(&mut self) -> Value {
        let title = self.title();
        if self.random.percent(10) {
            return json!({ "id": self.any(), "title": title });
        }
        let id = format!("task_{}", Uuid::new_v4().simple());
        self.known().push(id.clone());
        json!({ "id": id, "title": title, "description": "first\nsecond \\ \u{1f41d}" })
    }

    fn title(&mut self) -> String {
        format!("\"{}\" Straße \u{1f41d}", self.random.below(1 << 20))
    }

    fn any(&mut self) -> String {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_empty() {
            return format!("task_{}", Uuid::new_v4().simple());
        }
        self.random.pick(&known).clone()
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it was executed; nothing if that is not known.
    async fn send(&self, mutation: &str, input: &Value) -> Option<bool> {
        let variables = json!({ "input": input });
        let answer = self.sender.run(mutation, &variables).await?;
        let Some(error) = answer["errors"].get(0) else {
            return Some(true);
        };
        let code = error["extensions"]["code"].as_str().unwrap();
        assert!(EXPECTED.contains(&code), "{answer}");
        (code != "UNAVAILABLE").then_some(false)
    }
}
