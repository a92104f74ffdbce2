//! Promises about rows that were written by the rules of another day: what would be refused as input is still read.

use super::fixtures::{START, hash, task, unnumbered, user};
use super::{Outcome, Repositories};
use crate::listing::{PageRequest, Take, TaskFilter, TaskOrder};
use crate::ports::{RegistrationOutcome, Update};
use crate::task::{Completion, Task, TaskEdit, TaskTitle};
use crate::user::{EmailAddress, User};

/// One such row must not make a whole page unreadable, nor the task itself unchangeable.
pub async fn a_task_that_would_be_refused_today_is_still_read(
    repositories: &Repositories,
) -> Outcome {
    let owner = repositories.owner().await?;
    let invisible = "\u{200B}\u{FEFF}";
    assert!(TaskTitle::parse(invisible).is_err());
    let old = Task {
        title: TaskTitle::from_stored(invisible.to_owned())
            .unwrap_or_else(|| panic!("{invisible:?} is one line")),
        ..task("x", START)
    };

    let old = repositories.store(owner, &old).await?;

    let found = repositories.tasks.find(owner, old.id).await?;
    assert_eq!(found.as_ref(), Some(&old));
    let request = PageRequest {
        filter: TaskFilter::default(),
        order: TaskOrder::default(),
        take: Take::First(Take::MAX),
        after: None,
        before: None,
        as_of: false,
    };
    let page = repositories.tasks.page(owner, &request).await?;
    assert_eq!(page.tasks, std::slice::from_ref(&old));
    let edit = TaskEdit::completion(Completion::Set(true));
    let update = repositories.updated(owner, old.id, &edit, START).await?;
    let changed = unnumbered(old).apply(&edit, START).map(Update::Changed);
    assert_eq!(Some(update), changed);
    Ok(())
}

/// Whoever has such an address must be able to sign in, and to be found.
pub async fn a_user_who_would_be_refused_today_is_still_read(
    repositories: &Repositories,
) -> Outcome {
    let (newcomer, session) = user("x@example.org");
    let address = format!("{}@-example.org", newcomer.id);
    assert!(EmailAddress::parse(&address).is_err());
    let old = User {
        email: EmailAddress::from_stored(address)
            .unwrap_or_else(|| panic!("there is an @ in between")),
        ..newcomer
    };

    let outcome = repositories
        .users
        .register(&old, &hash("aGFzaA"), Some(&session))
        .await?;

    assert_eq!(outcome, RegistrationOutcome::Registered);
    let found = repositories.users.find(old.id).await?;
    assert_eq!(found.as_ref(), Some(&old));
    let stored = repositories.users.credentials(&old.email).await?;
    assert_eq!(stored.map(|stored| stored.user), Some(old));
    Ok(())
}
