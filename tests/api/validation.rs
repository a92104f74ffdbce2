//! What input is refused, and how: every broken rule at once, each with its path, reason and limit.

use serde_json::{Value, json};

use testkit::*;

fn long(length: usize) -> String {
    "\u{1F600}".repeat(length)
}

/// The ways in which texts can be wrong, through the API.
#[tokio::test(flavor = "multi_thread")]
async fn texts_are_held_to_their_rules() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let title = |text: &str| (CREATE, json!({ "title": text }));
    let description = |text: &str| (CREATE, json!({"title": "x", "description": text}));
    let own_id = |text: &str| (CREATE, json!({"title": "x", "id": text}));
    for ((query, input), expected) in [
        (title(""), "input.title BLANK"),
        (title(" \t\n\u{3000}"), "input.title BLANK"),
        (
            title("\u{200B}\u{200D}\u{FEFF}\u{2060}"),
            "input.title BLANK",
        ),
        (title(&long(201)), "input.title TOO_LONG 200"),
        (title("two\nlines"), "input.title MALFORMED"),
        (title("nul\0"), "input.title MALFORMED"),
        (title("bell\u{7}"), "input.title MALFORMED"),
        (description(&long(2001)), "input.description TOO_LONG 2000"),
        (description("nul\0"), "input.description MALFORMED"),
        (own_id(""), "input.id MALFORMED"),
        (own_id("7"), "input.id MALFORMED"),
        (
            own_id("task_0197C0DF1C3D7A42B6E5F4D3C2B1A098"),
            "input.id MALFORMED",
        ),
        (
            own_id("task_0197c0df-1c3d-7a42-b6e5-f4d3c2b1a098"),
            "input.id MALFORMED",
        ),
        (
            own_id("task_00000000000000000000000000000000"),
            "input.id MALFORMED",
        ),
        (
            own_id("task_0197c0df1c3d1a42b6e5f4d3c2b1a098"),
            "input.id MALFORMED",
        ),
        (own_id(&ada.id), "input.id MALFORMED"),
        ((UPDATE, json!({"id": "x"})), "input.id MALFORMED"),
        (
            (SET_COMPLETED, json!({"id": "x", "completed": true})),
            "input.id MALFORMED",
        ),
        ((TOGGLE, json!({"id": "\0"})), "input.id MALFORMED"),
        ((DELETE, json!({"id": ada.id})), "input.id MALFORMED"),
    ] {
        let reply = ada.mutate(query, input.clone()).await;
        assert_eq!(
            (reply.status.as_u16(), reply.code()),
            (200, "VALIDATION"),
            "{input}"
        );
        assert_eq!(reply.issues(), [expected], "{input}");
        assert_eq!(reply.json["data"], Value::Null);
    }
    for id in ["", "x", "task_", "\0", &ada.id, &long(5000)] {
        let reply = ada.run(TASK, json!({"id": id})).await;
        assert_eq!(reply.issues(), ["id MALFORMED"], "{id}");
        assert_eq!(reply.json["data"], json!({"task": null}));
    }
    assert_eq!(ada.page(json!({})).await["totalCount"], 0);
    // As long as allowed, counted in characters; and what is accepted comes back as it was.
    let input = json!({"title": long(200), "description": long(2000)});
    let reply = ada.mutate(CREATE, input.clone()).await;
    let task = &reply.data()["createTask"]["task"];
    assert_eq!(
        (&task["title"], &task["description"]),
        (&input["title"], &input["description"])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_broken_rule_is_told_at_once() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let id = ada.create_id("x").await;
    let many = json!({"id": "7", "title": " ", "description": long(2001)});
    let reply = ada.mutate(CREATE, many).await;
    let expected = [
        "input.id MALFORMED",
        "input.title BLANK",
        "input.description TOO_LONG 2000",
    ];
    assert_eq!(reply.issues(), expected);
    assert_eq!(reply.json["errors"][0]["path"], json!(["createTask"]));
    assert!(reply.json["errors"][0]["locations"].is_array());

    let edit = json!({"id": "7", "title": long(201), "description": "\0", "expectedVersion": 0});
    let expected = [
        "input.id MALFORMED",
        "input.title TOO_LONG 200",
        "input.description MALFORMED",
        "input.expectedVersion OUT_OF_RANGE 1",
    ];
    assert_eq!(ada.mutate(UPDATE, edit).await.issues(), expected);
    let edit =
        json!({"id": id, "title": format!("{}\n", "a\0".repeat(101)), "expectedVersion": -1});
    let expected = [
        "input.title TOO_LONG 200",
        "input.title MALFORMED",
        "input.expectedVersion OUT_OF_RANGE 1",
    ];
    assert_eq!(ada.mutate(UPDATE, edit).await.issues(), expected);

    let account = json!({"email": "nobody", "password": "short"});
    let reply = app.anonymous().mutate(REGISTER, account).await;
    assert_eq!(
        reply.issues(),
        ["input.email MALFORMED", "input.password TOO_SHORT 8"]
    );

    let page =
        json!({"first": -1, "last": 101, "after": "?", "before": "!", "filter": {"search": "\0"}});
    let expected = [
        "after MALFORMED",
        "before MALFORMED",
        "filter.search MALFORMED",
        "first OUT_OF_RANGE 100",
        "last OUT_OF_RANGE 100",
        "last CONTRADICTORY",
    ];
    assert_eq!(ada.run(TASKS, page).await.issues(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_stay_within_their_bounds() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    for (arguments, expected) in [
        (json!({"first": 101}), "first OUT_OF_RANGE 100"),
        (json!({"last": 101}), "last OUT_OF_RANGE 100"),
        (json!({"first": i32::MAX}), "first OUT_OF_RANGE 100"),
        (json!({"first": -1}), "first OUT_OF_RANGE 100"),
        (json!({"last": i32::MIN}), "last OUT_OF_RANGE 100"),
        (
            json!({"filter": {"search": long(101)}}),
            "filter.search TOO_LONG 100",
        ),
        (
            json!({"filter": {"search": "a b c d e f"}}),
            "filter.search TOO_LONG 5",
        ),
        (
            json!({"filter": {"search": "a\0b"}}),
            "filter.search MALFORMED",
        ),
    ] {
        let reply = ada.run(TASKS, arguments.clone()).await;
        assert_eq!(
            (reply.status.as_u16(), reply.code()),
            (200, "VALIDATION"),
            "{arguments}"
        );
        assert_eq!(reply.issues(), [expected], "{arguments}");
    }
    let both = ada.run(TASKS, json!({"first": 1, "last": 1})).await;
    assert_eq!((both.status.as_u16(), both.code()), (200, "VALIDATION"));
    assert_eq!(both.issues(), ["last CONTRADICTORY"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_held_to_their_rules() {
    let app = TestApp::new().await;
    let anonymous = app.anonymous();
    let good = "tidal-ochre-kestrel-42";
    let address = |local: usize| format!("{}@example.org", "a".repeat(local));
    for (email, password, expected) in [
        ("", good, "input.email BLANK"),
        (" ", good, "input.email BLANK"),
        ("ada", good, "input.email MALFORMED"),
        ("@example.org", good, "input.email MALFORMED"),
        ("ada@", good, "input.email MALFORMED"),
        ("a da@example.org", good, "input.email MALFORMED"),
        ("ada@example.org\0", good, "input.email MALFORMED"),
        ("ada@exa\nmple.org", good, "input.email MALFORMED"),
        (&address(243), good, "input.email TOO_LONG 254"),
        ("ada@example.org", "", "input.password TOO_SHORT 8"),
        ("ada@example.org", "1234567", "input.password TOO_SHORT 8"),
        ("ada@example.org", &long(129), "input.password TOO_LONG 128"),
        (
            "ada@example.org",
            "with a \0 inside",
            "input.password MALFORMED",
        ),
    ] {
        let reply = anonymous
            .mutate(REGISTER, json!({"email": email, "password": password}))
            .await;
        assert_eq!(reply.code(), "VALIDATION", "{email}: {}", reply.text);
        assert_eq!(reply.issues(), [expected], "{email}");
        assert!(
            password.is_empty() || !reply.text.contains(password),
            "a password came back"
        );
    }
    for (email, password) in [
        (address(100).as_str(), long(128).as_str()),
        ("  Straße+tag@Bücher.example ", "        "),
        ("o'brien@example.org", "ppässwörd\n\t"),
    ] {
        let input = json!({"email": email, "password": password});
        anonymous.mutate(REGISTER, input.clone()).await.data();
        let login = anonymous.mutate(LOGIN, input).await;
        assert_eq!(
            login.data()["login"]["user"]["email"],
            json!(email.trim().to_lowercase())
        );
    }
}
