//! What changed: as pages, as it happens, and brought back. Nothing is missed, and nothing comes back by itself.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;

use testkit::*;

const CHANGES: &str =
    "query($after: String, $first: Int) { taskChanges(after: $after, first: $first) {
    changes { taskId task { title version } } cursor hasMore } }";
const AS_OF: &str = "{ tasks(first: 2) { asOf nodes { id } } }";
const RESTORE: &str = "mutation($input: RestoreTasksInput!) { restoreTasks(input: $input) { tasks { id title version } } }";

/// The answer to `taskChanges`.
async fn changes(user: &TestUser, after: &Value) -> Value {
    let reply = user.run(CHANGES, json!({ "after": after })).await;
    reply.data()["taskChanges"].clone()
}

/// Each change as the task's title, or as nothing.
fn titles(changes: &Value) -> Vec<Option<&str>> {
    let all = changes["changes"].as_array().unwrap();
    all.iter()
        .map(|change| change["task"]["title"].as_str())
        .collect()
}

/// A subscription that goes on after a cursor, and tells the next.
fn events_after(after: &Value) -> String {
    format!(
        "subscription {{ taskEvents(after: {after}) {{ kind taskId cursor task {{ title }} }} }}"
    )
}

async fn next_event(socket: &mut Socket) -> Value {
    socket.hear().await["payload"]["data"]["taskEvents"].take()
}

async fn delete(user: &TestUser, id: &str) {
    user.mutate(DELETE, json!({ "id": id })).await.data();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_made_and_kept_by_asking_for_changes() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    for n in 0..5 {
        ada.create(&n.to_string()).await;
    }
    bob.create("his").await;
    let (mut after, mut copied) = (Value::Null, Vec::new());
    loop {
        let page = ada
            .run(CHANGES, json!({ "after": after, "first": 2 }))
            .await;
        let page = &page.data()["taskChanges"];
        copied.extend(titles(page).into_iter().flatten().map(str::to_owned));
        after = page["cursor"].clone();
        if page["hasMore"] == false {
            break;
        }
    }
    assert_eq!(copied, ["0", "1", "2", "3", "4"]);

    let quiet = changes(&ada, &after).await;
    assert_eq!(quiet["changes"], json!([]));
    let new = ada.create_id("new").await;
    let brief = ada.create_id("brief").await;
    ada.mutate(TOGGLE, json!({ "id": new })).await.data();
    delete(&ada, &brief).await;
    for since in [&after, &quiet["cursor"]] {
        let missed = changes(&ada, since).await;
        let expected = json!([
            { "taskId": new, "task": { "title": "new", "version": 2 } },
            { "taskId": brief, "task": null },
        ]);
        assert_eq!(missed["changes"], expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_go_on_where_somebody_was_and_lose_nothing_in_between() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let old = ada.create_id("old").await;
    let shown = ada.run(AS_OF, json!({})).await.data()["tasks"].clone();
    assert_eq!(shown["nodes"], json!([{ "id": old }]));

    let new = ada.create_id("new").await;
    ada.mutate(TOGGLE, json!({ "id": new })).await.data();
    ada.mutate(TOGGLE, json!({ "id": old })).await.data();
    let mut socket = Socket::signed_in(app.address, &ada).await;
    socket.subscribe("1", &events_after(&shown["asOf"])).await;
    let missed = [next_event(&mut socket).await, next_event(&mut socket).await];
    let told = |event: &Value| (event["kind"].clone(), event["taskId"].clone());
    let expected = [
        (json!("CREATED"), json!(new)),
        (json!("UPDATED"), json!(old)),
    ];
    assert_eq!(missed.each_ref().map(told), expected);

    delete(&ada, &old).await;
    let last = next_event(&mut socket).await;
    assert_eq!(told(&last), (json!("DELETED"), json!(old)));
    drop(socket);
    let later = ada.create_id("later").await;

    let other = app.another_instance_if_shared().await;
    let address = other.as_ref().map_or(app.address, |other| other.address);
    let mut again = Socket::signed_in(address, &ada).await;
    again
        .subscribe("1", &events_after(&missed[0]["cursor"]))
        .await;
    let rest = [next_event(&mut again).await, next_event(&mut again).await];
    assert_eq!(
        rest.each_ref().map(|event| event["taskId"].clone()),
        [json!(old), json!(later)]
    );
    let caught_up = changes(&ada, &rest[1]["cursor"]).await;
    assert_eq!(caught_up["changes"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_tasks_are_brought_back_as_they_were_and_never_made_again() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let id = "task_0197c0df1c3d7a42b6e5f4d3c2b1a098";
    let input = json!({ "id": id, "title": "mine" });
    ada.mutate(CREATE, input.clone()).await.data();
    let there = ada.create_id("there").await;
    delete(&ada, id).await;
    let again = ada.mutate(CREATE, input).await;
    assert_eq!((again.code(), again.reason()), ("CONFLICT", "TASK_DELETED"));

    let nothing = "task_0197c0df1c3d7a42b6e5f4d3c2b1a000";
    let refused = ada.mutate(RESTORE, json!({ "ids": [nothing, id] })).await;
    assert_eq!(refused.code(), "NOT_FOUND");
    assert!(refused.text.contains(nothing) && !refused.text.contains(id));
    let missing = ada.run(TASK, json!({ "id": id })).await;
    assert_eq!(missing.code(), "NOT_FOUND");

    for _ in 0..2 {
        let restored = ada.mutate(RESTORE, json!({ "ids": [there, id] })).await;
        let expected = json!([
            { "id": there, "title": "there", "version": 1 },
            { "id": id, "title": "mine", "version": 1 },
        ]);
        assert_eq!(restored.data()["restoreTasks"]["tasks"], expected);
    }
    let bob = app.user("bob").await;
    delete(&ada, id).await;
    let refused = bob.mutate(RESTORE, json!({ "ids": [id] })).await;
    assert_eq!(refused.code(), "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tasks_to_restore_are_one_to_a_hundred() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let many = vec!["task_0197c0df1c3d7a42b6e5f4d3c2b1a098"; 101];
    for (ids, issues) in [
        (json!([]), vec!["input.ids OUT_OF_RANGE 100"]),
        (json!(many), vec!["input.ids OUT_OF_RANGE 100"]),
        (json!(["x", "task_1"]), vec!["input.ids MALFORMED"; 2]),
    ] {
        let refused = ada.mutate(RESTORE, json!({ "ids": ids })).await;
        assert_eq!(refused.issues(), issues, "{ids}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_is_good_for_its_owner_only_and_as_it_was_given() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    ada.create("hers").await;
    let hers = changes(&ada, &Value::Null).await["cursor"].clone();
    let text = hers.as_str().unwrap();
    let list = ada.page(json!({})).await["pageInfo"]["endCursor"].clone();
    let long = "A".repeat(100_000);
    let edited = format!("B{}", &text[1..]);
    let bad = [
        json!(text[1..]),
        json!(edited),
        list,
        json!(""),
        json!(long),
        json!("\u{1f600}"),
    ];
    let refused = bad.iter().map(|after| (&ada, after)).chain([(&bob, &hers)]);
    let mut socket = Socket::signed_in(app.address, &bob).await;
    for (who, after) in refused {
        let reply = who.run(CHANGES, json!({ "after": after })).await;
        assert_eq!(
            (reply.code(), reply.issues()),
            ("VALIDATION", vec!["after MALFORMED".to_owned()])
        );
    }
    socket.subscribe("1", &events_after(&hers)).await;
    let refused = socket.hear().await;
    let extensions = &refused["payload"]["errors"][0]["extensions"];
    assert_eq!(extensions["code"], "VALIDATION", "{refused}");
    assert_eq!(extensions["issues"][0]["path"], json!(["after"]));
    assert_eq!(socket.hear().await["type"], "complete");

    let both = ada
        .run(CHANGES, json!({ "after": "x", "first": 101 }))
        .await;
    assert_eq!(both.issues(), ["after MALFORMED", "first OUT_OF_RANGE 100"]);
}

/// A cursor that nobody was given: right after the change with this number.
fn forged(owner: &str, number: i64) -> Value {
    let owner = Uuid::parse_str(owner.strip_prefix("user_").unwrap()).unwrap();
    let mut bytes = vec![1, 0x40];
    bytes.extend(number.to_be_bytes());
    let mut sum = crc32fast::Hasher::new();
    sum.update(owner.as_bytes());
    sum.update(&bytes);
    bytes.extend(sum.finalize().to_be_bytes());
    json!(URL_SAFE_NO_PAD.encode(bytes))
}

/// The future is that of a database that was put back from a copy.
#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_from_the_future_has_expired() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    ada.create("now").await;
    assert_eq!(
        changes(&ada, &forged(&ada.id, 1)).await["changes"],
        json!([])
    );
    let mut socket = Socket::signed_in(app.address, &ada).await;
    for number in [2, i64::MAX] {
        let after = forged(&ada.id, number);
        let reply = ada.run(CHANGES, json!({ "after": after })).await;
        assert_eq!(
            (reply.code(), reply.reason()),
            ("CONFLICT", "CURSOR_EXPIRED")
        );
        socket.subscribe("1", &events_after(&after)).await;
        let told = socket.hear().await;
        let extensions = &told["payload"]["errors"][0]["extensions"];
        assert_eq!(extensions["reason"], "CURSOR_EXPIRED", "{told}");
        assert_eq!(socket.hear().await["type"], "complete");
    }
}
