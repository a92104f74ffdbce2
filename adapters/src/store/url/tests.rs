//! Which URLs are understood, how, and what is said about the others.

use std::path::Path;

use tokio_postgres::config::{ChannelBinding, Host, SslMode};

use super::*;

fn sqlite(url: &str) -> PathBuf {
    match StoreUrl::parse(url).unwrap().0 {
        Target::Sqlite(path) => path,
        Target::Postgres(_) => panic!("not SQLite"),
    }
}

fn postgres(url: &str) -> PostgresTarget {
    match StoreUrl::parse(url).unwrap().0 {
        Target::Postgres(target) => *target,
        Target::Sqlite(_) => panic!("not PostgreSQL"),
    }
}

#[test]
fn sqlite_urls_name_relative_and_absolute_files() {
    assert_eq!(sqlite("sqlite://taskhive.db"), Path::new("./taskhive.db"));
    assert_eq!(sqlite("sqlite:taskhive.db"), Path::new("./taskhive.db"));
    assert_eq!(sqlite("sqlite://a b/c%20d.db"), Path::new("./a b/c%20d.db"));
    assert_eq!(sqlite("sqlite:///var/t.db"), Path::new("/var/t.db"));
}

#[test]
fn a_url_as_providers_print_it_is_understood() {
    let target = postgres(
        "postgresql://ada:p%40ss@ep-cool-1.eu.aws.neon.tech/tasks?sslmode=require&channel_binding=require",
    );
    assert_eq!(target.config.get_user(), Some("ada"));
    assert_eq!(target.config.get_password(), Some(b"p@ss".as_slice()));
    assert_eq!(target.config.get_dbname(), Some("tasks"));
    assert_eq!(target.config.get_ssl_mode(), SslMode::Require);
    assert_eq!(target.config.get_channel_binding(), ChannelBinding::Require);
    assert_eq!(target.root_certificates, None);
}

#[test]
fn sockets_and_several_options_are_understood() {
    let target = postgres("postgres:///tasks?host=/run/pg&user=ada&application_name=x");
    assert_eq!(target.config.get_hosts(), [Host::Unix("/run/pg".into())]);
    assert_eq!(target.config.get_user(), Some("ada"));
    assert_eq!(target.config.get_application_name(), Some("x"));
}

#[test]
fn each_sslmode_has_a_meaning_and_prefer_is_the_default() {
    for (mode, meaning) in [
        ("", SslMode::Prefer),
        ("?sslmode=disable", SslMode::Disable),
        ("?sslmode=prefer", SslMode::Prefer),
        ("?sslmode=require", SslMode::Require),
        ("?sslmode=verify-ca", SslMode::Require),
        ("?sslmode=verify-full", SslMode::Require),
    ] {
        let target = postgres(&format!("postgres://u@h/d{mode}"));
        assert_eq!(target.config.get_ssl_mode(), meaning, "{mode}");
    }
}

#[test]
fn a_root_certificate_is_a_file_or_the_system() {
    let roots = |value: &str| {
        postgres(&format!(
            "postgres://u@h/d?sslmode=verify-full&sslrootcert={value}&port=5433"
        ))
        .root_certificates
    };
    assert_eq!(roots("/etc/my%20ca.pem"), Some("/etc/my ca.pem".into()));
    assert_eq!(roots("system"), None);
}

#[test]
fn what_is_wrong_with_a_url_is_said_without_repeating_it() {
    for (url, expected) in [
        ("", "sqlite:// or postgres://"),
        ("mysql://u:s3cret@h/d", "sqlite:// or postgres://"),
        ("sqlite://", "path of a file"),
        ("sqlite://dir/", "path of a file"),
        ("sqlite::memory:", "name a file"),
        ("sqlite://t.db?mode=s3cret", "takes no options"),
        ("postgres://u:s3cret@h/d?sslmode=maybe", "sslmode is one of"),
        ("postgres://u:s3cret@h/d?sslrootcert=%zz", "PEM file"),
        ("postgres://u:s3cret@h/d?s3cret=1", "not known"),
        ("postgres://u:s3cret@h/d?sslmode", "key=value"),
        ("postgres://u:a?s3cret@h/d", "percent-encoded"),
        ("postgres://u:a#s3cret@h/d", "percent-encoded"),
        ("postgres://u:s3cret@h:port/d", "malformed"),
        (
            "postgres://u:s3cret@h/d?channel_binding=s3cret",
            "malformed",
        ),
        ("postgres:///d?user=s3cret", "names no host"),
    ] {
        let message = StoreUrl::parse(url).unwrap_err().to_string();
        assert!(message.contains(expected), "{url}: {message}");
        assert!(!message.contains("s3cret"), "{url}: {message}");
    }
}

#[test]
fn debug_shows_no_part_of_a_url() {
    let url = StoreUrl::parse("postgres://u:s3cret@h/d").unwrap();
    assert_eq!(format!("{url:?}"), "StoreUrl(postgres)");
}
