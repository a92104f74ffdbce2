//! What the operating system and this process have to say to each other: signals, and limits of resources.

use std::io;

use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use tokio::signal::unix::{self, SignalKind, signal};

use crate::telemetry;

/// From now on a write beyond the limit of file sizes (`ulimit -f`, `LimitFSIZE=`) is an error of that write, and not the end
/// of the process. Must be called within a Tokio runtime.
pub(crate) fn survive_the_limit_of_file_sizes() -> io::Result<()> {
    // The handler stays when the listener is gone, and it is all that is needed: the signal says nothing that the write does
    // not say.
    signal(SignalKind::from_raw(Signal::XFSZ.as_raw())).map(drop)
}

/// Lets this process open as many files and connections as it may: most systems give it 1,024 and allow it many more. Warns if
/// that is less than `needed`.
pub(crate) fn make_room_for(needed: u64) {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    let allowed = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        // Some systems allow less than they say. What held before goes on.
        Err(_) => limit.current,
    };
    if let Some(allowed) = allowed.filter(|allowed| *allowed < needed) {
        tracing::warn!(
            allowed,
            needed,
            "this process may open too few files for all connections: raise the limit (`ulimit -n`, `LimitNOFILE=`) or lower LIMIT_CONNECTIONS"
        );
    }
}

/// How many files and connections this process may open once it has raised its limit; `None` for as many as it likes.
pub(crate) fn most_descriptors() -> Option<u64> {
    getrlimit(Resource::Nofile).maximum
}

/// Ready at the first SIGTERM, SIGINT or SIGHUP. A further SIGTERM or SIGINT ends the process at once; a further SIGHUP does
/// not, because a terminal that closes may send several.
pub(crate) fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt, mut hang_up) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
        signal(SignalKind::hangup())?,
    );
    let (told, stop) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        tokio::select! {
            () = either(&mut terminate, &mut interrupt) => {}
            _ = hang_up.recv() => {}
        }
        // The receiver is gone only when the server has stopped already.
        let _ = told.send(());
        either(&mut terminate, &mut interrupt).await;
        tracing::warn!("stopped at once by a second signal");
        telemetry::finish();
        std::process::exit(130);
    });
    Ok(async move {
        let _ = stop.await;
    })
}

async fn either(one: &mut unix::Signal, other: &mut unix::Signal) {
    tokio::select! {
        _ = one.recv() => {}
        _ = other.recv() => {}
    }
}
