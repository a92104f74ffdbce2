//! graphql_client: types for Rust, made from `schema.graphql` by a derive. Live updates come as server-sent events.

mod live_updates;
mod operations;
mod session;

use std::collections::HashMap;
use std::ops::ControlFlow;

use futures_util::future::join_all;
use uuid::Uuid;

use self::operations::{
    CreateTask, Logout, SetCompleted, Tasks, create_task, logout, set_completed, tasks,
};
use self::session::{Failed, Session};
use super::person::Person;

fn new_task_id() -> String {
    format!("task_{}", Uuid::new_v4().simple())
}

async fn create(session: &Session, id: &str, title: &str) -> create_task::CreateTaskCreateTaskTask {
    let input = create_task::CreateTaskInput {
        id: Some(id.to_owned()),
        title: title.to_owned(),
        description: None,
        due_on: None,
        priority: None,
        tags: None,
    };
    let made = session
        .run::<CreateTask>(create_task::Variables { input })
        .await;
    made.unwrap().create_task.task
}

async fn complete(
    session: &Session,
    id: &str,
) -> Result<set_completed::SetCompletedSetTaskCompletedTask, Failed> {
    let input = set_completed::SetTaskCompletedInput {
        id: id.to_owned(),
        completed: true,
    };
    let done = session
        .run::<SetCompleted>(set_completed::Variables { input })
        .await?;
    Ok(done.set_task_completed.task)
}

async fn page(
    session: &Session,
    first: i64,
    after: Option<String>,
) -> Result<tasks::TasksTasks, Failed> {
    let variables = tasks::Variables { first, after };
    Ok(session.run::<Tasks>(variables).await?.tasks)
}

/// The code and the reason of the one thing that went wrong.
fn refusal<T>(result: Result<T, Failed>) -> (String, String) {
    let Err(Failed::Refused(errors)) = result else {
        panic!("this should have been refused");
    };
    let none = HashMap::new();
    let extensions = errors[0].extensions.as_ref().unwrap_or(&none);
    let text = |name: &str| {
        extensions
            .get(name)
            .and_then(|text| text.as_str())
            .unwrap_or("")
            .to_owned()
    };
    (text("code"), text("reason"))
}

#[tokio::test(flavor = "multi_thread")]
async fn graphql_client() {
    // A second refresh would be refused, and with it whoever asked for it.
    let person = Person::with(&[("LIMIT_REFRESH_PER_MINUTE", "1")]).await;
    let user = &person.user;
    let session = Session::sign_in(&person.url, &user.email, user.password)
        .await
        .unwrap();

    let first = new_task_id();
    for (id, title) in [
        (first.clone(), "one"),
        (new_task_id(), "two"),
        (new_task_id(), "three"),
    ] {
        let made = create(&session, &id, title).await;
        assert_eq!((made.id, made.version), (id, 1));
    }
    assert_eq!(create(&session, &first, "one").await.version, 1);

    let newest = page(&session, 2, None).await.unwrap();
    let rest = page(&session, 2, newest.page_info.end_cursor)
        .await
        .unwrap();
    let titles = newest.nodes.iter().chain(&rest.nodes);
    let titles: Vec<&str> = titles.map(|task| task.title.as_str()).collect();
    assert_eq!(titles, ["three", "two", "one"]);
    assert!(!rest.page_info.has_next_page);

    let done = complete(&session, &first).await.unwrap();
    assert_eq!((done.completed, done.version), (true, 2));
    let unknown = complete(&session, &new_task_id()).await;
    assert_eq!(refusal(unknown).0, "NOT_FOUND");

    session
        .tokens
        .lock()
        .await
        .access
        .clone_from(&person.expired);
    let asked = (0..5).map(|_| page(&session, 1, None));
    for answer in join_all(asked).await {
        answer.unwrap();
    }

    let after = page(&session, 0, None).await.unwrap().as_of;
    let mut expected = vec![new_task_id(), new_task_id()];
    for id in &expected {
        create(&session, id, "is anybody there").await;
    }
    let changes = session.for_each_change(after, |event| {
        assert_eq!(event.task_id, expected.remove(0));
        if expected.is_empty() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    changes.await.unwrap();

    session.run::<Logout>(logout::Variables {}).await.unwrap();
    let ended = refusal(page(&session, 1, None).await);
    assert_eq!(
        ended,
        ("UNAUTHENTICATED".to_owned(), "TOKEN_INVALID".to_owned())
    );
}
