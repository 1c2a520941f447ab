//! The signals that ask a program to end.

use std::io;

use nix::libc;
use nix::sys::signal::{SigSet, Signal};

use Signal::{
    SIGALRM, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU, SIGXFSZ,
};

/// Those that end a program by default. Left out are the signals of a crash (SIGSEGV, SIGABRT, …), after which no code of a
/// program can be trusted, SIGKILL, which no program sees, and SIGPIPE, which every Rust program ignores.
const ENDING: [Signal; 11] =
    [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGXFSZ];

/// All of them by number, with those that only some systems have.
pub(super) fn ending() -> Vec<i32> {
    let mut signals: Vec<i32> = ENDING.iter().map(|signal| *signal as i32).collect();
    #[cfg(target_os = "linux")]
    {
        signals.extend([libc::SIGIO, libc::SIGPWR, libc::SIGSTKFLT]);
        signals.extend(libc::SIGRTMIN()..=libc::SIGRTMAX());
    }
    signals
}

/// Whether a user who sends this once more wants no more waiting. A terminal that closes may send SIGHUP twice: the shell's and
/// its own.
pub(super) fn is_urgent(signal: i32) -> bool {
    [SIGINT, SIGQUIT, SIGTERM].iter().any(|urgent| *urgent as i32 == signal)
}

/// Blocks what may be sent to all processes of a service or terminal, for this thread and all that it starts.
pub(super) fn block() -> io::Result<()> {
    let blocked: SigSet = ENDING.into_iter().collect();
    Ok(blocked.thread_block()?)
}
