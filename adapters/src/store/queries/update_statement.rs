//! `Task::apply` as one statement.

use diesel::sql_types::{BigInt, Bool, Integer, Nullable, SmallInt, Text};

use taskhive_domain::task::{Completion, DueEdit, TaskEdit};
use taskhive_domain::{TaskId, Timestamp, UserId};

use super::backend::TICK;
use super::statement::statement;
use super::task_statements::{TaskColumns, task_columns};
use crate::store::rows::Folded;
use crate::store::tags;
use crate::store::types::{Day, DbDay, DbId, DbTime, Millis, Uid};

/// What an edit does to the completion, as it is bound.
macro_rules! completion {
    (keep) => {
        0
    };
    (complete) => {
        1
    };
    (reopen) => {
        2
    };
    (toggle) => {
        3
    };
}

/// The edit may be applied: it expects no version, or this one.
macro_rules! expected {
    () => {
        "(edit.expected_version IS NULL OR edit.expected_version = tasks.version)"
    };
}

/// The edit may be applied, and makes a difference. Completion differs only where it flips: completing what is completed
/// keeps the time.
macro_rules! changes {
    () => {
        concat!(
            "(",
            expected!(),
            " AND (COALESCE(edit.title, tasks.title) <> tasks.title \
             OR COALESCE(edit.description, tasks.description) <> tasks.description \
             OR COALESCE(edit.priority, tasks.priority) <> tasks.priority \
             OR COALESCE(edit.tags, tasks.tags) <> tasks.tags \
             OR (edit.due AND tasks.due_on IS DISTINCT FROM edit.due_on) \
             OR edit.completion = ",
            completion!(toggle),
            " OR (edit.completion = ",
            completion!(complete),
            " AND tasks.completed_at IS NULL) OR (edit.completion = ",
            completion!(reopen),
            " AND tasks.completed_at IS NOT NULL)))"
        )
    };
}

/// `column`, replaced by the edit's value where there is one and the edit may be applied.
macro_rules! replaced {
    ($column:literal) => {
        concat!(
            $column,
            " = CASE WHEN ",
            expected!(),
            " THEN COALESCE(edit.",
            $column,
            ", tasks.",
            $column,
            ") ELSE tasks.",
            $column,
            " END, "
        )
    };
}

/// `column`, set to `value` where the edit makes a difference.
macro_rules! touched {
    ($column:literal, $value:literal) => {
        concat!(
            $column,
            " = CASE WHEN ",
            changes!(),
            " THEN ",
            $value,
            " ELSE tasks.",
            $column,
            " END"
        )
    };
}

statement! {
    /// `Task::apply` in SQL. Every value is computed from the row itself, in the one statement that locks it, so that no
    /// other writer's change can get lost. The edit is a one-row table: each of its values is bound once.
    UpdateTask -> (TaskColumns, BigInt) {
        "WITH tick AS (";
        TICK[0] => owner: DbId as Uid;
        TICK[1];
        ") UPDATE tasks SET ";
        replaced!("title");
        replaced!("title_folded");
        replaced!("description");
        replaced!("description_folded");
        concat!(
            "completed_at = CASE WHEN NOT ", expected!(), " THEN tasks.completed_at \
             WHEN edit.completion = ", completion!(complete),
            " THEN COALESCE(tasks.completed_at, edit.happened_at) \
             WHEN edit.completion = ", completion!(reopen), " THEN NULL \
             WHEN edit.completion = ", completion!(toggle),
            " AND tasks.completed_at IS NULL THEN edit.happened_at \
             WHEN edit.completion = ", completion!(toggle), " THEN NULL \
             ELSE tasks.completed_at END, "
        );
        replaced!("priority");
        replaced!("tags");
        concat!(
            "due_on = CASE WHEN edit.due AND ", expected!(),
            " THEN edit.due_on ELSE tasks.due_on END, "
        );
        concat!(touched!("version", "tasks.version + 1"), ", ");
        concat!(touched!("updated_at", "edit.happened_at"), ", ");
        concat!(touched!("change", "tick.number"), ", ");
        touched!("moved_change", "NULL");
        " FROM tick, (SELECT " => title: Option<String> as Nullable<Text>;
        " AS title, " => title_folded: Option<String> as Nullable<Text>;
        " AS title_folded, " => description: Option<String> as Nullable<Text>;
        " AS description, " => description_folded: Option<String> as Nullable<Text>;
        " AS description_folded, " => completion: i32 as Integer;
        " AS completion, " => due: bool as Bool;
        " AS due, " => due_on: Option<DbDay> as Nullable<Day>;
        " AS due_on, " => priority: Option<i16> as Nullable<SmallInt>;
        " AS priority, " => tags: Option<String> as Nullable<Text>;
        " AS tags, " => happened_at: DbTime as Millis;
        " AS happened_at, " => expected_version: Option<i32> as Nullable<Integer>;
        " AS expected_version) AS edit WHERE tasks.owner_id = " => owner_id: DbId as Uid;
        " AND tasks.id = " => id: DbId as Uid;
        concat!(" RETURNING ", task_columns!(), ", (SELECT number FROM tick)");
    }
}

pub(super) fn update(owner: UserId, id: TaskId, edit: &TaskEdit, now: Timestamp) -> UpdateTask {
    let title = edit.title.as_ref().map(|text| Folded::new(text.as_str()));
    let description = edit
        .description
        .as_ref()
        .map(|text| Folded::new(text.as_str()));
    let (title, title_folded) = title.map(|t| (t.text, t.folded)).unzip();
    let (description, description_folded) = description.map(|d| (d.text, d.folded)).unzip();
    let owner = DbId(owner.uuid());
    UpdateTask {
        owner,
        title,
        title_folded,
        description,
        description_folded,
        completion: match edit.completion {
            None => completion!(keep),
            Some(Completion::Set(true)) => completion!(complete),
            Some(Completion::Set(false)) => completion!(reopen),
            Some(Completion::Toggle) => completion!(toggle),
        },
        due: edit.due.is_some(),
        due_on: edit.due.and_then(DueEdit::day).map(DbDay),
        priority: edit.priority.map(|priority| priority.level().into()),
        tags: edit.tags.as_ref().map(tags::written),
        happened_at: DbTime(now),
        expected_version: edit.expected_version,
        owner_id: owner,
        id: DbId(id.uuid()),
    }
}
