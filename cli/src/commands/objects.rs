//! `httproute render` where a control plane configures the proxies: objects for a cluster.

use std::io::Write;
use std::process::ExitCode;

use httproute_manifests::{Document, Located, Options, Resolution, check, resolve};

use crate::args::{Checking, EnvoyGateway, Input, Istio};
use crate::diagnostics;
use crate::error::Failure;
use crate::input::Manifests;
use crate::render::objects::Rendered;
use crate::render::verdict::{self, Unresolved, Verdict};
use crate::render::{envoy_gateway, istio, ports};

/// `httproute render istio`.
pub(crate) fn istio(arguments: &Istio) -> Result<ExitCode, Failure> {
    let render =
        |resolution: &Resolution, documents: &[Document]| istio::render(resolution, documents, arguments);
    let problems = |problems: &mut Vec<Located>, resolution: &Resolution| {
        verdict::raise(problems, Unresolved::Error);
        problems.extend(ports::unused(&arguments.ports, resolution).into_iter().map(Located::nowhere));
    };
    let Istio { input, checking, .. } = arguments;
    print(input, checking, &istio::resolve_options(arguments), render, problems, istio::write)
}

/// `httproute render envoy-gateway`.
pub(crate) fn envoy_gateway(arguments: &EnvoyGateway) -> Result<ExitCode, Failure> {
    let render = |resolution: &Resolution, documents: &[Document]| {
        envoy_gateway::render(resolution, documents, arguments)
    };
    // What no module implements, Envoy Gateway may.
    let problems = |problems: &mut Vec<Located>, _: &Resolution| {
        problems.retain(|Located { problem, .. }| {
            !problem.pointer.starts_with("/spec/rules/")
                || !["NotCarriedOut", "UnsupportedFilter"].contains(&problem.code)
        });
    };
    let EnvoyGateway { input, checking, .. } = arguments;
    print(input, checking, &envoy_gateway::resolve_options(arguments), render, problems, envoy_gateway::write)
}

/// Prints the objects that `render` makes of the manifests, and tells what will not work as written.
fn print(
    input: &Input,
    checking: &Checking,
    options: &Options,
    render: impl FnOnce(&Resolution, &[Document]) -> Result<Rendered, String>,
    adjust: impl FnOnce(&mut Vec<Located>, &Resolution),
    write: impl FnOnce(&Rendered) -> String,
) -> Result<ExitCode, Failure> {
    let manifests = Manifests::read(input)?;
    let documents = &manifests.parsed.documents;
    let mut resolution = resolve(documents, options);
    let rendered = render(&resolution, documents);
    let mut warnings = std::mem::take(&mut resolution.warnings);
    warnings.extend(rendered.iter().flat_map(|rendered| rendered.warnings.clone()));
    let mut problems = Located::all(&manifests.parsed, check(documents, checking.channel()), warnings);
    adjust(&mut problems, &resolution);
    for problem in &problems {
        anstream::eprintln!("{}", diagnostics::problem(problem, &manifests));
    }
    Verdict::of(&problems, documents).accept("rendered", checking.allow_errors)?;
    let rendered = rendered.map_err(Failure::new)?;
    if rendered.objects.is_empty() {
        let hint = "ports and hosts are those of the listeners of a Gateway";
        return Err(Failure::new("there is nothing to render: the warnings above say why").with_hint(hint));
    }
    std::io::stdout().write_all(write(&rendered).as_bytes()).map_err(Failure::output)?;
    Ok(ExitCode::SUCCESS)
}
