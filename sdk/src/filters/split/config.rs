//! From `backendRefs` to weighted choices.

use super::{Backends, Choice};
use crate::filters::config as filters;
use crate::reading::node::Object;
use crate::reading::report::Report;
use crate::references::RuleScope;
use crate::references::decode_reference;

/// The `backendRefs` of `rule`.
pub(crate) fn decode(rule: &Object<'_>, scope: &RuleScope<'_>, report: &mut Report) -> Backends {
    let mut choices = Vec::new();
    let mut sum = 0u32;
    let mut listed = false;
    rule.each("backendRefs", 16, report, |node, report| {
        listed = true;
        let Some(backend) = node.object(report) else { return };
        backend.only(&["group", "kind", "name", "namespace", "port", "weight", "filters"], report);
        let cluster = decode_reference(&backend, &scope.cluster_names.requests, scope, report);
        // "If unspecified, weight defaults to 1."
        let weight = match backend.get("weight") {
            Some(node) => node.integer(0..=1_000_000, report),
            None => Some(1),
        };
        let filters = filters::decode(&backend, scope, report);
        let (Some(cluster), Some(weight)) = (cluster, weight) else { return };
        // "If weight is set to 0, no traffic should be forwarded for this entry."
        if weight > 0 {
            sum = sum.saturating_add(weight);
            choices.push(Choice { up_to: sum, cluster, filters });
        }
    });
    if listed && sum == 0 && report.broken().is_none() {
        let message = "all weights are 0, so that every request of the rule is answered with 500".into();
        report.warn(&rule.place, "AllWeightsZero", message, "give one backend a weight");
    }
    if let (Some(node), Some(first)) = (rule.get("backendRefs"), choices.first())
        && choices.iter().any(|choice| choice.cors() != first.cors())
    {
        let message =
            "the CORS filters of these backends differ, so that a preflight may be answered by another than \
                       the request that follows"
                .into();
        report.warn(&node.place, "ConflictingCors", message, "move the CORS filter to the rule");
    }
    Backends { choices: choices.into() }
}
