//! Tasks can be spread over several databases by their owner (docs/operations.md says how): each statement that reads or changes
//! them says whose, and no key reaches from one owner to another.

use serde_json::{Value, json};
use tempfile::tempdir;
use testkit::databases::PostgresDatabase;
use testkit::server::PostgresServer;
use testkit::{
    CREATE, DELETE, NODE, PASSWORD, Process, SECRET, SET_COMPLETED, TASK, TASKS, TOGGLE, TestUser,
    UPDATE,
};

use crate::TASKHIVE;

/// Ids of the client's making.
const ONE: &str = "task_01970000000070008000000000000001";
const TWO: &str = "task_01970000000070008000000000000002";

/// All of them.
const ORDERS: [&str; 7] = [
    "OPEN_FIRST",
    "NEWEST",
    "OLDEST",
    "RECENTLY_UPDATED",
    "MANUAL",
    "DUE_FIRST",
    "PRIORITY_FIRST",
];

/// The tables whose rows have an owner.
const OWNED: [&str; 3] = ["tasks", "task_counters", "deleted_tasks"];

/// The statements on those tables that PostgreSQL was asked to run, without quotes, each once.
fn statements(log: &str) -> Vec<String> {
    let asked = log.lines().filter_map(|line| {
        let (_, asked) = line.split_once("LOG:  execute ")?;
        Some(asked.split_once(": ")?.1.replace('"', ""))
    });
    let names_one = |sql: &String| OWNED.iter().any(|table| places(sql, table) > 0);
    let mut statements: Vec<String> = asked.filter(names_one).collect();
    statements.sort();
    statements.dedup();
    statements
}

/// How often rows of this table are looked for.
fn places(sql: &str, table: &str) -> usize {
    let words: Vec<&str> = sql
        .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
        .collect();
    words
        .windows(2)
        .filter(|pair| ["FROM", "JOIN", "UPDATE", "INTO"].contains(&pair[0]) && pair[1] == table)
        .count()
}

/// Whether each place says whose rows, or, where rows are added, has a column for it.
fn names_the_owner(sql: &str) -> bool {
    let places: usize = OWNED.iter().map(|table| places(sql, table)).sum();
    let owners = sql.matches("owner_id = $").count();
    let added = sql.matches("INSERT INTO").count();
    owners + added >= places && (added == 0 || sql.contains("(owner_id, "))
}

async fn ask(user: &TestUser, query: &str, variables: Value) -> Value {
    user.run(query, variables).await.data().clone()
}

/// Everything that can be done with tasks.
async fn live_a_life(service: &Process) {
    let ada = service.user("ada").await;
    let id = ada.create_id("Pack").await;
    let again = json!({"input": {"id": id, "title": "Pack"}});
    ask(&ada, CREATE, again).await;
    ask(
        &ada,
        UPDATE,
        json!({"input": {"id": id, "title": "Pack all"}}),
    )
    .await;
    ask(
        &ada,
        SET_COMPLETED,
        json!({"input": {"id": id, "completed": true}}),
    )
    .await;
    ask(&ada, TOGGLE, json!({"input": {"id": id}})).await;
    ask(&ada, TASK, json!({"id": id})).await;
    ask(&ada, NODE, json!({"id": id})).await;
    for (query, input) in [
        (
            "mutation ($input: CreateTasksInput!) { createTasks(input: $input) { tasks { id } } }",
            json!({"tasks": [{"title": "One", "id": ONE}, {"title": "Two", "id": TWO, "tags": ["a"]}]}),
        ),
        (
            "mutation ($input: MoveTaskInput!) { moveTask(input: $input) { task { id } } }",
            json!({"id": id, "after": ONE}),
        ),
        (
            "mutation ($input: UpdateTasksInput!) { updateTasks(input: $input) { tasks { id } } }",
            json!({"ids": [TWO, ONE], "dueOn": "2026-01-31", "completed": true}),
        ),
        (
            "mutation ($input: DeleteTasksInput!) { deleteTasks(input: $input) { deletedTaskIds } }",
            json!({"ids": [ONE, TWO]}),
        ),
    ] {
        ask(&ada, query, json!({ "input": input })).await;
    }
    ask(&ada, "{ tags { tag } }", json!({})).await;
    for order in ORDERS {
        let filter = json!({"completed": false, "search": "pack"});
        let first = json!({"first": 1, "orderBy": order, "filter": filter});
        ask(&ada, TASKS, first).await;
        let page = ask(&ada, TASKS, json!({"first": 1, "orderBy": order})).await;
        let cursor = &page["tasks"]["edges"][0]["cursor"];
        let next = json!({"first": 1, "orderBy": order, "after": cursor});
        ask(&ada, TASKS, next).await;
        let dated = "query($orderBy: TaskOrder) { tasks(orderBy: $orderBy) { asOf nodes { id } } }";
        ask(&ada, dated, json!({"orderBy": order})).await;
    }
    ask(&ada, DELETE, json!({"input": {"id": id}})).await;
    let restore = "mutation($ids: [ID!]!) { restoreTasks(input: { ids: $ids }) { tasks { id } } }";
    ask(&ada, restore, json!({"ids": [id]})).await;
    ask(&ada, DELETE, json!({"input": {"id": id}})).await;
    let changes = "{ taskChanges(first: 10) { cursor } }";
    ask(&ada, changes, json!({})).await;
    let leave = "mutation($password: String!) { deleteAccount(input: { password: $password }) { deletedUserId } }";
    ask(&ada, leave, json!({"password": PASSWORD})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_statement_on_tasks_names_the_owner() {
    let server = PostgresServer::start("-c log_statement=all");
    let directory = tempdir().unwrap();
    let settings = [
        ("DATABASE_URL", server.url.as_str()),
        ("JWT_SECRET", SECRET),
    ];
    let service = TASKHIVE.start(directory.path(), &settings);

    live_a_life(&service).await;

    let statements = statements(&server.log());
    for table in OWNED {
        for verb in ["INSERT", "UPDATE", "DELETE", "SELECT"] {
            let is_it = |sql: &&String| sql.contains(verb) && places(sql, table) > 0;
            let seen = statements.iter().find(is_it);
            assert!(seen.is_some(), "no {verb} on {table}: {statements:#?}");
        }
    }
    // What is cleared away is found by its age, whoever owned it. Nobody waits for that.
    let is_of_one = |sql: &&String| !sql.contains("deleted_at <= ");
    for sql in statements.iter().filter(is_of_one) {
        assert!(names_the_owner(sql), "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_reaches_from_one_owner_to_another() {
    let database = PostgresDatabase::migrated().await;
    let owned = "SELECT attrelid, attnum FROM pg_attribute \
                 JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attname = 'owner_id'";
    let tables = format!("WITH owned AS ({owned}) SELECT attrelid::regclass::text FROM owned");
    let unique = format!(
        "WITH owned AS ({owned}) SELECT indexrelid::regclass::text FROM pg_index \
         JOIN owned ON attrelid = indrelid WHERE indisunique AND NOT attnum = ANY (indkey)"
    );
    let foreign = format!(
        "WITH owned AS ({owned}) SELECT conname::text FROM pg_constraint \
         JOIN owned ON (attrelid = conrelid AND NOT attnum = ANY (conkey)) \
             OR (attrelid = confrelid AND NOT attnum = ANY (confkey)) WHERE contype = 'f'"
    );
    let client = database.client().await;
    let names = async |sql: &str| -> Vec<String> {
        let rows = client.query(sql, &[]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    };

    let mut found = names(&tables).await;
    found.sort();
    assert_eq!(found, ["deleted_tasks", "task_counters", "tasks"]);
    assert_eq!(names(&unique).await, [""; 0]);
    assert_eq!(names(&foreign).await, [""; 0]);
}
