//! The command line: `taskhive` alone serves.

mod backup;
mod database;
mod doctor;
mod healthcheck;
mod transfer;
mod user;

use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use taskhive_adapters::error_chain;
use taskhive_adapters::jwt::SigningSecrets;
use taskhive_domain::Administration;

use crate::config::settings::{self, SECRET_FILE};
use crate::config::{Config, Vars};
use crate::http::cells::Cells;
use crate::http::static_files;
use crate::transport::starting;
use crate::wiring::App;
use crate::{graphql, process, secret_file, telemetry, wiring};
use user::UserCommand;

/// A task service with a GraphQL API. Without a command it serves.
#[derive(Debug, Parser)]
#[command(name = "taskhive", version)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (the default).
    Serve {
        /// Leave the tables as they are; do not start if they are not up to date.
        #[arg(long)]
        no_migrate: bool,
    },
    /// Bring the database up to date, and stop.
    Migrate {
        /// Change nothing; end with code 1 if there is something to do.
        #[arg(long)]
        check: bool,
    },
    /// Ask the running service whether it is ready. Ends with code 0 if it is, and with 1 if not.
    Healthcheck,
    /// Look at settings, secret and database, and say what to do about what is wrong. Changes nothing; ends with code 1 if
    /// anything is wrong.
    Doctor,
    /// Copy a SQLite database into a file, while the service runs.
    Backup {
        /// The copy; it must not exist yet.
        file: PathBuf,
    },
    /// Write accounts and their tasks to standard output, as lines of JSON. Password hashes are among them.
    Export {
        /// Only the account with this address.
        #[arg(long)]
        account: Option<String>,
    },
    /// Store the accounts and tasks of an export that are not there yet. Can be repeated.
    Import {
        /// What `export` wrote.
        file: PathBuf,
    },
    /// Print the GraphQL schema.
    Schema,
    /// Print the settings as a `.env` file.
    Settings {
        /// As a table in Markdown.
        #[arg(long)]
        markdown: bool,
    },
    /// Look after accounts.
    #[command(subcommand)]
    User(UserCommand),
}

/// A reason not to start, in words for operators. The process ends with code 2.
#[derive(Debug)]
struct StartError(String);

impl<E: std::error::Error> From<E> for StartError {
    fn from(error: E) -> Self {
        Self(error_chain(&error))
    }
}

/// Runs one command to its end. `environment` counts over what the `.env` file says.
pub async fn run(arguments: Arguments, environment: Vars) -> ExitCode {
    let serve_by_default = Command::Serve { no_migrate: false };
    let command = arguments.command.unwrap_or(serve_by_default);
    let outcome = execute(command, environment).await;
    telemetry::finish();
    match outcome {
        Ok(code) => code,
        Err(StartError(message)) => {
            eprintln!("taskhive: {message}");
            ExitCode::from(2)
        }
    }
}

async fn execute(command: Command, environment: Vars) -> Result<ExitCode, StartError> {
    process::survive_the_limit_of_file_sizes()?;
    match command {
        Command::Serve { no_migrate } => serve(environment, no_migrate).await.map(well),
        Command::Migrate { check: false } => migrate(environment).await.map(well),
        Command::Migrate { check: true } => nothing_to_migrate(environment).await,
        Command::Healthcheck => healthcheck::run(environment).await,
        Command::Doctor => doctor::run(environment).await,
        Command::Backup { file } => backup::run(environment, &file).await.map(well),
        Command::Export { account } => transfer::export(environment, account.as_deref())
            .await
            .map(well),
        Command::Import { file } => transfer::import(environment, &file).await.map(well),
        Command::Schema => print(&graphql::sdl()).map(well),
        Command::User(command) => manage_users(environment, command).await.map(well),
        Command::Settings { markdown: true } => print(&settings::readme_table()).map(well),
        Command::Settings { markdown: false } => print(&settings::env_example()).map(well),
    }
}

/// The code of a command that has done what it should.
fn well<T>(_done: T) -> ExitCode {
    ExitCode::SUCCESS
}

/// The code of a command that answers a question: 0 for yes, 1 for no.
fn answer(yes: bool) -> ExitCode {
    ExitCode::from(u8::from(!yes))
}

/// Says whether somebody still reads. Whoever reads only the beginning, as `head` does, has got what they wanted.
fn print(text: &str) -> Result<bool, StartError> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn serve(environment: Vars, no_migrate: bool) -> Result<(), StartError> {
    let mut config = configure(environment)?;
    let cells = Cells::start(cells_for(&config))?;
    config.store.runtimes = cells.count();
    let secrets = match &config.jwt_secret {
        Some(_) => None,
        None => Some(secret_file::load_or_make(Path::new(SECRET_FILE))?),
    };
    let secrets: &SigningSecrets = config
        .jwt_secret
        .as_ref()
        .or(secrets.as_ref())
        .ok_or_else(|| StartError("there is no signing secret".to_owned()))?;
    process::make_room_for(config.descriptors());
    // First, because it is quick, and what comes next may change the database for good.
    let (listener, for_operators) = listen(&config).await?;
    let listeners = [Some(&listener), for_operators.as_ref()];
    let mut stop = pin!(process::stop_signal()?);
    let prepared = tokio::select! {
        prepared = starting::meanwhile(listeners, database::prepare(&config, no_migrate)) => prepared?,
        () = &mut stop => return Ok(()),
    };
    let app = wiring::build(&config, &prepared.backend, secrets)?;
    tokio::select! {
        () = starting::meanwhile(listeners, app.fetch_ended_sessions()) => {}
        () = &mut stop => return Ok(()),
    }
    tokio::spawn(clean_up(wiring::administration(
        &config,
        &prepared.backend,
    )?));
    announce_address(&config, &listener)?;
    let operators = match for_operators {
        Some(listener) => Some(serve_operators(&app, listener)?),
        None => None,
    };
    app.serve(listener, cells, stop).await;
    drop(operators);
    prepared.backend.close().await;
    drop(prepared.claim);
    tracing::info!("stopped");
    Ok(())
}

/// For clients, and for operators if they have one of their own.
async fn listen(config: &Config) -> Result<(TcpListener, Option<TcpListener>), StartError> {
    let clients = bind(config.listen, "HOST or PORT").await?;
    let operators = match config.metrics {
        Some(address) => Some(bind(address, "METRICS_ADDR to another address").await?),
        None => None,
    };
    Ok((clients, operators))
}

async fn bind(address: SocketAddr, setting: &str) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|error| {
        StartError(format!(
            "{address} cannot be listened on: {error}. Set {setting}"
        ))
    })
}

fn announce_address(config: &Config, listener: &TcpListener) -> Result<(), StartError> {
    let address = listener.local_addr()?;
    let playground = if config.playground {
        format!("; the playground is at http://{address}/playground")
    } else {
        String::new()
    };
    tracing::info!("listening on http://{address}{playground}");
    if !static_files::has_web_client() {
        tracing::info!(
            "built without the browser client: with Node, `make run` builds it and puts it in"
        );
    }
    Ok(())
}

/// One for each core, unless there are so few connections to the database that some cells would not have one
/// for each use.
fn cells_for(config: &Config) -> usize {
    wiring::cores().min(config.store.pool_size / 3).max(1)
}

/// Answers operators until what is returned is dropped.
fn serve_operators(app: &App, listener: TcpListener) -> Result<JoinSet<()>, StartError> {
    tracing::info!("metrics are at http://{}/metrics", listener.local_addr()?);
    let mut serving = JoinSet::new();
    serving.spawn(app.serve_operators(listener));
    Ok(serving)
}

/// Removes what expired, now and every hour. Instances that do so at the same time are in nobody's way: a batch is small.
async fn clean_up(administration: Administration) {
    let mut every_hour = tokio::time::interval(Duration::from_hours(1));
    loop {
        every_hour.tick().await;
        match administration.remove_expired().await {
            Ok(0) => {}
            Ok(removed) => tracing::debug!(
                removed,
                "expired sessions and deleted tasks were cleared away"
            ),
            Err(error) => tracing::warn!(
                cause = error_chain(&error),
                "expired sessions and deleted tasks could not be cleared away"
            ),
        }
    }
}

async fn migrate(environment: Vars) -> Result<(), StartError> {
    let config = configure(environment)?;
    database::open_migrated(&config).await.map(drop)
}

/// Prints what is pending, one version a line.
async fn nothing_to_migrate(environment: Vars) -> Result<ExitCode, StartError> {
    let config = configure(environment)?;
    let schema = database::schema(&config).await?;
    for version in &schema.pending {
        print(&format!("{version}\n"))?;
    }
    Ok(answer(schema.pending.is_empty()))
}

async fn manage_users(environment: Vars, command: UserCommand) -> Result<(), StartError> {
    let config = configure(environment)?;
    if !command.makes_users() {
        database::must_exist(&config)?;
    }
    let backend = database::open_migrated(&config).await?;
    user::run(&wiring::administration(&config, &backend)?, command).await
}

/// Reads the configuration and starts the log.
fn configure(environment: Vars) -> Result<Config, StartError> {
    let config = Config::from_vars(&with_env_file(environment)?)?;
    telemetry::start(config.log_format, &config.log_filter)?;
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    Ok(config)
}

/// The variables of `.env` in the working directory, under those of the environment.
fn with_env_file(environment: Vars) -> Result<Vars, StartError> {
    let mut vars = match dotenvy::from_filename_iter(".env") {
        Ok(entries) => entries
            .collect::<Result<BTreeMap<_, _>, _>>()
            .map_err(|_| {
                StartError("the file .env has a line that is not NAME=value".to_owned())
            })?,
        Err(dotenvy::Error::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            BTreeMap::new()
        }
        Err(_) => return Err(StartError("the file .env cannot be read".to_owned())),
    };
    vars.extend(environment);
    Ok(vars)
}
