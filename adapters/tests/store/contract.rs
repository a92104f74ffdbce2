//! Both databases keep the contract of the domain's repositories.

mod sqlite {
    taskhive_domain::repository_contract!(crate::support::sqlite_repositories());
}

mod postgres {
    taskhive_domain::repository_contract!(crate::support::postgres_repositories());
}
