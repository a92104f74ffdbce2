//! Live connections while the database hangs: the list of ended sessions is on a repository that answers when it is let to.

use taskhive_domain::Accounts;
use taskhive_domain::accounts::AccountPorts;
use taskhive_domain::testing::{InsecureHasher, MemoryStore, PlainIssuer};
use taskhive_domain::user::Registration;

use super::*;
use crate::accounts::revocation::testing::House;

fn accounts(house: &House) -> Accounts {
    let store = Arc::new(MemoryStore::default());
    let ports = AccountPorts {
        users: store.clone(),
        sessions: store,
        session_events: house.list.clone(),
        hasher: Arc::new(InsecureHasher::default()),
        clock: house.clock.clone(),
    };
    Accounts::new(ports, Arc::new(PlainIssuer))
}

async fn sign_up(accounts: &Accounts, email: &str) -> Authenticated {
    let registration = Registration::parse(email, "correct horse").unwrap();
    let signed_in = accounts.register(registration, "test").await.unwrap();
    let token = signed_in.access_token.reveal();
    accounts.authenticate(token).await.unwrap()
}

/// The test's time goes on to the next timer when nothing else can be done: a connection that is not told lives until its
/// token expires.
#[tokio::test(start_paused = true)]
async fn what_ends_here_is_heard_while_the_database_hangs() {
    let house = House::new();
    let accounts = accounts(&house);
    let ada = sign_up(&accounts, "ada@example.org").await;
    let bob = sign_up(&accounts, "bob@example.org").await;
    let registry = Arc::new(ConnectionRegistry::new(
        1,
        house.list.clone(),
        house.clock.clone(),
        Shutdown::new(),
    ));
    let mut adas = registry.open(ada, ConnectionKind::Socket).unwrap();
    let mut bobs = registry.open(bob, ConnectionKind::Stream).unwrap();
    house.elsewhere.answers.forget_permits(1000);
    while house.asked().is_empty() {
        house.pass(FETCH_EVERY).await;
    }

    let before = Instant::now();
    accounts.logout(ada.identity).await.unwrap();
    assert_eq!(adas.over().await, Ending::SessionEnded);
    assert_eq!(before.elapsed(), Duration::ZERO);
    // Nobody else's connection is touched.
    assert_eq!(bobs.over().await, Ending::TokenExpired);
}
