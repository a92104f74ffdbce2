//! One socket from greeting to close: a single task that reads, runs operations and sends, whichever can go on.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket};
use futures_util::stream::SplitStream;
use futures_util::{FutureExt, StreamExt};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};

use super::SocketEndpoint;
use super::closing::{self, Closing, End};
use super::protocol::{self, ClientMessage, ServerMessage};
use super::running::{self, Answer, Named, RunningOperations};
use super::send_queue::SendQueue;
use crate::accounts::client::Client;
use crate::graphql::{ApiError, ErrorCode};
use crate::http::connection_limits::ConnectionPermit;
use crate::operation::connections::LiveConnection;
use crate::operation::pipeline::OperationRequest;
use crate::operation::request::GraphQlRequest;
use crate::operation::request_error::RequestError;
use crate::operation::response::Response;
use crate::operation::transport::Transport;

/// How long a client may take to answer our close frame.
const LINGER: Duration = Duration::from_secs(2);

/// Serves a socket to its end.
///
/// `_permit` is held until then.
pub(super) async fn serve(
    stream: WebSocket,
    endpoint: Arc<SocketEndpoint>,
    client: Client,
    _permit: Option<ConnectionPermit>,
) {
    let (sink, incoming) = stream.split();
    let mut socket = Socket {
        incoming,
        send_queue: SendQueue::new(sink, endpoint.limits.send),
        operations: RunningOperations::default(),
        endpoint,
        client,
        started: 0,
        heard_at: Instant::now(),
    };
    // Taken before anything is waited for, so that the service waits for this socket in turn.
    let mut shutdown = socket.endpoint.shutdown.participant();
    let end = tokio::select! {
        () = shutdown.begun() => Closing::SHUTDOWN.into(),
        end = socket.run() => end,
    };
    tracing::debug!(
        request_id = socket.client.request_id,
        ?end,
        "a socket ended"
    );
    socket.finish(end).await;
}

struct Socket {
    incoming: SplitStream<WebSocket>,
    send_queue: SendQueue,
    operations: RunningOperations,
    endpoint: Arc<SocketEndpoint>,
    /// Who opened it. Every operation is judged by its credential anew.
    client: Client,
    /// Operations so far, for their request ids.
    started: u64,
    /// When the client last gave a sign of life.
    heard_at: Instant,
}

impl Socket {
    /// Greeting, signing in, conversation. Returns why it is over.
    async fn run(&mut self) -> End {
        let greeted = timeout(self.endpoint.limits.init, self.handshake()).await;
        let greeted = greeted.unwrap_or_else(|_elapsed| Err(Closing::INIT_TOO_LATE.into()));
        if let Err(end) = greeted {
            return end;
        }
        match self.sign_in().await {
            Ok(live) => {
                self.send_queue.push(ServerMessage::ConnectionAck.frame());
                self.run_operations(live).await.err().unwrap_or(End::Lost)
            }
            Err(end) => end,
        }
    }

    /// Waits for `connection_init`.
    async fn handshake(&mut self) -> Result<(), End> {
        loop {
            let (busy, room) = (self.send_queue.is_busy(), self.send_queue.has_room());
            let frame = tokio::select! {
                sent = self.send_queue.progress(), if busy => { sent?; continue }
                frame = self.incoming.next(), if room => frame,
            };
            match self.read(frame)? {
                Some(ClientMessage::ConnectionInit(greeting)) => {
                    self.client.credential =
                        protocol::credential(&greeting, &self.client.credential);
                    return Ok(());
                }
                Some(ClientMessage::Subscribe(..)) => return Err(Closing::NOT_ACKNOWLEDGED.into()),
                Some(ClientMessage::Ping(payload)) => {
                    self.send_queue
                        .push(ServerMessage::Pong { payload }.frame());
                }
                Some(ClientMessage::Pong | ClientMessage::Complete(_)) | None => {}
            }
        }
    }

    /// Nobody is let in without a token: no public operation runs over sockets, so there is nothing an anonymous one could
    /// do, and it would count against nobody's limit. 4403 makes clients come back with a token once they have one.
    async fn sign_in(&mut self) -> Result<LiveConnection, End> {
        let pipeline = &self.endpoint.pipeline;
        let opened = match pipeline.identify(&self.client.credential).await {
            Ok(authenticated) => pipeline.open(authenticated),
            Err(error) => Err(error),
        };
        opened.map_err(|error| {
            let response = Response::refused(error, &self.client.request_id);
            End::refused(response.status)
        })
    }

    /// Everything after the greeting.
    async fn run_operations(&mut self, mut live: LiveConnection) -> Result<(), End> {
        let limits = self.endpoint.limits;
        let mut ping = interval_at(Instant::now() + limits.ping, limits.ping);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.heard_at = Instant::now();
        loop {
            let (busy, room) = (self.send_queue.is_busy(), self.send_queue.has_room());
            let idle = self.operations.is_idle();
            let beginning = self.operations.is_beginning();
            tokio::select! {
                ending = live.over() => {
                    self.pass_on_what_is_ready();
                    return Err(ending.into());
                }
                sent = self.send_queue.progress(), if busy => sent?,
                Some(named) = self.operations.next(), if room && !idle => self.pass_on(named),
                frame = self.incoming.next(), if room && !beginning => {
                    let message = self.read(frame)?;
                    self.handle(message)?;
                }
                _ = ping.tick(), if room => self.send_queue.push(Message::Ping(Bytes::new())),
                // Without room nothing is read, and what counts is whether anything can be sent.
                () = sleep_until(self.heard_at + limits.silence), if room => return Err(End::Lost),
            }
        }
    }

    /// What a frame says; `None` if it says nothing that concerns the protocol.
    fn read(
        &mut self,
        frame: Option<Result<Message, axum::Error>>,
    ) -> Result<Option<ClientMessage>, End> {
        self.heard_at = Instant::now();
        match frame {
            None => Err(End::Lost),
            Some(Err(error)) => Err(closing::of_read_error(error)),
            Some(Ok(Message::Close(_))) => Err(End::Left),
            // The layer below has answered pings already.
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
            Some(Ok(message)) if self.is_too_long(&message) => {
                Err(Closing::MESSAGE_TOO_LONG.into())
            }
            Some(Ok(Message::Binary(_))) => Err(Closing::NOT_A_MESSAGE.into()),
            Some(Ok(Message::Text(text))) => ClientMessage::read(text.as_str())
                .map(Some)
                .ok_or_else(|| Closing::NOT_A_MESSAGE.into()),
        }
    }

    fn is_too_long(&self, message: &Message) -> bool {
        let length = match message {
            Message::Text(text) => text.len(),
            Message::Binary(bytes) => bytes.len(),
            _ => 0,
        };
        length > self.endpoint.limits.message_bytes
    }

    fn handle(&mut self, message: Option<ClientMessage>) -> Result<(), End> {
        match message {
            Some(ClientMessage::Subscribe(id, request)) => self.start(id, request),
            Some(ClientMessage::Complete(id)) => {
                self.operations.cancel(&id);
                Ok(())
            }
            Some(ClientMessage::Ping(payload)) => {
                self.send_queue
                    .push(ServerMessage::Pong { payload }.frame());
                Ok(())
            }
            Some(ClientMessage::Pong) | None => Ok(()),
            Some(ClientMessage::ConnectionInit(_)) => Err(Closing::SECOND_INIT.into()),
        }
    }

    fn start(&mut self, id: String, request: GraphQlRequest) -> Result<(), End> {
        if self.operations.contains(&id) {
            return Err(Closing::ID_IN_USE.into());
        }
        self.started += 1;
        let request_id = format!("{}.{}", self.client.request_id, self.started);
        let most = self.endpoint.limits.operations;
        if self.operations.count() >= most {
            let message = format!("At most {most} operations run on a socket. Complete one first.");
            let error = ApiError::new(ErrorCode::RateLimited, None, &message);
            let refused = Response::refused(RequestError::too_many(error), &request_id);
            self.pass_on((id.into(), Answer::Error(refused)));
            return Ok(());
        }
        let operation = OperationRequest {
            request,
            transport: Transport::Socket,
            client: Client {
                request_id,
                ..self.client.clone()
            },
        };
        let answers = running::run(Arc::clone(&self.endpoint.pipeline), operation);
        if let Some(first) = self.operations.start(id, answers) {
            self.pass_on(first);
        }
        Ok(())
    }

    fn pass_on(&mut self, (id, answer): Named) {
        let id = id.as_ref();
        let message = match &answer {
            Answer::Next(payload) => ServerMessage::Next { id, payload },
            Answer::Error(refused) => ServerMessage::Error {
                id,
                payload: &refused.content.errors,
            },
            Answer::Complete => ServerMessage::Complete { id },
            Answer::Begun => return,
        };
        self.send_queue.push(message.frame());
    }

    /// The answer to the operation that ended the session, above all.
    fn pass_on_what_is_ready(&mut self) {
        while self.send_queue.has_room()
            && let Some(Some(named)) = self.operations.next().now_or_never()
        {
            self.pass_on(named);
        }
    }

    /// Says why, and waits a moment until the client has read it: bytes of its that nobody reads would make the operating
    /// system throw away our last words together with the connection.
    async fn finish(mut self, end: End) {
        let read_on = match end {
            End::Lost => return,
            End::Left => true,
            End::Close(closing) => self.send_queue.close(closing).await && closing.readable,
        };
        drop(self.operations);
        if read_on {
            let rest = async { while let Some(Ok(_)) = self.incoming.next().await {} };
            // Whoever does not answer is not waited for.
            let _ = timeout(LINGER, rest).await;
        } else {
            tokio::time::sleep(LINGER).await;
        }
    }
}
