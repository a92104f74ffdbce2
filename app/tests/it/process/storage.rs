//! The disk fails under the running service, or what is on it is not what was there.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::tempdir;
use testkit::{CREATE, Client, ME, Reply, Signal, TASKS, TestUser};

use crate::TASKHIVE;

/// Stores tasks until one cannot be stored, which is what is returned.
async fn until_refused(user: &TestUser) -> Reply {
    let description = "x".repeat(2000);
    for n in 0..1000 {
        let input = json!({"title": n.to_string(), "description": description});
        let reply = user.mutate(CREATE, input).await;
        if reply.status != 200 || reply.json.get("errors").is_some() {
            return reply;
        }
    }
    panic!("2 MB were stored in a file that may not grow");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_takes_no_more_is_unavailable_and_not_the_end() {
    let directory = tempdir().unwrap();
    let service = TASKHIVE.start(directory.path(), &[]);
    let ada = service.user("ada").await;
    let log = std::fs::metadata(directory.path().join("taskhive.db-wal")).unwrap();
    service.limit_file_sizes(Some(log.len()));

    let refused = until_refused(&ada).await;

    refused.assert_refused(503, "UNAVAILABLE", "a file of the largest size");
    assert!(refused.header("retry-after").parse::<u32>().is_ok());
    service.limit_file_sizes(None);
    ada.create("there is room again").await;
}

/// What the log says of one kind.
fn lines<'a>(log: &'a str, text: &str) -> Vec<&'a str> {
    log.lines().filter(|line| line.contains(text)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_acknowledged_into_a_file_that_is_not_there_any_more() {
    for damage in ["was removed", "was replaced", "was emptied"] {
        let directory = tempdir().unwrap();
        let service = TASKHIVE.start(directory.path(), &[]);
        let ada = service.user("ada").await;
        let file = directory.path().join("taskhive.db");
        match damage {
            "was removed" => std::fs::remove_file(&file).unwrap(),
            "was replaced" => {
                let copy = directory.path().join("copy.db");
                std::fs::copy(&file, &copy).unwrap();
                std::fs::rename(&copy, &file).unwrap();
            }
            _ => std::fs::write(&file, "").unwrap(),
        }

        for _ in 0..3 {
            let refused = ada.mutate(CREATE, json!({"title": "x"})).await;
            refused.assert_refused(503, "UNAVAILABLE", damage);
            let refused = ada.run(ME, json!({})).await;
            refused.assert_refused(503, "UNAVAILABLE", damage);
        }
        assert_eq!(readiness(&service.anonymous()).await, 503, "{damage}");

        service.signal(Signal::TERM);
        let (_, log) = service.wait();
        let errors = lines(&log, "ERROR");
        assert_eq!(errors.len(), 1, "{damage}: {log}");
        assert!(
            errors[0].contains("taskhive.db") && errors[0].contains(damage),
            "{log}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_moved_away_and_back_is_served_again_and_the_outage_takes_two_lines() {
    let directory = tempdir().unwrap();
    let mut service = TASKHIVE.start(directory.path(), &[]);
    let ada = service.user("ada").await;
    let (file, away) = (
        directory.path().join("taskhive.db"),
        directory.path().join("away.db"),
    );
    std::fs::rename(&file, &away).unwrap();
    for _ in 0..20 {
        let refused = ada.mutate(CREATE, json!({"title": "x"})).await;
        refused.assert_refused(503, "UNAVAILABLE", "moved away");
    }

    std::fs::rename(&away, &file).unwrap();

    ada.create("x").await;
    let back = Instant::now();
    while back.elapsed() < Duration::from_millis(1100) {
        ada.run(ME, json!({})).await.data();
    }
    let line = service.line_with("operations are served again");
    assert!(line.contains("refused=20"), "{line}");
    service.signal(Signal::TERM);
    let (_, log) = service.wait();
    assert_eq!(lines(&log, "could not be served").len(), 1, "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_or_spoilt_file_is_not_ready() {
    for (damage, cut) in [("cut", true), ("spoilt", false)] {
        let directory = tempdir().unwrap();
        let service = TASKHIVE.start(directory.path(), &[]);
        let ada = service.user("ada").await;
        // More than SQLite keeps in its log before it is written into the file.
        let description = "x".repeat(2000);
        for n in 0..40 {
            let input = json!({"title": n.to_string(), "description": description});
            ada.mutate(CREATE, input).await.data();
        }
        service.signal(Signal::TERM);
        service.wait();
        let service = TASKHIVE.start(directory.path(), &[]);
        let stranger = service.anonymous();
        assert_eq!(readiness(&stranger).await, 200);
        let file = OpenOptions::new()
            .write(true)
            .open(directory.path().join("taskhive.db"))
            .unwrap();
        let length = file.metadata().unwrap().len();
        if cut {
            file.set_len(length / 2).unwrap();
        } else {
            file.write_all_at(&vec![0xA5; usize::try_from(length).unwrap()], 0)
                .unwrap();
            let ada = service.anonymous().with_token(&ada.access_token);
            let read = ada.run(TASKS, json!({})).await;
            read.assert_refused(503, "UNAVAILABLE", "spoilt");
        }

        // The last answer is kept for a second.
        let mut answers = Vec::new();
        while answers.last() != Some(&503) && answers.len() < 100_000 {
            answers.push(readiness(&stranger).await);
        }
        assert_eq!(answers.last(), Some(&503), "{damage}");
    }
}

/// What a load balancer is told.
async fn readiness(client: &Client) -> u16 {
    let reply = client.at("GET", "/health/ready").send().await.unwrap();
    reply.status().as_u16()
}
