DROP TRIGGER previous_release_creates_a_task;
DROP TRIGGER previous_release_changes_a_task;
DROP TRIGGER previous_release_deletes_a_task;
ALTER TABLE deleted_tasks DROP COLUMN due_on;
ALTER TABLE deleted_tasks DROP COLUMN priority;
ALTER TABLE deleted_tasks DROP COLUMN tags;
ALTER TABLE deleted_tasks DROP COLUMN rank;
DROP INDEX tasks_manual;
DROP INDEX tasks_due_first;
DROP INDEX tasks_priority_first;
DROP INDEX tasks_moved;
ALTER TABLE tasks DROP COLUMN nearness;
ALTER TABLE tasks DROP COLUMN due_on;
ALTER TABLE tasks DROP COLUMN priority;
ALTER TABLE tasks DROP COLUMN tags;
ALTER TABLE tasks DROP COLUMN rank;
ALTER TABLE tasks DROP COLUMN moved_change;

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
