//! The schema as the library serves it by itself: its own parser, its own validation, its own answers, for tests that hold
//! our way to the same resolvers against it. Not here: admission, the guard, limits and repairs. Nothing serves it.

use std::sync::Arc;

use async_graphql::{Data, Executor, Request, Response};
use futures_util::stream::BoxStream;
use taskhive_domain::Accounts;

use super::{ApiError, ApiSchema, ServerInfo, Services, builder};
use crate::accounts::client::Client;

/// A schema without anything in front of it.
#[derive(Clone)]
pub struct UnguardedSchema {
    schema: ApiSchema,
    accounts: Arc<Accounts>,
}

impl UnguardedSchema {
    pub(crate) fn new(services: Services, accounts: Arc<Accounts>) -> Self {
        let server = ServerInfo::new(services.accounts.offer());
        let schema = builder().data(services).data(server).finish();
        Self { schema, accounts }
    }

    /// What resolvers find of the client in a request: what the pipeline puts there, for whoever holds this access token, or
    /// for somebody unknown without one. Whether the session has ended since is not asked.
    pub async fn client(&self, access_token: Option<&str>) -> async_graphql::Result<Data> {
        let mut client = Client::default();
        if let Some(token) = access_token {
            let authenticated = self.accounts.authenticate(token).await;
            let authenticated = authenticated.map_err(|_| ApiError::token_invalid())?;
            client.identity = Some(authenticated.identity);
        }
        let mut data = Data::default();
        data.insert(client);
        Ok(data)
    }
}

impl Executor for UnguardedSchema {
    async fn execute(&self, request: Request) -> Response {
        self.schema.execute(request).await
    }

    fn execute_stream(
        &self,
        request: Request,
        session_data: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        Executor::execute_stream(&self.schema, request, session_data)
    }
}
