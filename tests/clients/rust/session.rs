//! Who is signed in: runs operations with an access token, and refreshes it when it has expired.

use std::time::Duration;
use std::{error, fmt};

use graphql_client::{GraphQLQuery, Response};
use tokio::sync::Mutex;

use super::operations::{Login, Refresh, login, refresh};

pub(crate) struct Session {
    pub(crate) http: reqwest::Client,
    pub(crate) url: String,
    pub(crate) tokens: Mutex<Tokens>,
}

pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: Option<String>,
}

#[derive(Debug)]
pub(crate) enum Failed {
    Network(reqwest::Error),
    Refused(Vec<graphql_client::Error>),
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(error) => write!(f, "The service cannot be reached: {error}"),
            Self::Refused(errors) => errors
                .iter()
                .try_for_each(|error| f.write_str(&error.message)),
        }
    }
}

impl error::Error for Failed {}

impl Session {
    pub(crate) async fn sign_in(url: &str, email: &str, password: &str) -> Result<Self, Failed> {
        // Without it, a request that gets lost is waited for for ever. Live updates say something every 15 s.
        let http = reqwest::Client::builder().read_timeout(Duration::from_secs(30));
        let http = http.build().map_err(Failed::Network)?;
        let input = login::LoginInput {
            email: email.to_owned(),
            password: password.to_owned(),
            delivery: None,
        };
        let answer = send::<Login>(&http, url, None, login::Variables { input }).await?;
        let login = data(answer)?.login;
        Ok(Self {
            http,
            url: url.to_owned(),
            tokens: Mutex::new(Tokens {
                access: login.access_token,
                refresh: login.refresh_token,
            }),
        })
    }

    pub(crate) async fn run<Q>(&self, variables: Q::Variables) -> Result<Q::ResponseData, Failed>
    where
        Q: GraphQLQuery<Variables: Clone>,
    {
        let used = self.tokens.lock().await.access.clone();
        let (http, url) = (&self.http, self.url.as_str());
        let answer = send::<Q>(http, url, Some(&used), variables.clone()).await?;
        if !says_expired(&answer) {
            return data(answer);
        }
        let fresh = self.refresh(&used).await?;
        data(send::<Q>(http, url, Some(&fresh), variables).await?)
    }

    /// Replaces an access token that has expired. However many ask, there is one request: the others wait at the lock.
    pub(crate) async fn refresh(&self, expired: &str) -> Result<String, Failed> {
        let mut tokens = self.tokens.lock().await;
        if tokens.access == expired {
            let refresh_token = tokens.refresh.clone();
            let input = refresh::RefreshTokenInput { refresh_token };
            let variables = refresh::Variables { input };
            let answer = send::<Refresh>(&self.http, &self.url, None, variables).await?;
            let fresh = data(answer)?.refresh_token;
            tokens.access = fresh.access_token;
            tokens.refresh = fresh.refresh_token;
        }
        Ok(tokens.access.clone())
    }
}

async fn send<Q: GraphQLQuery>(
    http: &reqwest::Client,
    url: &str,
    token: Option<&str>,
    variables: Q::Variables,
) -> Result<Response<Q::ResponseData>, Failed> {
    let mut request = http.post(url).json(&Q::build_query(variables));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.map_err(Failed::Network)?;
    answer.json().await.map_err(Failed::Network)
}

pub(crate) fn data<D>(answer: Response<D>) -> Result<D, Failed> {
    match answer.data {
        Some(data) if answer.errors.is_none() => Ok(data),
        _ => Err(Failed::Refused(answer.errors.unwrap_or_default())),
    }
}

/// Nothing was executed then, so repeating is safe. Any other reason is no reason to refresh.
pub(crate) fn says_expired<D>(answer: &Response<D>) -> bool {
    let errors = answer.errors.iter().flatten();
    let mut extensions = errors.filter_map(|error| error.extensions.as_ref());
    extensions.any(|extensions| {
        extensions.get("reason").and_then(|reason| reason.as_str()) == Some("TOKEN_EXPIRED")
    })
}
