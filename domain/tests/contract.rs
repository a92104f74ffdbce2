//! The in-memory repositories keep the contract, and the contract leaves none of its promises out.

use std::future::ready;
use std::sync::Arc;

use taskhive_domain::testing::MemoryStore;
use taskhive_domain::testing::contract::Repositories;

fn memory() -> impl Future<Output = ((), Repositories)> {
    ready(((), Repositories::of(&Arc::new(MemoryStore::default()))))
}

taskhive_domain::repository_contract!(memory());

/// A promise that is written but not listed would be kept by nobody.
#[test]
fn every_promise_is_listed() {
    let list = include_str!("../src/testing/contract/mod.rs");
    let promises = [
        include_str!("../src/testing/contract/accounts.rs"),
        include_str!("../src/testing/contract/archives.rs"),
        include_str!("../src/testing/contract/archived_changes.rs"),
        include_str!("../src/testing/contract/changes.rs"),
        include_str!("../src/testing/contract/copies.rs"),
        include_str!("../src/testing/contract/deletions.rs"),
        include_str!("../src/testing/contract/edits.rs"),
        include_str!("../src/testing/contract/external.rs"),
        include_str!("../src/testing/contract/memories.rs"),
        include_str!("../src/testing/contract/pages.rs"),
        include_str!("../src/testing/contract/registrations.rs"),
        include_str!("../src/testing/contract/renewals.rs"),
        include_str!("../src/testing/contract/searches.rs"),
        include_str!("../src/testing/contract/sessions.rs"),
        include_str!("../src/testing/contract/sign_ins.rs"),
        include_str!("../src/testing/contract/stored.rs"),
        include_str!("../src/testing/contract/tasks.rs"),
    ];
    for line in promises.iter().flat_map(|text| text.lines()) {
        if let Some(rest) = line.strip_prefix("pub async fn ") {
            let name = rest.split('(').next().unwrap();
            let listed = list.lines().any(|line| line.trim() == name);
            assert!(listed, "{name} is not in repository_contract!");
        }
    }
}
