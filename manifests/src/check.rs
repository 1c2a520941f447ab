//! What the API server would refuse, what the specification forbids, and what a person should look at.

mod envoy;
mod identity;
pub(crate) mod mistakes;
mod module;
pub(crate) mod place;
pub(crate) mod report;
pub(crate) mod rules;
mod suggest;
#[cfg(test)]
mod tests;
mod values;
mod walk;

use httproute_sdk::Problem;

use crate::document::{Document, Position};
use place::Place;
use report::Report;

/// Which of the two CustomResourceDefinitions of the Gateway API a cluster has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Channel {
    /// "The standard release channel", what is generally available.
    #[default]
    Standard,
    /// It has more fields, and a few more rules.
    Experimental,
}

/// A problem of one of the documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The place of the document in the list that was checked.
    pub document: usize,
    /// What is wrong. Its pointer is that of a place in the object.
    pub problem: Problem,
}

/// Codes of problems that are about a name, or about something that is missing below it.
const ABOUT_THE_KEY: [&str; 4] = ["ExperimentalChannel", "Missing", "UnknownField", "WrongMember"];

impl Finding {
    /// Where in its file the place of the problem is: at a value, or at a name where that is what is wrong.
    ///
    /// ```
    /// use httproute_manifests::{Channel, check, parse};
    ///
    /// let yaml = b"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  lables: {a: b}\n";
    /// let documents = parse("shop.yaml", yaml).documents;
    /// let findings = check(&documents, Channel::Standard);
    /// assert_eq!(findings[0].problem.hint, "did you mean \"labels\"?");
    /// assert_eq!(findings[0].position(&documents).line, 5);
    /// ```
    pub fn position(&self, documents: &[Document]) -> Position {
        let Some(document) = documents.get(self.document) else { return Position::default() };
        match ABOUT_THE_KEY.contains(&self.problem.code) {
            true => document.key_position(&self.problem.pointer),
            false => document.position(&self.problem.pointer),
        }
    }
}

/// Checks objects against the API: HTTPRoute, Gateway, GatewayClass and ReferenceGrant in full, Service, Namespace and
/// Secret as far as they matter here, and configurations of Envoy with modules in them. Other kinds are passed over; of those that the Gateway API has, it is said.
///
/// An error is what the API server of `channel` would refuse, with the strict validation that kubectl asks for ("--validate=
/// strict", which is the default: a field that does not exist is refused), or what the specification forbids and the
/// modules answer with 500. So a field of the experimental channel is an error in the standard channel: without strict
/// validation it would be dropped in silence.
///
/// Findings are in the order of the documents, and within one in the order of the text.
///
/// ```
/// use httproute_manifests::{Channel, check, parse};
///
/// let yaml = b"
/// apiVersion: gateway.networking.k8s.io/v1
/// kind: HTTPRoute
/// metadata: {name: cart}
/// spec:
///   rules:
///   - backendRefs:
///     - {name: cart, port: 80, weight: -1}
/// ";
/// let documents = parse("cart.yaml", yaml).documents;
/// let findings = check(&documents, Channel::Standard);
/// assert_eq!(findings.len(), 1);
/// assert_eq!(
///     findings[0].problem.to_string(),
///     "error[OutOfRange] at /spec/rules/0/backendRefs/0/weight: weight is -1, but must be between 0 and 1000000 \
///      (use 0 to send nothing to this backend)"
/// );
/// assert_eq!(findings[0].position(&documents).line, 8);
/// ```
pub fn check(documents: &[Document], channel: Channel) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        let mut report = Report::new(channel);
        let place = Place::Root;
        if envoy::is_configuration(&document.value) {
            envoy::check(&document.value, &place, &mut report);
        } else if let Some(kind) = identity::identify(&document.value, &mut report) {
            walk::object(&kind.object, &document.value, &place, &mut report);
            if kind.name == "HTTPRoute" {
                module::check(&document.value, &mut report);
            }
            values::check(&document.value, &mut report);
        }
        let first = findings.len();
        findings.extend(report.into_problems().map(|problem| Finding { document: index, problem }));
        if let Some(found) = findings.get_mut(first..) {
            found.sort_by_cached_key(|finding| finding.position(documents));
        }
    }
    findings
}
