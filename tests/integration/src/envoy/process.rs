//! A running Envoy.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Admin, Binary};

/// How long an Envoy may take until it serves: it compiles the modules first, and tries each of a few hundred filters in a
/// virtual machine of its own.
const PATIENCE: Duration = Duration::from_secs(180);

/// A running Envoy; it is stopped, and its files are removed, when this is dropped.
#[derive(Debug)]
pub struct Envoy {
    child: Child,
    folder: PathBuf,
    /// Its administration interface.
    pub admin: Admin,
    /// Whether its files stay behind, for a person to look at.
    pub keep_files: bool,
    _keeper: Sender<()>,
}

/// Starts a process from a thread that lives until the sender is dropped.
///
/// Envoy asks Linux to end it with its parent, and its parent is the thread that started it: started from the thread of a
/// test, it would end with that test.
pub fn spawn(mut command: Command) -> io::Result<(Child, Sender<()>)> {
    let (keeper, end) = mpsc::channel::<()>();
    let (tell, started) = mpsc::channel();
    std::thread::spawn(move || {
        drop(tell.send(command.spawn()));
        // Nothing is ever sent: this returns when the sender is dropped.
        let _ = end.recv();
    });
    let child = started.recv().map_err(io::Error::other)??;
    Ok((child, keeper))
}

impl Envoy {
    /// Starts Envoy and waits until it serves. Where it does not, the error holds the last lines of its log.
    pub fn start(binary: &Binary, label: &str, bootstrap: &Value) -> Result<Envoy, String> {
        Envoy::start_from(binary, label, ("bootstrap.json", &bootstrap.to_string()))
    }

    /// The same with a configuration file of this name and text, which Envoy reads as JSON or YAML by its name.
    pub fn start_from(binary: &Binary, label: &str, file: (&str, &str)) -> Result<Envoy, String> {
        Envoy::start_with(binary, label, file, 2)
    }

    /// The same with so many workers.
    pub fn start_with(
        binary: &Binary,
        label: &str,
        (name, text): (&str, &str),
        workers: usize,
    ) -> Result<Envoy, String> {
        // Tests of one process may start two of the same label at once.
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let folder =
            crate::root().join(format!("target/integration/{label}-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::write(&path, text).map(|()| path.clone()).map_err(|e| format!("{}: {e}", path.display()))
        };
        let config = write(name, text)?;
        let log = write("envoy.log", "")?;
        let address = folder.join("admin-address");
        drop(fs::remove_file(&address));
        let mut command = Command::new(&binary.path);
        command
            .arg("-c")
            .arg(&config)
            .arg("--admin-address-path")
            .arg(&address)
            .arg("--log-path")
            .arg(&log)
            // Several Envoys may run on this machine at once. Memory that is shared for hot restarts would stay in /dev/shm.
            .args(["--disable-hot-restart", "--concurrency", &workers.to_string(), "--log-level", "warning"])
            .args(["--component-log-level", "wasm:info,config:info"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let (child, keeper) = spawn(command).map_err(|e| format!("{}: {e}", binary.path.display()))?;
        let admin = Admin(([127, 0, 0, 1], 0).into());
        let mut envoy = Envoy { child, folder, admin, keep_files: false, _keeper: keeper };
        envoy
            .wait_until_ready(&address)
            .map_err(|e| format!("Envoy {}: {e}\n{}", binary.version, envoy.log_tail()))?;
        Ok(envoy)
    }

    /// Envoy has no event for "I serve" that a parent could wait for, so it is asked.
    fn wait_until_ready(&mut self, address: &Path) -> Result<(), String> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().map_err(|e| e.to_string())? {
                return Err(format!("it ended with {status} before it served"));
            }
            if let Ok(Ok(address)) = fs::read_to_string(address).map(|text| text.trim().parse()) {
                self.admin = Admin(address);
                if self.admin.is_ready() {
                    return Ok(());
                }
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err(format!("it did not serve within {} s", PATIENCE.as_secs()))
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Everything that Envoy and its modules have logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("envoy.log")).unwrap_or_default()
    }

    /// The last lines of the log.
    pub fn log_tail(&self) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        let tail = lines[lines.len().saturating_sub(30)..].join("\n");
        format!("--- the last lines of Envoy's log ---\n{tail}")
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the process ends by itself.
    pub fn wait(&mut self) -> Result<(), String> {
        self.child.wait().map(drop).map_err(|e| e.to_string())
    }
}

impl Drop for Envoy {
    fn drop(&mut self) {
        // Both fail only where the process is gone already.
        drop(self.child.kill());
        drop(self.child.wait());
        if !self.keep_files {
            drop(fs::remove_dir_all(&self.folder));
        }
    }
}
