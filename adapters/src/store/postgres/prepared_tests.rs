//! Each statement of a task's life is prepared once per shared connection. What is not would take three round trips instead of
//! one.

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Text};
use taskhive_domain::listing::{PageRequest, Take, TaskFilter, TaskOrder};
use taskhive_domain::ports::{Insertion, TaskRepository, Update};
use taskhive_domain::task::{Completion, Task, TaskDraft, TaskDraftInput, TaskEdit};
use taskhive_domain::{TaskId, Timestamp, UserId};
use uuid::Uuid;

use super::queries::DieselTasks;
use super::testing::filled;

const TIMES: i64 = 3;

#[derive(QueryableByName)]
struct Prepared {
    #[diesel(sql_type = Text)]
    verb: String,
    #[diesel(sql_type = BigInt)]
    executions: i64,
}

async fn live_a_life(tasks: &DieselTasks, owner: UserId) {
    let now = Timestamp::from_millis(1);
    let draft = TaskDraft::parse(TaskDraftInput {
        title: "x",
        ..TaskDraftInput::default()
    });
    let task = Task::create(TaskId::new(now), draft.unwrap(), now);
    let request = PageRequest {
        filter: TaskFilter::default(),
        order: TaskOrder::default(),
        take: Take::First(3),
        after: None,
        before: None,
        as_of: false,
    };
    let toggle = TaskEdit::completion(Completion::Toggle);
    assert!(tasks.add(owner, &task).await.unwrap().is_some());
    let inserted = tasks.insert(owner, &task).await.unwrap();
    assert!(matches!(inserted, Insertion::Existing(_)));
    tasks.page(owner, &request).await.unwrap();
    let updated = tasks.update(owner, task.id, &toggle, now).await.unwrap();
    assert!(matches!(updated, Update::Changed(_)));
    assert!(tasks.delete(owner, task.id, now).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_on_tasks_is_prepared_once() {
    let (_guard, database) = filled().await;
    let tasks = DieselTasks { database };
    for _ in 0..TIMES {
        live_a_life(
            &tasks,
            UserId::from_uuid(Uuid::from_u128(0x7000_8000_0000_0000_0001)),
        )
        .await;
    }

    let sql = "SELECT coalesce(substring(statement FROM '(INSERT|UPDATE|DELETE)[ FROMINT]* tasks'), 'SELECT') AS verb, \
               generic_plans + custom_plans AS executions FROM pg_prepared_statements \
               WHERE statement LIKE '%tasks%' AND statement NOT LIKE '%pg_prepared%'";
    let query = diesel::sql_query(sql);
    let (database, doing) = (tasks.database, "look at prepared statements");
    let mut prepared: Vec<Prepared> = database.read_by_key(doing, query.clone()).await.unwrap();
    prepared.extend(
        database
            .write_by_key::<_, Prepared>(doing, query)
            .await
            .unwrap(),
    );

    let mut executions: Vec<(String, i64)> = prepared
        .into_iter()
        .map(|row| (row.verb, row.executions))
        .collect();
    executions.sort();
    let expected = ["DELETE", "INSERT", "INSERT", "SELECT", "UPDATE"];
    assert_eq!(executions, expected.map(|verb| (verb.to_owned(), TIMES)));
}
