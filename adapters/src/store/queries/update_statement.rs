//! `Task::apply` as one statement.

use diesel::sql_types::{BigInt, Bool, Integer, Nullable, SmallInt, Text};

use super::backend::TICK;
use super::statement::statement;
use super::task_statements::{TaskColumns, task_columns};
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
pub(super) use completion;

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
             OR (edit.due AND edit.due_on IS DISTINCT FROM tasks.due_on) \
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
