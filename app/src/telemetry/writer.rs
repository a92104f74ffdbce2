//! Writes log lines from a thread of its own. Whoever logs copies the line behind those that wait and goes on; the thread
//! takes all of them at once. A thread that is woken up for each line, as tracing-appender's is, costs a request more than
//! the line itself.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How long lines may wait for others, so that one call of the system writes many.
const GATHERING: Duration = Duration::from_millis(20);

/// Bytes that wait for a slow reader of the log: some 16,000 lines. Further lines are lost, and counted.
const ROOM: usize = 4 << 20;

/// The lines that wait. Copies are the same one.
#[derive(Clone, Default)]
pub(super) struct Lines(Arc<Shared>);

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    /// There is something to write, or it is time to end.
    work: Condvar,
    /// The thread has written everything and ended.
    done: Condvar,
    lost: AtomicU64,
}

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    end: bool,
    ended: bool,
}

impl Lines {
    /// Starts the thread.
    pub(super) fn written_to(target: impl Write + Send + 'static) -> io::Result<Self> {
        let lines = Self::default();
        let shared = Arc::clone(&lines.0);
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || shared.write_all(target))?;
        Ok(lines)
    }

    /// How many lines were lost, because too many waited or because they could not be written.
    pub(super) fn lost(&self) -> u64 {
        self.0.lost.load(Ordering::Relaxed)
    }

    /// Takes a whole line, or some.
    pub(super) fn push(&self, line: &[u8]) {
        self.0.push(line);
    }

    /// Waits until the lines so far are written, `limit` at most. Later ones are lost.
    pub(super) fn finish(&self, limit: Duration) {
        let mut waiting = self.0.waiting();
        waiting.end = true;
        self.0.work.notify_one();
        let ended = |waiting: &mut Waiting| !waiting.ended;
        let outcome = self.0.done.wait_timeout_while(waiting, limit, ended);
        drop(outcome.unwrap_or_else(PoisonError::into_inner));
    }
}

impl Shared {
    /// No step under this lock leaves half a line.
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, line: &[u8]) {
        let mut waiting = self.waiting();
        if waiting.end || waiting.bytes.len() + line.len() > ROOM {
            drop(waiting);
            self.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let (before, after) = (waiting.bytes.len(), waiting.bytes.len() + line.len());
        waiting.bytes.extend_from_slice(line);
        drop(waiting);
        // It sleeps when there is nothing, and hurries when there is much; else it comes by itself.
        if before == 0 || (before < ROOM / 2 && after >= ROOM / 2) {
            self.work.notify_one();
        }
    }

    fn write_all(&self, mut target: impl Write) {
        let mut taken = Vec::new();
        while self.take(&mut taken) {
            if target
                .write_all(&taken)
                .and_then(|()| target.flush())
                .is_err()
            {
                // There is nowhere left to say so but the count.
                let lines = taken.split(|byte| *byte == b'\n').count() - 1;
                self.lost.fetch_add(lines as u64, Ordering::Relaxed);
            }
        }
        self.waiting().ended = true;
        self.done.notify_all();
    }

    /// Exchanges what was written for what waits, after some time; false when there will be nothing any more.
    fn take(&self, taken: &mut Vec<u8>) -> bool {
        taken.clear();
        let nothing = |waiting: &mut Waiting| waiting.bytes.is_empty() && !waiting.end;
        let waiting = self.work.wait_while(self.waiting(), nothing);
        let waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        let little = |waiting: &mut Waiting| waiting.bytes.len() < ROOM / 2 && !waiting.end;
        let waited = self.work.wait_timeout_while(waiting, GATHERING, little);
        let (mut waiting, _) = waited.unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut waiting.bytes, taken);
        !taken.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    /// A reader of the log, which takes what is written when the test does.
    struct Reader(Sender<Vec<u8>>);

    impl Write for Reader {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
            self.0.send(bytes.to_vec()).map_err(gone)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A reader that takes nothing until it is let go, and then fails.
    struct Stuck(Receiver<()>);

    impl Write for Stuck {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn lines() -> (Lines, Receiver<Vec<u8>>) {
        let (sender, receiver) = channel();
        (Lines::written_to(Reader(sender)).unwrap(), receiver)
    }

    #[test]
    fn every_line_is_written_once_and_whole_and_in_order_per_thread() {
        let (lines, receiver) = lines();
        thread::scope(|scope| {
            for writer in 0..4 {
                let lines = &lines;
                scope.spawn(move || {
                    for number in 0..1000 {
                        lines.push(format!("{writer} {number}\n").as_bytes());
                    }
                });
            }
        });
        lines.finish(LONG);
        drop(lines);
        let text = String::from_utf8(receiver.into_iter().flatten().collect()).unwrap();
        for writer in 0..4 {
            let start = format!("{writer} ");
            let numbers = text.lines().filter_map(|line| line.strip_prefix(&start));
            assert!(numbers.eq((0..1000).map(|number| number.to_string())));
        }
        assert_eq!(text.lines().count(), 4000);
    }

    #[test]
    fn lines_are_written_without_waiting_for_the_end() {
        let (lines, receiver) = lines();
        for line in [&b"first\n"[..], b"second\n"] {
            lines.push(line);
            assert_eq!(receiver.recv_timeout(LONG).unwrap(), line);
        }
    }

    #[test]
    fn what_finds_no_room_or_no_reader_is_counted() {
        let (stuck, release) = channel::<()>();
        let lines = Lines::written_to(Stuck(release)).unwrap();
        let line = [vec![b'.'; 1023], b"\n".to_vec()].concat();
        // What is being written, and what waits, are never more than two rooms.
        let sent = 3 * ROOM / line.len();
        for _ in 0..sent {
            lines.push(&line);
        }
        assert!(lines.lost() >= (ROOM / line.len()) as u64);
        drop(stuck);
        lines.finish(LONG);
        assert_eq!(lines.lost(), sent as u64);
    }
}
