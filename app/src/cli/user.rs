//! `taskhive user …`: accounts from the command line, also while the service runs. Passwords come from standard input, never
//! from an argument: those are in the shell's history and in the list of processes.

use std::io::{BufRead, IsTerminal};

use clap::Subcommand;
use taskhive_domain::user::{EmailAddress, Password, Registration, User};
use taskhive_domain::violation::Violations;
use taskhive_domain::{AccountError, Administration};
use zeroize::Zeroizing;

use super::{StartError, print};

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Create an account, also when registration is closed. Reads the password from standard input.
    Create {
        /// The address to sign in with.
        email: String,
    },
    /// Give somebody another password, and sign them out everywhere. Reads the password from standard input.
    SetPassword {
        /// The address of the account.
        email: String,
    },
    /// Sign somebody out everywhere.
    EndSessions {
        /// The address of the account.
        email: String,
    },
    /// List all accounts, in the order in which they were created.
    List,
}

impl UserCommand {
    /// Whether it makes sense where there is no database yet.
    pub(super) const fn makes_users(&self) -> bool {
        matches!(self, Self::Create { .. })
    }
}

/// How many users are read at a time.
const LIST_BATCH: u32 = 500;

pub(super) async fn run(
    administration: &Administration,
    command: UserCommand,
) -> Result<(), StartError> {
    match command {
        UserCommand::Create { email } => create(administration, &email).await,
        UserCommand::SetPassword { email } => set_password(administration, &email).await,
        UserCommand::EndSessions { email } => {
            let user = find(administration, &email).await?;
            let ended = administration.end_sessions(user.id).await?;
            say(&format!(
                "{} sessions of {} have ended.",
                ended.len(),
                user.id
            ))
        }
        UserCommand::List => list(administration).await,
    }
}

async fn create(administration: &Administration, email: &str) -> Result<(), StartError> {
    let registration = Registration::parse(email, &read_password()?)
        .map_err(|violations| explained(&violations))?;
    match administration.create_user(registration).await {
        Ok(user) => say(&format!("{} was created.", user.id)),
        Err(AccountError::EmailTaken) => {
            Err(StartError("this address already has an account".to_owned()))
        }
        Err(error) => Err(error.into()),
    }
}

async fn set_password(administration: &Administration, email: &str) -> Result<(), StartError> {
    let user = find(administration, email).await?;
    let password =
        Password::parse(&read_password()?).map_err(|violations| explained(&violations))?;
    if !administration.set_password(user.id, &password).await? {
        return Err(no_such_account());
    }
    say(&format!(
        "{} has a new password and is signed out everywhere.",
        user.id
    ))
}

async fn list(administration: &Administration) -> Result<(), StartError> {
    let mut after = None;
    loop {
        let users = administration.users(after, LIST_BATCH).await?;
        let Some(last) = users.last() else {
            return Ok(());
        };
        after = Some(last.id);
        let lines = users
            .iter()
            .map(|user| format!("{}  {}\n", user.id, user.email.as_str()));
        if !print(&lines.collect::<String>())? {
            return Ok(());
        }
    }
}

async fn find(administration: &Administration, email: &str) -> Result<User, StartError> {
    let email = EmailAddress::parse(email).map_err(|violations| explained(&violations))?;
    administration
        .find_user(&email)
        .await?
        .ok_or_else(no_such_account)
}

fn say(sentence: &str) -> Result<(), StartError> {
    print(&format!("{sentence}\n")).map(drop)
}

fn no_such_account() -> StartError {
    StartError("there is no account with this address".to_owned())
}

pub(super) fn explained(violations: &Violations) -> StartError {
    let sentences: Vec<String> = violations
        .as_slice()
        .iter()
        .map(|violation| format!("{} {}", violation.place(), violation.message))
        .collect();
    StartError(sentences.join(" ").trim().to_owned())
}

/// One line. A terminal shows what is typed: the hint says how to avoid that.
fn read_password() -> Result<Zeroizing<String>, StartError> {
    let input = std::io::stdin();
    if input.is_terminal() {
        eprintln!(
            "Type the password and press Enter. It will be visible; to hide it, use: read -rs p; echo \"$p\" | taskhive user …"
        );
    }
    let mut line = Zeroizing::new(String::new());
    input.lock().read_line(&mut line)?;
    let password = line.strip_suffix('\n').map_or(line.as_str(), |line| {
        line.strip_suffix('\r').unwrap_or(line)
    });
    Ok(Zeroizing::new(password.to_owned()))
}
