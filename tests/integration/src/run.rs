//! `httproute run`, as its user sees it: files that are edited, lines that it says, and requests.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use crate::command_line::cli;
use crate::envoy;
use crate::folder::Folder;

/// How long it may take until a line is said.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder with manifests; it goes away when this is dropped.
#[derive(Debug)]
pub struct Manifests(Folder);

/// A running `httproute run`; it is killed when this is dropped, and its Envoy with it, and what it leaves is removed.
#[derive(Debug)]
pub struct Run {
    child: Child,
    /// Its temporary directory.
    temporary: Folder,
    lines: Receiver<String>,
    said: Vec<String>,
    _keeper: Sender<()>,
}

impl Manifests {
    /// A folder with these files.
    pub fn new(files: &[(&str, &str)]) -> Result<Self, String> {
        let manifests = Manifests(Folder::new("run")?);
        for (name, content) in files {
            manifests.write(name, content)?;
        }
        Ok(manifests)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    /// Puts a file in its place by a rename, as most editors do.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> Result<(), String> {
        let unfinished = self.folder().join(".unfinished");
        let written =
            fs::write(&unfinished, content).and_then(|()| fs::rename(&unfinished, self.folder().join(name)));
        written.map_err(|e| format!("{name}: {e}"))
    }

    /// Removes a file.
    pub fn remove(&self, name: &str) -> Result<(), String> {
        fs::remove_file(self.folder().join(name)).map_err(|e| format!("{name}: {e}"))
    }
}

impl Run {
    /// Runs `httproute run` in `folder` with these arguments, on the default Envoy.
    pub fn start(folder: &Path, arguments: &[&str]) -> Result<Self, String> {
        let mut command = Command::new(cli()?);
        command.arg("run").args(arguments).current_dir(folder);
        command.env("ENVOY_BIN", envoy::find(envoy::default_version())?.path);
        Run::spawn(command)
    }

    /// Runs a command that ends up in `httproute run`, with a temporary directory of its own.
    pub fn spawn(command: Command) -> Result<Self, String> {
        Run::spawn_with(command, Folder::new("run-temporary")?)
    }

    /// The same with this temporary directory.
    pub fn spawn_with(mut command: Command, temporary: Folder) -> Result<Self, String> {
        command.env("TMPDIR", temporary.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let (mut child, keeper) = envoy::spawn(command).map_err(|e| format!("httproute run: {e}"))?;
        let stderr = child.stderr.take().ok_or("no standard error")?;
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            let lines = BufReader::new(stderr).lines().map_while(Result::ok);
            // Where nobody wants to hear any more, the rest is read all the same, so that it can be said.
            lines.for_each(|line| drop(sender.send(line)));
        });
        Ok(Run { child, temporary, lines, said: Vec::new(), _keeper: keeper })
    }

    /// The next line that begins with `start`; the error holds all lines that came.
    pub fn line(&mut self, start: &str) -> Result<String, String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    self.said.push(line.clone());
                    if line.starts_with(start) {
                        return Ok(line);
                    }
                }
                Err(e) => {
                    let why = match e {
                        RecvTimeoutError::Timeout => "did not come",
                        RecvTimeoutError::Disconnected => "did not come before the end",
                    };
                    return Err(format!("{start:?} {why}:\n{}", self.said.join("\n")));
                }
            }
        }
    }

    /// Waits until it serves, and returns where `listener` listens.
    pub fn serves(&mut self, listener: &str) -> Result<SocketAddr, String> {
        loop {
            let line = self.line("listening on ")?;
            let (address, name) = line["listening on ".len()..].split_once(" for ").ok_or(&*line)?;
            if name == listener {
                return address.parse().map_err(|e| format!("{line}: {e}"));
            }
        }
    }

    /// What is in its temporary directory.
    pub fn left(&self) -> Result<Vec<PathBuf>, String> {
        let entries = fs::read_dir(self.temporary.path()).map_err(|e| e.to_string())?;
        Ok(entries.filter_map(Result::ok).map(|entry| entry.path()).collect())
    }

    /// What it has said so far, as far as it was waited for.
    pub fn said(&self) -> String {
        self.said.join("\n")
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The process of its Envoy.
    pub fn envoy_id(&self) -> Result<u32, String> {
        let path = format!("/proc/{0}/task/{0}/children", self.id());
        let children = fs::read_to_string(&path).map_err(|e| format!("{path}: {e}"))?;
        children.split_whitespace().next().and_then(|id| id.parse().ok()).ok_or("it has no child".to_owned())
    }

    /// Sends it a signal, as `kill` does.
    pub fn signal(&self, name: &str) -> Result<(), String> {
        kill(name, self.id())
    }

    /// Waits until it has ended.
    pub fn wait(&mut self) -> Result<ExitStatus, String> {
        self.child.wait().map_err(|e| e.to_string())
    }
}

/// Sends a process a signal.
pub fn kill(name: &str, process: u32) -> Result<(), String> {
    let status = Command::new("kill").args([&format!("-{name}"), &process.to_string()]).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        other => Err(format!("kill -{name} {process}: {other:?}")),
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // Its Envoy ends with it.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
