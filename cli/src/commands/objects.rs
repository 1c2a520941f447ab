//! `httproute render` where a control plane configures the proxies: objects for a cluster.

use std::io::Write;
use std::process::ExitCode;

use httproute_manifests::{Document, Located, Options, Resolution, resolve};

use crate::args::{EnvoyGateway, Input, Istio};
use crate::diagnostics;
use crate::error::Failure;
use crate::input::Manifests;
use crate::render::objects::Rendered;
use crate::render::{envoy_gateway, istio};

/// `httproute render istio`.
pub(crate) fn istio(arguments: &Istio) -> Result<ExitCode, Failure> {
    let render =
        |resolution: &Resolution, documents: &[Document]| istio::render(resolution, documents, arguments);
    print(&arguments.input, &istio::resolve_options(arguments), render, istio::write)
}

/// `httproute render envoy-gateway`.
pub(crate) fn envoy_gateway(arguments: &EnvoyGateway) -> Result<ExitCode, Failure> {
    let render = |resolution: &Resolution, documents: &[Document]| {
        envoy_gateway::render(resolution, documents, arguments)
    };
    print(&arguments.input, &envoy_gateway::resolve_options(arguments), render, envoy_gateway::write)
}

/// Prints the objects that `render` makes of the manifests, and tells what will not work as written.
fn print(
    input: &Input,
    options: &Options,
    render: impl FnOnce(&Resolution, &[Document]) -> Result<Rendered, String>,
    write: impl FnOnce(&Rendered) -> String,
) -> Result<ExitCode, Failure> {
    let manifests = Manifests::read(input)?;
    let documents = &manifests.parsed.documents;
    let mut resolution = resolve(documents, options);
    let rendered = render(&resolution, documents);
    let mut warnings = std::mem::take(&mut resolution.warnings);
    warnings.extend(rendered.iter().flat_map(|rendered| rendered.warnings.clone()));
    let problems = Located::all(&manifests.parsed, Vec::new(), warnings);
    for problem in &problems {
        anstream::eprintln!("{}", diagnostics::problem(problem, &manifests));
    }
    // What could not be read may have said something else.
    if problems.iter().any(Located::is_error) {
        return Err(Failure::new("nothing is rendered of manifests that cannot be read"));
    }
    let rendered = rendered.map_err(Failure::new)?;
    if rendered.objects.is_empty() {
        let hint = "ports and hosts are those of the listeners of a Gateway";
        return Err(Failure::new("there is nothing to render: the warnings above say why").with_hint(hint));
    }
    std::io::stdout().write_all(write(&rendered).as_bytes()).map_err(Failure::output)?;
    Ok(ExitCode::SUCCESS)
}
