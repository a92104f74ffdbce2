//! What has to be right with a PostgreSQL database, and with what stands in front of it.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use taskhive_domain::Timestamp;
use taskhive_domain::ports::{Clock, InfraErrorKind};

use super::Database;
use crate::clock::SystemClock;
use crate::store::{Finding, Maintenance};

/// The oldest release that is supported.
const OLDEST: i32 = 130_000;
/// Instances compare times of their own with those that others have stored.
const CLOCK_DIFFERENCE: Duration = Duration::from_secs(2);

/// What to do where no answer comes.
const REACH: &str = "check host, port, name, user, password and sslmode in DATABASE_URL, and that the server runs and lets this machine in";

/// What a server says of itself and of the connection.
#[derive(QueryableByName)]
struct Server {
    #[diesel(sql_type = Text)]
    version: String,
    #[diesel(sql_type = Integer)]
    number: i32,
    #[diesel(sql_type = Bool)]
    encrypted: bool,
    #[diesel(sql_type = Bool)]
    local: bool,
    #[diesel(sql_type = BigInt)]
    clock: i64,
}

const SERVER: &str = "SELECT current_setting('server_version') AS version, \
    current_setting('server_version_num')::int4 AS number, \
    coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS encrypted, \
    inet_client_addr() IS NULL OR inet_client_addr() <<= '127.0.0.0/8' OR inet_client_addr() = '::1' AS local, \
    (extract(epoch FROM clock_timestamp()) * 1000)::int8 AS clock";

/// What the role lacks: `INSERT on tasks, …`.
#[derive(QueryableByName)]
struct Rights {
    #[diesel(sql_type = Nullable<Text>)]
    missing: Option<String>,
}

const RIGHTS: &str = "SELECT string_agg(privilege || ' on ' || name, ', ') AS missing \
    FROM unnest(ARRAY['users', 'sessions', 'ended_sessions', 'external_identities', 'tasks', 'task_counters', 'deleted_tasks']) AS name, \
    unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege \
    WHERE NOT has_table_privilege(name, privilege)";

impl Database {
    /// From the connection to what only works over it; without one, or with one that forgets, nothing else can be looked at.
    pub(crate) async fn examination(&self) -> Vec<Finding> {
        let prepared = "prepared statements";
        match self.check_prepared_statements().await {
            Ok(()) => {}
            Err(error) if error.kind == InfraErrorKind::Broken => {
                let fix =
                    "see the settings of the pooler, or set DATABASE_URL to the server itself";
                return vec![Finding::failed(prepared, &error, fix)];
            }
            Err(error) => return vec![Finding::failed("database", &error, REACH)],
        }
        let asked = SystemClock.now();
        let server = self.read("examine the server", |conn| {
            diesel::sql_query(SERVER).get_result::<Server>(conn).boxed()
        });
        let server = match server.await {
            Ok(server) => server,
            Err(error) => return vec![Finding::failed("database", &error, REACH)],
        };
        let schema = self.schema().await;
        let mut findings = vec![
            server.release(),
            server.encryption(),
            server.clock(asked),
            Finding::of_schema(&schema),
        ];
        if schema.is_ok_and(|schema| schema.pending.is_empty()) {
            findings.push(self.rights().await);
        }
        findings.push(Finding::good(prepared, "they live as long as they should"));
        findings
    }

    async fn rights(&self) -> Finding {
        let rights = self.read("look at rights", |conn| {
            diesel::sql_query(RIGHTS).get_result::<Rights>(conn).boxed()
        });
        let fix =
            "grant them to this role as the owner of the tables: docs/operations.md has the script";
        match rights.await {
            Ok(Rights { missing: None }) => Finding::good("rights", "the role may do all it must"),
            Ok(Rights {
                missing: Some(missing),
            }) => Finding::bad("rights", format!("the role lacks {missing}"), fix),
            Err(error) => Finding::failed("rights", &error, fix),
        }
    }
}

impl Server {
    fn release(&self) -> Finding {
        let found = format!("PostgreSQL {}", self.version);
        if self.number < OLDEST {
            return Finding::bad(
                "database",
                found,
                "PostgreSQL 13 is the oldest that is supported",
            );
        }
        Finding::good("database", found)
    }

    fn encryption(&self) -> Finding {
        match (self.encrypted, self.local) {
            (true, _) => Finding::good("encryption", "the connection is encrypted"),
            (false, true) => Finding::good(
                "encryption",
                "none, and the connection stays on this machine",
            ),
            (false, false) => Finding::bad(
                "encryption",
                "the connection leaves this machine and is plain text",
                "set sslmode=verify-full in DATABASE_URL, and sslrootcert if the server's authority is your own",
            ),
        }
    }

    /// By the server's clock, as it was when the question was half answered.
    fn clock(&self, asked: Timestamp) -> Finding {
        let answered = SystemClock.now();
        let server = Timestamp::from_millis(self.clock);
        let ahead = asked.since(server).max(server.since(answered));
        if ahead > CLOCK_DIFFERENCE {
            return Finding::bad(
                "clock",
                format!(
                    "this machine and the database differ by {} s",
                    ahead.as_secs()
                ),
                "set both clocks by NTP",
            );
        }
        Finding::good("clock", "this machine and the database agree")
    }
}
