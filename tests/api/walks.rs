//! A thousand tasks with every kind of text, walked from end to end in every order and both directions while somebody else
//! toggles and deletes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Map, Value, json};

use testkit::*;

const TASKS_IN_ALL: usize = 1000;
/// Every tenth task is changed or deleted while others walk.
const CHURN: usize = 10;
const ORDERS: [&str; 4] = ["OPEN_FIRST", "NEWEST", "OLDEST", "RECENTLY_UPDATED"];

/// Texts that have broken other services.
fn text(n: usize) -> (String, String) {
    let kinds = [
        (
            "\u{1F469}\u{200D}\u{1F4BB} emoji \u{1F3F3}\u{FE0F}\u{200D}\u{1F308}",
            "\u{1F600}\r\n\u{1F601}",
        ),
        (
            "e\u{301} is not \u{e9}, and n\u{303}o\u{302} neither",
            "a\u{300}\u{301}\u{302}\u{303}",
        ),
        ("percent % under _ back \\ slash", "100%_\\%\\_\\\\"),
        (
            "it's \"quoted\" `here` and ''there''",
            "'; DROP TABLE tasks; --",
        ),
        (
            "\u{5E9}\u{5DC}\u{5D5}\u{5DD} \u{202E}drow\u{202C}",
            "line\nline\r\nline\rline\ttab",
        ),
        (
            "\u{4F60}\u{597D} \u{3053}\u{3093}\u{306B}\u{3061}\u{306F}",
            " spaces stay ",
        ),
        (
            "STRASSE stra\u{DF}e \u{130}I\u{131}i",
            "{\"json\": [\"$1\", null]}",
        ),
        (
            "<script>alert(1)</script> ${jndi:x} {{7*7}}",
            "\u{FEFF}\u{FFFD}\u{10FFFF}",
        ),
    ];
    let (title, description) = kinds[n % kinds.len()];
    (format!("{title} {n:04}"), description.to_owned())
}

/// Ten creations a request are as many as the service takes.
async fn create_all(user: &TestUser) -> Vec<(String, (String, String))> {
    let mut made = Vec::new();
    let field =
        |n: usize| format!("t{n}: createTask(input: $t{n}) {{ task {{ id title description }} }}");
    let variables: Vec<String> = (0..10)
        .map(|n| format!("$t{n}: CreateTaskInput!"))
        .collect();
    let fields: Vec<String> = (0..10).map(field).collect();
    let document = format!(
        "mutation({}) {{ {} }}",
        variables.join(", "),
        fields.join(" ")
    );
    for batch in 0..TASKS_IN_ALL / 10 {
        let input = |n: usize| {
            let (title, description) = text(batch * 10 + n);
            (
                format!("t{n}"),
                json!({"title": title, "description": description}),
            )
        };
        let inputs: Map<String, Value> = (0..10).map(input).collect();
        let reply = user.run(&document, Value::Object(inputs)).await;
        for n in 0..10 {
            let task = &reply.data()[format!("t{n}")]["task"];
            let (title, description) = text(batch * 10 + n);
            assert_eq!(
                (&task["title"], &task["description"]),
                (&json!(title), &json!(description))
            );
            made.push((
                task["id"].as_str().unwrap().to_owned(),
                (title, description),
            ));
        }
    }
    made
}

/// What a walk over all pages sees, in the order it sees it.
async fn walk(user: &TestUser, order: &str, forwards: bool) -> Vec<(String, (String, String))> {
    let (count, place) = if forwards {
        ("first", "after")
    } else {
        ("last", "before")
    };
    let (more, end) = if forwards {
        ("hasNextPage", "endCursor")
    } else {
        ("hasPreviousPage", "startCursor")
    };
    let (mut seen, mut cursor) = (Vec::new(), Value::Null);
    for _ in 0..TASKS_IN_ALL {
        let page = user
            .page(json!({count: 87, place: cursor, "orderBy": order}))
            .await;
        let mut edges = page["edges"].as_array().unwrap().clone();
        if !forwards {
            edges.reverse();
        }
        seen.extend(edges.iter().map(|edge| {
            let text = |name: &str| edge["node"][name].as_str().unwrap().to_owned();
            (text("id"), (text("title"), text("description")))
        }));
        cursor = page["pageInfo"][end].clone();
        if page["pageInfo"][more] == false {
            return seen;
        }
    }
    panic!("a walk does not end");
}

/// Toggles and deletes until it is told to stop.
async fn churn(user: TestUser, ids: Vec<String>, stop: Arc<AtomicBool>) {
    for (round, id) in ids.iter().cycle().enumerate() {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let query = if round % 50 == 49 { DELETE } else { TOGGLE };
        let reply = user.mutate(query, json!({"id": id})).await;
        assert!(matches!(reply.code(), "" | "NOT_FOUND"), "{}", reply.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_sees_every_untouched_task_once_while_others_change() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let made = create_all(&ada).await;
    let touched = |n: &usize| n.is_multiple_of(CHURN);
    let moving: Vec<String> = (0..made.len())
        .filter(touched)
        .map(|n| made[n].0.clone())
        .collect();
    let still: BTreeMap<_, _> = (0..made.len())
        .filter(|n| !touched(n))
        .map(|n| made[n].clone())
        .collect();
    let stop = Arc::new(AtomicBool::new(false));
    let churning = tokio::spawn(churn(ada.sign_in_again().await, moving, Arc::clone(&stop)));
    for order in ORDERS {
        for forwards in [true, false] {
            let seen = walk(&ada, order, forwards).await;
            let of_still: Vec<_> = seen
                .into_iter()
                .filter(|(id, _)| still.contains_key(id))
                .collect();
            let unique: BTreeMap<_, _> = of_still.iter().cloned().collect();
            assert_eq!(unique, still, "{order}, forwards: {forwards}");
            assert_eq!(
                of_still.len(),
                still.len(),
                "{order}, forwards: {forwards}: something was seen twice"
            );
        }
    }
    stop.store(true, Ordering::Relaxed);
    churning.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn forwards_and_backwards_are_the_same_way() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let mut made = create_all(&ada).await;
    for (id, _) in made.iter().skip(500).step_by(3) {
        ada.mutate(TOGGLE, json!({"id": id})).await.data();
    }
    for order in ORDERS {
        let forwards = walk(&ada, order, true).await;
        let mut backwards = walk(&ada, order, false).await;
        backwards.reverse();
        assert_eq!(forwards.len(), TASKS_IN_ALL, "{order}");
        assert_eq!(forwards, backwards, "{order}");
        if order == "OLDEST" {
            assert_eq!(forwards, made);
        } else if order == "NEWEST" {
            made.reverse();
            assert_eq!(forwards, made);
            made.reverse();
        }
    }
}
