//! Examples for control planes: manifests, what the command line makes of them, and a README.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::client::Client;
use crate::example::{Step, run, steps};
use crate::record::Record;

/// An example of `examples/` for a control plane.
#[derive(Clone, Debug)]
pub struct ClusterExample {
    /// The folder.
    pub folder: PathBuf,
    /// The words behind `httproute`, as the README has them.
    pub render: Vec<String>,
    /// Where the README has their output put.
    pub output: PathBuf,
    steps: Vec<Step>,
    readme: String,
}

impl ClusterExample {
    /// Reads the example `name`, whose README has a command `httproute render name`.
    pub fn read(name: &str) -> Result<Self, String> {
        let folder = crate::root().join("examples").join(name);
        let path = folder.join("README.md");
        let readme = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let beginning = format!("target/release/httproute render {name} ");
        let joined = readme.replace("\\\n", " ");
        let line = joined.lines().find(|line| line.starts_with(&beginning));
        let line =
            line.ok_or_else(|| format!("{}: no command that begins with {beginning}", path.display()))?;
        let (command, output) = line.split_once(" > ").ok_or_else(|| format!("{line}: no output"))?;
        let render = command.split_whitespace().skip(1).map(str::to_owned).collect();
        Ok(ClusterExample {
            folder,
            render,
            output: crate::root().join(output),
            steps: steps(&readme),
            readme,
        })
    }

    /// What the README's command prints, on the standard output and on the standard error.
    pub fn rendered(&self, cli: &Path) -> Result<(String, String), String> {
        let output = Command::new(cli).current_dir(crate::root()).args(&self.render).output();
        let output = output.map_err(|e| format!("{}: {e}", cli.display()))?;
        let [out, err] =
            [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        if output.status.success() { Ok((out, err)) } else { Err(err) }
    }

    /// What is wrong with the commands that need a cluster: they are not run, but must be a shell's, and the files of the
    /// project that they name must be there.
    pub fn faults_of_commands(&self) -> Result<Vec<String>, String> {
        let mut faults = Vec::new();
        for block in self.readme.split("\n```sh\n").skip(1).filter_map(|rest| rest.split("\n```").next()) {
            let ran =
                Command::new("bash").args(["-n", "-c", block]).output().map_err(|e| format!("bash: {e}"))?;
            if !ran.status.success() {
                faults.push(String::from_utf8_lossy(&ran.stderr).into_owned());
            }
            let files = block.split_whitespace().filter(|word| word.starts_with("examples/"));
            let missing = files.filter(|file| !crate::root().join(file).exists());
            faults.extend(missing.map(|file| format!("there is no {file}")));
        }
        Ok(faults)
    }

    /// Carries the README out: each request by the client that `client` gives for scheme and host of its URL.
    pub fn run(
        &self,
        mut client: impl FnMut(&str, &str) -> Result<Client, String>,
        record: &Record,
    ) -> Result<usize, String> {
        let mut requests = 0;
        let mut rest = self.steps.as_slice();
        while let Some(Step::Curl { command, .. }) = rest.first() {
            // What the backends show belongs to the request before it.
            let more = rest.iter().skip(1).take_while(|step| matches!(step, Step::Backends(_))).count();
            let (step, others) = rest.split_at(1 + more);
            let (scheme, host) = place(command).ok_or_else(|| format!("{command}: no URL"))?;
            run(step, &mut client(scheme, host)?, record).map_err(|e| format!("{scheme} {host}: {e}"))?;
            // They all have the same id.
            record.take("example-0");
            requests += 1;
            rest = others;
        }
        Ok(requests)
    }
}

/// Scheme and host of the URL in a command.
fn place(command: &str) -> Option<(&str, &str)> {
    let url = command.split([' ', '\'']).find(|word| word.starts_with("http"))?;
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split('/').next()?;
    Some((scheme, authority.split(':').next()?))
}
