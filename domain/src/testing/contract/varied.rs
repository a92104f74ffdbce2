//! Tasks of every kind, and filters that tell them apart.

use super::fixtures::{description, scattered_id, start_plus, task};
use crate::listing::{DayRange, Search, TaskFilter};
use crate::task::{DueDay, Priority, Tags, Task};

/// Filters by one thing and by several.
pub(super) fn filters() -> Vec<TaskFilter> {
    let search = |text| Search::parse(text).unwrap_or_default();
    let mut filters = Vec::new();
    for completed in [None, Some(true), Some(false)] {
        filters.extend(
            [Search::default(), search("ODD"), search("three task")].map(|search| TaskFilter {
                completed,
                search,
                ..TaskFilter::default()
            }),
        );
    }
    let any = TaskFilter::default();
    for (completed, from, to) in [
        (None, Some("2026-01-01"), None),
        (None, None, Some("2026-01-01")),
        (Some(false), Some("2025-12-31"), Some("2026-01-01")),
        (None, None, None),
    ] {
        let due_on = DayRange::parse(from, to).ok();
        filters.push(TaskFilter {
            completed,
            due_on,
            ..any.clone()
        });
    }
    filters.push(TaskFilter {
        due_on: DayRange::parse(None, None).ok(),
        has_due_day: Some(false),
        ..any.clone()
    });
    filters.push(TaskFilter {
        due_on: DayRange::parse(Some("2026-01-01"), None).ok(),
        has_due_day: Some(true),
        ..any.clone()
    });
    for has_due_day in [Some(true), Some(false)] {
        filters.push(TaskFilter {
            has_due_day,
            ..any.clone()
        });
    }
    for priorities in [vec![], vec![Priority::Urgent, Priority::Low]] {
        let priorities = Some(priorities.into_iter().collect());
        filters.push(TaskFilter {
            priorities,
            ..any.clone()
        });
    }
    for wanted in [&["HOME"][..], &["home", "stra\u{df}e"], &["om"], &["%"]] {
        let (tags, completed) = (labels(wanted), Some(false).filter(|_| wanted.len() > 1));
        filters.push(TaskFilter {
            completed,
            tags,
            ..any.clone()
        });
    }
    filters
}

fn labels(texts: &[&str]) -> Tags {
    Tags::parse(texts.iter().copied()).unwrap_or_default()
}

/// The day at this place of the list, over and over again; an empty text is none.
fn due<const N: usize>(days: [&str; N], n: u64) -> Option<DueDay> {
    let place = usize::try_from(n).unwrap_or(0) % N;
    days.get(place).and_then(|text| DueDay::parse(text).ok())
}

/// Open and completed tasks in which three at a time share each of their times, with ids in no order at all.
pub(super) fn varied_tasks(count: u64) -> Vec<Task> {
    (0..count)
        .map(|n| {
            let group = i64::try_from(n / 3).unwrap_or(0);
            let kind = if n % 2 == 1 { "Odd" } else { "Even" };
            let thirds = if n % 3 == 0 { "of three" } else { "" };
            Task {
                id: scattered_id(n),
                description: description(thirds),
                updated_at: start_plus(1000 - group),
                completed_at: (n % 4 == 2).then(|| start_plus(500)),
                version: 2,
                due_on: due(
                    ["2026-01-01", "2025-12-31", "", "2026-01-01", "9999-12-31"],
                    n,
                ),
                priority: [
                    Priority::Normal,
                    Priority::Urgent,
                    Priority::Low,
                    Priority::High,
                ]
                .into_iter()
                .cycle()
                .nth(usize::try_from(n % 7).unwrap_or(0))
                .unwrap_or_default(),
                tags: match n % 3 {
                    0 => labels(&["Home"]),
                    1 => labels(&["home", "STRASSE", "%"]),
                    _ => Tags::default(),
                },
                ..task(&format!("{kind} task {n}"), start_plus(group))
            }
        })
        .collect()
}
