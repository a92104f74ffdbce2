//! Cheap parameters throughout; what the live ones cost is the business of a load test.

mod queue;

use super::*;

const CHEAP: Argon2Parameters = Argon2Parameters {
    memory_kib: 16,
    iterations: 1,
    lanes: 1,
};

const ROOMY: HashingCapacity = HashingCapacity {
    at_once: 2,
    waiting: 64,
    max_wait: Duration::from_mins(1),
};

fn cheap() -> Argon2Hasher {
    Argon2Hasher::with(CHEAP, ROOMY).unwrap()
}

fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}

fn kind<T: fmt::Debug>(result: Result<T, InfraError>) -> InfraErrorKind {
    result.unwrap_err().kind
}

/// The buffers that hashes were computed in. They are wiped, and as large as the live parameters ask for.
fn used_buffers(hasher: &Argon2Hasher) -> usize {
    let idle = hasher.memory.idle.lock().unwrap();
    for blocks in idle.iter() {
        assert_eq!(blocks.len(), hasher.live.block_count());
        let mut words = blocks.iter().flat_map(AsRef::<[u64]>::as_ref);
        assert!(words.all(|word| *word == 0));
    }
    idle.len()
}

#[test]
fn the_parameters_are_those_of_owasp() {
    let hasher = Argon2Hasher::new(2).unwrap();
    assert_eq!(hasher.live.m_cost(), 19 * 1024);
    assert_eq!(hasher.live.t_cost(), 2);
    assert_eq!(hasher.live.p_cost(), 1);
}

#[test]
fn parameters_that_argon2_does_not_know_are_refused() {
    let no_memory = Argon2Parameters {
        memory_kib: 7,
        ..CHEAP
    };
    let refused = Argon2Hasher::with(no_memory, ROOMY);
    assert_eq!(kind(refused), InfraErrorKind::Broken);
}

#[tokio::test]
async fn a_password_matches_its_hash_and_no_other_does() {
    let hasher = cheap();
    let right = password("correct horse");
    let hash = hasher.hash(&right).await.unwrap();
    for (tried, expected) in [
        (right, Verification::Match),
        (password("correct horsf"), Verification::Mismatch),
        (password("correct horse "), Verification::Mismatch),
        (password("Correct horse"), Verification::Mismatch),
    ] {
        let verification = hasher.verify(Some(&tried), Some(&hash)).await.unwrap();
        assert_eq!(verification, expected);
    }
}

#[tokio::test]
async fn no_character_of_a_long_password_is_ignored() {
    let hasher = cheap();
    let long = "ä".repeat(127);
    let hash = hasher.hash(&password(&format!("{long}a"))).await.unwrap();
    let almost = password(&format!("{long}b"));
    let verification = hasher.verify(Some(&almost), Some(&hash)).await.unwrap();
    assert_eq!(verification, Verification::Mismatch);
}

#[tokio::test]
async fn hashes_are_phc_strings_with_a_salt_of_their_own() {
    let hasher = cheap();
    let same = password("correct horse");
    let first = hasher.hash(&same).await.unwrap();
    let second = hasher.hash(&same).await.unwrap();
    assert_ne!(first.reveal(), second.reveal());

    assert!(first.reveal().starts_with("$argon2id$v=19$m=16,t=1,p=1$"));
    let phc = Phc::new(first.reveal()).unwrap();
    assert_eq!(phc.salt.unwrap().len(), SALT_BYTES);
    assert_eq!(phc.hash.unwrap().len(), OUTPUT_BYTES);
}

#[tokio::test]
async fn hashes_of_the_reference_implementation_are_understood() {
    // From the test vectors of the C reference, test.c: t=2, m=2^16, p=1.
    let stored =
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94";
    let hash = PasswordHash::new(stored.to_owned());
    let verification = cheap()
        .verify(Some(&password("differentpassword")), Some(&hash))
        .await
        .unwrap();
    assert_eq!(verification, Verification::MatchOutdated);
}

#[tokio::test]
async fn what_was_hashed_with_other_parameters_is_outdated() {
    let other = |memory_kib, iterations, lanes| Argon2Parameters {
        memory_kib,
        iterations,
        lanes,
    };
    let hasher = cheap();
    let right = password("correct horse");
    let wrong = password("battery staple");
    for parameters in [
        other(8, 1, 1),
        other(32, 1, 1),
        other(16, 2, 1),
        other(16, 1, 2),
    ] {
        let former = Argon2Hasher::with(parameters, ROOMY).unwrap();
        let hash = former.hash(&right).await.unwrap();
        let verification = hasher.verify(Some(&right), Some(&hash)).await.unwrap();
        assert_eq!(verification, Verification::MatchOutdated, "{parameters:?}");
        let verification = hasher.verify(Some(&wrong), Some(&hash)).await.unwrap();
        assert_eq!(verification, Verification::Mismatch, "{parameters:?}");
    }
}

#[tokio::test]
async fn what_was_hashed_by_other_algorithms_is_outdated() {
    let hasher = cheap();
    let right = password("correct horse");
    for (algorithm, version, salt, output_bytes) in [
        (Algorithm::Argon2i, Version::V0x13, &[7; 16][..], 32),
        (Algorithm::Argon2d, Version::V0x13, &[7; 16], 32),
        (Algorithm::Argon2id, Version::V0x10, &[7; 16], 32),
        (Algorithm::Argon2id, Version::V0x13, &[7; 8], 32),
        (Algorithm::Argon2id, Version::V0x13, &[7; 16], 16),
    ] {
        let spec = HashSpec {
            algorithm,
            version,
            params: Params::new(16, 1, 1, Some(output_bytes)).unwrap(),
            salt: Salt::new(salt).unwrap(),
            output_bytes,
        };
        let phc = Phc {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: ParamsString::try_from(&spec.params).unwrap(),
            salt: Some(spec.salt),
            hash: Some(spec.compute(Some(&right), &hasher.memory).unwrap()),
        };
        let hash = PasswordHash::new(phc.to_string());
        let verification = hasher.verify(Some(&right), Some(&hash)).await.unwrap();
        assert_eq!(verification, Verification::MatchOutdated, "{phc}");
    }
}

#[tokio::test]
async fn a_stored_hash_that_cannot_be_checked_is_a_defect_and_not_quoted() {
    let hasher = cheap();
    let tried = password("correct horse");
    for stored in [
        "",
        "plain text",
        "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
        "$argon2id$v=19$m=16,t=1,p=1$c29tZXNhbHRzb21lc2FsdA",
        "$argon2id$v=19$m=16,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$a",
        "$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=16,t=4000000000,p=1$c29tZXNhbHRzb21lc2FsdA$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$m=16,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    ] {
        let hash = PasswordHash::new(stored.to_owned());
        let error = hasher.verify(Some(&tried), Some(&hash)).await.unwrap_err();
        assert_eq!(error.kind, InfraErrorKind::Broken, "{stored}");
        let shown = format!("{error} {error:?}");
        assert!(stored.is_empty() || !shown.contains(stored), "{shown}");
    }
}

#[tokio::test]
async fn without_a_password_or_a_hash_the_work_is_done_all_the_same() {
    let right = password("correct horse");
    let hash = cheap().hash(&right).await.unwrap();
    for (tried, stored) in [
        (None, None),
        (Some(&right), None),
        (None, Some(&hash)),
        (Some(&right), Some(&hash)),
    ] {
        let hasher = cheap();
        assert_eq!(used_buffers(&hasher), 0);
        let verification = hasher.verify(tried, stored).await.unwrap();
        let both = tried.is_some() && stored.is_some();
        assert_eq!(verification == Verification::Match, both);
        assert_eq!(used_buffers(&hasher), 1, "a hash was computed");
    }
}

#[tokio::test]
async fn working_memory_is_reused() {
    let hasher = cheap();
    let right = password("correct horse");
    let hash = hasher.hash(&right).await.unwrap();
    for _ in 0..5 {
        let verification = hasher.verify(Some(&right), Some(&hash)).await.unwrap();
        assert_eq!(verification, Verification::Match);
    }
    assert_eq!(used_buffers(&hasher), 1);

    let crowd = (0..20).map(|_| hasher.hash(&right));
    let served = futures_util::future::join_all(crowd).await;
    assert!(served.iter().all(Result::is_ok));
    assert!(used_buffers(&hasher) <= ROOMY.at_once);
}
