//! Manifests by themselves, without a request.

use crate::resolve::resolve;
use crate::{Channel, Located, Options, Parsed, Resolution, check};

/// All that is wrong with manifests, and what they come to in a cluster. What `httproute check` shows.
///
/// ```
/// use httproute_manifests::{Channel, Options, judge, parse};
///
/// let parsed = parse("shop.yaml", br#"
/// apiVersion: gateway.networking.k8s.io/v1
/// kind: HTTPRoute
/// metadata: {name: a}
/// spec: {parentRefs: [{name: b}], hostname: [a.example]}
/// "#);
/// let (problems, resolution) = judge(&parsed, Channel::Standard, &Options::default());
/// assert!(problems.iter().any(|problem| problem.problem.code == "UnknownField" && problem.position.line == 5));
/// assert_eq!(resolution.routes.len(), 1);
/// ```
pub fn judge(manifests: &Parsed, channel: Channel, options: &Options) -> (Vec<Located>, Resolution) {
    let findings = check(&manifests.documents, channel);
    let mut resolution = resolve(&manifests.documents, options);
    let mut warnings = std::mem::take(&mut resolution.warnings);
    // Without routes nobody expects a Gateway.
    warnings.retain(|warning| warning.code != "NoGateway" || !resolution.routes.is_empty());
    (Located::all(manifests, findings, warnings), resolution)
}
