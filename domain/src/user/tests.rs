//! Which addresses and passwords are accepted, and that neither is ever shown.

use proptest::prelude::*;

use super::*;

fn reasons<T>(parsed: Result<T, Violations>) -> Vec<Reason> {
    let Err(violations) = parsed else {
        return Vec::new();
    };
    violations.as_slice().iter().map(|v| v.reason).collect()
}

#[test]
fn addresses_are_trimmed_and_lower_cased() {
    for (text, expected) in [
        ("ada@example.org", "ada@example.org"),
        (" \tAda@EXAMPLE.Org\r\n", "ada@example.org"),
        ("a@b", "a@b"),
        ("1@2.3", "1@2.3"),
        (".a..b.@example.org", ".a..b.@example.org"),
        ("!#$%&'*+/=?^_`{|}~-@x-y.z", "!#$%&'*+/=?^_`{|}~-@x-y.z"),
        (
            "J\u{d6}RG@B\u{dc}CHER.example",
            "j\u{f6}rg@b\u{fc}cher.example",
        ),
        ("\u{130}da@example.org", "i\u{307}da@example.org"),
        (
            "\u{915}\u{94D}\u{937}@\u{909}\u{926}\u{93E}.\u{92D}\u{93E}",
            "\u{915}\u{94D}\u{937}@\u{909}\u{926}\u{93E}.\u{92D}\u{93E}",
        ),
        ("stra\u{df}e@example.org", "stra\u{df}e@example.org"),
    ] {
        assert_eq!(
            EmailAddress::parse(text).unwrap().as_str(),
            expected,
            "{text:?}"
        );
    }
}

#[test]
fn what_is_no_address_is_refused() {
    let long_label = format!("a@{}.org", "b".repeat(64));
    for text in [
        "ada",
        "@",
        "@example.org",
        "ada@",
        "ada@@example.org",
        "a@b@example.org",
        "ada@.org",
        "ada@example.",
        "ada@example..org",
        "ada@-example.org",
        "ada@example-.org",
        "ada@exam_ple.org",
        "ada@[127.0.0.1]",
        "ada@127.0.0.1:25",
        "ada lovelace@example.org",
        "ada@exam ple.org",
        "\"ada lovelace\"@example.org",
        "Ada <ada@example.org>",
        "ada@example.org, bob@example.org",
        "ada@example.org\r\nBcc: all@example.org",
        "ada\0@example.org",
        "ada@example.org\0",
        "a\u{7f}da@example.org",
        "a\u{85}da@example.org",
        "ada\u{a0}@example.org",
        "ada\u{200B}@example.org",
        "ada@example.org\u{200B}",
        "\u{FEFF}ada@example.org",
        "\u{202E}ada@example.org",
        "ada@exam\u{AD}ple.org",
        "\u{3164}@example.org",
        "(ada)@example.org",
        "ada\\@example.org",
        &long_label,
    ] {
        assert_eq!(
            reasons(EmailAddress::parse(text)),
            [Reason::Malformed],
            "{text:?}"
        );
    }
    for text in ["", " ", "\n\u{3000}"] {
        assert_eq!(reasons(EmailAddress::parse(text)), [Reason::Blank]);
    }
}

#[test]
fn addresses_have_at_most_254_characters() {
    let of_length = |n: usize| format!("{}@example.org", "a".repeat(n - "@example.org".len()));
    assert_eq!(reasons(EmailAddress::parse(&of_length(254))), []);
    assert_eq!(
        reasons(EmailAddress::parse(&of_length(255))),
        [Reason::TooLong]
    );
    let no_address = "x".repeat(255);
    assert_eq!(
        reasons(EmailAddress::parse(&no_address)),
        [Reason::TooLong, Reason::Malformed]
    );
}

#[test]
fn passwords_have_8_to_128_characters_of_any_kind() {
    let key = "\u{1F511}";
    for text in [
        "1234567x",
        "        ",
        " \t\n\u{1}\u{7f}\u{200B}x ",
        &key.repeat(8),
        &key.repeat(128),
    ] {
        assert_eq!(Password::parse(text).unwrap().reveal(), text);
    }
    for (text, expected) in [
        (String::new(), vec![Reason::TooShort]),
        (key.repeat(7), vec![Reason::TooShort]),
        (key.repeat(129), vec![Reason::TooLong]),
        ("12345678\0".to_owned(), vec![Reason::Malformed]),
        ("\0".to_owned(), vec![Reason::TooShort, Reason::Malformed]),
        ("\0".repeat(129), vec![Reason::TooLong, Reason::Malformed]),
    ] {
        assert_eq!(reasons(Password::parse(&text)), expected, "{text:?}");
    }
    let short = Password::parse("").unwrap_err();
    assert_eq!(short.as_slice().first().and_then(|v| v.limit), Some(8));
}

#[test]
fn what_everybody_tries_first_is_refused_in_any_case() {
    for text in [
        "password",
        "PassWord",
        "12345678",
        "iloveyou1",
        "qwertyuiop",
    ] {
        assert_eq!(
            reasons(Password::parse(text)),
            [Reason::TooCommon],
            "{text}"
        );
    }
    assert_eq!(reasons(Password::parse("qwerty")), [Reason::TooShort]);
    assert!(
        COMMON_PASSWORDS.lines().is_sorted(),
        "the list is searched by halving"
    );
}

#[test]
fn a_registration_reports_everything_at_once() {
    let violations = Registration::parse("ada", "short").unwrap_err();
    let broken: Vec<_> = violations
        .as_slice()
        .iter()
        .map(|v| (v.place(), v.reason))
        .collect();
    assert_eq!(
        broken,
        [
            ("email".to_owned(), Reason::Malformed),
            ("password".to_owned(), Reason::TooShort)
        ]
    );
    assert!(Registration::parse("ada@example.org", "1234567x").is_ok());
}

#[test]
fn no_message_repeats_what_was_typed() {
    let violations = Registration::parse("s3cr3t-address", "s3cr3t").unwrap_err();
    assert!(!format!("{violations:?}").contains("s3cr3t"));
}

#[test]
fn credentials_that_cannot_exist_belong_to_nobody() {
    for (email, password, knows_email, knows_password) in [
        ("ada@example.org", "12345678", true, true),
        ("ada", "12345678", false, true),
        // Rules may have been laxer when the password was set.
        ("ada@example.org", "1234567", true, true),
        ("", &"x".repeat(129), false, false),
        ("ada@example.org", "1234567\0", true, false),
    ] {
        let credentials = Credentials::parse(email, password);
        assert_eq!(credentials.email.is_some(), knows_email);
        assert_eq!(credentials.password.is_some(), knows_password);
    }
}

#[test]
fn debug_output_shows_neither_addresses_nor_secrets() {
    let registration = Registration::parse("s3cr3t@example.org", "s3cr3t-password").unwrap();
    let user = User {
        id: UserId::new(Timestamp::from_millis(1)),
        email: registration.email.clone(),
        created_at: Timestamp::from_millis(1),
    };
    let stored = StoredCredentials {
        user: user.clone(),
        hash: PasswordHash::new("$s3cr3t".to_owned()),
    };
    let credentials = Credentials::parse("s3cr3t@example.org", "s3cr3t-password");
    for shown in [
        format!("{registration:?}{registration:#?}"),
        format!("{user:?}{user:#?}"),
        format!("{stored:?}{stored:#?}"),
        format!("{credentials:?}{credentials:#?}"),
        format!("{:?}{:?}", registration.password, stored.hash),
    ] {
        assert!(
            !shown.contains("s3cr3t") && !shown.contains("example"),
            "{shown}"
        );
    }
}

proptest! {
    #[test]
    fn parsing_an_address_twice_changes_nothing(text in any::<String>()) {
        if let Ok(address) = EmailAddress::parse(&text) {
            prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address.clone()));
            prop_assert_eq!(EmailAddress::from_stored(address.as_str().to_owned()), Some(address));
        }
    }

    #[test]
    fn a_well_formed_address_is_the_lower_cased_text(
        local in "[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}",
        domain in "([A-Z0-9a-zà-ÿ]([A-Za-z0-9-]{0,20}[A-Za-z0-9])?)(\\.[a-z0-9]{1,10}){0,5}",
        padding in "[ \t\r\n]{0,2}",
    ) {
        let text = format!("{local}@{domain}");
        let address = EmailAddress::parse(&format!("{padding}{text}{padding}"));
        prop_assert_eq!(address.map(|address| address.as_str().to_owned()), Ok(text.to_lowercase()));
    }

    #[test]
    fn an_accepted_address_shows_all_of_its_characters(text in "\\PC{0,4}@\\PC{1,4}") {
        if let Ok(address) = EmailAddress::parse(&text) {
            prop_assert!(!address.as_str().chars().any(|c| c.is_control() || is_invisible(c)));
            prop_assert_eq!(address.as_str().matches('@').count(), 1);
        }
    }

    #[test]
    fn an_accepted_password_is_the_text(text in any::<String>()) {
        match Password::parse(&text) {
            Ok(password) => prop_assert_eq!(password.reveal(), text),
            Err(_) => prop_assert!(text.contains('\0') || !(8..=128).contains(&text.chars().count())),
        }
    }
}
