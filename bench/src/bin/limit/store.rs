//! Statements on shared connections. Reads and writes have their own, so that no read waits for a commit.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{TryStreamExt, pin_mut};
use taskhive_bench::Failure;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Row, Statement};
use uuid::Uuid;

use super::json;

/// Shared connections for reads, each with many statements under way.
const READS: usize = 4;
/// More for writes: a statement that commits holds up those behind it.
const WRITES: usize = 12;
/// Tasks on a page.
const PAGE: usize = 50;

const ME: &str = "SELECT id, email, created_at FROM bench_limit.users WHERE id = $1";
const GET: &str = "SELECT id, title, description, created_at, updated_at, completed_at \
    FROM bench_limit.tasks WHERE owner_id = $1 AND id = $2";
/// One more than the page has, to know whether there are more.
const LIST: &str = "SELECT id, title, description, created_at, updated_at, completed_at \
    FROM bench_limit.tasks WHERE owner_id = $1 \
    ORDER BY is_open DESC, created_at DESC, id DESC LIMIT 51";
const CREATE: &str = "INSERT INTO bench_limit.tasks \
    (owner_id, id, title, description, created_at, updated_at, version) \
    VALUES ($1, $2, $3, $4, date_trunc('milliseconds', now()), date_trunc('milliseconds', now()), 1) \
    RETURNING id, title, description, created_at, updated_at, completed_at";
const TOGGLE: &str = "UPDATE bench_limit.tasks SET version = version + 1, \
    updated_at = date_trunc('milliseconds', now()), completed_at = CASE WHEN completed_at IS NULL \
    THEN date_trunc('milliseconds', now()) END WHERE owner_id = $1 AND id = $2 \
    RETURNING id, title, description, created_at, updated_at, completed_at";

/// One connection and what is prepared on it.
struct Line {
    client: Client,
    me: Statement,
    get: Statement,
    list: Statement,
    create: Statement,
    toggle: Statement,
}

impl Line {
    async fn connect(url: &str) -> Result<Self, Failure> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                eprintln!("a connection to the database ended: {error}");
            }
        });
        Ok(Self {
            me: client.prepare(ME).await?,
            get: client.prepare(GET).await?,
            list: client.prepare(LIST).await?,
            create: client.prepare(CREATE).await?,
            toggle: client.prepare(TOGGLE).await?,
            client,
        })
    }

    async fn one(
        &self,
        statement: &Statement,
        values: &[&(dyn ToSql + Sync)],
        write: fn(&mut Vec<u8>, &Row) -> Result<(), Failure>,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let Some(row) = self.client.query_opt(statement, values).await? else {
            return Ok(None);
        };
        let mut out = Vec::with_capacity(512);
        write(&mut out, &row)?;
        Ok(Some(out))
    }
}

/// The database.
pub(crate) struct Store {
    reads: Vec<Line>,
    writes: Vec<Line>,
    next: AtomicUsize,
}

impl Store {
    pub(crate) async fn connect(url: &str) -> Result<Self, Failure> {
        let (mut reads, mut writes) = (Vec::new(), Vec::new());
        for _ in 0..READS {
            reads.push(Line::connect(url).await?);
        }
        for _ in 0..WRITES {
            writes.push(Line::connect(url).await?);
        }
        Ok(Self {
            reads,
            writes,
            next: AtomicUsize::new(0),
        })
    }

    /// In turn.
    fn pick<'a>(&self, lines: &'a [Line]) -> &'a Line {
        &lines[self.next.fetch_add(1, Ordering::Relaxed) % lines.len()]
    }

    pub(crate) async fn me(&self, user: Uuid) -> Result<Option<Vec<u8>>, Failure> {
        let line = self.pick(&self.reads);
        line.one(&line.me, &[&user], json::user).await
    }

    pub(crate) async fn task(&self, user: Uuid, id: Uuid) -> Result<Option<Vec<u8>>, Failure> {
        let line = self.pick(&self.reads);
        line.one(&line.get, &[&user, &id], json::task).await
    }

    pub(crate) async fn create(
        &self,
        user: Uuid,
        title: &str,
        description: &str,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let line = self.pick(&self.writes);
        let id = Uuid::now_v7();
        line.one(
            &line.create,
            &[&user, &id, &title, &description],
            json::task,
        )
        .await
    }

    pub(crate) async fn toggle(&self, user: Uuid, id: Uuid) -> Result<Option<Vec<u8>>, Failure> {
        let line = self.pick(&self.writes);
        line.one(&line.toggle, &[&user, &id], json::task).await
    }

    /// The first page, each task with its cursor or without.
    pub(crate) async fn list(&self, user: Uuid, cursors: bool) -> Result<Vec<u8>, Failure> {
        let line = self.pick(&self.reads);
        let rows = line.client.query_raw(&line.list, [&user]).await?;
        pin_mut!(rows);
        let mut page = json::Page::new(cursors);
        while let Some(row) = rows.try_next().await? {
            if page.len() == PAGE {
                page.more = true;
            } else {
                page.push(&row)?;
            }
        }
        Ok(page.finish())
    }
}
