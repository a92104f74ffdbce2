//! A script that signs in again and again must not make an account unchangeable: to end 5,000 sessions takes no more
//! statements than to end a hundred.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::InstrumentationEvent;
use diesel::sql_types::Integer;
use futures_util::FutureExt;
use taskhive_domain::ports::{
    PasswordChange, PasswordChangeOutcome, SessionRepository, SignIn, UserRepository,
};
use taskhive_domain::session::Session;
use taskhive_domain::user::PasswordHash;
use taskhive_domain::{SessionId, Timestamp, UserId};
use uuid::Uuid;

use super::backend::testing::{CROWD, filled, instrument, keep_to_one_connection};
use super::backend::{Database, RunQueryDsl};
use super::{DieselSessions, DieselUsers};
use crate::store::types::{DbId, Uid};

const NOW: Timestamp = Timestamp::from_millis(5_000_000);

/// What ends sessions.
#[derive(Debug, Clone, Copy)]
enum Way {
    EndOthers,
    ChangePassword,
    SetPassword,
    DeleteAccount,
    SignIn,
}

/// Counts the statements that run on the connection that writes.
async fn counter(database: &Database) -> Arc<AtomicUsize> {
    keep_to_one_connection(database);
    let counter = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&counter);
    let count = move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            counting.fetch_add(1, Ordering::SeqCst);
        }
    };
    let installed = database.write("count statements", |conn| {
        instrument(conn, count);
        async { Ok(()) }.boxed()
    });
    installed.await.unwrap();
    counter
}

async fn crowd(database: &Database, user: UserId, size: i32) {
    let filled = database.write("make a crowd", move |conn| {
        async move {
            let insert = diesel::sql_query(CROWD);
            let insert = insert.bind::<Uid, _>(DbId(user.uuid()));
            insert.bind::<Integer, _>(size).execute(conn).await
        }
        .boxed()
    });
    assert_eq!(filled.await.unwrap(), size.unsigned_abs() as usize);
}

/// How many sessions are remembered to have ended.
async fn remembered(database: &Database) -> usize {
    let sessions = DieselSessions(database.clone());
    sessions
        .ended_since(NOW, None, 1_000_000)
        .await
        .unwrap()
        .len()
}

async fn end(database: &Database, user: UserId, way: Way) -> Vec<SessionId> {
    let users = DieselUsers(database.clone());
    let sessions = DieselSessions(database.clone());
    let hash = PasswordHash::new("x".to_owned());
    match way {
        Way::EndOthers => sessions.end_others(user, None, NOW).await.unwrap(),
        Way::ChangePassword => {
            let listed = sessions.list(user, NOW).await.unwrap();
            let change = PasswordChange {
                expected: hash.clone(),
                new: hash,
                keep: listed[0].id,
            };
            match users.change_password(user, &change, NOW).await.unwrap() {
                PasswordChangeOutcome::Changed { ended, .. } => ended,
                refused => panic!("{refused:?}"),
            }
        }
        Way::SetPassword => users.set_password(user, &hash, NOW).await.unwrap().unwrap(),
        Way::DeleteAccount => users.delete(user, &hash, NOW).await.unwrap().unwrap(),
        Way::SignIn => {
            let sign_in = SignIn {
                session: Session::begin(user, "", NOW),
                verified: hash,
                rehashed: None,
            };
            sessions.open(&sign_in).await.unwrap().unwrap()
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_sessions_end_in_as_many_statements_as_few() {
    let (_guard, database) = filled().await;
    let counter = counter(&database).await;
    for (n, way, staying) in [
        (0, Way::EndOthers, 0),
        (1, Way::ChangePassword, 1),
        (2, Way::SetPassword, 0),
        (3, Way::DeleteAccount, 0),
        (4, Way::SignIn, 99),
    ] {
        let mut statements = Vec::new();
        for (size, first) in [(101, 0x1), (5_000, 0x10)] {
            let user = Uuid::from_u128(0x7000_8000_0000_0000_0000 + first + n);
            let user = UserId::from_uuid(user);
            crowd(&database, user, size).await;
            let before = remembered(&database).await;
            counter.swap(0, Ordering::SeqCst);
            let ended = end(&database, user, way).await;
            statements.push(counter.swap(0, Ordering::SeqCst));

            assert_eq!(
                ended.len(),
                size.unsigned_abs() as usize - staying,
                "{way:?}"
            );
            let after = remembered(&database).await;
            assert_eq!(after - before, ended.len(), "{way:?}");
        }
        assert!(statements[0] > 0, "{way:?}");
        assert_eq!(statements[0], statements[1], "{way:?}");
    }
}
