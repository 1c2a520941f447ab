//! `httproute explain`.

mod changes;
mod text;

use std::io::{self, Write};
use std::process::ExitCode;

use httproute_manifests::{ExplainOptions, HttpVersion, InvalidRequest, Options, Request, explain};
use httproute_sdk::Severity;

use crate::args::{Explain, Output};
use crate::error::Failure;
use crate::input::Manifests;

pub(crate) fn run(arguments: &Explain) -> Result<ExitCode, Failure> {
    let request = request(arguments).map_err(|error| Failure::usage(error.message, error.hint))?;
    let manifests = Manifests::read(&arguments.input)?;
    let options = ExplainOptions {
        resolve: Options {
            gateways: arguments.gateways.iter().cloned().collect(),
            ..arguments.judging.options(&arguments.input.namespace)
        },
        channel: arguments.judging.channel(),
        seed: arguments.seed,
    };
    let explanation = explain(&manifests.parsed, &request, &options);
    let printed = match arguments.output {
        Output::Json => writeln!(io::stdout().lock(), "{:#}", explanation.to_json()),
        Output::Text => {
            let text = text::explanation(&explanation, &manifests, arguments.seed);
            anstream::stdout().lock().write_all(text.as_bytes())
        }
    };
    Failure::unless_written(printed)?;
    // What could not be read may have said something else.
    let is_whole =
        manifests.parsed.problems.iter().all(|problem| problem.problem.severity != Severity::Error);
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The request that the user asks about.
fn request(arguments: &Explain) -> Result<Request, InvalidRequest> {
    let mut request = Request::new(&arguments.method, &arguments.url)?;
    for header in &arguments.headers {
        request = request.with_header(header)?;
    }
    request.port = arguments.port.unwrap_or(request.port);
    if let Some(target) = &arguments.request_target {
        request.target = target.as_str().into();
    }
    match (arguments.http1, arguments.http2) {
        (true, _) => request.version = HttpVersion::Http1,
        (_, true) => request.version = HttpVersion::Http2,
        _ => {}
    }
    Ok(request)
}
