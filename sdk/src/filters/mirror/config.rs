//! From `requestMirror` to a mirror.

use super::{RequestMirror, Sample};
use crate::reading::node::Node;
use crate::reading::report::Report;
use crate::references::RuleScope;
use crate::references::decode_reference;

pub(crate) fn decode(node: &Node<'_>, scope: &RuleScope<'_>, report: &mut Report) -> Option<RequestMirror> {
    let mirror = node.object(report)?;
    mirror.only(&["backendRef", "percent", "fraction"], report);
    let percent = mirror.get("percent").and_then(|node| node.integer(0..=100, report));
    let fraction = mirror.get("fraction").and_then(|node| decode_fraction(&node, report));
    if mirror.get("percent").is_some() && mirror.get("fraction").is_some() {
        // "Only one of Fraction or Percent may be specified."
        let message = "percent and fraction cannot stand together".into();
        report.error(&mirror.place, "PercentAndFraction", message, "keep one of them");
    }
    // "If neither field is specified, 100% of requests will be mirrored."
    let sample = match (percent, fraction) {
        (Some(percent), _) => Sample { numerator: percent, denominator: 100 },
        (None, Some(fraction)) => fraction,
        (None, None) => Sample { numerator: 1, denominator: 1 },
    };
    let reference = mirror.required("backendRef", report)?;
    let object = reference.object(report)?;
    object.only(&["group", "kind", "name", "namespace", "port"], report);
    let cluster = decode_reference(&object, &scope.cluster_names.copies, scope, report)?;
    Some(RequestMirror { cluster, sample })
}

fn decode_fraction(node: &Node<'_>, report: &mut Report) -> Option<Sample> {
    const MOST: u32 = i32::MAX as u32;
    let fraction = node.object(report)?;
    fraction.only(&["numerator", "denominator"], report);
    let numerator = fraction.required("numerator", report)?.integer(0..=MOST, report)?;
    let denominator = match fraction.get("denominator") {
        Some(node) => node.integer(1..=MOST, report)?,
        None => 100,
    };
    if numerator > denominator {
        let message = format!("the numerator {numerator} is larger than the denominator {denominator}");
        report.error(&node.place, "OutOfRange", message, "");
        return None;
    }
    Some(Sample { numerator, denominator })
}
