-- The order of changes: every change of a task takes the next number of its owner, in the same transaction. So the order of
-- numbers is the order of commits, and whoever has seen a number has seen all earlier ones. See docs/decisions/0007.
--
-- Existing tasks are numbered in the order in which they were last changed, which writes each of them once.
--
-- Whoever goes back to the previous release and then comes on again must have missed nothing: what it writes meanwhile gets its
-- numbers from the triggers below, which go with the next release. This release meets their conditions nowhere.

CREATE TABLE task_counters (
    -- A row is made with the account.
    owner_id         BLOB    NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- The number that was taken last.
    last_change      INTEGER NOT NULL DEFAULT 0,
    -- The number that was taken last to delete something. Nobody waits for a lock here; it is for the one text of queries.
    last_deletion    INTEGER NOT NULL DEFAULT 0,
    -- The newest deletion that is not remembered any more.
    forgotten_change INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- What is left of deleted tasks: first all of it, so that they can be restored, later only that they were deleted.
CREATE TABLE deleted_tasks (
    owner_id     BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id           BLOB    NOT NULL,
    -- The number of the deletion.
    change       INTEGER NOT NULL,
    deleted_at   INTEGER NOT NULL,
    -- The task as it was; NULL, all of them, once that is forgotten. Folded texts are made anew.
    title        TEXT    NULL,
    description  TEXT    NULL,
    created_at   INTEGER NULL,
    updated_at   INTEGER NULL,
    completed_at INTEGER NULL,
    version      INTEGER NULL,
    PRIMARY KEY (owner_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX deleted_tasks_changed ON deleted_tasks (owner_id, change, id);
-- For clearing away, in small batches: first the texts, then the rest. A row is in one of the two.
CREATE INDEX deleted_tasks_with_texts    ON deleted_tasks (deleted_at) WHERE title IS NOT NULL;
CREATE INDEX deleted_tasks_without_texts ON deleted_tasks (deleted_at) WHERE title IS NULL;

-- The number of the newest change, and of the one that brought the task here: its creation, or the last time it was restored.
ALTER TABLE tasks ADD COLUMN change INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN created_change INTEGER NOT NULL DEFAULT 0;
-- Only the previous release needs the mark: the number tells as well whether a statement was the one that changed the row. Made
-- anew, because a default cannot be added.
ALTER TABLE tasks DROP COLUMN last_change;
ALTER TABLE tasks ADD COLUMN last_change INTEGER NOT NULL DEFAULT 0;

-- The order "recently changed" is that of the numbers.
DROP INDEX tasks_recently_updated;
UPDATE tasks SET change = numbered.number, created_change = numbered.number
    FROM (SELECT owner_id, id, row_number() OVER (PARTITION BY owner_id ORDER BY updated_at, id) AS number FROM tasks) AS numbered
    WHERE tasks.owner_id = numbered.owner_id AND tasks.id = numbered.id;
CREATE INDEX tasks_changed ON tasks (owner_id, change, id);

INSERT INTO task_counters (owner_id, last_change)
    SELECT users.id, count(tasks.id) FROM users LEFT JOIN tasks ON tasks.owner_id = users.id GROUP BY users.id;

-- From here on, for the previous release.

CREATE TRIGGER previous_release_adds_a_user AFTER INSERT ON users BEGIN
    INSERT INTO task_counters (owner_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
END;

-- To the previous release a repeated creation brings a deleted task back.
CREATE TRIGGER previous_release_creates_a_task AFTER INSERT ON tasks WHEN NEW.change = 0 BEGIN
    UPDATE task_counters SET last_change = last_change + 1 WHERE owner_id = NEW.owner_id;
    UPDATE tasks SET (change, created_change) =
            (SELECT last_change, last_change FROM task_counters WHERE owner_id = NEW.owner_id)
        WHERE owner_id = NEW.owner_id AND id = NEW.id;
    DELETE FROM deleted_tasks WHERE owner_id = NEW.owner_id AND id = NEW.id;
END;

CREATE TRIGGER previous_release_changes_a_task AFTER UPDATE OF last_change ON tasks
    WHEN OLD.last_change <> NEW.last_change AND OLD.change = NEW.change BEGIN
    UPDATE task_counters SET last_change = last_change + 1 WHERE owner_id = NEW.owner_id;
    UPDATE tasks SET change = (SELECT last_change FROM task_counters WHERE owner_id = NEW.owner_id)
        WHERE owner_id = NEW.owner_id AND id = NEW.id;
END;

-- This release has remembered the task by now. With the account, the user is gone by now.
CREATE TRIGGER previous_release_deletes_a_task AFTER DELETE ON tasks
    WHEN EXISTS (SELECT 1 FROM users WHERE id = OLD.owner_id)
        AND EXISTS (SELECT 1 FROM task_counters WHERE owner_id = OLD.owner_id)
        AND NOT EXISTS (SELECT 1 FROM deleted_tasks WHERE owner_id = OLD.owner_id AND id = OLD.id) BEGIN
    UPDATE task_counters SET last_change = last_change + 1, last_deletion = last_change + 1 WHERE owner_id = OLD.owner_id;
    INSERT INTO deleted_tasks
            (owner_id, id, change, deleted_at, title, description, created_at, updated_at, completed_at, version)
        SELECT OLD.owner_id, OLD.id, last_change, CAST(unixepoch('subsec') * 1000 AS INTEGER), OLD.title, OLD.description,
               OLD.created_at, OLD.updated_at, OLD.completed_at, OLD.version
        FROM task_counters WHERE owner_id = OLD.owner_id;
END;
