//! The access matrix: every root field of the schema, every kind of bad credential, every way to send an operation. It is
//! generated from the schema, so that a new field cannot be forgotten.

use apollo_compiler::Schema;
use apollo_compiler::ast::Type;
use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use taskhive_adapters::jwt::{JwtIssuer, SigningSecrets};
use taskhive_domain::ports::TokenIssuer;
use taskhive_domain::session::AccessClaims;
use taskhive_domain::{SessionId, Timestamp, UserId};

use crate::support::*;

/// A root field as an operation that would change or show something, if it were let through.
struct RootField {
    name: String,
    kind: &'static str,
    public: bool,
    document: String,
}

fn root_fields(user: &TestUser, task: &str, new_address: &str) -> Vec<RootField> {
    let sdl = taskhive::graphql::sdl();
    let schema = Schema::parse_and_validate(&sdl, "schema.graphql").unwrap();
    let roots = [
        ("query", &schema.schema_definition.query),
        ("mutation", &schema.schema_definition.mutation),
        ("subscription", &schema.schema_definition.subscription),
    ];
    let mut fields = Vec::new();
    for (kind, root) in roots {
        let object = schema.get_object(root.as_ref().unwrap()).unwrap();
        for (name, field) in &object.fields {
            let words = Words {
                schema: &schema,
                user,
                task,
                new_address,
                field: name.as_str(),
            };
            fields.push(RootField {
                name: name.to_string(),
                kind,
                public: field.directives.has("public"),
                document: format!("{kind} {{ {} }}", words.call(field)),
            });
        }
    }
    fields
}

/// Finds values that make sense for arguments, by their names.
struct Words<'a> {
    schema: &'a Schema,
    user: &'a TestUser,
    task: &'a str,
    new_address: &'a str,
    field: &'a str,
}

impl Words<'_> {
    fn call(&self, field: &FieldDefinition) -> String {
        let required = field
            .arguments
            .iter()
            .filter(|argument| argument.is_required());
        let arguments: Vec<String> = required
            .map(|argument| {
                format!(
                    "{}: {}",
                    argument.name,
                    self.value(&argument.name, &argument.ty)
                )
            })
            .collect();
        let arguments = if arguments.is_empty() {
            String::new()
        } else {
            format!("({})", arguments.join(", "))
        };
        let leaf = matches!(
            self.schema.types.get(field.ty.inner_named_type()),
            Some(ExtendedType::Scalar(_) | ExtendedType::Enum(_))
        );
        format!(
            "{}{arguments}{}",
            field.name,
            if leaf { "" } else { " { __typename }" }
        )
    }

    fn value(&self, name: &str, ty: &Type) -> String {
        if let Some(ExtendedType::InputObject(input)) = self.schema.types.get(ty.inner_named_type())
        {
            let wanted = |name: &str, ty: &Type| {
                ty.is_non_null() || ["title", "refreshToken"].contains(&name)
            };
            let fields: Vec<String> = input
                .fields
                .values()
                .filter(|field| wanted(&field.name, &field.ty))
                .map(|field| format!("{}: {}", field.name, self.value(&field.name, &field.ty)))
                .collect();
            return format!("{{{}}}", fields.join(", "));
        }
        match name {
            "id" => json!(self.task).to_string(),
            "email" if self.field == "register" => json!(self.new_address).to_string(),
            "email" => json!(self.user.email).to_string(),
            "password" => json!(self.user.password).to_string(),
            "refreshToken" => json!(self.user.refresh_token).to_string(),
            "title" => "\"changed without right\"".to_owned(),
            "completed" => "true".to_owned(),
            other => panic!("say in this test what a good value for `{other}` is"),
        }
    }
}

/// What is in a token, and a way to put it together differently.
fn decoded(token: &str, part: usize) -> Value {
    let text = token.split('.').nth(part).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

fn with_header(token: &str, change: (&str, &str), signature: &str) -> String {
    let mut header = decoded(token, 0);
    header[change.0] = json!(change.1);
    let payload = token.split('.').nth(1).unwrap();
    format!(
        "{}.{payload}.{signature}",
        URL_SAFE_NO_PAD.encode(header.to_string())
    )
}

/// Every kind of bad credential: its name, the Authorization header, the reason it is refused for.
async fn bad_credentials(user: &TestUser) -> Vec<(&'static str, Option<String>, &'static str)> {
    let token = user.access_token.as_str();
    let payload = decoded(token, 1);
    let text = |name: &str| payload[name].as_str().unwrap().to_owned();
    let issue = |secrets: &SigningSecrets, issuer: &str, audience: &str, from: i64, to: i64| {
        let issued_at = payload["iat"].as_i64().unwrap();
        let at = |offset: i64| Timestamp::from_millis((issued_at + offset) * 1000);
        let (user, session) = (
            UserId::parse(&text("sub")).unwrap(),
            SessionId::parse(&text("sid")).unwrap(),
        );
        let claims = AccessClaims {
            user,
            session,
            expires_at: at(to),
        };
        let issuer = JwtIssuer::new(secrets, issuer, audience).unwrap();
        let token = issuer.issue_access(&claims, at(from)).unwrap();
        Some(format!("Bearer {}", token.reveal()))
    };
    let (ours, iss, aud) = (signing_secrets(), text("iss"), text("aud"));
    let theirs = SigningSecrets::parse("9fK3nVz7Qw1Rt5Yx8Lc2Bm6Hd4Js0Ga!").unwrap();
    let signature = token.rsplit('.').next().unwrap();
    let forged = format!(
        "{}.{}",
        token.rsplit_once('.').unwrap().0,
        URL_SAFE_NO_PAD.encode([7; 32])
    );
    let ended = user.sign_in_again().await;
    ended.run(LOGOUT, json!({})).await.data();
    let bearer = |token: &str| Some(format!("Bearer {token}"));
    vec![
        ("no token", None, "TOKEN_MISSING"),
        ("garbage", bearer("garbage"), "TOKEN_INVALID"),
        ("empty", Some("Bearer ".to_owned()), "TOKEN_INVALID"),
        (
            "another scheme",
            Some("Basic YWRhOmFkYQ==".to_owned()),
            "TOKEN_INVALID",
        ),
        ("without a scheme", Some(token.to_owned()), "TOKEN_INVALID"),
        ("wrong signature", bearer(&forged), "TOKEN_INVALID"),
        (
            "without a signature",
            bearer(&format!("{}.", token.rsplit_once('.').unwrap().0)),
            "TOKEN_INVALID",
        ),
        (
            "alg none",
            bearer(&with_header(token, ("alg", "none"), "")),
            "TOKEN_INVALID",
        ),
        (
            "alg none, signed",
            bearer(&with_header(token, ("alg", "none"), signature)),
            "TOKEN_INVALID",
        ),
        (
            "alg HS512",
            bearer(&with_header(token, ("alg", "HS512"), signature)),
            "TOKEN_INVALID",
        ),
        (
            "alg RS256",
            bearer(&with_header(token, ("alg", "RS256"), signature)),
            "TOKEN_INVALID",
        ),
        (
            "another type",
            bearer(&with_header(token, ("typ", "JWT"), signature)),
            "TOKEN_INVALID",
        ),
        (
            "another key",
            bearer(&with_header(token, ("kid", "x"), signature)),
            "TOKEN_INVALID",
        ),
        (
            "another secret",
            issue(&theirs, &iss, &aud, 0, 900),
            "TOKEN_INVALID",
        ),
        (
            "expired",
            issue(&ours, &iss, &aud, -3600, -2700),
            "TOKEN_EXPIRED",
        ),
        (
            "not yet valid",
            issue(&ours, &iss, &aud, 3600, 4500),
            "TOKEN_INVALID",
        ),
        (
            "wrong issuer",
            issue(&ours, "elsewhere", &aud, 0, 900),
            "TOKEN_INVALID",
        ),
        (
            "wrong audience",
            issue(&ours, &iss, "elsewhere", 0, 900),
            "TOKEN_INVALID",
        ),
        (
            "a refresh token",
            bearer(&user.refresh_token),
            "TOKEN_INVALID",
        ),
        (
            "an ended session",
            bearer(&ended.access_token),
            "TOKEN_INVALID",
        ),
    ]
}

fn requests(client: &Client, document: &str) -> [(&'static str, RequestBuilder); 4] {
    let post = || client.post().json(&json!({ "query": document }));
    let get = || client.get(&[("query", document)]);
    [
        ("POST", post()),
        ("GET", get()),
        ("POST, SSE", post().header("accept", "text/event-stream")),
        ("GET, SSE", get().header("accept", "text/event-stream")),
    ]
}

/// Everything that a person would notice if something had been done in their name.
async fn state(user: &TestUser) -> Value {
    let query =
        "{ me { id email createdAt } tasks(first: 100, orderBy: OLDEST) { totalCount nodes {
        id title description completed completedAt updatedAt version } } }";
    user.run(query, json!({})).await.data().clone()
}

/// What must come back for a protected field. What a transport cannot carry is refused before anybody is asked who they are.
fn expected(field: &RootField, transport: &str) -> (u16, &'static str) {
    match (field.kind, transport) {
        ("mutation", "GET" | "GET, SSE") => (405, "BAD_REQUEST"),
        ("subscription", "POST" | "GET") => (406, "BAD_REQUEST"),
        _ => (401, "UNAUTHENTICATED"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_protected_runs_without_a_good_token() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let task = ada.create_id("Untouched").await;
    let credentials = bad_credentials(&ada).await;
    let before = state(&ada).await;
    let fields = root_fields(&ada, &task, "eve@example.org");
    let protected: Vec<&RootField> = fields.iter().filter(|field| !field.public).collect();
    assert!(protected.len() >= 11, "the schema was read");
    for field in protected {
        for (name, header, reason) in &credentials {
            for (transport, request) in requests(&app.anonymous(), &field.document) {
                let what = format!("{} with {name} over {transport}", field.name);
                let request = header.iter().fold(request, |request, header| {
                    request.header("authorization", header)
                });
                let reply = Reply::of(request.send().await.unwrap()).await;
                let (status, code) = expected(field, transport);
                reply.assert_refused(status, code, &what);
                if status == 401 {
                    assert_eq!(reply.reason(), *reason, "{what}");
                    let challenge = reply.header("www-authenticate");
                    assert_eq!(
                        challenge.contains("invalid_token"),
                        *reason != "TOKEN_MISSING",
                        "{what}"
                    );
                    assert!(challenge.starts_with("Bearer "), "{what}");
                }
            }
        }
    }
    assert_eq!(state(&ada).await, before, "something was executed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_public_runs_with_any_credential() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    for (number, (name, header, _)) in bad_credentials(&ada).await.into_iter().enumerate() {
        let address = format!("new{number}@example.org");
        let fields = root_fields(&ada.sign_in_again().await, "task", &address);
        let public: Vec<RootField> = fields.into_iter().filter(|field| field.public).collect();
        assert_eq!(public.len(), 3);
        for field in public {
            for (transport, request) in requests(&app.anonymous(), &field.document) {
                let what = format!("{} with {name} over {transport}", field.name);
                // Mutations over GET are refused for everybody; once is enough for those that cannot be repeated.
                if transport.starts_with("GET") || (field.name == "register" && transport != "POST")
                {
                    continue;
                }
                let request = header.iter().fold(request, |request, header| {
                    request.header("authorization", header)
                });
                let reply = Reply::of(request.send().await.unwrap()).await;
                assert!(
                    reply.status == 200 && !reply.text.contains("\"errors\""),
                    "{what}: {}",
                    reply.text
                );
            }
        }
    }
}

/// The guard looks through fragments and ignores conditions, and one protected field makes the whole request protected.
#[tokio::test(flavor = "multi_thread")]
async fn a_protected_field_cannot_be_hidden() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    for document in [
        "{ __typename me { id } }",
        "{ ...F } fragment F on Query { ... { me { id } } }",
        "{ ... on Query { alias: me { id } } }",
        "query($no: Boolean = false) { __typename me @include(if: $no) { id } }",
        "{ __typename me @skip(if: true) { id } }",
        "query A { __typename } query B { me { id } }",
        "{ login: me { id } }",
    ] {
        let name = document.contains("query B").then_some("B");
        let body = json!({"query": document, "operationName": name});
        let reply = app.anonymous().send(app.anonymous().post(), &body).await;
        reply.assert_refused(401, "UNAUTHENTICATED", document);
    }
    let body =
        json!({"query": "query A { __typename } query B { me { id } }", "operationName": "A"});
    app.anonymous()
        .send(app.anonymous().post(), &body)
        .await
        .data();
    // Two Authorization headers are none.
    let twice = app
        .anonymous()
        .post()
        .header("authorization", format!("Bearer {}", ada.access_token));
    let twice = twice.header("authorization", format!("Bearer {}", ada.access_token));
    app.anonymous()
        .send(twice, &json!({"query": ME}))
        .await
        .assert_refused(401, "UNAUTHENTICATED", "twice");
    let lower = app
        .anonymous()
        .post()
        .header("authorization", format!("bearer {}", ada.access_token));
    app.anonymous()
        .send(lower, &json!({"query": ME}))
        .await
        .data();
}
