//! The binary `taskhive`.

use std::process::ExitCode;

use clap::Parser;
use taskhive::cli::{self, Arguments};

/// glibc's allocator costs a third more CPU per request.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One thread; the service adds a cell for every other core.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Names and values that are not text cannot be settings of ours.
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    cli::run(arguments, std::env::vars_os().filter_map(text).collect()).await
}
