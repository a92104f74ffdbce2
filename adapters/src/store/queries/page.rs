//! Pages and counts: one SELECT, put together from fixed pieces according to what is asked for.

use diesel::QueryResult;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, SmallInt, Text};
use taskhive_domain::UserId;
use taskhive_domain::listing::{PageRequest, SortKey, Take, TaskFilter, TaskOrder, TaskPosition};

use super::backend::{Db, WHILE_IN_TIME};
use super::conditions::Conditions;

use super::statement::varying;
use super::task_statements::{TaskColumns, task_columns};
use crate::store::rows::TaskRow;
use crate::store::types::{DbId, DbTime, Millis, Uid};

/// A position as it is bound.
#[derive(Clone)]
struct Bound {
    is_open: bool,
    key: BoundKey,
    id: DbId,
}

#[derive(Clone)]
enum BoundKey {
    Number(i64),
    CreatedAt(DbTime),
    Nearness(i32),
    Priority(i16, DbTime),
}

impl From<TaskPosition> for Bound {
    fn from(position: TaskPosition) -> Self {
        Self {
            is_open: position.is_open,
            key: match position.key {
                SortKey::Change(change) => BoundKey::Number(change.get()),
                SortKey::Rank(rank) => BoundKey::Number(rank.get()),
                SortKey::CreatedAt(at) => BoundKey::CreatedAt(DbTime(at)),
                SortKey::Due(nearness) => BoundKey::Nearness(nearness.get()),
                SortKey::Priority(priority, at) => {
                    BoundKey::Priority(priority.level().into(), DbTime(at))
                }
            },
            id: DbId(position.id.uuid()),
        }
    }
}

/// Reads one page, and one row more.
#[derive(Clone)]
pub(super) struct SelectPage {
    conditions: Conditions,
    order: TaskOrder,
    /// From the end of the order to its beginning.
    reversed: bool,
    after: Option<Bound>,
    before: Option<Bound>,
    limit: i64,
}

impl SelectPage {
    pub(super) fn new(owner: UserId, request: &PageRequest) -> Self {
        Self {
            conditions: Conditions::new(owner, &request.filter),
            order: request.order,
            reversed: matches!(request.take, Take::Last(_)),
            after: request.after.map(Bound::from),
            before: request.before.map(Bound::from),
            limit: i64::from(request.take.limit()) + 1,
        }
    }

    /// Whether the rows lie together in the index of the order, so that no others are looked at: nothing is searched for, and
    /// what is asked of the completion is part of the key.
    pub(super) fn is_index_range(&self) -> bool {
        self.conditions.are_in_key(self.order)
    }

    /// The key of the order, as columns. Only the columns it needs: an index that ends too early is an index that sorts.
    const fn key(&self) -> &'static [&'static str] {
        match self.order {
            TaskOrder::OpenFirst => &["is_open", "created_at", "id"],
            TaskOrder::Newest | TaskOrder::Oldest => &["created_at", "id"],
            TaskOrder::RecentlyUpdated => &["change", "id"],
            TaskOrder::Manual => &["rank", "id"],
            TaskOrder::DueFirst => &["is_open", "nearness", "id"],
            TaskOrder::PriorityFirst => &["is_open", "priority", "created_at", "id"],
        }
    }

    /// One row-value comparison: the database enters its index at that very row.
    fn walk_bound<'b>(
        &self,
        out: &mut AstPass<'_, 'b, Db>,
        comparison: &str,
        bound: &'b Bound,
    ) -> QueryResult<()> {
        out.push_sql(" AND (");
        push_list(out, self.key(), "");
        out.push_sql(") ");
        out.push_sql(comparison);
        out.push_sql(" (");
        if self.order.puts_open_first() {
            out.push_bind_param::<Bool, _>(&bound.is_open)?;
            out.push_sql(", ");
        }
        match &bound.key {
            BoundKey::Number(number) => out.push_bind_param::<BigInt, _>(number)?,
            BoundKey::CreatedAt(at) => out.push_bind_param::<Millis, _>(at)?,
            BoundKey::Nearness(nearness) => out.push_bind_param::<Integer, _>(nearness)?,
            BoundKey::Priority(priority, at) => {
                out.push_bind_param::<SmallInt, _>(priority)?;
                out.push_sql(", ");
                out.push_bind_param::<Millis, _>(at)?;
            }
        }
        out.push_sql(", ");
        out.push_bind_param::<Uid, _>(&bound.id)?;
        out.push_sql(")");
        Ok(())
    }
}

impl QueryFragment<Db> for SelectPage {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        let descending = self.order.is_descending();
        let (behind, ahead) = if descending { ("<", ">") } else { (">", "<") };
        out.push_sql(concat!("SELECT ", task_columns!()));
        self.conditions.walk(&mut out)?;
        if let Some(after) = &self.after {
            self.walk_bound(&mut out, behind, after)?;
        }
        if let Some(before) = &self.before {
            self.walk_bound(&mut out, ahead, before)?;
        }
        out.push_sql(" ORDER BY ");
        let direction = if descending == self.reversed {
            " ASC"
        } else {
            " DESC"
        };
        push_list(&mut out, self.key(), direction);
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.limit)
    }
}

varying!(SelectPage -> TaskColumns);

/// The same page with the number of the owner's last change, both of one moment: one row for each task, or one without any if the
/// page is empty, and none if there is no such owner.
#[derive(Clone)]
pub(super) struct SelectDatedPage {
    owner: DbId,
    page: SelectPage,
}

/// A task, if there is one, and the number of the last change.
pub(super) type DatedRow = (Option<TaskRow>, i64);

impl SelectDatedPage {
    pub(super) fn new(owner: UserId, request: &PageRequest) -> Self {
        Self {
            owner: DbId(owner.uuid()),
            page: SelectPage::new(owner, request),
        }
    }

    pub(super) fn is_index_range(&self) -> bool {
        self.page.is_index_range()
    }
}

impl QueryFragment<Db> for SelectDatedPage {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        // The alias makes the columns of the page those of a table of this name.
        out.push_sql(concat!(
            "SELECT ",
            task_columns!(),
            ", counter.last_change FROM task_counters AS counter LEFT JOIN ("
        ));
        self.page.walk_ast(out.reborrow())?;
        out.push_sql(") AS tasks ON 1 = 1 WHERE counter.owner_id = ");
        out.push_bind_param::<Uid, _>(&self.owner)
    }
}

varying!(SelectDatedPage -> (Nullable<TaskColumns>, BigInt));

/// Counts what matches.
pub(super) struct CountTasks(Conditions);

impl CountTasks {
    pub(super) fn new(owner: UserId, filter: &TaskFilter) -> Self {
        Self(Conditions::new(owner, filter))
    }
}

impl QueryFragment<Db> for CountTasks {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.push_sql("SELECT count(*)");
        self.0.walk(&mut out)
    }
}

varying!(CountTasks -> BigInt);

/// Counts, for each set of labels that tasks of the owner have, the tasks and the open ones among them.
pub(super) struct CountTags {
    pub(super) owner: DbId,
}

impl QueryFragment<Db> for CountTags {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.push_sql(
            "SELECT tags, count(*), count(CASE WHEN is_open THEN 1 END) FROM tasks WHERE owner_id = ",
        );
        out.push_bind_param::<Uid, _>(&self.owner)?;
        out.push_sql(" AND tags <> ''");
        out.push_sql(WHILE_IN_TIME);
        out.push_sql(" GROUP BY tags");
        Ok(())
    }
}

varying!(CountTags -> (Text, BigInt, BigInt));

/// `a, b` or, with a suffix, `a DESC, b DESC`.
fn push_list(out: &mut AstPass<'_, '_, Db>, columns: &[&str], suffix: &str) {
    for (index, column) in columns.iter().enumerate() {
        if index > 0 {
            out.push_sql(", ");
        }
        out.push_sql(column);
        out.push_sql(suffix);
    }
}
