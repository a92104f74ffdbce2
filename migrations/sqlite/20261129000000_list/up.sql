-- What a list needs: the day a task is due, how urgent it is, its labels, and the order that its owner arranges. Writes each
-- task once.

-- A day of the calendar, counted from 1970-01-01; which one is today, only clients know.
ALTER TABLE tasks ADD COLUMN due_on INTEGER NULL;
-- 0 can wait, 1 is normal, 2 is high, 3 is urgent.
ALTER TABLE tasks ADD COLUMN priority INTEGER NOT NULL DEFAULT 1 CHECK (priority BETWEEN 0 AND 3);
-- The labels, in the order of the alphabet, in the row itself: a list reads them without a join. For each a line feed, the
-- label as searches fold it, a tab, and the label as it is spelled, if that differs. No label has a control character.
ALTER TABLE tasks ADD COLUMN tags TEXT NOT NULL DEFAULT '';
-- The place in the order of the owner's own making: the smaller, the earlier. What is new gets that of its change,
-- change * -1048576, so it comes first without a look at the others.
ALTER TABLE tasks ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
-- The number of the newest change of the rank, while it is newer than that of the newest edit. In a column of its own, because
-- the order "recently updated" goes by edits.
ALTER TABLE tasks ADD COLUMN moved_change INTEGER NULL;
-- How soon it is due: the sooner, the greater, and never is least. All parts of a key point the same way, so an index that
-- begins with is_open can be read in both directions.
ALTER TABLE tasks ADD COLUMN nearness INTEGER NOT NULL GENERATED ALWAYS AS (coalesce(-due_on, -10000000)) VIRTUAL;

-- Old tasks come after all new ones, the newest first: by their time of creation, which is cut to where it fits.
UPDATE tasks SET rank = 4611686018427387904 - max(0, min(created_at, 8796093022207)) * 262144;

-- One for each new order. What each costs a write is in docs/performance.md.
CREATE INDEX tasks_manual         ON tasks (owner_id, rank, id);
CREATE INDEX tasks_due_first      ON tasks (owner_id, is_open, nearness, id);
CREATE INDEX tasks_priority_first ON tasks (owner_id, is_open, priority, created_at, id);
-- Few rows are in it: those that were moved since they were last edited.
CREATE INDEX tasks_moved          ON tasks (owner_id, moved_change, id) WHERE moved_change IS NOT NULL;

-- A restored task is as it was; NULL once that is forgotten, or if it was deleted before there was such a thing.
ALTER TABLE deleted_tasks ADD COLUMN due_on INTEGER NULL;
ALTER TABLE deleted_tasks ADD COLUMN priority INTEGER NULL;
ALTER TABLE deleted_tasks ADD COLUMN tags TEXT NULL;
ALTER TABLE deleted_tasks ADD COLUMN rank INTEGER NULL;

-- From here on, for the previous release.

DROP TRIGGER previous_release_creates_a_task;
DROP TRIGGER previous_release_changes_a_task;
DROP TRIGGER previous_release_deletes_a_task;

CREATE TRIGGER previous_release_creates_a_task AFTER INSERT ON tasks WHEN NEW.change = 0 BEGIN
    UPDATE task_counters SET last_change = last_change + 1 WHERE owner_id = NEW.owner_id;
    UPDATE tasks SET (change, created_change, rank) =
            (SELECT last_change, last_change, last_change * -1048576 FROM task_counters WHERE owner_id = NEW.owner_id)
        WHERE owner_id = NEW.owner_id AND id = NEW.id;
    DELETE FROM deleted_tasks WHERE owner_id = NEW.owner_id AND id = NEW.id;
END;

CREATE TRIGGER previous_release_changes_a_task AFTER UPDATE OF last_change ON tasks
    WHEN OLD.last_change <> NEW.last_change AND OLD.change = NEW.change BEGIN
    UPDATE task_counters SET last_change = last_change + 1 WHERE owner_id = NEW.owner_id;
    UPDATE tasks SET (change, moved_change) = (SELECT last_change, NULL FROM task_counters WHERE owner_id = NEW.owner_id)
        WHERE owner_id = NEW.owner_id AND id = NEW.id;
END;

CREATE TRIGGER previous_release_deletes_a_task AFTER DELETE ON tasks
    WHEN EXISTS (SELECT 1 FROM users WHERE id = OLD.owner_id)
        AND EXISTS (SELECT 1 FROM task_counters WHERE owner_id = OLD.owner_id)
        AND NOT EXISTS (SELECT 1 FROM deleted_tasks WHERE owner_id = OLD.owner_id AND id = OLD.id) BEGIN
    UPDATE task_counters SET last_change = last_change + 1, last_deletion = last_change + 1 WHERE owner_id = OLD.owner_id;
    INSERT INTO deleted_tasks
            (owner_id, id, change, deleted_at, title, description, created_at, updated_at, completed_at, version,
             due_on, priority, tags, rank)
        SELECT OLD.owner_id, OLD.id, last_change, CAST(unixepoch('subsec') * 1000 AS INTEGER), OLD.title, OLD.description,
               OLD.created_at, OLD.updated_at, OLD.completed_at, OLD.version, OLD.due_on, OLD.priority, OLD.tags, OLD.rank
        FROM task_counters WHERE owner_id = OLD.owner_id;
END;
