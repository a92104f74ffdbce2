//! The database serves every list from an index, in order: no sort, no scan.

use diesel::QueryResult;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use futures_util::FutureExt;
use taskhive_domain::listing::{PageRequest, Take, TaskFilter, TaskOrder, TaskPosition};
use taskhive_domain::task::{Completion, TaskEdit};
use taskhive_domain::{TaskId, Timestamp, UserId};
use uuid::Uuid;

use super::backend::testing::{EXPLAIN, PlanLine, PlanText, UNWANTED, filled, line};
use super::backend::{Database, Db, RunQueryDsl};
use super::page::{CountTasks, SelectPage};
use super::sessions::ended_since;
use super::tasks::update;
use crate::store::types::DbTime;

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
        TaskOrder::RecentlyUpdated => &["tasks_recently_updated"],
    }
}

/// Without searches: where few of an owner's tasks match, to read them all and sort the rest is the better plan.
fn requests() -> Vec<PageRequest> {
    let position = Some(TaskPosition {
        is_open: true,
        at: Timestamp::from_millis(100),
        id: TaskId::new(Timestamp::from_millis(100)),
    });
    let mut requests = Vec::new();
    for order in [
        TaskOrder::OpenFirst,
        TaskOrder::Newest,
        TaskOrder::Oldest,
        TaskOrder::RecentlyUpdated,
    ] {
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
    let plan = plan(&database, ended_since(since)).await;
    assert!(
        plan.contains("ended_sessions_ended_at") && !plan.contains("Seq Scan"),
        "{plan}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_finds_its_row_by_the_primary_key() {
    let (_guard, database) = filled().await;
    let now = Timestamp::from_millis(1);
    let edit = TaskEdit::completion(Completion::Toggle);
    let plan = plan(&database, update(owner(), TaskId::new(now), &edit, now, 1)).await;
    let by_key = plan.contains("tasks_pkey") || plan.contains("USING PRIMARY KEY");
    assert!(by_key, "{plan}");
}
