//! `httproute check`.

use std::io::{self, Write};
use std::process::ExitCode;

use httproute_manifests::{Addresses, Document, Located, Proxy, Resolution, judge};
use httproute_sdk::{Problem, Severity};
use serde_json::{Value, json};

use crate::args::{Check, Output};
use crate::diagnostics::{self, count, number};
use crate::error::Failure;
use crate::input::Manifests;
use crate::render::ADMIN_PORT;
use crate::text::{BAD, BOLD, GOOD, clean};

pub(crate) fn run(arguments: &Check) -> Result<ExitCode, Failure> {
    let manifests = Manifests::read(&arguments.input)?;
    let documents = &manifests.parsed.documents;
    let mut options = arguments.judging.options(&arguments.input.namespace);
    if arguments.own_addresses || !may_share_addresses(documents) {
        options.addresses = Addresses::PerGateway;
    }
    let (mut problems, resolution) = judge(&manifests.parsed, arguments.judging.channel(), &options);
    if options.front.as_ref().is_some_and(|front| front.proxy == Proxy::Envoy) {
        problems.extend(on_admin_port(&resolution).map(Located::nowhere));
    }
    let printed = match arguments.output {
        Output::Json => {
            let problems: Vec<_> = problems.iter().map(Located::to_json).collect();
            let object = json!({ "problems": problems, "statuses": resolution.statuses() });
            writeln!(io::stdout().lock(), "{object:#}")
        }
        Output::Text => {
            let mut text = String::new();
            for problem in &problems {
                text.push_str(&diagnostics::problem(problem, &manifests));
                text.push('\n');
            }
            if arguments.status {
                text.push_str(&status(&resolution));
            }
            text.push_str(&format!(
                "{} in {} with {}\n",
                count(&problems),
                number(manifests.files.len(), "file"),
                number(documents.len(), "object")
            ));
            anstream::stdout().lock().write_all(text.as_bytes())
        }
    };
    Failure::unless_written(printed)?;
    let failed = problems.iter().any(Located::is_error);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Whether one proxy may serve all Gateways: those of several classes, or that ask for different addresses, are served apart.
fn may_share_addresses(documents: &[Document]) -> bool {
    let gateways = documents
        .iter()
        .map(|document| &document.value)
        .filter(|object| object.get("kind").and_then(Value::as_str) == Some("Gateway"));
    let mut places = gateways.filter_map(|gateway| gateway.get("spec")).map(|spec| {
        let addresses = spec
            .get("addresses")
            .filter(|addresses| addresses.as_array().is_none_or(|list| !list.is_empty()));
        (spec.get("gatewayClassName"), addresses)
    });
    let first = places.next();
    places.all(|place| Some(place) == first)
}

/// Listeners on the port that Envoy's administration interface has unless `--admin` gives it another.
fn on_admin_port(resolution: &Resolution) -> impl Iterator<Item = Problem> {
    let listeners = resolution.gateways.iter().flat_map(|gateway| &gateway.listeners);
    listeners.filter(|listener| listener.port == ADMIN_PORT).map(|listener| Problem {
        severity: Severity::Warning,
        pointer: String::new(),
        code: "AdminPort",
        message: format!(
            "listener {} has port {ADMIN_PORT}, where `render envoy` puts Envoy's administration interface",
            listener.name
        ),
        hint: "render with another port for either: --admin PORT, or --port LISTENER=BOUND".to_owned(),
    })
}

/// The conditions that a cluster would show.
fn status(resolution: &Resolution) -> String {
    let mut text = String::new();
    let conditions = |text: &mut String, indentation: &str, conditions: &[httproute_manifests::Condition]| {
        for condition in conditions {
            // Of Conflicted and the like it is True that is bad.
            let is_bad_news =
                ["Conflicted", "PartiallyInvalid", "OverlappingTLSConfig"].contains(&condition.kind);
            let style = if condition.status == is_bad_news { BAD } else { GOOD };
            text.push_str(&format!("{indentation}{style}{}{style:#}\n", clean(&condition.to_string())));
        }
    };
    for gateway in &resolution.gateways {
        text.push_str(&format!("{BOLD}Gateway {}{BOLD:#}\n", clean(&gateway.name.to_string())));
        conditions(&mut text, "  ", &gateway.conditions);
        for listener in &gateway.listeners {
            text.push_str(&format!(
                "  listener {}: {}, port {}, {}; {} attached\n",
                clean(&listener.name.name),
                clean(&listener.protocol),
                listener.port,
                clean(listener.hostname.as_deref().unwrap_or("any host")),
                number(listener.attached_routes, "route"),
            ));
            conditions(&mut text, "    ", &listener.conditions);
        }
    }
    for route in &resolution.routes {
        text.push_str(&format!("{BOLD}HTTPRoute {}{BOLD:#}\n", clean(&route.name.to_string())));
        if route.parents.is_empty() {
            text.push_str("  no parentRef leads to a Gateway of these manifests\n");
        }
        for parent in &route.parents {
            let section = parent.section_name.as_ref().map(|name| format!(", section {name}"));
            let port = parent.port.map(|port| format!(", port {port}"));
            text.push_str(&format!(
                "  parent {}{}{}\n",
                clean(&parent.gateway.to_string()),
                clean(&section.unwrap_or_default()),
                port.unwrap_or_default()
            ));
            conditions(&mut text, "    ", &parent.conditions);
        }
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}
