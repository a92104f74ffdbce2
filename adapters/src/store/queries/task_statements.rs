//! The two statements that change a task and say what became of it, in one round trip each.
//!
//! Both end with `RETURNING … last_change`: a random mark, bound by the statement, tells the row it has just written from
//! the row it found.

use diesel::sql_types::{BigInt, Integer, Nullable, Text};

use super::statement::statement;
use crate::store::types::{DbId, DbTime, Millis, Uid};

/// The types of a [`TaskRow`](crate::store::rows::TaskRow).
pub(super) type TaskColumns = (Uid, Text, Text, Millis, Millis, Nullable<Millis>, Integer);

/// The columns of a [`TaskRow`](crate::store::rows::TaskRow). Qualified, because `edit` below has some of the same names.
macro_rules! task_columns {
    () => {
        "tasks.id, tasks.title, tasks.description, tasks.created_at, tasks.updated_at, \
         tasks.completed_at, tasks.version"
    };
}
pub(super) use task_columns;

statement! {
    /// Stores a task. If the owner has one with this id already, nothing changes (not even the mark), but its row comes back:
    /// `DO NOTHING` would return no row.
    InsertTask -> (TaskColumns, BigInt) {
        "INSERT INTO tasks (owner_id, id, title, title_folded, description, description_folded, \
         created_at, updated_at, completed_at, version, last_change) VALUES ("
             => owner_id: DbId as Uid;
        ", " => id: DbId as Uid;
        ", " => title: String as Text;
        ", " => title_folded: String as Text;
        ", " => description: String as Text;
        ", " => description_folded: String as Text;
        ", " => created_at: DbTime as Millis;
        ", " => updated_at: DbTime as Millis;
        ", " => completed_at: Option<DbTime> as Nullable<Millis>;
        ", " => version: i32 as Integer;
        ", " => mark: i64 as BigInt;
        ") ON CONFLICT (owner_id, id) DO UPDATE SET last_change = tasks.last_change RETURNING ";
        concat!(task_columns!(), ", tasks.last_change");
    }
}

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
        "UPDATE tasks SET ";
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
        concat!(touched!("version", "tasks.version + 1"), ", ");
        concat!(touched!("updated_at", "edit.happened_at"), ", ");
        touched!("last_change", "edit.mark");
        " FROM (SELECT " => title: Option<String> as Nullable<Text>;
        " AS title, " => title_folded: Option<String> as Nullable<Text>;
        " AS title_folded, " => description: Option<String> as Nullable<Text>;
        " AS description, " => description_folded: Option<String> as Nullable<Text>;
        " AS description_folded, " => completion: i32 as Integer;
        " AS completion, " => happened_at: DbTime as Millis;
        " AS happened_at, " => expected_version: Option<i32> as Nullable<Integer>;
        " AS expected_version, " => mark: i64 as BigInt;
        " AS mark) AS edit WHERE tasks.owner_id = " => owner_id: DbId as Uid;
        " AND tasks.id = " => id: DbId as Uid;
        concat!(" RETURNING ", task_columns!(), ", tasks.last_change");
    }
}

#[cfg(test)]
mod tests {
    use taskhive_domain::task::{Completion, Task, TaskDescription, TaskEdit, TaskTitle};
    use taskhive_domain::{TaskId, Timestamp, UserId};

    use super::super::backend::Db;
    use super::super::tasks::{insertion, update};

    /// The same on both databases, which only write their binds differently; in lines, to be read.
    fn text(statement: &impl diesel::query_builder::QueryFragment<Db>) -> String {
        let shown = diesel::debug_query::<Db, _>(statement).to_string();
        let (sql, _) = shown.split_once(" -- binds").unwrap();
        let mut sql = sql.replace(" END, ", " END,\n");
        for bind in (1..=20).rev() {
            sql = sql.replace(&format!("${bind}"), "?");
        }
        for keyword in ["SET", "FROM", "WHERE", "RETURNING", "VALUES", "ON CONFLICT"] {
            sql = sql.replace(&format!(" {keyword} "), &format!("\n{keyword} "));
        }
        sql
    }

    const NOW: Timestamp = Timestamp::from_millis(1);

    #[test]
    fn an_insertion_reads() {
        let task = Task {
            id: TaskId::new(NOW),
            title: TaskTitle::parse("x").unwrap(),
            description: TaskDescription::default(),
            created_at: NOW,
            updated_at: NOW,
            completed_at: None,
            version: 1,
        };
        let statement = insertion(UserId::new(NOW), &task, 1);
        insta::assert_snapshot!(text(&statement), @"
        INSERT INTO tasks (owner_id, id, title, title_folded, description, description_folded, created_at, updated_at, completed_at, version, last_change)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (owner_id, id) DO UPDATE
        SET last_change = tasks.last_change
        RETURNING tasks.id, tasks.title, tasks.description, tasks.created_at, tasks.updated_at, tasks.completed_at, tasks.version, tasks.last_change
        ");
    }

    #[test]
    fn an_update_reads() {
        let edit = TaskEdit::completion(Completion::Toggle);
        let statement = update(UserId::new(NOW), TaskId::new(NOW), &edit, NOW, 1);
        insta::assert_snapshot!(text(&statement), @"
        UPDATE tasks
        SET title = CASE WHEN (edit.expected_version IS NULL OR edit.expected_version = tasks.version) THEN COALESCE(edit.title, tasks.title) ELSE tasks.title END,
        title_folded = CASE WHEN (edit.expected_version IS NULL OR edit.expected_version = tasks.version) THEN COALESCE(edit.title_folded, tasks.title_folded) ELSE tasks.title_folded END,
        description = CASE WHEN (edit.expected_version IS NULL OR edit.expected_version = tasks.version) THEN COALESCE(edit.description, tasks.description) ELSE tasks.description END,
        description_folded = CASE WHEN (edit.expected_version IS NULL OR edit.expected_version = tasks.version) THEN COALESCE(edit.description_folded, tasks.description_folded) ELSE tasks.description_folded END,
        completed_at = CASE WHEN NOT (edit.expected_version IS NULL OR edit.expected_version = tasks.version) THEN tasks.completed_at WHEN edit.completion = 1 THEN COALESCE(tasks.completed_at, edit.happened_at) WHEN edit.completion = 2 THEN NULL WHEN edit.completion = 3 AND tasks.completed_at IS NULL THEN edit.happened_at WHEN edit.completion = 3 THEN NULL ELSE tasks.completed_at END,
        version = CASE WHEN ((edit.expected_version IS NULL OR edit.expected_version = tasks.version) AND (COALESCE(edit.title, tasks.title) <> tasks.title OR COALESCE(edit.description, tasks.description) <> tasks.description OR edit.completion = 3 OR (edit.completion = 1 AND tasks.completed_at IS NULL) OR (edit.completion = 2 AND tasks.completed_at IS NOT NULL))) THEN tasks.version + 1 ELSE tasks.version END,
        updated_at = CASE WHEN ((edit.expected_version IS NULL OR edit.expected_version = tasks.version) AND (COALESCE(edit.title, tasks.title) <> tasks.title OR COALESCE(edit.description, tasks.description) <> tasks.description OR edit.completion = 3 OR (edit.completion = 1 AND tasks.completed_at IS NULL) OR (edit.completion = 2 AND tasks.completed_at IS NOT NULL))) THEN edit.happened_at ELSE tasks.updated_at END,
        last_change = CASE WHEN ((edit.expected_version IS NULL OR edit.expected_version = tasks.version) AND (COALESCE(edit.title, tasks.title) <> tasks.title OR COALESCE(edit.description, tasks.description) <> tasks.description OR edit.completion = 3 OR (edit.completion = 1 AND tasks.completed_at IS NULL) OR (edit.completion = 2 AND tasks.completed_at IS NOT NULL))) THEN edit.mark ELSE tasks.last_change END
        FROM (SELECT ? AS title, ? AS title_folded, ? AS description, ? AS description_folded, ? AS completion, ? AS happened_at, ? AS expected_version, ? AS mark) AS edit
        WHERE tasks.owner_id = ? AND tasks.id = ?
        RETURNING tasks.id, tasks.title, tasks.description, tasks.created_at, tasks.updated_at, tasks.completed_at, tasks.version, tasks.last_change
        ");
    }
}
