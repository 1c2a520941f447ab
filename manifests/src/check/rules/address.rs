//! `spec.addresses` of a Gateway

use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::Value;

use super::{text, text_or};
use crate::check::place::Place;
use crate::check::report::{Report, quoted};
use crate::schema::is_hostname;

/// "Hostname value must be empty or contain only valid characters", and an address of type IPAddress is one.
pub(crate) fn value_of_type(address: &Value, place: &Place<'_>, report: &mut Report) {
    let Some(value) = text(address, "value") else { return };
    let is_ip = || value.parse::<Ipv4Addr>().is_ok() || value.parse::<Ipv6Addr>().is_ok();
    let (fits, what, hint) = match text_or(address, "type", "IPAddress") {
        "IPAddress" => (is_ip(), "an IP address", "write it like 203.0.113.7, or add `type: Hostname`"),
        "Hostname" => (is_hostname(value), "a hostname", "write lower-case letters, digits, \"-\" and \".\""),
        _ => return,
    };
    if !fits {
        let message = format!("value is {}, which is not {what}", quoted(value));
        report.error(&Place::Key(place, "value"), "InvalidAddress", message, hint);
    }
}

/// "IPAddress values must be unique", "Hostname values must be unique".
pub(crate) fn once(addresses: &Value, place: &Place<'_>, report: &mut Report) {
    let addresses = addresses.as_array().map_or(&[][..], Vec::as_slice);
    let key = |address| Some((text_or(address, "type", "IPAddress"), text(address, "value")?));
    for (index, address) in addresses.iter().enumerate() {
        let Some(found) = key(address).filter(|(kind, _)| ["IPAddress", "Hostname"].contains(kind)) else {
            continue;
        };
        if addresses.iter().take(index).any(|earlier| key(earlier) == Some(found)) {
            let message = format!("the address {} stands twice", quoted(found.1));
            report.error(&Place::Index(place, index), "DuplicateName", message, "keep one of the two");
        }
    }
}
