//! Services

use serde_json::Value;

use super::{has, items, text, text_or};
use crate::check::place::Place;
use crate::check::report::Report;

/// A Service without ports is one without a selector of its own, as ExternalName or headless.
pub(crate) fn has_ports(spec: &Value, place: &Place<'_>, report: &mut Report) {
    let of_type = text_or(spec, "type", "ClusterIP");
    let needs = of_type != "ExternalName" && text(spec, "clusterIP") != Some("None");
    if needs && items(spec, "ports").is_empty() {
        let message = "ports is missing in this Service".to_owned();
        report.error(place, "Missing", message, "add `ports: [{port: 80}]`");
    }
    if of_type == "ExternalName" && !has(spec, "externalName") {
        let message = "externalName is missing, which the type ExternalName needs".to_owned();
        report.error(place, "Missing", message, "add externalName");
    }
}

/// Ports have names where there are several; no two have the same name, or the same number and protocol.
pub(crate) fn ports_told_apart(ports: &Value, place: &Place<'_>, report: &mut Report) {
    let ports = ports.as_array().map_or(&[][..], Vec::as_slice);
    let number =
        |port: &Value| Some((port.get("port")?.as_i64()?, text_or(port, "protocol", "TCP").to_owned()));
    for (index, port) in ports.iter().enumerate().take(1000) {
        let place = Place::Index(place, index);
        let name = text(port, "name").filter(|name| !name.is_empty());
        if name.is_none() && ports.len() > 1 {
            let message = "name is missing, which each of several ports must have".to_owned();
            report.error(&place, "Missing", message, "add a name, as in `name: http`");
        }
        let mut earlier = ports.iter().take(index);
        if earlier.any(|earlier| {
            (name.is_some() && text(earlier, "name") == name)
                || (number(port).is_some() && number(earlier) == number(port))
        }) {
            let message =
                "another port of the Service has the same name, or the same number and protocol".to_owned();
            report.error(&place, "DuplicateName", message, "give each port a name and a number of its own");
        }
    }
}
