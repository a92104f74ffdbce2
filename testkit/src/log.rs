//! What is logged while a test listens.

use std::io::{self, Write};
use std::sync::{Arc, LazyLock, Mutex};

use tracing::subscriber::{DefaultGuard, NoSubscriber};
use tracing::{Dispatch, Subscriber};

/// As long as there is one subscriber only, `tracing` asks the thread that comes to a line first whether the line is of
/// interest, and believes it for all threads: a test beside the one that listens says no, and nothing is heard. With more than
/// one it asks the subscribers themselves.
static MORE_THAN_ONE: LazyLock<[Dispatch; 2]> =
    LazyLock::new(|| [NoSubscriber::new(), NoSubscriber::new()].map(Dispatch::new));

/// Makes what this thread logs go to `subscriber` until the guard is dropped, whatever other threads log meanwhile.
pub fn listen(subscriber: impl Subscriber + Send + Sync) -> DefaultGuard {
    LazyLock::force(&MORE_THAN_ONE);
    tracing::subscriber::set_default(subscriber)
}

/// What a subscriber writes. Clones are the same log: one for the subscriber (`with_writer(move || log.clone())`), one to read.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// What was logged since the last look.
    pub fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    fn a_line() {
        tracing::info!("heard");
    }

    #[test]
    fn a_line_that_another_thread_came_to_first_is_heard() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone());
        let _listening = listen(subscriber.finish());
        thread::spawn(a_line).join().unwrap();
        a_line();
        assert_eq!(log.take().lines().count(), 1);
    }
}
