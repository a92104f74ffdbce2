CREATE OR REPLACE FUNCTION previous_release_creates_a_task() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION previous_release_changes_a_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.change := next_task_change(NEW.owner_id);
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION previous_release_deletes_a_task() RETURNS trigger LANGUAGE plpgsql AS $$
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

ALTER TABLE deleted_tasks DROP COLUMN due_on, DROP COLUMN priority, DROP COLUMN tags, DROP COLUMN rank;
DROP INDEX tasks_manual, tasks_due_first, tasks_priority_first, tasks_moved;
ALTER TABLE tasks
    DROP COLUMN nearness, DROP COLUMN due_on, DROP COLUMN priority, DROP COLUMN tags, DROP COLUMN rank, DROP COLUMN moved_change;
