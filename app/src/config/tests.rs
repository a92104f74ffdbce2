//! What the configuration accepts, and what it says about what it does not.

use super::*;

fn from(vars: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    Config::from_vars(
        &vars
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    )
}

#[test]
fn nothing_is_needed_to_start() {
    let config = from(&[]).unwrap();
    assert_eq!(config.listen, "127.0.0.1:8000".parse().unwrap());
    assert_eq!(config.public_url, None);
    assert!(!config.is_https() && !config.store.url.is_postgres());
    assert!(config.jwt_secret.is_none() && config.playground && config.warnings.is_empty());
    assert_eq!(config.intake.body_bytes, 256 * 1024);
}

#[test]
fn every_mistake_is_reported_at_once_and_no_secret_is_repeated() {
    let secret = "hunter2-hunter2";
    let error = from(&[
        ("PORT", "eighty"),
        ("HOST", "nowhere"),
        ("DATABASE_URL", "mysql://root:hunter2-hunter2@db"),
        ("JWT_SECRET", secret),
        ("CORS_ORIGINS", "*, https://a.example/path"),
        ("INTROSPECTION", "perhaps"),
        ("LIMIT_BODY_BYTES", "0"),
    ])
    .unwrap_err();
    let text = error.to_string();
    for name in [
        "PORT",
        "HOST",
        "DATABASE_URL",
        "JWT_SECRET",
        "CORS_ORIGINS",
        "INTROSPECTION",
        "LIMIT_BODY_BYTES",
    ] {
        assert!(text.contains(name), "{name} is missing in: {text}");
    }
    assert_eq!(error.0.len(), 8, "{text}");
    assert!(!text.contains(secret));
}

#[test]
fn postgresql_needs_a_secret_that_all_instances_share() {
    let url = ("DATABASE_URL", "postgres://app@db.example.org/tasks");
    assert!(from(&[url]).unwrap_err().to_string().contains("JWT_SECRET"));
    let secret = ("JWT_SECRET", "x7Q2mVb9Lr4TzK1pWc8Ys5Nd3Gh6Jf0A");
    assert!(from(&[url, secret]).unwrap().store.url.is_postgres());
}

#[test]
fn on_sqlite_as_many_read_as_there_are_cores_unless_somebody_says_otherwise() {
    let cores = std::thread::available_parallelism().unwrap().get();
    assert_eq!(from(&[]).unwrap().store.pool_size, cores.max(2));
    let seven = from(&[("DATABASE_POOL_SIZE", "7")]).unwrap();
    assert_eq!(seven.store.pool_size, 7);
    let postgres = from(&[
        ("DATABASE_URL", "postgres://app@db.example.org/tasks"),
        ("JWT_SECRET", "x7Q2mVb9Lr4TzK1pWc8Ys5Nd3Gh6Jf0A"),
    ]);
    assert_eq!(postgres.unwrap().store.pool_size, 20);
}

#[test]
fn deletions_are_remembered_for_a_month_at_least() {
    let days = |days| from(&[("KEEP_DELETIONS_DAYS", days)]).map(|config| config.keep_deletions);
    assert_eq!(days(""), Ok(Duration::from_hours(90 * 24)));
    assert_eq!(days("30"), Ok(Duration::from_hours(30 * 24)));
    let mistake = days("29").unwrap_err().to_string();
    assert!(
        mistake.contains("KEEP_DELETIONS_DAYS: must be a number from 30 to 3650"),
        "{mistake}"
    );
}

#[test]
fn mistakes_in_the_settings_of_traces_are_found_and_no_key_is_repeated() {
    let error = from(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "hunter2-hunter2"),
        ("OTEL_TRACES_SAMPLER", "sometimes"),
        ("OTEL_TRACES_SAMPLER_ARG", "2"),
    ]);
    let error = error.unwrap_err();
    assert_eq!(error.0.len(), 4, "{error}");
    assert!(!error.to_string().contains("hunter2"), "{error}");
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
    let traces = from(&[endpoint]).unwrap().traces.unwrap();
    assert_eq!(traces.service_name, "taskhive");
    assert!(from(&[]).unwrap().traces.is_none());
}

#[test]
fn empty_means_not_set() {
    assert_eq!(
        from(&[("PORT", ""), ("JWT_SECRET", " ")])
            .unwrap()
            .listen
            .port(),
        8000
    );
}

#[test]
fn a_near_miss_of_a_name_is_pointed_out() {
    let warnings = from(&[
        ("DATABSE_URL", "x"),
        ("LIMIT_LOGIN_PER_MIN", "5"),
        ("TASKHIVE_PORT", "1"),
        ("HOME", "/root"),
        ("PATH", "/bin"),
    ])
    .unwrap()
    .warnings;
    assert_eq!(warnings.len(), 3, "{warnings:?}");
    assert!(
        warnings[0].contains("DATABASE_URL")
            && warnings[1].contains("LIMIT_LOGIN_PER_MIN")
            && warnings[2].contains("PORT"),
        "{warnings:?}"
    );
}

#[test]
fn https_is_known_by_the_public_url() {
    let config = from(&[("PUBLIC_URL", "https://Tasks.example.org/")]).unwrap();
    assert!(config.is_https());
    let url = config.public_url.as_deref();
    assert_eq!(url, Some("https://tasks.example.org"));
}

#[test]
fn the_manual_names_the_documents_limits_as_they_are() {
    assert_eq!(from(&[]).unwrap().documents, admission::Limits::default());
}

#[test]
fn limits_of_rate_are_those_of_the_contract_and_can_be_switched_off() {
    let rates = from(&[]).unwrap().rates;
    let contract = (
        rates.login_per_minute,
        rates.register_per_hour,
        rates.refresh_per_minute,
    );
    assert_eq!(contract, (10, 5, 60));
    assert_eq!(
        (rates.account_failures, rates.account_failures_per_hour),
        (10, 100)
    );
    let off = from(&[("LIMIT_LOGIN_PER_MINUTE", "0")]).unwrap();
    assert_eq!(off.rates.login_per_minute, 0);
    assert!(from(&[("LIMIT_LOGIN_PER_MINUTE", "-1")]).is_err());
}

#[test]
fn proxies_are_addresses_or_networks() {
    let proxies = |text| from(&[("TRUSTED_PROXIES", text)]).map(|config| config.proxies);
    let trusted = |text| {
        let (proxies, asked) = (
            proxies(text).unwrap(),
            [
                "127.0.0.1",
                "127.0.0.2",
                "10.1.2.3",
                "2001:db8::7",
                "192.0.2.1",
            ],
        );
        asked.map(|address| proxies.trusts(address.parse().unwrap()))
    };
    assert_eq!(trusted(""), [false; 5]);
    assert_eq!(
        trusted("127.0.0.1, 10.0.0.0/8,2001:db8::/32"),
        [true, false, true, true, false]
    );
    for text in [
        "*",
        "10.0.0.0/33",
        "proxy.example.org",
        "10.0.0.0/8 10.1.0.1",
    ] {
        assert!(proxies(text).is_err(), "{text}");
    }
}

#[test]
fn the_example_and_the_readme_say_what_the_code_says() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let file = |name| std::fs::read_to_string(format!("{root}/{name}")).unwrap();
    assert_eq!(
        file(".env.example"),
        settings::env_example(),
        "run `make generated`"
    );
    assert!(
        file("README.md").contains(&settings::readme_table()),
        "run `make generated`"
    );
}

#[test]
fn an_identity_provider_is_configured_whole_or_not_at_all() {
    let url = ("AUTH_JWKS_URL", "https://app.example.org/api/auth/jwks");
    let issuer = ("AUTH_ISSUER", "https://app.example.org");
    let audience = ("AUTH_AUDIENCE", "https://tasks.example.org");
    let config = from(&[url, issuer, audience]).unwrap();
    let external = config.external_issuer.unwrap();
    assert_eq!(external.issuer, issuer.1);
    assert_eq!(external.algorithms.len(), 1);
    assert!(from(&[]).unwrap().external_issuer.is_none());

    let error = from(&[url]).unwrap_err();
    assert_eq!(error.0.len(), 1, "{error}");
    assert!(error.0[0].starts_with("AUTH_ISSUER, AUTH_AUDIENCE: must be set as well"));
    assert!(from(&[issuer, audience]).is_err());
    assert!(from(&[("AUTH_ALGORITHMS", "ES256")]).is_err());
}

#[test]
fn people_are_sent_to_a_page_of_the_identity_provider_and_nowhere_else() {
    let provider = [
        ("AUTH_JWKS_URL", "https://app.example.org/api/auth/jwks"),
        ("AUTH_ISSUER", "https://app.example.org"),
        ("AUTH_AUDIENCE", "https://tasks.example.org"),
    ];
    let with = |url| {
        from(&[
            provider[0],
            provider[1],
            provider[2],
            ("AUTH_SIGN_IN_URL", url),
        ])
    };
    for url in [
        "https://app.example.org/sign-in?next=/#form",
        "http://nas.example:3000/",
    ] {
        let config = with(url).unwrap();
        assert_eq!(config.sign_in_url.as_deref(), Some(url));
        assert_eq!(config.warnings, Vec::<String>::new());
    }
    for url in [
        "javascript:alert(1)",
        "/sign-in",
        "app.example.org",
        "https://",
        "https://ada:hunter2@app.example.org/",
        "https://app.example.org/sign in",
    ] {
        let error = with(url).unwrap_err().to_string();
        let named = error.contains("AUTH_SIGN_IN_URL: must be the address of a page");
        assert!(named && !error.contains("hunter2"), "{url}: {error}");
    }
    let unsaid = from(&provider).unwrap();
    assert!(unsaid.sign_in_url.is_none());
    assert!(unsaid.warnings[0].starts_with("AUTH_SIGN_IN_URL is not set"));
    let alone = from(&[("AUTH_SIGN_IN_URL", "https://app.example.org/")]).unwrap_err();
    assert!(alone.0[0].starts_with("AUTH_SIGN_IN_URL: is for people who"));
}

#[test]
fn keys_come_encrypted_and_algorithms_are_asymmetric() {
    let with = |name, value| {
        let mut vars = vec![("AUTH_ISSUER", "i"), ("AUTH_AUDIENCE", "a")];
        vars.extend([
            ("AUTH_JWKS_URL", "http://127.0.0.1:3000/jwks"),
            (name, value),
        ]);
        from(&vars)
    };
    for url in [
        "https://a.example/jwks?x=1",
        "https://[2001:db8::1]:8443/jwks",
        "http://localhost:3000/api/auth/jwks",
        "http://[::1]:3000/jwks",
    ] {
        assert!(with("AUTH_JWKS_URL", url).is_ok(), "{url}");
    }
    for url in [
        "http://a.example/jwks",
        "http://localhost.a.example/jwks",
        "https://user:hunter2@a.example/jwks",
        "file:///etc/jwks",
        "a.example/jwks",
        "https://",
    ] {
        let error = with("AUTH_JWKS_URL", url).unwrap_err().to_string();
        assert!(
            error.contains("AUTH_JWKS_URL") && !error.contains("hunter2"),
            "{url}"
        );
    }
    let both = with("AUTH_ALGORITHMS", "RS256, ES256").unwrap();
    assert_eq!(both.external_issuer.unwrap().algorithms.len(), 2);
    for names in ["HS256", "none", "EdDSA,HS256", "eddsa", "EdDSA,"] {
        assert!(with("AUTH_ALGORITHMS", names).is_err(), "{names}");
    }
}
