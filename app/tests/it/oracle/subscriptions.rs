//! Sockets of both sides on one database: the same queries get the same answers, and the same changes are told the same way.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::oracle::answer::Answer;
use crate::oracle::differences;
use crate::oracle::reads::OPERATIONS;
use crate::oracle::scene::Scene;
use crate::oracle::service::Side;
use crate::oracle::socket::Socket;

/// The subscription of the contract, in the shapes in which clients ask.
pub(crate) const WATCHED: [&str; 3] = [
    "subscription { taskEvents { kind taskId task { id title description completed createdAt updatedAt completedAt version } occurredAt } }",
    "subscription Events { changed: taskEvents { __typename task { ...T } id: taskId } } fragment T on Task { name: title ... on Node { id } }",
    "subscription Quiet($full: Boolean!) { taskEvents { kind task @include(if: $full) { title } occurredAt @skip(if: $full) } }",
];

const CREATE: &str = "mutation { createTask(input: {id: \"task_01970000000070008000000000001234\", title: \"Watched\"}) { task { id } } }";
const UPDATE: &str = "mutation { updateTask(input: {id: \"task_01970000000070008000000000001234\", description: \"x\"}) { task { id } } }";
const TOGGLE: &str = "mutation { toggleTask(input: {id: \"task_01970000000070008000000000001234\"}) { task { id } } }";
const DELETE: &str = "mutation { deleteTask(input: {id: \"task_01970000000070008000000000001234\"}) { deletedTaskId } }";

/// A socket of each side, of the same user.
async fn sockets(scene: &Scene) -> (Socket, Socket) {
    let ours = scene.service.listen(Side::Ours).await;
    let library = scene.service.listen(Side::Library).await;
    (
        Socket::signed_in(ours, &scene.token).await,
        Socket::signed_in(library, &scene.token).await,
    )
}

/// Watches in every way there is; returns once all of them listen.
async fn watch(socket: &mut Socket) {
    for (number, query) in WATCHED.iter().enumerate() {
        let payload = json!({ "query": query, "variables": { "full": false } });
        socket.subscribe(&number.to_string(), &payload).await;
    }
    // Operations begin in order, and this one waits for the database.
    socket.run("me", &json!({ "query": "{ me { id } }" })).await;
}

/// What each watcher is told of one change.
async fn told(socket: &mut Socket) -> BTreeMap<String, String> {
    let mut told = BTreeMap::new();
    for _ in WATCHED {
        let (id, answer) = socket.result().await;
        let answer = Answer::from_body(answer);
        told.insert(id, answer.only_data().to_string());
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_is_told_as_the_library_tells_it() {
    let scene = Scene::new().await;
    let (mut ours, mut library) = sockets(&scene).await;
    watch(&mut ours).await;
    watch(&mut library).await;
    for change in [CREATE, UPDATE, TOGGLE, DELETE] {
        scene.clock.advance(Duration::from_secs(1));
        scene
            .service
            .run(Some(&scene.token), change, json!({}))
            .await;
        let events = told(&mut ours).await;
        assert_eq!(events.len(), WATCHED.len());
        assert_eq!(told(&mut library).await, events, "{change}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_over_a_socket_are_answered_as_the_library_answers_them() {
    let scene = Scene::new().await;
    let (mut ours, mut library) = sockets(&scene).await;
    for operation in &OPERATIONS {
        let case = operation.case(&scene.memory);
        let payload: Value = case.to_json();
        let our_answer = Answer::from_body(ours.run("a", &payload).await);
        let library_answer = Answer::from_body(library.run("a", &payload).await);
        let library_answer = differences::repaired(library_answer, &our_answer, &case);
        assert_eq!(our_answer.code(), operation.code, "{}", operation.query);
        assert_eq!(
            library_answer.to_text(true),
            our_answer.to_text(true),
            "{payload}"
        );
    }
}
