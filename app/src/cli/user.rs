//! `taskhive user …`: accounts from the command line, also while the service runs. Passwords come from standard input, never
//! from an argument: those are in the shell's history and in the list of processes.

use std::io::{BufRead, IsTerminal, Write};

use clap::Subcommand;
use taskhive_domain::user::{EmailAddress, Password, Registration, User};
use taskhive_domain::violation::Violations;
use taskhive_domain::{AccountError, Operations};
use zeroize::Zeroizing;

use super::StartError;

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Create an account, also when registration is closed. Reads the password from standard input.
    Create {
        /// The address to sign in with.
        email: String,
    },
    /// Give somebody another password, and sign them out everywhere. Reads the password from standard input.
    SetPassword {
        /// Whose.
        email: String,
    },
    /// Sign somebody out everywhere.
    EndSessions {
        /// Whom.
        email: String,
    },
    /// List all accounts, in the order in which they were created.
    List,
}

/// How many users are read at a time.
const LIST_BATCH: u32 = 500;

pub(super) async fn run(operations: &Operations, command: UserCommand) -> Result<(), StartError> {
    match command {
        UserCommand::Create { email } => create(operations, &email).await,
        UserCommand::SetPassword { email } => set_password(operations, &email).await,
        UserCommand::EndSessions { email } => {
            let user = find(operations, &email).await?;
            let ended = operations.end_sessions(user.id).await?;
            println!("{} sessions of {} have ended.", ended.len(), user.id);
            Ok(())
        }
        UserCommand::List => list(operations).await,
    }
}

async fn create(operations: &Operations, email: &str) -> Result<(), StartError> {
    let registration = Registration::parse(email, &read_password()?)
        .map_err(|violations| explained(&violations))?;
    match operations.create_user(registration).await {
        Ok(user) => println!("{} was created.", user.id),
        Err(AccountError::EmailTaken) => {
            return Err(StartError("this address already has an account".to_owned()));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

async fn set_password(operations: &Operations, email: &str) -> Result<(), StartError> {
    let user = find(operations, email).await?;
    let password =
        Password::parse(&read_password()?).map_err(|violations| explained(&violations))?;
    if !operations.set_password(user.id, &password).await? {
        return Err(no_such_account());
    }
    println!(
        "{} has a new password and is signed out everywhere.",
        user.id
    );
    Ok(())
}

async fn list(operations: &Operations) -> Result<(), StartError> {
    let mut after = None;
    loop {
        let users = operations.users(after, LIST_BATCH).await?;
        let mut out = std::io::stdout().lock();
        for user in &users {
            writeln!(out, "{}  {}", user.id, user.email.as_str())?;
        }
        match users.last() {
            Some(last) => after = Some(last.id),
            None => return Ok(()),
        }
    }
}

async fn find(operations: &Operations, email: &str) -> Result<User, StartError> {
    let email = EmailAddress::parse(email).map_err(|violations| explained(&violations))?;
    operations
        .find_user(&email)
        .await?
        .ok_or_else(no_such_account)
}

fn no_such_account() -> StartError {
    StartError("there is no account with this address".to_owned())
}

fn explained(violations: &Violations) -> StartError {
    let sentences: Vec<String> = violations
        .as_slice()
        .iter()
        .map(|violation| format!("{} {}", violation.path.join("."), violation.message))
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
