//! Pages, cursors, filters, searches and counts.

use serde_json::{Value, json};

use testkit::*;

#[tokio::test(flavor = "multi_thread")]
async fn pages_have_the_size_that_was_asked_for() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    for n in 0..25 {
        ada.create(&format!("Task {n:02}")).await;
    }
    for (arguments, size, next, previous) in [
        (json!({}), 20, true, false),
        (json!({"first": 0}), 0, true, false),
        (json!({"last": 0}), 0, false, true),
        (json!({"first": 1}), 1, true, false),
        (json!({"first": 25}), 25, false, false),
        (json!({"first": 100}), 25, false, false),
        (json!({"last": 7}), 7, false, true),
        (json!({"last": 100}), 25, false, false),
    ] {
        let page = ada.page(arguments.clone()).await;
        let info = &page["pageInfo"];
        assert_eq!(page["edges"].as_array().unwrap().len(), size, "{arguments}");
        assert_eq!(
            (&info["hasNextPage"], &info["hasPreviousPage"]),
            (&json!(next), &json!(previous)),
            "{arguments}"
        );
        assert_eq!(page["totalCount"], 25);
        let (first, last) = (
            page["edges"].get(0),
            page["edges"].as_array().unwrap().last(),
        );
        let cursor = |edge: Option<&Value>| edge.map_or(Value::Null, |edge| edge["cursor"].clone());
        assert_eq!(
            (&info["startCursor"], &info["endCursor"]),
            (&cursor(first), &cursor(last))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_has_two_ends() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    for n in 0..10 {
        ada.create(&format!("{n}")).await;
    }
    let all = ada.page(json!({"orderBy": "OLDEST"})).await;
    let cursor = |n: usize| all["edges"][n]["cursor"].clone();
    for (arguments, expected) in [
        (json!({"after": cursor(3), "before": cursor(7)}), "456"),
        (
            json!({"after": cursor(3), "before": cursor(7), "first": 2}),
            "45",
        ),
        (
            json!({"after": cursor(3), "before": cursor(7), "last": 2}),
            "56",
        ),
        (json!({"after": cursor(7), "before": cursor(3)}), ""),
        (json!({"after": cursor(9)}), ""),
        (json!({"before": cursor(0)}), ""),
        (json!({"before": cursor(2), "first": 5}), "01"),
        (json!({"after": cursor(7), "last": 5}), "89"),
    ] {
        let mut arguments = arguments;
        arguments["orderBy"] = json!("OLDEST");
        assert_eq!(
            ada.titles(arguments.clone()).await.concat(),
            expected,
            "{arguments}"
        );
    }
    // A cursor holds its place when its task is changed or gone.
    let id = &all["edges"][4]["node"]["id"];
    ada.mutate(DELETE, json!({"id": id})).await.data();
    let after = json!({"after": cursor(4), "orderBy": "OLDEST"});
    assert_eq!(ada.titles(after).await.concat(), "56789");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_cursors_of_this_list_and_order_are_taken() {
    let app = TestApp::new().await;
    let (ada, grace) = (app.user("ada").await, app.user("grace").await);
    ada.create("Ada's").await;
    grace.create("Grace's").await;
    let cursor_of = async |user: &TestUser| {
        let page = user.page(json!({"orderBy": "NEWEST"})).await;
        page["edges"][0]["cursor"].as_str().unwrap().to_owned()
    };
    let (own, hers) = (cursor_of(&ada).await, cursor_of(&grace).await);
    ada.page(json!({"orderBy": "NEWEST", "after": own})).await;
    let mut edited = own.clone();
    edited.replace_range(10..11, if &own[10..11] == "A" { "B" } else { "A" });
    let refusal = ada
        .run(TASKS, json!({"orderBy": "NEWEST", "after": "?"}))
        .await;
    for (name, order, cursor) in [
        ("another user's", "NEWEST", hers.as_str()),
        ("of another order", "OLDEST", &own),
        ("edited", "NEWEST", &edited),
        ("cut", "NEWEST", &own[..own.len() - 1]),
        ("longer", "NEWEST", &format!("{own}A")),
        ("padded", "NEWEST", &format!("{own}==")),
        ("empty", "NEWEST", ""),
        ("with NUL", "NEWEST", "\0"),
        ("an id", "NEWEST", "task_0197c0df1c3d7a42b6e5f4d3c2b1a098"),
    ] {
        let reply = ada
            .run(TASKS, json!({"orderBy": order, "after": cursor}))
            .await;
        assert_eq!(reply.issues(), ["after MALFORMED"], "{name}");
        assert_eq!(reply.comparable(), refusal.comparable(), "{name}");
        let reply = ada
            .run(TASKS, json!({"orderBy": order, "before": cursor}))
            .await;
        assert_eq!(reply.issues(), ["before MALFORMED"], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_every_word_in_any_case_and_knows_no_wildcards() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    for (title, description) in [
        ("Buy milk", "two litres"),
        ("100% sure_thing", "back\\slash"),
        ("Straße nach Köln", "ÉCLAIR"),
        ("Ωmega ПРИВЕТ", "ﬁne"),
    ] {
        let input = json!({"title": title, "description": description});
        ada.mutate(CREATE, input).await.data();
    }
    for (search, expected) in [
        ("milk", vec!["Buy milk"]),
        ("MILK buy", vec!["Buy milk"]),
        ("litres BUY", vec!["Buy milk"]),
        ("milk sure", vec![]),
        ("%", vec!["100% sure_thing"]),
        ("_", vec!["100% sure_thing"]),
        ("\\", vec!["100% sure_thing"]),
        ("0%s", vec![]),
        ("m_lk", vec![]),
        ("STRASSE", vec!["Straße nach Köln"]),
        ("köln éclair", vec!["Straße nach Köln"]),
        ("KÖLN", vec!["Straße nach Köln"]),
        ("ωMEGA привет", vec!["Ωmega ПРИВЕТ"]),
        ("'", vec![]),
    ] {
        let arguments = json!({"filter": {"search": search}});
        assert_eq!(ada.titles(arguments.clone()).await, expected, "{search}");
        assert_eq!(
            ada.page(arguments).await["totalCount"],
            expected.len(),
            "{search}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_and_orders_agree_with_the_tasks() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let mut ids = Vec::new();
    for n in 0..6 {
        ids.push(ada.create_id(&format!("{n}")).await);
    }
    for n in [1, 4, 2] {
        ada.mutate(TOGGLE, json!({"id": ids[n]})).await.data();
    }
    for (arguments, expected) in [
        (json!({}), "530421"),
        (json!({"orderBy": "NEWEST"}), "543210"),
        (json!({"orderBy": "OLDEST"}), "012345"),
        (json!({"filter": {"completed": true}}), "421"),
        (json!({"filter": {"completed": false}}), "530"),
        (json!({"filter": {"completed": true, "search": "4"}}), "4"),
        (
            json!({"filter": {"completed": true}, "orderBy": "OLDEST", "first": 2}),
            "12",
        ),
    ] {
        assert_eq!(
            ada.titles(arguments.clone()).await.concat(),
            expected,
            "{arguments}"
        );
    }
    let counts = "{ all: tasks(first: 0) { totalCount } done: tasks(first: 0, filter: {completed: true}) { totalCount }
        open: tasks(first: 0, filter: {completed: false}) { nodes { id } edges { cursor } totalCount } }";
    let open = json!({"nodes": [], "edges": [], "totalCount": 3});
    let expected = json!({"all": {"totalCount": 6}, "done": {"totalCount": 3}, "open": open});
    assert_eq!(ada.run(counts, json!({})).await.data(), &expected);
}
