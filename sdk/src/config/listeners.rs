//! From `listeners` and `misdirected` to listeners.

use super::names::Names;
use super::route::pattern;
use crate::kinds::Kinds;
use crate::listener::{Listener, Scheme};
use crate::matching::host::HostPattern;
use crate::reading::json::Json;
use crate::reading::node::Node;
use crate::reading::report::{Place, Report};
use crate::reading::text::is_hostname;
use crate::route::Route;
use crate::sort::sort;

/// A listener, and the routes that are attached to it: `None` for all.
pub(super) struct Attachment {
    pub(super) listener: Listener,
    pub(super) routes: Option<Vec<u32>>,
}

pub(super) fn decode(
    list: &[Json<'_>],
    names: &Names,
    routes: &[Route],
    report: &mut Report,
) -> Vec<Attachment> {
    nodes(list, &Place::Start("/listeners")).map(|node| decode_one(&node, names, routes, report)).collect()
}

/// The items of a list that stands at `place`.
fn nodes<'a>(list: &'a [Json<'a>], place: &'a Place<'a>) -> impl Iterator<Item = Node<'a>> {
    list.iter().enumerate().map(move |(index, value)| Node { value, place: Place::Index(place, index) })
}

/// A listener in which something is wrong is kept, and answers 500: were it left out, its requests would go to another.
fn decode_one(node: &Node<'_>, names: &Names, routes: &[Route], report: &mut Report) -> Attachment {
    report.start(Kinds::BACKENDS);
    let mut listener = Listener { hostname: None, port: None, scheme: None, table: 0, broken: false };
    let mut attached = None;
    if let Some(object) = node.object(report) {
        object.only(&["gateway", "name", "port", "protocol", "hostname", "routes"], report);
        object.text("gateway", report);
        object.text("name", report);
        listener.hostname = object.get("hostname").and_then(|node| hostname(&node, report));
        listener.port =
            object.get("port").and_then(|node| node.integer(1..=65535, report)).map(|port| port as u16);
        listener.scheme = object.get("protocol").and_then(|node| {
            let protocol = node.text(report)?;
            let scheme = Scheme::new(protocol.as_bytes());
            if scheme.is_none() {
                let message = format!("HTTPRoutes do not attach to listeners of protocol {protocol:?}");
                report.error(&node.place, "UnsupportedValue", message, "use HTTP or HTTPS");
            }
            scheme
        });
        if object.get("routes").is_some() {
            let mut numbers: Vec<u32> = Vec::new();
            object.each("routes", usize::MAX, report, |node, report| {
                let Some(name) = node.text(report) else { return };
                let before = numbers.len();
                numbers.extend(names.find(name, routes));
                if numbers.len() == before {
                    let message = format!("no route is named {name:?}");
                    report.warn(&node.place, "UnknownRoute", message, "name routes as namespace/name");
                }
            });
            // What cannot be read excludes no request: a route without a readable name may be one of these.
            numbers.extend((0..).zip(routes).filter(|(_, route)| !route.has_name).map(|(number, _)| number));
            sort(&mut numbers, &|a, b| a.cmp(&b));
            numbers.dedup();
            attached = Some(numbers);
        }
    }
    listener.broken = !report.broken().is_none();
    Attachment { listener, routes: attached }
}

/// The hostname of a listener; an empty one is none, as the API has it, and so is one that cannot be read.
fn hostname(node: &Node<'_>, report: &mut Report) -> Option<HostPattern> {
    let hostname = node.text(report)?;
    if hostname.is_empty() {
        return None;
    }
    if !is_hostname(hostname) {
        let message = format!("{hostname:?} is no hostname: what it is meant for is answered with 500");
        report.error(&node.place, "InvalidHostname", message, "");
    }
    pattern(hostname)
}

/// The hostnames of `misdirected`; an empty one stands for a listener without a hostname.
pub(super) fn decode_misdirected(list: &[Json<'_>], report: &mut Report) -> Vec<Option<HostPattern>> {
    nodes(list, &Place::Start("/misdirected")).map(|node| hostname(&node, report)).collect()
}
