//! Examples that begin with manifests: a folder of them, and a README whose `render` command is carried out as it stands.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::backend::Behaviour;
use crate::example::{Step, steps};

/// How a README names the command line.
const COMMAND: &str = "target/release/httproute render envoy ";

/// An example that begins with manifests.
#[derive(Clone, Debug)]
pub struct GatewayExample {
    /// The folder.
    pub folder: PathBuf,
    /// The words behind `httproute`, as the README has them.
    pub render: Vec<String>,
    /// The steps of the README.
    pub steps: Vec<Step>,
}

impl GatewayExample {
    /// Reads the example `name` of `examples/gateway/`.
    pub fn read(name: &str) -> Result<Self, String> {
        Self::read_in(crate::root().join("examples/gateway").join(name))
    }

    /// Reads the example in `folder`.
    pub fn read_in(folder: PathBuf) -> Result<Self, String> {
        let path = folder.join("README.md");
        let readme = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let joined = readme.replace("\\\n", " ");
        let line = joined.lines().find(|line| line.starts_with(COMMAND));
        let line =
            line.ok_or_else(|| format!("{}: no command that begins with {COMMAND}", path.display()))?;
        let words = line.split(" > ").next().unwrap_or_default().split_whitespace().skip(1);
        let render = words.map(str::to_owned).collect();
        Ok(GatewayExample { folder, render, steps: steps(&readme) })
    }

    /// The backends that the README starts, by the names of their upstreams.
    pub fn backends(&self) -> BTreeMap<String, Behaviour> {
        let flags = self.render.iter().zip(self.render.iter().skip(1));
        let backends = flags.filter(|(flag, _)| *flag == "--backend");
        let names = backends.filter_map(|(_, value)| value.split_once('='));
        names.map(|(name, _)| (name.replace(':', "/"), Behaviour::Echo)).collect()
    }

    /// What the README's command writes, with the backends at `places`, and ports that the system chooses.
    pub fn config(&self, cli: &Path, places: &BTreeMap<String, (String, u16)>) -> Result<String, String> {
        let mut command = Command::new(cli);
        command.current_dir(crate::root());
        let mut flag = "";
        for word in &self.render {
            command.arg(match (flag, word.split_once('=')) {
                ("--backend", Some((name, written))) => {
                    let place = places.get(&name.replace(':', "/"));
                    let place = place.map_or(written.to_owned(), |(host, port)| format!("{host}:{port}"));
                    format!("{name}={place}")
                }
                ("--port", Some((listener, _))) => format!("{listener}=0"),
                // Envoy is started in another folder.
                ("--module", _) => crate::root().join(word).to_string_lossy().into_owned(),
                ("--wasm-dir", _) => crate::dist().to_string_lossy().into_owned(),
                _ => word.clone(),
            });
            flag = word;
        }
        command.args(["--admin-port", "0"]);
        let output = command.output().map_err(|e| format!("{}: {e}", cli.display()))?;
        match output.status.success() {
            true => String::from_utf8(output.stdout).map_err(|e| e.to_string()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }
}
