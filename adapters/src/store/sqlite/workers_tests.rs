//! What the thread that writes does with those who wait: one commit for all of them, and to each their own failure.

use std::future::{Future, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use diesel::connection::{InstrumentationEvent, SimpleConnection};
use diesel::sql_types::Integer;
use diesel::{Connection, QueryResult, SqliteConnection};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use taskhive_domain::ports::{InfraError, InfraErrorKind};
use testkit::databases::SqliteFile;

use super::call::{Patience, Waiting, call};
use super::connection::Opener;
use super::workers::{Role, Workers};
use super::{Conn, RunQueryDsl, WRITER};

const PATIENT: Patience = Patience {
    beginning: Duration::from_mins(1),
    statement: Duration::from_mins(1),
};
const IMPATIENT: Patience = Patience {
    beginning: Duration::from_millis(1),
    ..PATIENT
};

/// A file with a table of numbers, and a thread that writes into it.
struct Bench {
    file: SqliteFile,
    writer: Workers,
    commits: Arc<AtomicUsize>,
}

impl Bench {
    async fn new() -> Self {
        let file = SqliteFile::new();
        let opener = Arc::new(Opener {
            path: file.path(),
            pragmas: WRITER,
            busy_timeout: Duration::from_mins(1),
        });
        let writer = Workers::start(Role::Write, 1, &opener, PATIENT.statement).unwrap();
        let commits = Arc::new(AtomicUsize::new(0));
        let bench = Self {
            file,
            writer,
            commits: Arc::clone(&commits),
        };
        let prepared = bench.send(move |conn| {
            conn.batch_execute("CREATE TABLE numbers (n INTEGER PRIMARY KEY)")
                .unwrap();
            conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                // Depth 1 is the transaction, the others are savepoints.
                if matches!(event, InstrumentationEvent::CommitTransaction { depth, .. } if depth.get() == 1)
                {
                    commits.fetch_add(1, Ordering::SeqCst);
                }
            });
            ready(Ok(())).boxed()
        });
        prepared.outcome(PATIENT).await.unwrap();
        bench.commits.swap(0, Ordering::SeqCst);
        bench
    }

    fn send<T: Send + 'static>(
        &self,
        work: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<T>> + Send + 'static,
    ) -> Waiting<T> {
        let (pending, waiting) = call("test", None, work);
        self.writer.send(pending);
        waiting
    }

    fn insert(&self, n: i32) -> impl Future<Output = Result<usize, InfraError>> + use<> {
        self.send(move |conn| insert(conn, n).boxed())
            .outcome(PATIENT)
    }

    /// Keeps the thread busy until told. Returns when it is.
    fn occupy(&self) -> (Waiting<()>, Sender<()>) {
        let (entered, is_busy): (_, Receiver<()>) = channel();
        let (release, released) = channel();
        let waiting = self.send(move |_| {
            entered.send(()).unwrap();
            released.recv().unwrap();
            ready(Ok(())).boxed()
        });
        is_busy.recv().unwrap();
        (waiting, release)
    }

    /// What another connection finds.
    fn stored(&self) -> Vec<i32> {
        let mut conn = SqliteConnection::establish(&self.file.path()).unwrap();
        let query = diesel::dsl::sql::<Integer>("SELECT n FROM numbers ORDER BY n");
        diesel::RunQueryDsl::load(query, &mut conn).unwrap()
    }
}

async fn insert(conn: &mut Conn, n: i32) -> QueryResult<usize> {
    diesel::sql_query("INSERT INTO numbers VALUES (?)")
        .bind::<Integer, _>(n)
        .execute(conn)
        .await
}

fn kind<T>(outcome: Result<T, InfraError>) -> InfraErrorKind {
    outcome.err().expect("a failure").kind
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_wait_are_committed_together() {
    let bench = Bench::new().await;
    let (busy, release) = bench.occupy();
    let inserts = join_all((0..20).map(|n| bench.insert(n)));
    release.send(()).unwrap();

    for inserted in inserts.await {
        assert_eq!(inserted.unwrap(), 1);
    }

    busy.outcome(PATIENT).await.unwrap();
    assert_eq!(bench.stored(), (0..20).collect::<Vec<_>>());
    assert_eq!(bench.commits.swap(0, Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_answered_before_the_commit() {
    let bench = Bench::new().await;
    let (_, release_first) = bench.occupy();
    let mut inserted = Box::pin(bench.insert(1));
    let (entered, is_busy) = channel();
    let (release_second, released) = channel::<()>();
    let second = bench.send(move |_| {
        entered.send(()).unwrap();
        released.recv().unwrap();
        ready(Ok(())).boxed()
    });
    release_first.send(()).unwrap();
    // The insertion is done, and its group is not.
    is_busy.recv().unwrap();

    assert!((&mut inserted).now_or_never().is_none());
    assert!(bench.stored().is_empty());

    release_second.send(()).unwrap();
    assert_eq!(inserted.await.unwrap(), 1);
    assert_eq!(bench.stored(), [1]);
    second.outcome(PATIENT).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_fails_takes_back_its_own_work_only() {
    let bench = Bench::new().await;
    let (_, release) = bench.occupy();
    let before = bench.insert(1);
    let twice = bench.send(|conn| {
        async move {
            insert(conn, 2).await?;
            insert(conn, 1).await
        }
        .boxed()
    });
    let panicking = bench.send(|conn| {
        async move {
            insert(conn, 3).await?;
            panic!("as it was told to")
        }
        .boxed()
    });
    let panicking: Waiting<()> = panicking;
    let after = bench.insert(4);
    release.send(()).unwrap();

    assert_eq!(kind(twice.outcome(PATIENT).await), InfraErrorKind::Broken);
    assert_eq!(
        kind(panicking.outcome(PATIENT).await),
        InfraErrorKind::Broken
    );
    assert_eq!(before.await.unwrap() + after.await.unwrap(), 2);
    assert_eq!(bench.stored(), [1, 4]);
    assert_eq!(bench.commits.swap(0, Ordering::SeqCst), 1);
}

/// As SQLite does by itself when the disk is full.
#[tokio::test(flavor = "multi_thread")]
async fn who_lost_their_work_with_the_whole_transaction_are_told() {
    let bench = Bench::new().await;
    let (_, release) = bench.occupy();
    let before = bench.insert(1);
    let losing = bench.send(|conn| ready(conn.batch_execute("ROLLBACK")).boxed());
    let after = bench.insert(2);
    release.send(()).unwrap();

    assert_eq!(kind(before.await), InfraErrorKind::Interrupted);
    assert!(losing.outcome(PATIENT).await.is_err());
    assert_eq!(after.await.unwrap(), 1);
    assert_eq!(bench.stored(), [2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_no_longer_is_told_so_and_leaves_nothing_behind() {
    let bench = Bench::new().await;
    let (_, release) = bench.occupy();
    let impatient = bench.send(|conn| insert(conn, 1).boxed());
    let gone = bench.send(|conn| insert(conn, 2).boxed());

    let outcome = impatient.outcome(IMPATIENT).await;
    drop(gone);

    assert_eq!(kind(outcome), InfraErrorKind::Unavailable);
    let last = bench.insert(3);
    release.send(()).unwrap();
    assert_eq!(last.await.unwrap(), 1);
    assert_eq!(bench.stored(), [3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_is_completed_when_whoever_asked_for_it_went_away() {
    let bench = Bench::new().await;
    let (entered, is_busy) = channel();
    let (release, released) = channel::<()>();
    let gone = bench.send(move |conn| {
        entered.send(()).unwrap();
        released.recv().unwrap();
        insert(conn, 1).boxed()
    });
    is_busy.recv().unwrap();

    drop(gone);
    release.send(()).unwrap();

    assert_eq!(bench.insert(2).await.unwrap(), 1);
    assert_eq!(bench.stored(), [1, 2]);
}
