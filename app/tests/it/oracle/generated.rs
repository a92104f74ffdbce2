//! Generated operations: the judge's, on data that is there.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use taskhive_domain::testing::ManualClock;

use crate::oracle::answer::Answer;
use crate::oracle::grounding::Grounding;
use crate::oracle::scene::Scene;
use crate::oracle::service::Side;
use crate::oracle::writes::{Life, same};
use crate::requests::Case;
use crate::requests::generate::Generator;
use crate::requests::mutate;
use testkit::PASSWORD;
use testkit::Random;

const SEED: u64 = 20_260_214;
const QUERIES: usize = 3000;
const MUTATIONS: usize = 600;

/// What the answers were like, so that a generator that went astray is noticed.
#[derive(Debug, Default)]
struct Tally {
    compared: usize,
    with_tasks: usize,
    with_errors: usize,
    errors_beside_data: usize,
}

impl Tally {
    fn count(&mut self, answer: &Answer) {
        let has_data = answer.data.as_ref().is_some_and(|data| !data.is_null());
        let has_tasks = answer.to_text(false).contains("task_");
        self.compared += 1;
        self.with_tasks += usize::from(has_data && has_tasks);
        self.with_errors += usize::from(!answer.errors.is_empty());
        self.errors_beside_data += usize::from(has_data && !answer.errors.is_empty());
    }
}

/// A query, damaged now and then: what we refuse is not compared.
fn query(generator: &Generator, grounding: &Grounding, random: &mut Random) -> Case {
    loop {
        let mut case = generator.case(random);
        grounding.apply(&mut case, random);
        match random.below(8) {
            0 => mutate::text(&mut case, random),
            1 => mutate::variables(&mut case, random),
            _ => {}
        }
        if !case.query.contains("mutation") && !case.query.contains("subscription") {
            return case;
        }
    }
}

/// A mutation.
fn mutation(generator: &Generator, grounding: &Grounding, random: &mut Random) -> Case {
    loop {
        let mut case = generator.case(random);
        grounding.apply(&mut case, random);
        if case.query.starts_with("mutation") {
            return case;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn generated_queries_are_answered_as_the_library_answers_them() {
    let scene = Scene::new().await;
    let (generator, grounding) = (Generator::new(&taskhive::graphql::sdl()), scene.grounding());
    let mut random = Random::seeded(SEED);
    let (mut tally, mut disputes) = (Tally::default(), Vec::new());
    for _ in 0..QUERIES {
        let case = query(&generator, &grounding, &mut random);
        match scene.both(&case).await {
            Ok(Some(answer)) => tally.count(&answer),
            Ok(None) => {}
            Err(dispute) => disputes.push(dispute),
        }
    }
    let first: Vec<_> = disputes.iter().take(20).map(String::as_str).collect();
    let summary = format!("seed {SEED}: {tally:?}, {} disputes", disputes.len());
    assert!(disputes.is_empty(), "{summary}\n{}", first.join("\n\n"));
    assert!(
        tally.compared > 2000 && tally.with_tasks > 200 && tally.errors_beside_data > 100,
        "the cases are too much alike: {summary}"
    );
}

const SIGN_UP: &str =
    "mutation ($input: RegisterInput!) { register(input: $input) { accessToken } }";
const SIGN_IN: &str = "mutation ($input: LoginInput!) { login(input: $input) { accessToken } }";
const CREATE: &str =
    "mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }";
/// All that there is of one user.
const STATE: &str = "{ me { id email createdAt } sessions { id current createdAt lastUsedAt } \
    a: tasks(first: 100) { ...All } b: tasks(last: 100, orderBy: RECENTLY_UPDATED) { ...All } } \
    fragment All on TaskConnection { edges { cursor node { id title description completed \
    createdAt updatedAt completedAt version } } totalCount }";

/// After these, the token may not be good any more.
const ENDINGS: [&str; 4] = ["logout", "revoke", "changePassword", "deleteAccount"];

/// Both sides of a service that is written to.
struct Lives {
    ours: Life,
    library: Life,
    clock: Arc<ManualClock>,
}

impl Lives {
    async fn new() -> Self {
        let clock = Arc::new(ManualClock::default());
        let (ours, library) = (
            Life::new(Side::Ours, &clock).await,
            Life::new(Side::Library, &clock).await,
        );
        Self {
            ours,
            library,
            clock,
        }
    }

    /// One operation on both sides; what was answered if it was executed, and the same.
    async fn both(&mut self, token: &str, case: &Case) -> Result<Option<Answer>, String> {
        self.clock.advance(Duration::from_millis(7));
        let answer = self.ours.ask(token, case).await;
        if answer.data.is_none() {
            return Ok(None);
        }
        let library_answer = self.library.ask(token, case).await;
        let (ours, library) = (&mut self.ours, &mut self.library);
        same((ours, &answer), (library, library_answer), case).map(|()| Some(answer))
    }

    /// A few tasks of the same ids on both sides, and others each time: those of deleted ones are not taken again.
    async fn write_tasks(&mut self, round: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for number in 1..=6 {
            let id = format!("task_019700000000700080000000{round:04x}{number:04x}");
            let input = json!({ "id": id, "title": "Buy milk" });
            let case = Case::new(CREATE, json!({ "input": input }));
            let answer = self.both("token", &case).await.expect("the same");
            answer.expect("an answer").only_data();
            ids.push(id);
        }
        ids
    }

    /// Gives each side a token of its own.
    async fn enter(&mut self, query: &str, field: &str) {
        let input = json!({ "email": "ada@example.org", "password": PASSWORD });
        let case = Case::new(query, json!({ "input": input }));
        for life in [&mut self.ours, &mut self.library] {
            let data = life.ask("", &case).await.only_data();
            life.keep("token", &data[field]["accessToken"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn generated_mutations_do_on_both_sides_the_same() {
    let mut lives = Lives::new().await;
    lives.enter(SIGN_UP, "register").await;
    let generator = Generator::new(&taskhive::graphql::sdl());
    let mut grounding = Grounding {
        ids: lives.write_tasks(0).await,
        cursors: vec!["no mutation takes one".to_owned()],
    };
    let mut random = Random::seeded(SEED);
    let mut tally = Tally::default();
    let state = Case::new(STATE, json!({}));
    for number in 0..MUTATIONS {
        let case = mutation(&generator, &grounding, &mut random);
        let answer = lives.both("token", &case).await;
        let answer = answer.unwrap_or_else(|dispute| panic!("seed {SEED}: {dispute}"));
        if let Some(answer) = &answer {
            tally.count(answer);
        }
        if ENDINGS.iter().any(|ending| case.query.contains(ending)) {
            lives.enter(SIGN_IN, "login").await;
        }
        if number % 30 == 0 {
            let answer = lives.both("token", &state).await;
            let answer = answer.unwrap_or_else(|dispute| panic!("seed {SEED}: {dispute}"));
            answer.expect("an answer").only_data();
            grounding.ids = lives.write_tasks(number + 1).await;
        }
    }
    assert!(
        tally.compared > 400 && tally.compared - tally.with_errors > 150,
        "the cases are too much alike: seed {SEED}: {tally:?}"
    );
}
