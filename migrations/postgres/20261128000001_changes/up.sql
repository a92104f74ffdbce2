-- The order of changes: every change of a task takes the next number of its owner, under a lock on that owner's counter that
-- is held until the commit. So the order of numbers is the order of commits, and whoever has seen a number has seen all
-- earlier ones. Owners never wait for each other. See docs/decisions/0007.
--
-- Existing tasks are numbered in the order in which they were last changed, which writes each of them once: about a minute for a
-- million. Reads and writes of tasks wait so long.
--
-- The previous release runs beside this one for a while. What it writes gets its numbers from the triggers below, which go
-- with the next release. Where it changes the very task that this release changes at the same moment, one of the two may be
-- told to try again: it locks the task before the counter.

CREATE TABLE task_counters (
    -- No foreign key: it would be looked at with every change. A row is made with the account and goes first with it.
    owner_id         uuid   PRIMARY KEY,
    -- The number that was taken last.
    last_change      bigint NOT NULL DEFAULT 0,
    -- The number that was taken last to delete something. A statement that has waited for the lock tells by it whether what it
    -- sees of deleted tasks is still true.
    last_deletion    bigint NOT NULL DEFAULT 0,
    -- The newest deletion that is not remembered any more.
    forgotten_change bigint NOT NULL DEFAULT 0
-- One narrow row for each owner that is written with every change: there is room on its page for the next version, and no
-- index has to know.
) WITH (fillfactor = 50);

-- What is left of deleted tasks: first all of it, so that they can be restored, later only that they were deleted.
CREATE TABLE deleted_tasks (
    owner_id     uuid        NOT NULL,
    id           uuid        NOT NULL,
    -- The number of the deletion.
    change       bigint      NOT NULL,
    deleted_at   timestamptz NOT NULL,
    -- The task as it was; NULL, all of them, once that is forgotten. Folded texts are made anew.
    title        text        NULL,
    description  text        NULL,
    created_at   timestamptz NULL,
    updated_at   timestamptz NULL,
    completed_at timestamptz NULL,
    version      integer     NULL,
    PRIMARY KEY (owner_id, id)
);

CREATE INDEX deleted_tasks_changed ON deleted_tasks (owner_id, change, id);
-- For clearing away, in small batches: first the texts, then the rest. A row is in one of the two.
CREATE INDEX deleted_tasks_with_texts    ON deleted_tasks (deleted_at) WHERE title IS NOT NULL;
CREATE INDEX deleted_tasks_without_texts ON deleted_tasks (deleted_at) WHERE title IS NULL;

-- The number of the newest change, and of the one that brought the task here: its creation, or the last time it was restored.
-- 0 is what the previous release writes, for the trigger to see.
ALTER TABLE tasks ADD COLUMN change bigint NOT NULL DEFAULT 0, ADD COLUMN created_change bigint NOT NULL DEFAULT 0;
-- Only the previous release needs the mark: the number tells as well whether a statement was the one that changed the row.
ALTER TABLE tasks ALTER COLUMN last_change SET DEFAULT 0;
-- It cost about as much as the counter does, which takes its place: where no counter is, there is no owner.
ALTER TABLE tasks DROP CONSTRAINT tasks_owner_id_fkey;

-- The order "recently changed" is that of the numbers. Until the previous release is gone, its pages in that order are sorted.
-- The other two indexes are made anew, because that costs less than to keep them up to date row by row.
DROP INDEX tasks_recently_updated, tasks_open_first, tasks_created;
UPDATE tasks SET change = numbered.number, created_change = numbered.number
    FROM (SELECT owner_id, id, row_number() OVER (PARTITION BY owner_id ORDER BY updated_at, id) AS number FROM tasks) AS numbered
    WHERE tasks.owner_id = numbered.owner_id AND tasks.id = numbered.id;
CREATE INDEX tasks_open_first ON tasks (owner_id, is_open, created_at, id);
CREATE INDEX tasks_created    ON tasks (owner_id, created_at, id);
CREATE INDEX tasks_changed    ON tasks (owner_id, change, id);

INSERT INTO task_counters (owner_id, last_change)
    SELECT users.id, count(tasks.id) FROM users LEFT JOIN tasks ON tasks.owner_id = users.id GROUP BY users.id;

-- From here on, for the previous release.

CREATE FUNCTION next_task_change(owner uuid) RETURNS bigint LANGUAGE sql AS $$
    UPDATE task_counters SET last_change = last_change + 1 WHERE owner_id = owner RETURNING last_change
$$;

CREATE FUNCTION previous_release_adds_a_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO task_counters (owner_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER previous_release_adds_a_user AFTER INSERT ON users
    FOR EACH ROW EXECUTE FUNCTION previous_release_adds_a_user();

-- The counter first: a writer that waits for it then finds no owner.
CREATE FUNCTION previous_release_deletes_a_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM task_counters WHERE owner_id = OLD.id;
    DELETE FROM tasks WHERE owner_id = OLD.id;
    DELETE FROM deleted_tasks WHERE owner_id = OLD.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER previous_release_deletes_a_user AFTER DELETE ON users
    FOR EACH ROW EXECUTE FUNCTION previous_release_deletes_a_user();

-- To the previous release a repeated creation brings a deleted task back, and an unknown owner is a foreign key that is broken.
CREATE FUNCTION previous_release_creates_a_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.change := next_task_change(NEW.owner_id);
    IF NEW.change IS NULL THEN
        RAISE foreign_key_violation USING MESSAGE = 'there is no such owner';
    END IF;
    NEW.created_change := NEW.change;
    DELETE FROM deleted_tasks WHERE owner_id = NEW.owner_id AND id = NEW.id;
    RETURN NEW;
END
$$;
CREATE TRIGGER previous_release_creates_a_task BEFORE INSERT ON tasks
    FOR EACH ROW WHEN (NEW.change = 0) EXECUTE FUNCTION previous_release_creates_a_task();

CREATE FUNCTION previous_release_changes_a_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.change := next_task_change(NEW.owner_id);
    RETURN NEW;
END
$$;
CREATE TRIGGER previous_release_changes_a_task BEFORE UPDATE ON tasks
    FOR EACH ROW WHEN (OLD.last_change <> NEW.last_change AND OLD.change = NEW.change)
    EXECUTE FUNCTION previous_release_changes_a_task();

-- This release has remembered the task by now, in the statement that deletes it. With the account, the counter is gone.
CREATE FUNCTION previous_release_deletes_a_task() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    number bigint;
BEGIN
    IF EXISTS (SELECT FROM deleted_tasks WHERE owner_id = OLD.owner_id AND id = OLD.id) THEN
        RETURN NULL;
    END IF;
    UPDATE task_counters SET last_change = last_change + 1, last_deletion = last_change + 1
        WHERE owner_id = OLD.owner_id RETURNING last_change INTO number;
    IF FOUND THEN
        INSERT INTO deleted_tasks
                (owner_id, id, change, deleted_at, title, description, created_at, updated_at, completed_at, version)
            VALUES (OLD.owner_id, OLD.id, number, date_trunc('milliseconds', now()), OLD.title, OLD.description,
                OLD.created_at, OLD.updated_at, OLD.completed_at, OLD.version);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER previous_release_deletes_a_task AFTER DELETE ON tasks
    FOR EACH ROW EXECUTE FUNCTION previous_release_deletes_a_task();
