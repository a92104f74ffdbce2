-- What a list needs: the day a task is due, how urgent it is, its labels, and the order that its owner arranges.
--
-- Writes each task once, and all indexes of tasks with it: about a minute for a million. Reads and writes of tasks wait so
-- long. The previous release runs beside this one for a while: what it knows nothing of has defaults, and the triggers of the
-- last migration do the rest.

ALTER TABLE tasks
    -- A day of the calendar; which one is today, only clients know.
    ADD COLUMN due_on       date     NULL,
    -- 0 can wait, 1 is normal, 2 is high, 3 is urgent.
    ADD COLUMN priority     smallint NOT NULL DEFAULT 1 CHECK (priority BETWEEN 0 AND 3),
    -- The labels, in the order of the alphabet, in the row itself: a list reads them without a join. For each a line feed, the
    -- label as searches fold it, a tab, and the label as it is spelled, if that differs. No label has a control character.
    ADD COLUMN tags         text     NOT NULL DEFAULT '',
    -- The place in the order of the owner's own making: the smaller, the earlier. What is new gets that of its change,
    -- change * -1048576, so it comes first without a look at the others.
    ADD COLUMN rank         bigint   NOT NULL DEFAULT 0,
    -- The number of the newest change of the rank, while it is newer than that of the newest edit. In a column of its own,
    -- because the order "recently updated" goes by edits.
    ADD COLUMN moved_change bigint   NULL;

-- Old tasks come after all new ones, the newest first: by their time of creation, which is cut to where it fits.
ALTER TABLE tasks
    ALTER COLUMN rank TYPE bigint USING
        4611686018427387904 - greatest(0, least((extract(epoch FROM created_at) * 1000)::bigint, 8796093022207)) * 262144,
    -- How soon it is due: the sooner, the greater, and never is least. All parts of a key point the same way, so an index that
    -- begins with is_open can be read in both directions.
    ADD COLUMN nearness integer NOT NULL GENERATED ALWAYS AS (coalesce(DATE '1970-01-01' - due_on, -10000000)) STORED;

-- One for each new order. What each costs a write is in docs/performance.md.
CREATE INDEX tasks_manual         ON tasks (owner_id, rank, id);
CREATE INDEX tasks_due_first      ON tasks (owner_id, is_open, nearness, id);
CREATE INDEX tasks_priority_first ON tasks (owner_id, is_open, priority, created_at, id);
-- Few rows are in it: those that were moved since they were last edited.
CREATE INDEX tasks_moved          ON tasks (owner_id, moved_change, id) WHERE moved_change IS NOT NULL;

-- A restored task is as it was; NULL once that is forgotten, or if it was deleted before there was such a thing.
ALTER TABLE deleted_tasks
    ADD COLUMN due_on   date     NULL,
    ADD COLUMN priority smallint NULL,
    ADD COLUMN tags     text     NULL,
    ADD COLUMN rank     bigint   NULL;

-- From here on, for the previous release.

CREATE OR REPLACE FUNCTION previous_release_creates_a_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.change := next_task_change(NEW.owner_id);
    IF NEW.change IS NULL THEN
        RAISE foreign_key_violation USING MESSAGE = 'there is no such owner';
    END IF;
    NEW.created_change := NEW.change;
    NEW.rank := NEW.change * -1048576;
    DELETE FROM deleted_tasks WHERE owner_id = NEW.owner_id AND id = NEW.id;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION previous_release_changes_a_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.change := next_task_change(NEW.owner_id);
    NEW.moved_change := NULL;
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
                (owner_id, id, change, deleted_at, title, description, created_at, updated_at, completed_at, version,
                 due_on, priority, tags, rank)
            VALUES (OLD.owner_id, OLD.id, number, date_trunc('milliseconds', now()), OLD.title, OLD.description,
                OLD.created_at, OLD.updated_at, OLD.completed_at, OLD.version, OLD.due_on, OLD.priority, OLD.tags, OLD.rank);
    END IF;
    RETURN NULL;
END
$$;
