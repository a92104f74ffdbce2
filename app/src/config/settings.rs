//! The manual of the configuration. `.env.example` and the table in the README are made from it.

use std::fmt::Write;

/// Where the signing secret is kept when `JWT_SECRET` is not set, in the working directory.
pub const SECRET_FILE: &str = "taskhive.secret";

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// The name of its variable.
    pub name: &'static str,
    /// What holds when it is not set. Empty if that is not a value.
    pub default: &'static str,
    /// What it does, for operators.
    pub meaning: &'static str,
}

macro_rules! settings {
    ($($name:literal = $default:literal, $meaning:literal;)*) => {
        /// Every setting, in the order of the manual.
        pub const SETTINGS: &[Setting] = &[$(Setting { name: $name, default: $default, meaning: $meaning }),*];
    };
}

settings! {
    "DATABASE_URL" = "sqlite://taskhive.db", "The database: `sqlite://path`, or `postgres://…` as your provider prints it. `sslmode` (disable to verify-full), `sslrootcert` and `channel_binding` are honoured.";
    "DATABASE_DIRECT_URL" = "", "The same PostgreSQL database without a pooler in between; migrations and live updates between instances need it when `DATABASE_URL` goes through one.";
    "DATABASE_POOL_SIZE" = "20", "Connections to the database, at most; with PostgreSQL at least 3. On SQLite those that read; unless set, as many as there are cores, and 2 at least.";
    "START_WAIT_SECONDS" = "0", "How long to wait at the start for a database that is not there yet. Meanwhile `/health/live` answers 200 and everything else 503.";
    "JWT_SECRET" = "", "What signs tokens, at least 32 bytes: `openssl rand -base64 48`. Several with commas in between: the first signs, all verify. Needed with PostgreSQL; with SQLite the service makes one and keeps it in `taskhive.secret`.";
    "AUTH_JWKS_URL" = "", "Users sign in at an identity provider, such as Better Auth, instead of here: where its public keys are, such as `https://app.example.org/api/auth/jwks`. See `docs/better-auth.md`. Goes with the next two.";
    "AUTH_ISSUER" = "", "What the claim `iss` of its tokens must be, to the letter. With Better Auth: its `baseURL`.";
    "AUTH_AUDIENCE" = "", "What the claim `aud` of its tokens must be or hold. With Better Auth: its `baseURL`, or what the plugin's `jwt.audience` says.";
    "AUTH_ALGORITHMS" = "EdDSA", "How its tokens may be signed: `EdDSA`, `ES256`, `RS256`, with commas in between.";
    "AUTH_SIGN_IN_URL" = "", "The page where people sign in there, such as `https://app.example.org/sign-in`, for clients that show a link: the browser client does.";
    "HOST" = "127.0.0.1", "The address to listen on. `0.0.0.0` is every network the machine is in.";
    "PORT" = "8000", "The port to listen on.";
    "PUBLIC_URL" = "", "How browsers reach the service, such as `https://tasks.example.org`. With https, cookies are Secure and HSTS is sent. Pages of this origin are the service's own, and no others: they alone may use the cookie, and open sockets beside those of `CORS_ORIGINS`. Not set: pages of whatever address a request was sent to.";
    "CORS_ORIGINS" = "", "Origins of browser clients that live elsewhere, with commas in between, such as `http://localhost:3000`.";
    "TRUSTED_PROXIES" = "", "Addresses or networks of your own reverse proxies, with commas in between, such as `10.0.0.0/8`. Their X-Forwarded-For says who a client is; nobody else's does. Without it, everybody behind a proxy counts as one client.";
    "INTROSPECTION" = "public", "Who may look at the schema: `public`, `authenticated` or `off`.";
    "PLAYGROUND" = "on", "Whether `/playground` is there: `on` or `off`.";
    "REGISTRATION" = "open", "Whether everybody may create an account: `open` or `closed`. `taskhive user create` works in either case.";
    "KEEP_DELETIONS_DAYS" = "90", "How long it is remembered that a task was deleted, at least 30 days, so that whoever keeps a copy of their tasks and was away learns of it. Who was away longer fetches everything anew. For the first 30 days, a deleted task can be restored.";
    "METRICS_ADDR" = "", "Where operators find `/metrics` for Prometheus, and `/health/live` and `/health/ready` once more, such as `127.0.0.1:9464`. Not for the public: nobody is asked who they are there. Not set: nowhere.";
    "LOG_FORMAT" = "text", "`text` for people or `json` for machines.";
    "LOG_REQUESTS" = "on", "Whether each operation gets a line in the log, at `info`: `on` or `off`. It says what was asked for, by whom, what came of it and how long it took; no texts.";
    "RUST_LOG" = "info", "Which log lines are written, such as `warn` or `info,taskhive=debug`.";
    "OTEL_EXPORTER_OTLP_ENDPOINT" = "", "A collector of OpenTelemetry that is told of operations, one span each, such as `http://localhost:4318` (OTLP over HTTP, protobuf). Not set: nothing is traced, and tracing costs nothing.";
    "OTEL_EXPORTER_OTLP_HEADERS" = "", "What the collector wants to be sent along, such as a key: `name=value`, several with commas in between.";
    "OTEL_SERVICE_NAME" = "taskhive", "What this service is called in traces.";
    "OTEL_TRACES_SAMPLER" = "parentbased_always_on", "Which operations are traced: `always_on`, `always_off` or `traceidratio`; behind `parentbased_`, a client that is part of a trace decides for its operations.";
    "OTEL_TRACES_SAMPLER_ARG" = "1", "With `traceidratio`, the share of operations that are traced, from 0 to 1.";
    "LIMIT_BODY_BYTES" = "262144", "The longest body of a request.";
    "LIMIT_QUERY_STRING_BYTES" = "8192", "The longest query string of a GET request.";
    "LIMIT_OPERATIONS" = "1000", "Operations under way at the same time; further ones are refused at once. About as many as your database answers in a second.";
    "LIMIT_EXECUTION_SECONDS" = "10", "The longest that one operation takes, from its arrival to the end of its execution.";
    "LIMIT_STATEMENT_SECONDS" = "5", "The longest statement.";
    "LIMIT_POOL_WAIT_SECONDS" = "2", "The longest wait for a connection to the database.";
    "LIMIT_HEADERS_SECONDS" = "10", "How long the headers of a request may take to arrive.";
    "LIMIT_BODY_SECONDS" = "10", "How long the body of a request may take to arrive.";
    "LIMIT_CONNECTIONS" = "10000", "Open connections; further ones wait.";
    "LIMIT_CONNECTIONS_PER_NETWORK" = "1000", "Open connections from one address (IPv6: from one /64); further ones are closed. Not for TRUSTED_PROXIES: name yours there. 0 for no limit.";
    "LIMIT_REQUESTS_PER_MINUTE" = "600000", "Operations from one address a minute, of any kind. 0 switches a limit of rate off, this one and those below.";
    "LIMIT_LOGIN_PER_MINUTE" = "10", "Attempts to sign in from one address a minute. Limits of rate are per instance: a burst of this size, refilled evenly over the period.";
    "LIMIT_REGISTER_PER_HOUR" = "5", "Attempts to create an account from one address an hour.";
    "LIMIT_REFRESH_PER_MINUTE" = "60", "Attempts to refresh tokens from one address a minute.";
    "LIMIT_ACCOUNT_FAILURES" = "10", "Failures to sign in to one account from one address in 15 minutes.";
    "LIMIT_ACCOUNT_FAILURES_PER_HOUR" = "100", "Failures to sign in to one account an hour, wherever they come from.";
    "LIMIT_DOCUMENT_BYTES" = "16384", "The longest GraphQL document.";
    "LIMIT_TOKENS" = "1000", "Tokens in a document.";
    "LIMIT_EXPANDED_FIELDS" = "1000", "Fields in a document, every fragment counted each time it is used.";
    "LIMIT_ALIASES" = "30", "Aliases in a document, counted like fields.";
    "LIMIT_ROOT_FIELDS" = "20", "Root fields of an operation.";
    "LIMIT_MUTATIONS" = "10", "Mutations in an operation.";
    "LIMIT_DIRECTIVES" = "50", "Directives in a document.";
    "LIMIT_DIRECTIVES_PER_FIELD" = "5", "Directives at one place of a document.";
    "LIMIT_DEPTH" = "16", "How deep fields may nest. The standard introspection query nests 15.";
    "LIMIT_COMPLEXITY" = "3000", "Fields that an operation may resolve, where those below a page count once per item asked for.";
    "SHUTDOWN_NOTICE_SECONDS" = "0", "How long everything goes on once the service is told to stop, while `/health/ready` already answers 503: as long as your load balancer needs to notice.";
    "LIMIT_GRACE_SECONDS" = "20", "How long requests may go on once the service is told to stop.";
    "LIMIT_SOCKETS_PER_USER" = "20", "Open sockets and event streams of one user, together.";
    "LIMIT_OPERATIONS_PER_SOCKET" = "20", "Operations that run on one socket at the same time.";
    "LIMIT_MESSAGE_BYTES" = "65536", "The longest message on a socket.";
    "LIMIT_INIT_SECONDS" = "10", "How long a socket may take to say `connection_init`.";
    "LIMIT_SEND_SECONDS" = "10", "How long a client may take to read one message of its socket.";
    "LIMIT_PING_SECONDS" = "25", "How often a socket is asked for a sign of life.";
    "LIMIT_SILENCE_SECONDS" = "60", "A socket that is not heard of for so long is given up.";
}

/// The text of `.env.example`.
#[must_use]
pub fn env_example() -> String {
    let mut text = String::from(
        "# Settings of Taskhive. Nothing is needed to start: copy this file to `.env` and change what you must.\n\
         # Everything here can also be set as an environment variable, which then counts.\n",
    );
    for Setting {
        name,
        default,
        meaning,
    } in SETTINGS
    {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n# {meaning}\n# {name}={default}\n");
    }
    text
}

/// The table of the README.
#[must_use]
pub fn readme_table() -> String {
    let mut text = String::from("| setting | default | what it does |\n|---|---|---|\n");
    for Setting {
        name,
        default,
        meaning,
    } in SETTINGS
    {
        let default = if default.is_empty() {
            String::new()
        } else {
            format!("`{default}`")
        };
        let _ = writeln!(text, "| `{name}` | {default} | {meaning} |");
    }
    text
}
