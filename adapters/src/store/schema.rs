//! The tables as Diesel knows them, the same for both databases; `migrations/` is where they are made and explained.

diesel::table! {
    use diesel::sql_types::{Integer, Text};
    use crate::store::types::{Millis, Uid};

    users (id) {
        id -> Uid,
        email -> Text,
        password_hash -> Text,
        created_at -> Millis,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::store::types::{Millis, Uid};

    sessions (id) {
        id -> Uid,
        user_id -> Uid,
        generation -> Integer,
        user_agent -> Text,
        created_at -> Millis,
        last_used_at -> Millis,
        renewed_at -> Nullable<Millis>,
    }
}

diesel::table! {
    use crate::store::types::{Millis, Uid};

    ended_sessions (session_id) {
        session_id -> Uid,
        ended_at -> Millis,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use crate::store::types::Uid;

    external_identities (issuer, subject) {
        issuer -> Text,
        subject -> Text,
        user_id -> Uid,
    }
}

// Diesel's own account of the migrations that were run.
diesel::table! {
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

// Without the columns that only the statements in `queries/` name: the folded texts, `is_open` and `nearness`.
diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, SmallInt, Text};
    use crate::store::types::{Day, Millis, Uid};

    tasks (owner_id, id) {
        owner_id -> Uid,
        id -> Uid,
        title -> Text,
        description -> Text,
        created_at -> Millis,
        updated_at -> Millis,
        completed_at -> Nullable<Millis>,
        version -> Integer,
        due_on -> Nullable<Day>,
        priority -> SmallInt,
        tags -> Text,
        rank -> BigInt,
        change -> BigInt,
        moved_change -> Nullable<BigInt>,
        created_change -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::BigInt;
    use crate::store::types::Uid;

    task_counters (owner_id) {
        owner_id -> Uid,
        last_change -> BigInt,
        forgotten_change -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, SmallInt, Text};
    use crate::store::types::{Day, Millis, Uid};

    deleted_tasks (owner_id, id) {
        owner_id -> Uid,
        id -> Uid,
        change -> BigInt,
        deleted_at -> Millis,
        title -> Nullable<Text>,
        description -> Nullable<Text>,
        created_at -> Nullable<Millis>,
        updated_at -> Nullable<Millis>,
        completed_at -> Nullable<Millis>,
        version -> Nullable<Integer>,
        due_on -> Nullable<Day>,
        priority -> Nullable<SmallInt>,
        tags -> Nullable<Text>,
        rank -> Nullable<BigInt>,
    }
}
