//! What the statements that change tasks read like.

use taskhive_domain::task::{Completion, Task, TaskDraft, TaskDraftInput, TaskEdit};
use taskhive_domain::{TaskId, Timestamp, UserId};

use super::backend::{Db, TAKEN, TICK, TICK_DELETION};
use super::task_statements::{addition, deletion, insertion};
use super::update_statement::update;

/// The same on both databases, which only write their binds differently; in lines, to be read.
fn text(statement: &impl diesel::query_builder::QueryFragment<Db>) -> String {
    let shown = diesel::debug_query::<Db, _>(statement).to_string();
    let (sql, _) = shown.split_once(" -- binds").unwrap();
    let mut sql = sql.replace(" END, ", " END,\n");
    for bind in (1..=20).rev() {
        sql = sql.replace(&format!("${bind}"), "?");
    }
    for (name, [before, after]) in [("taken", TAKEN), ("tick", TICK), ("tick", TICK_DELETION)] {
        let between = if name == "tick" {
            "?"
        } else {
            "? AND tasks.id = ?"
        };
        sql = sql.replace(&format!("{before}{between}{after}"), &format!("[{name}]"));
    }
    for keyword in ["SET", "FROM", "WHERE", "RETURNING", "VALUES", "ON CONFLICT"] {
        sql = sql.replace(&format!(" {keyword} "), &format!("\n{keyword} "));
    }
    sql
}

const NOW: Timestamp = Timestamp::from_millis(1);

fn task() -> Task {
    let draft = TaskDraft::parse(TaskDraftInput {
        title: "x",
        ..TaskDraftInput::default()
    });
    Task::create(TaskId::new(NOW), draft.unwrap(), NOW)
}

#[test]
fn an_addition_reads() {
    let statement = addition(UserId::new(NOW), &task());
    insta::assert_snapshot!(text(&statement), @"
    WITH tick AS ([tick]) INSERT INTO tasks (owner_id, id, title, title_folded, description, description_folded, created_at, updated_at, completed_at, version, due_on, priority, tags, change, created_change, rank) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, tick.number, tick.number, tick.number * -1048576
    FROM tick
    RETURNING change
    ");
}

#[test]
fn an_insertion_reads() {
    let statement = insertion(UserId::new(NOW), &task());
    insta::assert_snapshot!(text(&statement), @"
    WITH tick AS ([tick]) INSERT INTO tasks (owner_id, id, title, title_folded, description, description_folded, created_at, updated_at, completed_at, version, due_on, priority, tags, change, created_change, rank) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, tick.number, tick.number, tick.number * -1048576
    FROM tick
    WHERE tick.last_deletion = (SELECT last_deletion
    FROM task_counters
    WHERE owner_id = ?) AND NOT EXISTS (SELECT 1
    FROM deleted_tasks
    WHERE owner_id = ? AND id = ?)
    ON CONFLICT (owner_id, id) DO UPDATE
    SET change = tasks.change
    RETURNING tasks.id, tasks.title, tasks.description, tasks.created_at, tasks.updated_at, tasks.completed_at, tasks.version, tasks.due_on, tasks.priority, tasks.tags, tasks.rank, tasks.change, tasks.moved_change, (SELECT number
    FROM tick)
    ");
}

#[test]
fn an_update_reads() {
    let edit = TaskEdit::completion(Completion::Toggle);
    let statement = update(UserId::new(NOW), TaskId::new(NOW), &edit, NOW);
    insta::assert_snapshot!(text(&statement), @"
    WITH tick AS ([tick]) UPDATE tasks
    SET title = CASE WHEN (edit.expected_version IS NULL OR edit.expected_version = tasks.version) THEN COALESCE(edit.title, tasks.title) ELSE tasks.title END,
    title_folded = CASE WHEN (edit.expected_version IS NULL OR edit.expected_version = tasks.version) THEN COALESCE(edit.title_folded, tasks.title_folded) ELSE tasks.title_folded END,
    description = CASE WHEN (edit.expected_version IS NULL OR edit.expected_version = tasks.version) THEN COALESCE(edit.description, tasks.description) ELSE tasks.description END,
    description_folded = CASE WHEN (edit.expected_version IS NULL OR edit.expected_version = tasks.version) THEN COALESCE(edit.description_folded, tasks.description_folded) ELSE tasks.description_folded END,
    completed_at = CASE WHEN NOT (edit.expected_version IS NULL OR edit.expected_version = tasks.version) THEN tasks.completed_at WHEN edit.completion = 1 THEN COALESCE(tasks.completed_at, edit.happened_at) WHEN edit.completion = 2 THEN NULL WHEN edit.completion = 3 AND tasks.completed_at IS NULL THEN edit.happened_at WHEN edit.completion = 3 THEN NULL ELSE tasks.completed_at END,
    priority = CASE WHEN (edit.expected_version IS NULL OR edit.expected_version = tasks.version) THEN COALESCE(edit.priority, tasks.priority) ELSE tasks.priority END,
    tags = CASE WHEN (edit.expected_version IS NULL OR edit.expected_version = tasks.version) THEN COALESCE(edit.tags, tasks.tags) ELSE tasks.tags END,
    due_on = CASE WHEN edit.due AND (edit.expected_version IS NULL OR edit.expected_version = tasks.version) THEN edit.due_on ELSE tasks.due_on END,
    version = CASE WHEN ((edit.expected_version IS NULL OR edit.expected_version = tasks.version) AND (COALESCE(edit.title, tasks.title) <> tasks.title OR COALESCE(edit.description, tasks.description) <> tasks.description OR COALESCE(edit.priority, tasks.priority) <> tasks.priority OR COALESCE(edit.tags, tasks.tags) <> tasks.tags OR (edit.due AND tasks.due_on IS DISTINCT
    FROM edit.due_on) OR edit.completion = 3 OR (edit.completion = 1 AND tasks.completed_at IS NULL) OR (edit.completion = 2 AND tasks.completed_at IS NOT NULL))) THEN tasks.version + 1 ELSE tasks.version END,
    updated_at = CASE WHEN ((edit.expected_version IS NULL OR edit.expected_version = tasks.version) AND (COALESCE(edit.title, tasks.title) <> tasks.title OR COALESCE(edit.description, tasks.description) <> tasks.description OR COALESCE(edit.priority, tasks.priority) <> tasks.priority OR COALESCE(edit.tags, tasks.tags) <> tasks.tags OR (edit.due AND tasks.due_on IS DISTINCT
    FROM edit.due_on) OR edit.completion = 3 OR (edit.completion = 1 AND tasks.completed_at IS NULL) OR (edit.completion = 2 AND tasks.completed_at IS NOT NULL))) THEN edit.happened_at ELSE tasks.updated_at END,
    change = CASE WHEN ((edit.expected_version IS NULL OR edit.expected_version = tasks.version) AND (COALESCE(edit.title, tasks.title) <> tasks.title OR COALESCE(edit.description, tasks.description) <> tasks.description OR COALESCE(edit.priority, tasks.priority) <> tasks.priority OR COALESCE(edit.tags, tasks.tags) <> tasks.tags OR (edit.due AND tasks.due_on IS DISTINCT
    FROM edit.due_on) OR edit.completion = 3 OR (edit.completion = 1 AND tasks.completed_at IS NULL) OR (edit.completion = 2 AND tasks.completed_at IS NOT NULL))) THEN tick.number ELSE tasks.change END,
    moved_change = CASE WHEN ((edit.expected_version IS NULL OR edit.expected_version = tasks.version) AND (COALESCE(edit.title, tasks.title) <> tasks.title OR COALESCE(edit.description, tasks.description) <> tasks.description OR COALESCE(edit.priority, tasks.priority) <> tasks.priority OR COALESCE(edit.tags, tasks.tags) <> tasks.tags OR (edit.due AND tasks.due_on IS DISTINCT
    FROM edit.due_on) OR edit.completion = 3 OR (edit.completion = 1 AND tasks.completed_at IS NULL) OR (edit.completion = 2 AND tasks.completed_at IS NOT NULL))) THEN NULL ELSE tasks.moved_change END
    FROM tick, (SELECT ? AS title, ? AS title_folded, ? AS description, ? AS description_folded, ? AS completion, ? AS due, ? AS due_on, ? AS priority, ? AS tags, ? AS happened_at, ? AS expected_version) AS edit
    WHERE tasks.owner_id = ? AND tasks.id = ?
    RETURNING tasks.id, tasks.title, tasks.description, tasks.created_at, tasks.updated_at, tasks.completed_at, tasks.version, tasks.due_on, tasks.priority, tasks.tags, tasks.rank, tasks.change, tasks.moved_change, (SELECT number
    FROM tick)
    ");
}

#[test]
fn a_deletion_reads() {
    let statement = deletion(UserId::new(NOW), TaskId::new(NOW), NOW);
    insta::assert_snapshot!(text(&statement), @"
    WITH tick AS ([tick]), taken AS ([taken]) INSERT INTO deleted_tasks (owner_id, id, title, description, created_at, updated_at, completed_at, version, due_on, priority, tags, rank, change, deleted_at) SELECT owner_id, id, title, description, created_at, updated_at, completed_at, version, due_on, priority, tags, rank, number, ?
    FROM taken
    RETURNING change
    ");
}
