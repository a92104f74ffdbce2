//! The limits, under a clock that is moved by hand.

use std::collections::HashSet;

use governor::clock::FakeRelativeClock;

use super::*;

const RATES: Rates = Rates {
    requests_per_minute: 600,
    login_per_minute: 10,
    register_per_hour: 5,
    refresh_per_minute: 60,
    account_failures: 10,
    account_failures_per_hour: 100,
};

fn limits(rates: Rates) -> (RateLimits<FakeRelativeClock>, FakeRelativeClock) {
    let clock = FakeRelativeClock::default();
    // A counter that has seen nothing reads 0, which only time zero could be mistaken for.
    clock.advance(HOUR);
    (RateLimits::new(&rates, &clock), clock)
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn refused(outcome: Result<(), Limited>) -> Option<(Limit, u64)> {
    outcome
        .err()
        .map(|limited| (limited.limit, limited.retry_after))
}

/// A failed login; what refused it, if anything did.
fn fail(limits: &RateLimits<FakeRelativeClock>, from: &str, email: &str) -> Option<(Limit, u64)> {
    refused(limits.login(address(from), email).map(drop))
}

#[test]
fn so_many_at_once_and_then_one_by_one() {
    let (limits, clock) = limits(RATES);
    let (ada, bob) = (address("192.0.2.1"), address("192.0.2.2"));
    for _ in 0..5 {
        assert_eq!(refused(limits.register(ada)), None);
    }
    assert_eq!(refused(limits.register(ada)), Some((Limit::Register, 720)));
    assert_eq!(refused(limits.register(bob)), None);
    clock.advance(Duration::from_secs(719));
    assert_eq!(refused(limits.register(ada)), Some((Limit::Register, 1)));
    clock.advance(Duration::from_secs(1));
    assert_eq!(refused(limits.register(ada)), None);
    assert_eq!(refused(limits.register(ada)), Some((Limit::Register, 720)));
}

#[test]
fn asking_while_limited_does_not_make_it_longer() {
    let (limits, clock) = limits(RATES);
    let ada = address("192.0.2.1");
    while limits.refresh(ada).is_ok() {}
    for _ in 0..1000 {
        assert_eq!(refused(limits.refresh(ada)), Some((Limit::Refresh, 1)));
    }
    clock.advance(Duration::from_secs(1));
    assert_eq!(refused(limits.refresh(ada)), None);
}

#[test]
fn every_limit_has_its_number() {
    let (limits, _) = limits(RATES);
    let ada = address("192.0.2.1");
    let count =
        |attempt: &dyn Fn() -> bool| std::iter::repeat_with(attempt).take_while(|ok| *ok).count();
    assert_eq!(count(&|| limits.request(ada).is_ok()), 600);
    assert_eq!(count(&|| limits.register(ada).is_ok()), 5);
    assert_eq!(count(&|| limits.refresh(ada).is_ok()), 60);
    let mut accounts = 0..;
    let mut other_account = || {
        accounts
            .next()
            .map(|n: u32| format!("{n}@example.org"))
            .unwrap()
    };
    let logins = std::iter::repeat_with(|| fail(&limits, "192.0.2.1", &other_account()));
    assert_eq!(logins.take_while(Option::is_none).count(), 10);
}

#[test]
fn nothing_is_limited_when_all_is_switched_off() {
    let off = Rates {
        requests_per_minute: 0,
        login_per_minute: 0,
        register_per_hour: 0,
        refresh_per_minute: 0,
        account_failures: 0,
        account_failures_per_hour: 0,
    };
    let (limits, _) = limits(off);
    let ada = address("192.0.2.1");
    for _ in 0..1000 {
        assert!(
            limits.request(ada).is_ok()
                && limits.register(ada).is_ok()
                && limits.refresh(ada).is_ok()
        );
        assert_eq!(fail(&limits, "192.0.2.1", "ada@example.org"), None);
    }
}

#[test]
fn guessing_one_account_ends_soon_from_one_address_and_later_from_all() {
    let rates = Rates {
        login_per_minute: 0,
        ..RATES
    };
    let (limits, clock) = limits(rates);
    for _ in 0..10 {
        assert_eq!(fail(&limits, "192.0.2.1", "ada@example.org"), None);
    }
    let same = Some((Limit::AccountFailures, 90));
    assert_eq!(fail(&limits, "192.0.2.1", "ada@example.org"), same);
    assert_eq!(fail(&limits, "192.0.2.1", "  ADA@Example.ORG "), same);
    assert_eq!(fail(&limits, "192.0.2.1", "bob@example.org"), None);
    for last in 2..=10 {
        for _ in 0..10 {
            assert_eq!(
                fail(&limits, &format!("192.0.2.{last}"), "ada@example.org"),
                None
            );
        }
    }
    let anywhere = Some((Limit::AccountFailuresPerHour, 36));
    assert_eq!(fail(&limits, "192.0.2.11", "ada@example.org"), anywhere);
    clock.advance(Duration::from_secs(36));
    // The refusal itself was not counted against the address.
    assert_eq!(fail(&limits, "192.0.2.11", "ada@example.org"), None);
}

#[test]
fn what_is_no_wrong_guess_does_not_count_and_earlier_ones_still_do() {
    let (limits, _) = limits(Rates {
        login_per_minute: 0,
        ..RATES
    });
    let (ada, email) = (address("192.0.2.1"), "ada@example.org");
    for _ in 0..9 {
        assert_eq!(fail(&limits, "192.0.2.1", email), None);
    }
    for _ in 0..100 {
        limits.login(ada, email).unwrap().forgive();
    }
    assert_eq!(fail(&limits, "192.0.2.1", email), None);
    assert!(fail(&limits, "192.0.2.1", email).is_some());
}

#[test]
fn attempts_that_run_at_the_same_time_are_counted_before_they_end() {
    let (limits, _) = limits(Rates {
        login_per_minute: 0,
        ..RATES
    });
    let attempts = std::iter::repeat_with(|| limits.login(address("192.0.2.1"), "ada@example.org"));
    let running: Vec<_> = attempts.take(1000).filter_map(Result::ok).collect();
    assert_eq!(running.len(), 10);
}

#[test]
fn one_customer_of_ipv6_is_one_address_and_mapped_ipv4_is_ipv4() {
    for (one, other, same) in [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ("::ffff:192.0.2.1", "192.0.2.1", true),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", false),
        ("192.0.2.1", "192.0.2.2", false),
    ] {
        assert_eq!(
            network(address(one)) == network(address(other)),
            same,
            "{one} {other}"
        );
    }
}

#[test]
fn a_flood_of_refusals_is_reported_once_a_minute() {
    let (limits, clock) = limits(RATES);
    let ada = address("192.0.2.1");
    while limits.register(ada).is_ok() {}
    while limits.refresh(ada).is_ok() {}
    // The first refusal of each is what ended the loops.
    let reports =
        || [limits.register(ada), limits.refresh(ada)].map(|outcome| outcome.unwrap_err().report);
    assert_eq!(reports(), [false, false]);
    clock.advance(MINUTE);
    assert!(limits.register(ada).unwrap_err().report);
    assert!(!limits.register(ada).unwrap_err().report);
}

/// Whoever has a hundred thousand networks must not get others' counters forgotten, nor everybody locked out.
#[test]
fn many_addresses_neither_flush_a_counter_nor_fill_them_all() {
    let (limits, _) = limits(RATES);
    let ada = address("192.0.2.1");
    while limits.register(ada).is_ok() {}
    for n in 0..100_000_u32 {
        let [_, b, c, d] = n.to_be_bytes();
        let _ = limits.register(address(&format!("2001:db8:{b:x}{c:02x}:{d:x}::1")));
    }
    assert!(limits.register(ada).is_err());
    let newcomers: HashSet<_> = (0..200).map(|n| format!("198.51.100.{n}")).collect();
    let welcome = newcomers
        .iter()
        .filter(|newcomer| limits.register(address(newcomer)).is_ok());
    assert!(welcome.count() > 190);
}
