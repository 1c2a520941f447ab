//! The Envoy process.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::os::fd::{BorrowedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::unistd::{Pid, getpid, getppid};

use super::admin::Admin;
use super::events::{Event, Events};
use super::files::{AdminPlace, Files};
use super::find::Binary;
use super::{say, signals};
use crate::args::LogLevel;
use crate::text::{DIM, clean};

/// A running Envoy; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Envoy {
    child: Child,
    pub(crate) admin: Admin,
}

impl Envoy {
    /// Starts Envoy on the files, from the thread that lives as long as the process: the system ends Envoy with the thread that
    /// started it.
    pub(crate) fn start(
        binary: &Binary,
        files: &Files,
        level: LogLevel,
        events: &mut Events,
    ) -> io::Result<Self> {
        let address_path = files.folder().join("admin-address");
        // What an earlier Envoy left.
        _ = fs::remove_file(&address_path);
        let mut command = Command::new(&binary.path);
        command
            .arg("-c")
            .arg(files.bootstrap())
            .arg("--admin-address-path")
            .arg(&address_path)
            // It shares memory with nobody, so that nothing is left in /dev/shm.
            .arg("--disable-hot-restart")
            // An answer on a connection that is to be drained says so at once.
            .args(["--drain-strategy", "immediate"])
            .args(["--log-format", "%l|%v", "--log-format-escaped"])
            // Why a configuration is rejected is known from a warning.
            .args(["--log-level", level.min(LogLevel::Warning).name()])
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            // What a terminal sends to all of a process group is not for Envoy, which is drained first.
            .process_group(0);
        let (parent, inherited) = (getpid(), files.inherited());
        // SAFETY: `prepare` makes system calls, and neither allocates nor takes locks.
        unsafe { command.pre_exec(move || prepare(parent, &inherited)) };
        let mut child = command.spawn()?;
        if let Some(stderr) = child.stderr.take() {
            let (number, sender) = (events.next_envoy(), events.sender());
            std::thread::spawn(move || {
                let log = Log { stderr: BufReader::new(stderr), level };
                for event in log {
                    _ = sender.send(event);
                }
                // The end of its output is the end of Envoy.
                _ = sender.send(Event::EnvoyEnded(number));
            });
        }
        // Until its address is known, nothing can be asked of an interface on a port.
        let admin = match files.admin() {
            AdminPlace::Private(socket) => Admin::Private(socket.clone()),
            AdminPlace::Port(address) => Admin::Port(*address),
        };
        Ok(Envoy { child, admin })
    }

    /// Learns where the administration interface is; whether that is known.
    pub(crate) fn find_admin(&mut self, folder: &Path) -> bool {
        if let Admin::Port(address) = &mut self.admin {
            match fs::read_to_string(folder.join("admin-address")).map(|text| text.trim().parse()) {
                Ok(Ok(bound)) => *address = bound,
                _ => return false,
            }
        }
        true
    }

    /// How it ended.
    pub(crate) fn status(&mut self) -> io::Result<ExitStatus> {
        self.child.wait()
    }
}

/// What the new process does before it becomes Envoy.
fn prepare(parent: Pid, inherited: &[RawFd]) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL)?;
    // It may have been too late for that.
    if getppid() != parent {
        return Err(io::ErrorKind::NotFound.into());
    }
    // A service manager sends SIGTERM to all processes of a service, and Envoy would end without being drained. Envoy unblocks
    // nothing, so that it does not see the signal; it is ended over its administration interface.
    signals::block()?;
    for file in inherited {
        // SAFETY: `files` of the parent holds it open.
        let file = unsafe { BorrowedFd::borrow_raw(*file) };
        fcntl(file, FcntlArg::F_SETFD(FdFlag::empty()))?;
    }
    Ok(())
}

impl Drop for Envoy {
    fn drop(&mut self) {
        // Both fail only where the process is gone already.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// What Envoy logs. Lines that are grave enough are shown; the sentences about rejected configurations are events.
struct Log {
    stderr: BufReader<ChildStderr>,
    level: LogLevel,
}

impl Iterator for Log {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        let mut line = Vec::new();
        loop {
            line.clear();
            if matches!(self.stderr.read_until(b'\n', &mut line), Ok(0) | Err(_)) {
                return None;
            }
            let line = String::from_utf8_lossy(&line);
            let (level, text) = level(line.trim_end());
            if let Some(sentence) = rejection(text) {
                return Some(Event::Rejected(in_lines(sentence)));
            }
            if level >= self.level && self.level != LogLevel::Off {
                say!("{DIM}envoy: {}:{DIM:#} {}", level.name(), clean(text));
            }
        }
    }
}

/// The level of a line, and the rest. What has none comes from the system, or from a crash.
pub(super) fn level(line: &str) -> (LogLevel, &str) {
    let parts = line.split_once('|');
    match parts.and_then(|(level, text)| Some((LogLevel::named(level)?, text))) {
        Some(parts) => parts,
        None => (LogLevel::Critical, line),
    }
}

/// Why a configuration is rejected.
fn rejection(text: &str) -> Option<&str> {
    ["config update rejected: ", "config update failure: "]
        .iter()
        .find_map(|words| text.split_once(words).map(|(_, sentence)| sentence))
}

/// A sentence that Envoy has put into one line, as people can read it: with line breaks and quotes in place of `\\n` and `\\"`. What
/// else Envoy escapes, such as what steers a terminal, stays escaped.
fn in_lines(escaped: &str) -> String {
    let mut text = String::with_capacity(escaped.len());
    let mut chars = escaped.chars();
    while let Some(c) = chars.next() {
        match (c, chars.as_str().chars().next()) {
            ('\\', Some(next @ ('n' | '"' | '\'' | '\\'))) => {
                text.push(if next == 'n' { '\n' } else { next });
                chars.next();
            }
            _ => text.push(c),
        }
    }
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_of_several_lines_is_shown_as_such() {
        assert_eq!(
            in_lines(r#"Error adding listener(s) a: b\n\nc: \"d\" \033[1m\n"#),
            "Error adding listener(s) a: b\n  c: \"d\" \\033[1m"
        );
    }

    #[test]
    fn lines_have_a_level_and_some_say_why_a_configuration_is_rejected() {
        let line = "warning|Filesystem config update rejected: cannot bind '0.0.0.0:80': Permission denied";
        let (found, text) = level(line);
        assert_eq!(found, LogLevel::Warning);
        assert_eq!(rejection(text), Some("cannot bind '0.0.0.0:80': Permission denied"));
        assert_eq!(level("a|b"), (LogLevel::Critical, "a|b"));
    }
}
