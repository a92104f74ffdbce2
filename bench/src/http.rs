//! As much of HTTP/1.1 as a client needs that knows its servers: kept connections, answers with `Content-Length`.

use std::io::Write;

use taskhive_bench::Failure;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One kept connection.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    filled: usize,
}

/// What came back, whatever it is.
pub(crate) struct Answer<'a> {
    /// The status line and the headers, as sent.
    pub(crate) head: &'a [u8],
    pub(crate) body: &'a [u8],
}

impl Connection {
    pub(crate) async fn open(port: u16) -> Result<Self, Failure> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            received: vec![0; 128 * 1024],
            filled: 0,
        })
    }

    /// Sends a whole request and returns the body of the answer, which must be a 200.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<&[u8], Failure> {
        let Answer { head, body } = self.answer(request).await?;
        if head.starts_with(b"HTTP/1.1 200") {
            return Ok(body);
        }
        Err(shown("not a 200", &[head, body].concat()))
    }

    /// Sends a whole request and returns the answer.
    pub(crate) async fn answer(&mut self, request: &[u8]) -> Result<Answer<'_>, Failure> {
        self.stream.write_all(request).await?;
        self.filled = 0;
        let head = loop {
            let from = self.filled.saturating_sub(3);
            self.read().await?;
            let new = &self.received[from..self.filled];
            if let Some(at) = new.windows(4).position(|four| four == b"\r\n\r\n") {
                break from + at + 4;
            }
        };
        let length = head_says(&self.received[..head])?;
        while self.filled < head + length {
            self.read().await?;
        }
        let (head, body) = self.received[..head + length].split_at(head);
        Ok(Answer { head, body })
    }

    async fn read(&mut self) -> Result<(), Failure> {
        if self.filled == self.received.len() {
            self.received.resize(self.filled * 2, 0);
        }
        match self.stream.read(&mut self.received[self.filled..]).await? {
            0 => Err("a server closed a connection".into()),
            read => {
                self.filled += read;
                Ok(())
            }
        }
    }
}

/// The length of the body.
fn head_says(head: &[u8]) -> Result<usize, Failure> {
    const NAME: &[u8] = b"content-length:";
    head.split(|byte| *byte == b'\n')
        .find(|line| {
            line.get(..NAME.len())
                .is_some_and(|name| name.eq_ignore_ascii_case(NAME))
        })
        .and_then(|line| {
            std::str::from_utf8(&line[NAME.len()..])
                .ok()?
                .trim()
                .parse()
                .ok()
        })
        .ok_or_else(|| shown("no Content-Length", head))
}

/// What went wrong, and the beginning of what came.
pub(crate) fn shown(what: &str, answer: &[u8]) -> Failure {
    let beginning = String::from_utf8_lossy(answer.get(..400).unwrap_or(answer));
    format!("{what}: {beginning}").into()
}

/// Writes a request into `out`, in place of what was there.
pub(crate) fn write_request(
    out: &mut Vec<u8>,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: &str,
) {
    out.clear();
    // Writing into memory cannot fail.
    let _ = write!(
        out,
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n"
    );
    if let Some(token) = token {
        let _ = write!(out, "authorization: Bearer {token}\r\n");
    }
    if method == "POST" {
        let _ = write!(
            out,
            "content-type: application/json\r\ncontent-length: {}\r\n",
            body.len()
        );
    }
    let _ = write!(out, "\r\n{body}");
}
