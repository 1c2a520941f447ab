//! Request headers that the proxy itself needs or obeys, and what rules may do to them.

use crate::header_op::HeaderOp;

/// Without this header Envoy gives a request no route, so that a module cannot remove it: Envoy's route does, once it is chosen
/// ([`Settings::cluster_header_without_proto`](crate::Settings::cluster_header_without_proto)).
pub(crate) const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// Whether `ops` leave a request without `X-Forwarded-Proto`; `None` if they do not change it.
pub(crate) fn remove_proto(ops: &[HeaderOp]) -> Option<bool> {
    let last = ops.iter().rfind(|op| op.name() == FORWARDED_PROTO)?;
    Some(matches!(last, HeaderOp::Remove { .. }))
}
