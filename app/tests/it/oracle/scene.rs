//! A database with something of everything, that both sides read.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use taskhive_domain::testing::ManualClock;

use crate::oracle::answer::Answer;
use crate::oracle::case::Memory;
use crate::oracle::differences;
use crate::oracle::grounding::Grounding;
use crate::oracle::service::{Service, Side};
use crate::requests::Case;
use testkit::PASSWORD;

/// Enough for pages within pages.
const TASKS: u128 = 45;

/// A database with something of everything.
pub(crate) struct Scene {
    pub(crate) service: Service,
    pub(crate) clock: Arc<ManualClock>,
    /// Ada's.
    pub(crate) token: String,
    pub(crate) memory: Memory,
}

const ORDERS: [&str; 4] = ["OPEN_FIRST", "NEWEST", "OLDEST", "RECENTLY_UPDATED"];

impl Scene {
    pub(crate) async fn new() -> Self {
        let clock = Arc::new(ManualClock::default());
        let service = Service::new(&clock).await;
        let token = service.sign_up("ada").await;
        let mut scene = Self {
            service,
            clock,
            token,
            memory: Memory::default(),
        };
        scene.write_tasks().await;
        scene.sign_in_elsewhere().await;
        scene.remember_cursors().await;
        scene
    }

    /// Two tasks share each millisecond; some are completed, some changed.
    async fn write_tasks(&mut self) {
        let titles = [
            "Buy milk",
            "Straße kehren",
            "\u{1F9ED} \"quoted\"",
            "a text",
        ];
        for number in 1..=TASKS {
            let id = format!(
                "task_{:032x}",
                0x0197_0000_0000_7000_8000_0000_0000_0000 + number
            );
            let title = titles[usize::try_from(number).expect("small") % titles.len()];
            let input = json!({ "id": id, "title": format!("{title} {number}"), "description": "milk\nand é" });
            self.write(
                "createTask(input: $input) { task { id } }",
                "CreateTaskInput",
                input,
            )
            .await;
            if number % 2 == 0 {
                self.clock.advance(Duration::from_millis(1));
            }
            if number % 3 == 0 {
                self.write(
                    "toggleTask(input: $input) { task { id } }",
                    "ToggleTaskInput",
                    json!({ "id": id }),
                )
                .await;
                self.memory.keep("done", &json!(id));
            }
            if number % 5 == 0 {
                let input = json!({ "id": id, "description": "" });
                self.write(
                    "updateTask(input: $input) { task { id } }",
                    "UpdateTaskInput",
                    input,
                )
                .await;
            }
            self.memory.keep("task", &json!(id));
        }
        let bob = self.service.sign_up("bob").await;
        let query = "mutation { createTask(input: {title: \"Bob's\"}) { task { id } } }";
        let data = self.service.run(Some(&bob), query, json!({})).await;
        self.memory
            .keep("foreign", &data["createTask"]["task"]["id"]);
    }

    async fn write(&self, field: &str, input_type: &str, input: Value) {
        let query = format!("mutation ($input: {input_type}!) {{ {field} }}");
        let variables = json!({ "input": input });
        self.service.run(Some(&self.token), &query, variables).await;
    }

    async fn sign_in_elsewhere(&mut self) {
        for _ in 0..3 {
            self.clock.advance(Duration::from_secs(1));
            let query = "mutation ($input: LoginInput!) { login(input: $input) { user { id } } }";
            let input = json!({ "email": "ada@example.org", "password": PASSWORD });
            let data = self
                .service
                .run(None, query, json!({ "input": input }))
                .await;
            self.memory.keep("user", &data["login"]["user"]["id"]);
        }
        let data = self
            .service
            .run(Some(&self.token), "{ sessions { id } }", json!({}))
            .await;
        self.memory.keep("session", &data["sessions"][0]["id"]);
    }

    /// One in the middle of each order.
    async fn remember_cursors(&mut self) {
        for order in ORDERS {
            let query =
                format!("{{ tasks(first: 20, orderBy: {order}) {{ pageInfo {{ endCursor }} }} }}");
            let data = self.service.run(Some(&self.token), &query, json!({})).await;
            self.memory
                .keep(order, &data["tasks"]["pageInfo"]["endCursor"]);
        }
    }

    /// What generated operations may refer to.
    pub(crate) fn grounding(&self) -> Grounding {
        let known = |names: &[&str]| {
            names
                .iter()
                .map(|name| self.memory.get(name).to_owned())
                .collect()
        };
        Grounding {
            ids: known(&["task", "done", "task", "done", "user", "session", "foreign"]),
            cursors: known(&[
                "OPEN_FIRST",
                "OPEN_FIRST",
                "OPEN_FIRST",
                "NEWEST",
                "OLDEST",
                "RECENTLY_UPDATED",
            ]),
        }
    }

    pub(crate) async fn ask(&self, side: Side, case: &Case) -> Answer {
        self.service.ask(side, Some(&self.token), case).await
    }

    /// What both sides answer, if it is the same, and nothing if it is not executed.
    pub(crate) async fn both(&self, case: &Case) -> Result<Option<Answer>, String> {
        let ours = self.ask(Side::Ours, case).await;
        if ours.data.is_none() {
            return Ok(None);
        }
        let library = self.ask(Side::Library, &differences::readable(case)).await;
        let library = differences::repaired(library, &ours, case);
        let with_locations = differences::keeps_places(case);
        let (told, heard) = (
            ours.to_text(with_locations),
            library.to_text(with_locations),
        );
        if told == heard {
            return Ok(Some(ours));
        }
        Err(format!(
            "{}\nours: {told}\nlibrary: {heard}",
            case.to_json()
        ))
    }
}
