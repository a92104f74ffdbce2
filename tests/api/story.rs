//! The story the service was made for, told once from sign-up to sign-out, with two people in it.

use serde_json::{Value, json};

use testkit::*;

#[tokio::test(flavor = "multi_thread")]
async fn from_sign_up_to_sign_out() {
    let app = TestApp::new().await;
    let registered = app
        .anonymous()
        .mutate(
            REGISTER,
            json!({"email": " Ada@Example.org ", "password": "tidal-ochre-kestrel-42"}),
        )
        .await;
    let payload = &registered.data()["register"];
    assert_eq!(payload["user"]["email"], "ada@example.org");
    assert_eq!(payload["expiresIn"], 900);
    let password = "tidal-ochre-kestrel-42";
    let ada = TestUser::new(
        &app.anonymous(),
        "ada@example.org".into(),
        password,
        payload,
    );
    assert_eq!(ada.run(ME, json!({})).await.data()["me"], payload["user"]);

    let created = ada
        .mutate(
            CREATE,
            json!({"title": "  Buy milk ", "description": " two\r\nlitres "}),
        )
        .await;
    let task = created.data()["createTask"]["task"].clone();
    let fields = [
        "title",
        "description",
        "completed",
        "completedAt",
        "version",
    ];
    let shown: Vec<&Value> = fields.iter().map(|name| &task[*name]).collect();
    assert_eq!(
        json!(shown),
        json!(["Buy milk", " two\r\nlitres ", false, null, 1])
    );
    assert_eq!(task["createdAt"], task["updatedAt"]);
    let id = task["id"].clone();
    assert_eq!(ada.run(TASK, json!({"id": id})).await.data()["task"], task);

    let toggled = ada.mutate(TOGGLE, json!({"id": id})).await;
    let toggled = &toggled.data()["toggleTask"]["task"];
    assert_eq!(
        (&toggled["completed"], &toggled["version"]),
        (&json!(true), &json!(2))
    );
    assert_eq!(toggled["completedAt"], toggled["updatedAt"]);

    let set = json!({"id": id, "completed": true});
    let again = ada.mutate(SET_COMPLETED, set).await;
    let again = &again.data()["setTaskCompleted"]["task"];
    assert_eq!(
        again["completedAt"], toggled["completedAt"],
        "completing twice changes nothing"
    );

    let edit = json!({"id": id, "title": "Buy oat milk", "description": "", "expectedVersion": again["version"]});
    let updated = ada.mutate(UPDATE, edit).await;
    let updated = &updated.data()["updateTask"]["task"];
    assert_eq!(
        (&updated["title"], &updated["description"]),
        (&json!("Buy oat milk"), &json!(""))
    );
    assert_eq!(updated["completed"], true);

    let deleted = ada.mutate(DELETE, json!({"id": id})).await;
    assert_eq!(
        deleted.data(),
        &json!({"deleteTask": {"deletedTaskId": id}})
    );
    let gone = ada.run(TASK, json!({"id": id})).await;
    assert_eq!((gone.status.as_u16(), gone.code()), (200, "NOT_FOUND"));
    assert_eq!(gone.json["data"], json!({"task": null}));

    assert_eq!(
        ada.run(LOGOUT, json!({})).await.data(),
        &json!({"logout": {"success": true}})
    );
    let after = ada.run(ME, json!({})).await;
    after.assert_refused(401, "UNAUTHENTICATED", "at once after signing out");
    assert_eq!(after.reason(), "TOKEN_INVALID");
}

/// Whatever Ada does to what is Grace's, it is answered byte for byte as if it did not exist.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_somebody_elses_looks_like_what_does_not_exist() {
    let app = TestApp::new().await;
    let (ada, grace) = (app.user("ada").await, app.user("grace").await);
    ada.create("Ada's").await;
    let hers = grace.create("Grace's").await;
    let nobodys = json!("task_0197c0df1c3d7a42b6e5f4d3c2b1a098");
    for (name, query, input) in [
        ("task", TASK, None),
        ("node", NODE, None),
        ("updateTask", UPDATE, Some(json!({"title": "Mine now"}))),
        (
            "updateTask, stale",
            UPDATE,
            Some(json!({"title": "Mine now", "expectedVersion": 9})),
        ),
        ("updateTask, nothing", UPDATE, Some(json!({}))),
        (
            "setTaskCompleted",
            SET_COMPLETED,
            Some(json!({"completed": true})),
        ),
        ("toggleTask", TOGGLE, Some(json!({}))),
        ("deleteTask", DELETE, Some(json!({}))),
    ] {
        let mut answers = Vec::new();
        for id in [&hers["id"], &nobodys] {
            let variables = match input.clone() {
                None => json!({ "id": id }),
                Some(mut input) => {
                    input["id"] = id.clone();
                    json!({ "input": input })
                }
            };
            answers.push(ada.run(query, variables).await);
        }
        assert_eq!(answers[0].comparable(), answers[1].comparable(), "{name}");
        assert_eq!(answers[0].status, 200, "{name}");
        let expected = if name == "node" { "" } else { "NOT_FOUND" };
        assert_eq!(answers[0].code(), expected, "{name}: {}", answers[0].text);
    }
    let untouched = grace.run(TASK, json!({"id": hers["id"]})).await;
    assert_eq!(untouched.data()["task"], hers);
    // Nor the other user.
    let (user, session) = (
        json!(grace.id),
        json!(grace.id.replace("user_", "session_")),
    );
    for id in [
        user,
        session,
        json!("user_0197c0df1c3d7a42b6e5f4d3c2b1a098"),
        json!("?"),
    ] {
        assert_eq!(
            ada.run(NODE, json!({"id": id})).await.data(),
            &json!({"node": null}),
            "{id}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_of_the_clients_making_is_anybodys_own() {
    let app = TestApp::new().await;
    let (ada, grace) = (app.user("ada").await, app.user("grace").await);
    let id = "task_3b1f8c0e5d6a4f0f9a7e2c4d6b8a0c1e";
    let first = ada.mutate(CREATE, json!({"id": id, "title": "Once"})).await;
    let first = first.data()["createTask"]["task"].clone();
    assert_eq!(first["id"], id);
    // The same ID under another roof is another task, and says nothing about the first.
    let other = grace
        .mutate(CREATE, json!({"id": id, "title": "Hers"}))
        .await;
    assert_eq!(other.data()["createTask"]["task"]["title"], "Hers");
    // A repeated request gives the task as it is now, and makes no second one.
    ada.mutate(TOGGLE, json!({"id": id})).await.data();
    let repeated = ada
        .mutate(CREATE, json!({"id": id, "title": "Twice"}))
        .await;
    let repeated = &repeated.data()["createTask"]["task"];
    assert_eq!(
        (&repeated["title"], &repeated["completed"]),
        (&json!("Once"), &json!(true))
    );
    assert_eq!(ada.page(json!({})).await["totalCount"], 1);
    // Twenty at the same time make one.
    let id = "task_0197c0df1c3d7a42b6e5f4d3c2b1a098";
    let requests =
        (0..20).map(|n| ada.mutate(CREATE, json!({"id": id, "title": format!("Try {n}")})));
    let replies = futures_util::future::join_all(requests).await;
    let titles: std::collections::BTreeSet<String> = replies
        .iter()
        .map(|reply| reply.data()["createTask"]["task"]["title"].to_string())
        .collect();
    assert_eq!(titles.len(), 1, "{titles:?}");
    assert_eq!(ada.page(json!({})).await["totalCount"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_version_changes_nothing() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let id = ada.create_id("Draft").await;
    let edit =
        |title: &str, version: Value| json!({"id": id, "title": title, "expectedVersion": version});
    let second = ada.mutate(UPDATE, edit("Second", json!(1))).await;
    assert_eq!(second.data()["updateTask"]["task"]["version"], 2);
    for version in [1, 3, i32::MAX] {
        let stale = ada.mutate(UPDATE, edit("Third", json!(version))).await;
        assert_eq!(
            (stale.status.as_u16(), stale.code(), stale.reason()),
            (200, "CONFLICT", "VERSION_MISMATCH")
        );
        assert_eq!(
            stale.json["data"],
            Value::Null,
            "half a payload is never returned"
        );
    }
    assert_eq!(ada.titles(json!({})).await, ["Second"]);
    // Without a version the last writer wins; null means the same.
    let third = ada.mutate(UPDATE, edit("Third", Value::Null)).await;
    assert_eq!(third.data()["updateTask"]["task"]["version"], 3);
    // Of many writers that saw the same version exactly one gets through.
    let writers = (0..10).map(|n| ada.mutate(UPDATE, edit(&format!("Writer {n}"), json!(3))));
    let replies = futures_util::future::join_all(writers).await;
    let won = replies
        .iter()
        .filter(|reply| reply.code().is_empty())
        .count();
    let lost = replies
        .iter()
        .filter(|reply| reply.code() == "CONFLICT")
        .count();
    assert_eq!((won, lost), (1, 9));
}

/// In inputs null and absent mean the same, also by way of variables.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_out_or_null_stays_as_it_is() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let input = json!({"title": "Title", "description": "Kept"});
    let created = ada.mutate(CREATE, input).await;
    let id = created.data()["createTask"]["task"]["id"].clone();
    let spelled_out = "mutation($id: ID!, $title: String, $description: String) {
        updateTask(input: {id: $id, title: $title, description: $description}) { task { title description } } }";
    for variables in [
        json!({"id": id, "title": "New"}),
        json!({"id": id, "title": "New", "description": null}),
        json!({"id": id, "title": null}),
        json!({"id": id}),
    ] {
        let reply = ada.run(spelled_out, variables.clone()).await;
        let task = &reply.data()["updateTask"]["task"];
        assert_eq!(
            task,
            &json!({"title": "New", "description": "Kept"}),
            "{variables}"
        );
    }
    for (arguments, expected) in [
        (json!({"filter": null, "orderBy": null, "first": null}), 1),
        (json!({"filter": {"completed": null, "search": null}}), 1),
        (json!({"filter": {"search": ""}}), 1),
        (json!({"filter": {"completed": true}}), 0),
    ] {
        assert_eq!(
            ada.page(arguments.clone()).await["totalCount"],
            expected,
            "{arguments}"
        );
    }
}

/// Several mutations in one operation run one after the other, and one that fails does not undo the others.
#[tokio::test(flavor = "multi_thread")]
async fn mutations_run_in_the_order_they_are_written_in() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let id = ada.create_id("Toggle me").await;
    let toggles: Vec<String> = (0..5)
        .map(|n| format!("t{n}: toggleTask(input: {{id: \"{id}\"}}) {{ task {{ version }} }}"))
        .collect();
    let reply = ada
        .run(&format!("mutation {{ {} }}", toggles.join(" ")), json!({}))
        .await;
    let expected: Value = (0..5)
        .map(|n| (format!("t{n}"), json!({"task": {"version": n + 2}})))
        .collect::<serde_json::Map<_, _>>()
        .into();
    assert_eq!(reply.data(), &expected);
    let mixed = "mutation($id: ID!) { a: createTask(input: {title: \"kept\"}) { task { id } }
        b: deleteTask(input: {id: \"task_0197c0df1c3d7a42b6e5f4d3c2b1a098\"}) { deletedTaskId } }";
    let reply = ada
        .run(mixed.replace("($id: ID!)", "").as_str(), json!({}))
        .await;
    assert_eq!((reply.status.as_u16(), reply.code()), (200, "NOT_FOUND"));
    assert_eq!(reply.json["errors"][0]["path"], json!(["b"]));
    assert_eq!(
        reply.json["data"],
        Value::Null,
        "a failed non-null field takes the data with it"
    );
    assert_eq!(ada.page(json!({})).await["totalCount"], 2);
}
