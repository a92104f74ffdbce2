//! The order of changes: from files without one, and into accounts that have gone on.

use taskhive_domain::change::Position;
use taskhive_domain::ports::{ChangesSince, TaskChanges, TaskRepository};

use super::*;

/// Version 1 says neither in which order things were changed nor what was deleted.
#[tokio::test]
async fn a_file_of_the_first_version_is_read() {
    let (ada, one, two) = (
        account("ada", &[]),
        task("One", false, 0),
        task("Two", false, 0),
    );
    let line = |stored: &StoredTask, updated_at: i64| {
        let id = stored.task.id;
        format!(
            "{{\"task\":{{\"id\":\"{id}\",\"title\":\"Old\",\"description\":\"\",\"createdAt\":5,\
             \"updatedAt\":{updated_at},\"completedAt\":null,\"version\":4}}}}\n"
        )
    };
    let id = ada.user.id;
    let lines = format!(
        "{{\"format\":\"taskhive-export\",\"version\":1}}\n\
         {{\"account\":{{\"id\":\"{id}\",\"email\":\"ada@example.org\",\"passwordHash\":\"x\",\
         \"createdAt\":5,\"identities\":[]}}}}\n{}{}",
        line(&one, 9),
        line(&two, 7),
    );
    let sum = crc32fast::hash(lines.as_bytes());
    let end = format!("{{\"end\":{{\"accounts\":1,\"tasks\":2,\"crc32\":\"{sum:08x}\"}}}}\n");
    let copy = MemoryStore::default();
    let done = imported(&copy, format!("{lines}{end}").as_bytes()).await;
    assert_eq!(done.unwrap().new.tasks, 2);
    let mut tasks = copy.tasks(id, None, 9).await.unwrap();
    tasks.sort_by_key(|stored| stored.task.change);
    let order: Vec<TaskId> = tasks.iter().map(|stored| stored.task.id).collect();
    assert_eq!(order, [two.task.id, one.task.id]);
    let list = |stored: &StoredTask| {
        let task = &stored.task;
        (task.due_on, task.priority, task.tags.is_empty(), task.rank)
    };
    let plain = |number| {
        (
            None,
            Priority::Normal,
            true,
            Rank::top(ChangeNumber::new(number)),
        )
    };
    assert_eq!([&tasks[0], &tasks[1]].map(list), [1, 2].map(plain));
    let counter = copy
        .account(&ada.user.email)
        .await
        .unwrap()
        .unwrap()
        .counter;
    assert_eq!(counter.last_change, ChangeNumber::new(2));
}

/// Version 2 knows neither days, priorities, labels nor places: those are what a new task has, and the newest comes first.
#[tokio::test]
async fn a_file_of_the_second_version_is_read() {
    let (ada, one, two, gone) = (
        account("ada", &[]),
        task("One", false, 0),
        task("Two", false, 0),
        task("Gone", false, 0),
    );
    let of = |stored: &StoredTask, change: i64| {
        let id = stored.task.id;
        format!(
            "{{\"id\":\"{id}\",\"title\":\"Old\",\"description\":\"\",\"createdAt\":5,\"updatedAt\":9,\
             \"completedAt\":null,\"version\":4,\"change\":{change},\"createdChange\":{change}}}"
        )
    };
    let (id, gone_id) = (ada.user.id, gone.task.id);
    let lines = format!(
        "{{\"format\":\"taskhive-export\",\"version\":2}}\n\
         {{\"account\":{{\"id\":\"{id}\",\"email\":\"ada@example.org\",\"passwordHash\":\"x\",\"createdAt\":5,\
         \"identities\":[],\"lastChange\":9,\"forgottenChange\":0}}}}\n\
         {{\"task\":{}}}\n{{\"task\":{}}}\n\
         {{\"deleted\":{{\"id\":\"{gone_id}\",\"change\":8,\"deletedAt\":7,\"task\":{}}}}}\n",
        of(&one, 3),
        of(&two, 4),
        of(&gone, 8),
    );
    let sum = crc32fast::hash(lines.as_bytes());
    let end = format!(
        "{{\"end\":{{\"accounts\":1,\"tasks\":2,\"deleted\":1,\"crc32\":\"{sum:08x}\"}}}}\n"
    );
    let copy = MemoryStore::default();
    let done = imported(&copy, format!("{lines}{end}").as_bytes()).await;
    assert_eq!(done.unwrap().new.tasks, 2);
    let mut tasks = copy.tasks(id, None, 9).await.unwrap();
    tasks.sort_by_key(|stored| stored.task.rank);
    let order: Vec<TaskId> = tasks.iter().map(|stored| stored.task.id).collect();
    assert_eq!(order, [two.task.id, one.task.id]);
    let list = |task: &Task| (task.due_on, task.priority, task.tags.is_empty(), task.moved);
    let plain = (None, Priority::Normal, true, None);
    assert_eq!(list(&tasks[0].task), plain);
    let deleted = copy.deleted_tasks(id, None, 9).await.unwrap().remove(0);
    assert_eq!(deleted.task.as_ref().map(list), Some(plain));
}

/// Whoever reads the changes of an account that is in use must learn of what is imported into it.
#[tokio::test]
async fn what_is_imported_into_an_account_in_use_is_new_there() {
    let file = exported(&store().await).await;
    let copy = MemoryStore::default();
    imported(&copy, &file).await.unwrap();
    let ada = EmailAddress::parse("ada@example.org").unwrap();
    let account = copy.account(&ada).await.unwrap().unwrap();
    let owner = account.user.id;
    let first = copy.tasks(owner, None, 1).await.unwrap().remove(0).task;
    TaskRepository::delete(&copy, owner, first.id, NOW)
        .await
        .unwrap();
    let later = NOW.plus(std::time::Duration::from_hours(24 * 100));
    while copy
        .clear_deletions(later, std::time::Duration::ZERO, 500)
        .await
        .unwrap()
        > 0
    {}
    let before = copy.newest(&[owner]).await.unwrap().remove(0).1;
    let done = imported(&copy, &file).await.unwrap();
    assert_eq!((done.new.tasks, done.new.deleted), (1, 201));
    let after = Some(Position::after(before));
    let ChangesSince::Known(changes) = copy.since(owner, after, 500).await.unwrap() else {
        panic!("the position is known");
    };
    assert_eq!(changes.changes.len(), 202);
}
