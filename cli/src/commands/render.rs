//! `httproute render`.

use std::io::Write;
use std::process::ExitCode;

use httproute_manifests::{Options, resolve};

use crate::args::{Envoy, Proxy, Render, Target};
use crate::error::Failure;
use crate::input::Manifests;
use crate::render::{self, RenderOptions, ports};

pub(crate) fn run(arguments: &Render) -> Result<ExitCode, Failure> {
    match &arguments.proxy {
        Proxy::Envoy(arguments) => envoy(arguments),
    }
}

fn envoy(arguments: &Envoy) -> Result<ExitCode, Failure> {
    let manifests = Manifests::read(&arguments.input)?;
    let options = options(&arguments.input.namespace, &arguments.target);
    let resolution = resolve(&manifests.parsed.documents, &options);
    let bootstrap = RenderOptions::new(&arguments.target)
        .and_then(|options| render::envoy(&resolution, &options))
        .map_err(Failure::new)?;
    std::io::stdout().write_all(bootstrap.as_bytes()).map_err(Failure::output)?;
    Ok(ExitCode::SUCCESS)
}

/// How to resolve manifests for a proxy.
fn options(namespace: &str, target: &Target) -> Options {
    Options {
        namespace: namespace.to_owned(),
        addresses: ports::addresses(&target.ports),
        overridden: target.backends.iter().map(|backend| backend.name.clone()).collect(),
        extensions: target
            .extensions
            .iter()
            .map(|extension| (extension.group.clone(), extension.kind.clone()))
            .collect(),
        ..Options::default()
    }
}
