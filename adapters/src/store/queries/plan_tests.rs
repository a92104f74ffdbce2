//! The database serves every list from an index, in order: no sort, no scan.

use diesel::QueryResult;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use futures_util::FutureExt;
use taskhive_domain::change::{ChangeNumber, Position};
use taskhive_domain::listing::{
    Nearness, PageRequest, SortKey, Take, TaskFilter, TaskOrder, TaskPosition,
};
use taskhive_domain::task::{
    Completion, Priority, Rank, Task, TaskDraft, TaskDraftInput, TaskEdit,
};
use taskhive_domain::{TaskId, Timestamp, UserId};
use uuid::Uuid;

use super::backend::testing::{EXPLAIN, PlanLine, PlanText, UNWANTED, filled, line};
use super::backend::{Database, Db, RunQueryDsl};
use super::change_statements::{ForgetTexts, SelectChanges};
use super::page::{CountTasks, SelectDatedPage, SelectPage};
use super::sessions::ended_since;
use super::task_statements::{deletion, insertion};
use super::update_statement::update;
use crate::store::types::{DbId, DbTime};

/// A statement that tells its plan.
struct Explain<S>(S);

impl<S: QueryFragment<Db>> QueryFragment<Db> for Explain<S> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql(EXPLAIN);
        self.0.walk_ast(out.reborrow())
    }
}

impl<S> QueryId for Explain<S> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<S, C> diesel::RunQueryDsl<C> for Explain<S> {}

impl<S> Query for Explain<S> {
    type SqlType = PlanLine;
}

async fn plan<S>(database: &Database, statement: S) -> String
where
    S: QueryFragment<Db> + Send + 'static,
{
    let lines = database
        .read("explain", |conn| {
            async move { Explain(statement).load::<PlanText>(conn).await }.boxed()
        })
        .await
        .unwrap();
    let lines: Vec<String> = lines.into_iter().map(line).collect();
    lines.join("\n")
}

/// The first of those that `filled` makes.
fn owner() -> UserId {
    UserId::from_uuid(Uuid::from_u128(0x7000_8000_0000_0000_0001))
}

fn indexes(order: TaskOrder, filtered: bool) -> &'static [&'static str] {
    match order {
        TaskOrder::OpenFirst => &["tasks_open_first"],
        // With one group only, the other index has the same order.
        TaskOrder::Newest | TaskOrder::Oldest if filtered => &["tasks_open_first", "tasks_created"],
        TaskOrder::Newest | TaskOrder::Oldest => &["tasks_created"],
        TaskOrder::RecentlyUpdated => &["tasks_changed"],
        TaskOrder::Manual => &["tasks_manual"],
        TaskOrder::DueFirst => &["tasks_due_first"],
        TaskOrder::PriorityFirst => &["tasks_priority_first"],
    }
}

/// Without searches: where few of an owner's tasks match, to read them all and sort the rest is the better plan.
fn requests() -> Vec<PageRequest> {
    let position = |order| {
        let at = Timestamp::from_millis(100);
        let key = match order {
            TaskOrder::RecentlyUpdated => SortKey::Change(ChangeNumber::new(250)),
            TaskOrder::Manual => SortKey::Rank(Rank::new(-250)),
            TaskOrder::DueFirst => SortKey::Due(Nearness::new(-50)),
            TaskOrder::PriorityFirst => SortKey::Priority(Priority::High, at),
            _ => SortKey::CreatedAt(at),
        };
        Some(TaskPosition {
            is_open: true,
            key,
            id: TaskId::new(Timestamp::from_millis(100)),
        })
    };
    let mut requests = Vec::new();
    for order in TaskOrder::ALL {
        let position = position(order);
        for take in [Take::First(20), Take::Last(20)] {
            for (after, before) in [(None, None), (position, None), (None, position)] {
                for completed in [None, Some(true), Some(false)] {
                    requests.push(PageRequest {
                        filter: TaskFilter {
                            completed,
                            ..TaskFilter::default()
                        },
                        order,
                        take,
                        after,
                        before,
                        as_of: false,
                    });
                }
            }
        }
    }
    requests
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_read_from_its_index_in_order() {
    let (_guard, database) = filled().await;
    let mut wrong = Vec::new();
    for request in requests() {
        let plan = plan(&database, SelectPage::new(owner(), &request)).await;
        let indexes = indexes(request.order, request.filter.completed.is_some());
        if UNWANTED.iter().any(|unwanted| plan.contains(unwanted))
            || !indexes.iter().any(|index| plan.contains(index))
        {
            wrong.push(format!("{request:?}\n{plan}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_count_reads_the_tasks_of_one_owner_only() {
    let (_guard, database) = filled().await;
    let filter = TaskFilter {
        completed: Some(false),
        ..TaskFilter::default()
    };
    let plan = plan(&database, CountTasks::new(owner(), &filter)).await;
    let bounded = plan.contains("(owner_id = ") || plan.contains("(owner_id=?");
    assert!(bounded && !plan.contains("Seq Scan"), "{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ended_a_moment_ago_is_read_from_the_index_on_the_time() {
    let (_guard, database) = filled().await;
    let since = DbTime(Timestamp::from_millis(995_000));
    let plan = plan(&database, ended_since(since, DbId(Uuid::nil()), 50)).await;
    assert!(
        plan.contains("ended_sessions_ended_at") && !plan.contains("Seq Scan"),
        "{plan}"
    );
}

/// Three ranges of their indexes, each in order and cut off; what little is left is merged.
#[tokio::test(flavor = "multi_thread")]
async fn changes_are_read_from_three_indexes() {
    let (_guard, database) = filled().await;
    let within = Position {
        task: Some(TaskId::new(Timestamp::from_millis(1))),
        ..Position::after(ChangeNumber::new(250))
    };
    let walk = Position {
        walk: Some(ChangeNumber::new(600)),
        ..Position::after(ChangeNumber::new(3))
    };
    for after in [None, Some(within), Some(walk)] {
        let plan = plan(&database, SelectChanges::new(owner(), after, 20)).await;
        for index in ["tasks_changed", "tasks_moved", "deleted_tasks_changed"] {
            assert!(plan.contains(index), "{after:?}: {plan}");
        }
        for unwanted in ["Seq Scan", "Bitmap", "SCAN tasks", "SCAN deleted_tasks"] {
            assert!(!plan.contains(unwanted), "{after:?}: {plan}");
        }
        assert!(plan.matches("Sort").count() <= 1, "{after:?}: {plan}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_with_its_moment_is_read_from_the_same_index() {
    let (_guard, database) = filled().await;
    for request in requests() {
        let plan = plan(&database, SelectDatedPage::new(owner(), &request)).await;
        let indexes = indexes(request.order, request.filter.completed.is_some());
        assert!(
            indexes.iter().any(|index| plan.contains(index)),
            "{request:?}\n{plan}"
        );
        // A row of the page that is materialised is a scan to SQLite.
        for unwanted in [
            "Sort",
            "Seq Scan on tasks",
            "Bitmap",
            "TEMP B-TREE",
            "SCAN counter",
        ] {
            assert!(!plan.contains(unwanted), "{request:?}\n{plan}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn old_deletions_are_found_by_their_time() {
    let (_guard, database) = filled().await;
    let forget = ForgetTexts {
        until: DbTime(Timestamp::from_millis(252)),
        limit: 5,
    };
    let plan = plan(&database, forget).await;
    assert!(plan.contains("deleted_tasks_with_texts"), "{plan}");
    assert!(
        !plan.contains("Sort") && !plan.contains("TEMP B-TREE"),
        "{plan}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_finds_its_row_by_the_primary_key() {
    let (_guard, database) = filled().await;
    let now = Timestamp::from_millis(1);
    let id = TaskId::new(now);
    let edit = TaskEdit::completion(Completion::Toggle);
    let plans = [
        plan(&database, update(owner(), id, &edit, now)).await,
        plan(&database, deletion(owner(), id, now)).await,
    ];
    for plan in plans {
        let by_key = plan.contains("tasks_pkey") || plan.contains("USING PRIMARY KEY");
        let scans = ["Seq Scan", "SCAN tasks", "SCAN task_counters"];
        assert!(
            by_key && !scans.iter().any(|scan| plan.contains(scan)),
            "{plan}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_insertion_looks_for_a_deleted_task_by_its_key() {
    let (_guard, database) = filled().await;
    let now = Timestamp::from_millis(1);
    let draft = TaskDraft::parse(TaskDraftInput {
        title: "x",
        ..TaskDraftInput::default()
    });
    let task = Task::create(TaskId::new(now), draft.unwrap(), now);
    let plan = plan(&database, insertion(owner(), &task)).await;
    let by_key =
        plan.contains("deleted_tasks_pkey") || plan.contains("deleted_tasks USING PRIMARY KEY");
    assert!(by_key && !plan.contains("Seq Scan"), "{plan}");
}
