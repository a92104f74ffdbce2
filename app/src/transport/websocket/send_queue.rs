//! What waits to be sent on a socket. Its room is bounded: while it is full, nothing is read and no operation goes on, so a
//! client that does not read slows down nobody but itself.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use futures_util::SinkExt;
use futures_util::stream::SplitSink;
use tokio::time::{Instant, timeout, timeout_at};

use super::closing::{Closing, End};

/// Full beyond so many messages, or so many bytes. One message may be longer: an answer is as long as it is.
const ROOM_MESSAGES: usize = 16;
const ROOM_BYTES: usize = 256 * 1024;

/// How long a close frame may take to be sent.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);

/// Messages on their way to a client.
pub(super) struct SendQueue {
    sink: SplitSink<WebSocket, Message>,
    waiting: VecDeque<Message>,
    bytes: usize,
    /// Whether the layers below still hold something back.
    unflushed: bool,
    /// When the client last took something, or had nothing to take.
    progressed_at: Instant,
    patience: Duration,
}

impl SendQueue {
    /// `patience` is how long one message may take.
    pub(super) fn new(sink: SplitSink<WebSocket, Message>, patience: Duration) -> Self {
        Self {
            sink,
            waiting: VecDeque::new(),
            bytes: 0,
            unflushed: false,
            progressed_at: Instant::now(),
            patience,
        }
    }

    /// Whether anything waits to be sent.
    pub(super) fn is_busy(&self) -> bool {
        self.unflushed || !self.waiting.is_empty()
    }

    /// Whether another message may be added.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.len() < ROOM_MESSAGES && self.bytes < ROOM_BYTES
    }

    pub(super) fn push(&mut self, message: Message) {
        if !self.is_busy() {
            self.progressed_at = Instant::now();
        }
        self.bytes += length(&message);
        self.waiting.push_back(message);
    }

    /// Takes one step of sending. May be dropped before it is done and called again: nothing is lost.
    pub(super) async fn progress(&mut self) -> Result<(), End> {
        let until = self.progressed_at + self.patience;
        match timeout_at(until, self.step()).await {
            Ok(Ok(())) => {
                self.progressed_at = Instant::now();
                Ok(())
            }
            Ok(Err(_)) => Err(End::Lost),
            // Nobody reads, so nobody would read why.
            Err(_elapsed) => Err(End::Lost),
        }
    }

    async fn step(&mut self) -> Result<(), axum::Error> {
        if self.waiting.is_empty() {
            self.sink.flush().await?;
            self.unflushed = false;
            return Ok(());
        }
        poll_fn(|cx| self.sink.poll_ready_unpin(cx)).await?;
        if let Some(message) = self.waiting.pop_front() {
            self.bytes -= length(&message);
            self.unflushed = true;
            self.sink.start_send_unpin(message)?;
        }
        Ok(())
    }

    /// Says good-bye after everything that still waits. Whether it was handed over in time; whether it arrives nobody can
    /// promise.
    pub(super) async fn close(&mut self, closing: Closing) -> bool {
        self.waiting.push_back(closing.frame());
        let all = async {
            while self.is_busy() {
                self.step().await?;
            }
            Ok::<(), axum::Error>(())
        };
        matches!(timeout(CLOSE_WITHIN, all).await, Ok(Ok(())))
    }
}

fn length(message: &Message) -> usize {
    match message {
        Message::Text(text) => text.len(),
        Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
        Message::Close(_) => 0,
    }
}
