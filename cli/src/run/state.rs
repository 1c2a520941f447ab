//! What is to be served, as Envoy is told of it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use httproute_manifests::{CertificateSource, FilterChain, Resolution};
use serde_json::{Value, json};

use super::certificates::Trial;
use super::find::Binary;
use super::say;
use crate::args::Run;
use crate::diagnostics::number;
use crate::error::Failure;
use crate::render::RenderOptions;
use crate::render::envoy;
use crate::render::module::{Code, fingerprint};
use crate::render::ports::RAISED_BY;
use crate::render::self_signed::SelfSigned;
use crate::render::served::Served;
use crate::render::verdict::{Unresolved, Verdict};

/// What is to be served.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct State {
    /// Upstreams by name.
    pub(crate) clusters: BTreeMap<String, Value>,
    /// Listeners by name.
    pub(crate) listeners: BTreeMap<String, Value>,
    /// The module of each filter chain, by the chain's name.
    pub(crate) modules: BTreeMap<String, Value>,
    /// The module's code, by where it comes from: the file that Envoy loads.
    pub(crate) code: BTreeMap<String, PathBuf>,
    /// What is served of each route, as text: for telling what has changed.
    pub(crate) routes: BTreeMap<String, String>,
    /// Likewise of each listener.
    pub(crate) settings: BTreeMap<String, String>,
}

/// Reads manifests again and again.
pub(crate) struct Reader<'a> {
    arguments: &'a Run,
    options: RenderOptions,
    code: Code,
    /// Where files for Envoy are.
    folder: PathBuf,
    /// What has been told of the manifests, so that it is not told with every edit.
    told: BTreeSet<String>,
    /// Whether the manifests could not be served when they were read before the last time.
    was_wrong: bool,
    is_wrong: bool,
    /// The errors of what is served; `None` before the start.
    served: Option<Verdict>,
    /// The certificates for listeners without a Secret, which stay the same while listeners come and go.
    self_signed: SelfSigned,
    /// What Envoy thinks of certificates.
    trial: Trial,
    /// Whether the user may bind each of these ports.
    may_bind: BTreeMap<u16, bool>,
}

impl<'a> Reader<'a> {
    /// A reader for an Envoy that takes its configuration from `folder`.
    pub(crate) fn new(arguments: &'a Run, folder: &Path, binary: Binary) -> Self {
        let mut options = RenderOptions::new(&arguments.target, PathBuf::new());
        options.folder = Some(folder.to_owned());
        // Without the flag only this command reaches the interface, over a socket of its own.
        options.admin = options.admin.filter(|_| arguments.target.admin.is_some());
        Reader {
            arguments,
            options,
            code: Code::new(&arguments.target),
            folder: folder.to_owned(),
            told: BTreeSet::new(),
            was_wrong: false,
            is_wrong: false,
            served: None,
            self_signed: SelfSigned::default(),
            trial: Trial::new(binary),
            may_bind: BTreeMap::new(),
        }
    }

    /// Reads the manifests, and tells what is new about them.
    ///
    /// # Errors
    ///
    /// Why nothing can be made of them.
    pub(crate) fn read(&mut self) -> Result<State, Failure> {
        self.was_wrong = std::mem::replace(&mut self.is_wrong, true);
        let Run { input, target, checking, .. } = self.arguments;
        let certificates = CertificateSource::SecretsIfPresent;
        let mut served = Served::read(input, target, checking.channel(), certificates, Unresolved::Warning)?;
        self.self_signed.fill(&mut served.resolution)?;
        let refused = self.trial.leave_out(&mut served.resolution);
        served.told.extend(
            refused.map_err(|error| Failure::new(format!("cannot have Envoy try certificates: {error}")))?,
        );
        for told in served.told.iter().filter(|told| !self.told.contains(*told)) {
            say!("{told}");
        }
        // What is wrong only for a moment is no reason to tell the rest again.
        self.told.extend(served.told.iter().cloned());
        // One bad rule takes no others down, so what there is at the start is served with its errors. Later the last good state
        // is better than a rule that answers 500.
        let is_worse = self.served.as_ref().is_some_and(|before| served.verdict.is_worse_than(before));
        let purpose = if self.served.is_some() { "taken over" } else { "served" };
        served.verdict.accept(purpose, checking.allow_errors || !is_worse)?;
        served.has_listeners()?;
        self.raise_ports(&served.resolution);
        let module = self.read_code()?;
        let mut state = State::new(&served.resolution, &self.options).map_err(Failure::new)?;
        state.code.insert(module, self.options.module.clone());
        self.told = served.told.into_iter().collect();
        let errors = served.verdict.errors();
        if errors > 0 && self.served.as_ref().is_none_or(|before| before.errors() != errors) {
            say!("served in spite of {}: rules with errors answer 500", number(errors, "error"));
        }
        self.served = Some(served.verdict);
        self.is_wrong = false;
        Ok(state)
    }

    /// Copies the module's code to where nobody changes it, and returns where it came from: a module that was built anew is another
    /// file for Envoy.
    fn read_code(&mut self) -> Result<String, Failure> {
        let (from, bytes) = match &self.code {
            Code::Carried(bytes) => ("(carried)".to_owned(), Cow::Borrowed(*bytes)),
            Code::File(path) => {
                let failure = |error| {
                    Failure::new(format!("cannot read the module {}: {error}", path.display()))
                        .with_hint("name another one with --wasm-dir or --module")
                };
                (path.display().to_string(), fs::read(path).map(Cow::Owned).map_err(failure)?)
            }
        };
        let copy = self.folder.join(format!("{:016x}.wasm", fingerprint(&bytes)));
        if !copy.exists() {
            let unfinished = self.folder.join("unfinished");
            fs::write(&unfinished, &bytes)
                .and_then(|()| fs::rename(&unfinished, &copy))
                .map_err(|error| Failure::new(format!("cannot write {}: {error}", copy.display())))?;
        }
        self.options.module = copy;
        Ok(from)
    }

    /// Whether the manifests could not be served before they were read the last time.
    pub(crate) fn was_wrong(&self) -> bool {
        self.was_wrong
    }

    /// Finds the ports out that the user may not bind.
    fn raise_ports(&mut self, resolution: &Resolution) {
        let privileged = resolution.chains.iter().map(|chain| chain.port).filter(|&port| port < 1024);
        for port in privileged {
            let address = self.options.address;
            if !*self.may_bind.entry(port).or_insert_with(|| may_bind(address, port))
                && self.options.raised.insert(port)
            {
                say!(
                    "you may not bind port {port}: {} is bound for it, unless a --port says otherwise",
                    port + RAISED_BY
                );
            }
        }
    }
}

/// Whether the system lets this user bind a port, be it free or not.
fn may_bind(address: IpAddr, port: u16) -> bool {
    let bound = TcpListener::bind((address, port));
    bound.err().is_none_or(|error| error.kind() != io::ErrorKind::PermissionDenied)
}

impl State {
    fn new(resolution: &Resolution, options: &RenderOptions) -> Result<Self, String> {
        let mut state = State::default();
        for mut listener in envoy::listeners(resolution, options)? {
            if let Some(listener) = listener.as_object_mut() {
                // Otherwise the system lets two Envoys of one user listen on one port, and each gets a share of the connections.
                listener.insert("enable_reuse_port".into(), json!(false));
            }
            state.listeners.insert(name(&listener), listener);
        }
        for cluster in &resolution.clusters {
            state.clusters.insert(cluster.name.clone(), envoy::cluster(cluster, options));
        }
        for chain in &resolution.chains {
            state.modules.insert(chain.name.clone(), envoy::module(chain, options));
            state.describe(chain);
        }
        Ok(state)
    }

    /// Notes what is served of the routes of a chain, and of its listeners.
    fn describe(&mut self, chain: &FilterChain) {
        let mut settings = chain.configuration.as_object().cloned().unwrap_or_default();
        let objects = settings.remove("routes");
        let unresolved = settings.remove("unresolved");
        let unresolved: Vec<(&String, &Value)> =
            unresolved.iter().filter_map(Value::as_object).flatten().collect();
        let objects = objects.as_ref().and_then(Value::as_array).into_iter().flatten();
        for (place, (route, object)) in chain.routes.iter().zip(objects).enumerate() {
            let text = self.routes.entry(route.to_string()).or_default();
            *text += &format!("{} {object}", chain.name);
            let prefix = format!("/routes/{place}/");
            for (pointer, reason) in &unresolved {
                if let Some(pointer) = pointer.strip_prefix(&prefix) {
                    *text += &format!(" {pointer} {reason}");
                }
            }
        }
        self.settings.insert(chain.name.clone(), Value::from(settings).to_string());
    }

    /// Where listeners listen; those of which the system chooses the port are left out.
    pub(crate) fn addresses(&self) -> BTreeMap<&str, SocketAddr> {
        let of = |listener: &Value| {
            let socket = listener.pointer("/address/socket_address")?;
            let port = u16::try_from(socket.get("port_value")?.as_u64()?).ok()?;
            Some(SocketAddr::new(socket.get("address")?.as_str()?.parse().ok()?, port))
        };
        let listeners = self.listeners.iter();
        let addresses = listeners.filter_map(|(name, listener)| Some((name.as_str(), of(listener)?)));
        addresses.filter(|(_, address)| address.port() != 0).collect()
    }
}

fn name(object: &Value) -> String {
    object.get("name").and_then(Value::as_str).unwrap_or_default().to_owned()
}
