-- The same tables and names as in migrations/sqlite; what differs are the native types.
--
-- The CHECKs repeat rules of the domain as a second line of defence, against defects and against hand-written SQL. They
-- are never the reason a user sees: the domain refuses first.

CREATE TABLE users (
    -- Version 7 UUIDs, made by the service: they grow with time, so new rows land at the end of the index.
    id            uuid        PRIMARY KEY,
    -- In lower case already, by the domain; so plain UNIQUE is enough and needs no extension. lower() under "C" knows
    -- ASCII only, exactly like SQLite's.
    email         text        NOT NULL CONSTRAINT users_email_key UNIQUE
                              CHECK (char_length(email) BETWEEN 1 AND 254 AND email = lower(email COLLATE "C")),
    -- A PHC string; carries its own parameters and salt.
    password_hash text        NOT NULL CHECK (password_hash <> ''),
    created_at    timestamptz NOT NULL
);

-- Holds living sessions only: ending one deletes its row, so a refresh needs no "and not ended" to be forgotten.
CREATE TABLE sessions (
    id           uuid        PRIMARY KEY,
    user_id      uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The newest refresh token handed out. Nothing of the token itself is stored.
    generation   integer     NOT NULL CHECK (generation >= 1),
    user_agent   text        NOT NULL CHECK (char_length(user_agent) <= 200),
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL
);

-- For the cascade from users, and for clearing away a user's expired sessions.
CREATE INDEX sessions_user_id ON sessions (user_id);

-- For clearing away, in small batches, sessions that nobody will refresh any more.
CREATE INDEX sessions_last_used_at ON sessions (last_used_at);

-- Sessions that ended a short while ago, for as long as an access token of theirs may still look good.
CREATE TABLE ended_sessions (
    -- No foreign key: the memory must outlive the session, and the account.
    session_id uuid        PRIMARY KEY,
    ended_at   timestamptz NOT NULL
);

-- "Ended since", asked every two seconds, and the clearing away of what is older.
CREATE INDEX ended_sessions_ended_at ON ended_sessions (ended_at);

CREATE TABLE tasks (
    owner_id           uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Clients may make ids of their own, so an id is unique among its owner's tasks and says nothing about others'.
    id                 uuid        NOT NULL,
    title              text        NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
    -- The texts once more, case-folded by the service: each database folds in a way of its own, and only partly.
    title_folded       text        NOT NULL CHECK (title_folded <> ''),
    description        text        NOT NULL CHECK (char_length(description) <= 2000),
    description_folded text        NOT NULL,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    -- The one fact about completion; NULL while the task is open.
    completed_at       timestamptz NULL,
    -- Generated, because an index needs a column: a row-value comparison does not use an index on an expression in SQLite.
    is_open            boolean     NOT NULL GENERATED ALWAYS AS (completed_at IS NULL) STORED,
    version            integer     NOT NULL CHECK (version >= 1),
    -- A random mark of the statement that last changed the row. A statement that returns the row finds out by it
    -- whether it was the one, without a second round trip.
    last_change        bigint      NOT NULL,
    -- Owner first: one user's tasks lie together, and the table can be sharded by owner.
    PRIMARY KEY (owner_id, id)
);

-- One index per public order, with all parts of the key pointing the same way, so that a page in either direction is one
-- row-value comparison and no sort. Newest and oldest share one.
CREATE INDEX tasks_open_first       ON tasks (owner_id, is_open, created_at, id);
CREATE INDEX tasks_created          ON tasks (owner_id, created_at, id);
CREATE INDEX tasks_recently_updated ON tasks (owner_id, updated_at, id);
