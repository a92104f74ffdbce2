//! Whether what is between this process and the server carries prepared statements along. A pooler that lends a server for one
//! transaction and does not (PgBouncer before 1.21, or with `max_prepared_statements=0`) lets everything work that happens
//! to meet the right server, and nothing else.

use std::time::Duration;

use diesel::ConnectionError;
use taskhive_domain::ports::{InfraError, InfraErrorKind};
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error};

use super::Database;
use crate::error_chain;
use crate::store::errors;

/// How long one step may take. A pooler with a single server lets the second client wait for the first one; where there is
/// but one server, none can be the wrong one.
const STEP: Duration = Duration::from_secs(1);
const TRANSACTIONS: usize = 3;

impl Database {
    /// Fails if statements are forgotten between transactions.
    pub(crate) async fn check_pooler(&self) -> Result<(), InfraError> {
        let connect = async || {
            let unavailable = |error: ConnectionError| errors::unavailable(error_chain(&error));
            self.connector.connect_driver().await.map_err(unavailable)
        };
        let (client, other) = (connect().await?, connect().await?);
        match are_forgotten(&client, &other).await {
            Ok(false) => Ok(()),
            Ok(true) => Err(InfraError::bare(
                InfraErrorKind::Broken,
                "the pooler does not carry prepared statements along: use PgBouncer 1.21 or newer with max_prepared_statements above 0, \
                 its session mode, or the server itself",
            )),
            Err(error) => Err(errors::unavailable(error_chain(&error))),
        }
    }
}

/// Before each transaction of the first client, the second one takes away the server that it had.
async fn are_forgotten(client: &Client, other: &Client) -> Result<bool, Error> {
    let statement = match client.prepare("SELECT 1").await {
        Err(error) if is_about_a_statement(&error) => return Ok(true),
        prepared => prepared?,
    };
    for _ in 0..TRANSACTIONS {
        let Ok(begun) = timeout(STEP, other.batch_execute("BEGIN")).await else {
            return Ok(false);
        };
        begun?;
        match timeout(STEP, client.query(&statement, &[])).await {
            Ok(Err(error)) if is_about_a_statement(&error) => return Ok(true),
            Ok(answer) => drop(answer?),
            Err(_) => return Ok(false),
        }
        other.batch_execute("ROLLBACK").await?;
    }
    Ok(false)
}

/// It is not there, or it is there already: the driver counts, so other processes give the same names.
fn is_about_a_statement(error: &Error) -> bool {
    let about = [
        SqlState::INVALID_SQL_STATEMENT_NAME,
        SqlState::DUPLICATE_PSTATEMENT,
    ];
    error.code().is_some_and(|code| about.contains(code))
}
