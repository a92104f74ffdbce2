//! Which tasks a statement is about: conditions, put together from fixed pieces according to what is asked for. All values are
//! bound, so the number of different texts stays small, and each is prepared once per connection.

use diesel::QueryResult;
use diesel::query_builder::AstPass;
use diesel::sql_types::{Bool, SmallInt, Text};
use taskhive_domain::UserId;
use taskhive_domain::listing::{DayRange, TaskFilter, TaskOrder};

use super::backend::{CONTAINS, Db, WHILE_IN_TIME};
use crate::store::tags;
use crate::store::types::{Day, DbDay, DbId, Uid};

/// A range of days; whoever has none is in no range.
#[derive(Clone)]
struct Days {
    from: Option<DbDay>,
    to: Option<DbDay>,
}

impl From<DayRange> for Days {
    fn from(range: DayRange) -> Self {
        Self {
            from: range.from().map(DbDay),
            to: range.to().map(DbDay),
        }
    }
}

/// Which tasks of which owner.
#[derive(Clone)]
pub(super) struct Conditions {
    owner: DbId,
    open: Option<bool>,
    words: Vec<String>,
    days: Option<Days>,
    /// Whether there is a day.
    due: Option<bool>,
    priorities: Option<Vec<i16>>,
    /// What each of the labels is found by.
    tags: Vec<String>,
    /// Whether more is asked for than the completion.
    scans: bool,
}

impl Conditions {
    pub(super) fn new(owner: UserId, filter: &TaskFilter) -> Self {
        Self {
            owner: DbId(owner.uuid()),
            open: filter.completed.map(|completed| !completed),
            words: filter.search.words().to_vec(),
            days: filter.due_on.map(Days::from),
            due: filter.has_due_day,
            priorities: filter
                .priorities
                .map(|set| set.iter().map(|one| one.level().into()).collect()),
            tags: filter.tags.as_slice().iter().map(tags::key).collect(),
            scans: !filter.is_plain(),
        }
    }

    /// Whether no rows are looked at but those that match, in an order that begins with the completion or without one.
    pub(super) fn are_in_key(&self, order: TaskOrder) -> bool {
        !self.scans && (self.open.is_none() || order.puts_open_first())
    }

    pub(super) fn walk<'b>(&'b self, out: &mut AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.push_sql(" FROM tasks WHERE owner_id = ");
        out.push_bind_param::<Uid, _>(&self.owner)?;
        if let Some(open) = &self.open {
            out.push_sql(" AND is_open = ");
            out.push_bind_param::<Bool, _>(open)?;
        }
        if self.scans {
            out.push_sql(WHILE_IN_TIME);
        }
        for word in &self.words {
            contains(out, " AND (", "title_folded", word)?;
            contains(out, " OR ", "description_folded", word)?;
            out.push_sql(")");
        }
        self.walk_list(out)
    }

    fn walk_list<'b>(&'b self, out: &mut AstPass<'_, 'b, Db>) -> QueryResult<()> {
        if let Some(days) = &self.days {
            out.push_sql(" AND due_on IS NOT NULL");
            let ends = [
                (" AND due_on >= ", &days.from),
                (" AND due_on <= ", &days.to),
            ];
            for (comparison, day) in ends {
                if let Some(day) = day {
                    out.push_sql(comparison);
                    out.push_bind_param::<Day, _>(day)?;
                }
            }
        }
        match self.due {
            Some(true) => out.push_sql(" AND due_on IS NOT NULL"),
            Some(false) => out.push_sql(" AND due_on IS NULL"),
            None => {}
        }
        for tag in &self.tags {
            contains(out, " AND ", "tags", tag)?;
        }
        let Some(priorities) = &self.priorities else {
            return Ok(());
        };
        // Of none of them is none.
        out.push_sql(" AND (1 = 0");
        for priority in priorities {
            out.push_sql(" OR priority = ");
            out.push_bind_param::<SmallInt, _>(priority)?;
        }
        out.push_sql(")");
        Ok(())
    }
}

fn contains<'b>(
    out: &mut AstPass<'_, 'b, Db>,
    before: &str,
    column: &str,
    text: &'b String,
) -> QueryResult<()> {
    for sql in [before, CONTAINS, "(", column, ", "] {
        out.push_sql(sql);
    }
    out.push_bind_param::<Text, _>(text)?;
    out.push_sql(") > 0");
    Ok(())
}
