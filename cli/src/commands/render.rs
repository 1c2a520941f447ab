//! `httproute render`.

use std::io::Write;
use std::process::ExitCode;

use httproute_manifests::{Located, Options, Resolution, resolve};

use super::objects;
use crate::args::{Envoy, Proxy, Render, Target};
use crate::diagnostics;
use crate::error::Failure;
use crate::input::Manifests;
use crate::render::{self, RenderOptions, ports};

/// Where routes are served if the manifests hold no Gateway.
const IMPLICIT_PORT: u16 = 8080;

pub(crate) fn run(arguments: &Render) -> Result<ExitCode, Failure> {
    match &arguments.proxy {
        Proxy::Envoy(arguments) => envoy(arguments),
        Proxy::Istio(arguments) => objects::istio(arguments),
    }
}

fn envoy(arguments: &Envoy) -> Result<ExitCode, Failure> {
    let manifests = Manifests::read(&arguments.input)?;
    let options = options(&arguments.input.namespace, &arguments.target);
    let mut resolution = resolve(&manifests.parsed.documents, &options);
    let problems = Located::all(&manifests.parsed, Vec::new(), std::mem::take(&mut resolution.warnings));
    for problem in &problems {
        anstream::eprintln!("{}", diagnostics::problem(problem, &manifests));
    }
    // What could not be read may have said something else.
    if problems.iter().any(Located::is_error) {
        return Err(Failure::new("nothing is rendered of manifests that cannot be read"));
    }
    for left_out in ports::leave_out(&arguments.target.ports, &mut resolution) {
        anstream::eprintln!("warning: {left_out}");
    }
    if resolution.chains.is_empty() && !resolution.gateways.is_empty() {
        return Err(nothing_is_served(&resolution));
    }
    let bootstrap = RenderOptions::new(&arguments.target)
        .and_then(|options| render::envoy(&resolution, &options))
        .map_err(Failure::new)?;
    std::io::stdout().write_all(bootstrap.as_bytes()).map_err(Failure::output)?;
    Ok(ExitCode::SUCCESS)
}

/// An Envoy without a listener is no use to anybody.
fn nothing_is_served(resolution: &Resolution) -> Failure {
    let message = "no listener of the Gateways can be served: the warnings above say why";
    let names: Vec<String> = resolution.gateways.iter().map(|gateway| gateway.name.to_string()).collect();
    match names.as_slice() {
        [first, second, ..] => Failure::new(message).with_hint(format!(
            "where Gateways have the same port, serve one of them (--gateway {first}), or bind a port for each \
             (--port {first}/80=10080 --port {second}/80=10081)"
        )),
        _ => Failure::new(message),
    }
}

/// How to resolve manifests for a proxy.
fn options(namespace: &str, target: &Target) -> Options {
    Options {
        namespace: namespace.to_owned(),
        addresses: ports::addresses(&target.ports),
        gateways: target.gateways.iter().cloned().collect(),
        implicit_gateway: Some(IMPLICIT_PORT),
        overridden: target.backends.iter().map(|backend| backend.name.clone()).collect(),
        extensions: target
            .extensions
            .iter()
            .map(|extension| (extension.group.clone(), extension.kind.clone()))
            .collect(),
        ..Options::default()
    }
}
