//! `httproute render`.

use std::io::Write;
use std::process::ExitCode;

use httproute_manifests::CertificateSource;

use super::objects;
use crate::args::{Envoy, Proxy, Render};
use crate::error::Failure;
use crate::render::module::Code;
use crate::render::self_signed::SelfSigned;
use crate::render::served::Served;
use crate::render::verdict::Unresolved;
use crate::render::{self, RenderOptions};

pub(crate) fn run(arguments: &Render) -> Result<ExitCode, Failure> {
    match &arguments.proxy {
        Proxy::Envoy(arguments) => envoy(arguments),
        Proxy::Istio(arguments) => objects::istio(arguments),
        Proxy::EnvoyGateway(arguments) => objects::envoy_gateway(arguments),
    }
}

fn envoy(arguments: &Envoy) -> Result<ExitCode, Failure> {
    let certificates = match arguments.self_signed {
        true => CertificateSource::SecretsIfPresent,
        false => CertificateSource::Secrets,
    };
    let channel = arguments.checking.channel();
    let mut served =
        Served::read(&arguments.input, &arguments.target, channel, certificates, Unresolved::Error)?;
    SelfSigned::default().fill(&mut served.resolution)?;
    for told in &served.told {
        anstream::eprintln!("{told}");
    }
    served.verdict.accept("rendered", arguments.checking.allow_errors)?;
    served.has_listeners()?;
    let module = Code::new(&arguments.target).path().map_err(Failure::new)?;
    let options = RenderOptions::new(&arguments.target, module);
    let bootstrap = render::envoy(&served.resolution, &options).map_err(Failure::new)?;
    std::io::stdout().write_all(bootstrap.as_bytes()).map_err(Failure::output)?;
    Ok(ExitCode::SUCCESS)
}
