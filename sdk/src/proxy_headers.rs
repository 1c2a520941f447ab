//! Headers that belong to the proxy: what rules and custom filters may do to them, and what happens instead.
//!
//! One principle: if the proxy would obey an entry, or another message would come of it, the entry is left out and a warning says so;
//! everything else in the rule is done. Only a claim about the length of the body is an error, because it is wrong on any proxy.
//! `docs/filters.md` has the same table for users.
//!
//! Envoy reads many other headers, but has done so before any filter runs (`x-request-id`, `x-forwarded-for`, `expect`, `via`, …) or
//! only passes them on. Rules may change those, and the backend gets what the rule says.

use crate::header_op::HeaderOp;
use crate::settings::Settings;

/// Why a header is the proxy's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProxyHeader {
    /// It says where the body ends. With another one the rest of a body is read as the next request on the connection, whoever that
    /// belongs to.
    Length,
    /// It turns a message into an upgrade, which has no framing: Envoy 1.36.4 then forwards a chunked body as it is, and its content
    /// as another request; 1.40.0 loses the body. Without it an upgrade that a client asks for never ends.
    Upgrade,
    /// "Intermediaries MUST … remove the connection-specific header fields" (RFC 9110, section 7.6.1): it speaks of one connection.
    Connection,
    /// Envoy's router takes it for an instruction: 1,000 retries, no timeout. Envoys that see the message later do so too.
    Control,
    /// Modules and proxy talk to each other by it: it chooses the upstream.
    Private,
}

/// What a rule or a filter does to a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Write,
    Remove,
}

impl ProxyHeader {
    /// Whose header `name` (in lower case) is, if it is the proxy's; `settings` if it is a request's.
    pub(crate) fn of(name: &str, settings: Option<&Settings>) -> Option<Self> {
        match name {
            "content-length" | "transfer-encoding" => Some(ProxyHeader::Length),
            "connection" | "upgrade" => Some(ProxyHeader::Upgrade),
            "keep-alive" | "proxy-connection" | "te" | "http2-settings" => Some(ProxyHeader::Connection),
            _ if name.starts_with("x-envoy-") => Some(ProxyHeader::Control),
            _ => {
                let settings = settings?;
                let is_private = name.starts_with("x-httproute-") || settings.is_private(name.as_bytes());
                is_private.then_some(ProxyHeader::Private)
            }
        }
    }

    /// Whether a rule or a filter may do this to it.
    pub(crate) fn permits(self, change: Change) -> bool {
        match self {
            ProxyHeader::Upgrade | ProxyHeader::Private => false,
            ProxyHeader::Length | ProxyHeader::Connection | ProxyHeader::Control => change == Change::Remove,
        }
    }

    /// What is wrong with a change, as the end of a sentence about the header.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            ProxyHeader::Length => "says where the body ends, and only the proxy knows",
            ProxyHeader::Upgrade => {
                "can turn a message into an upgrade, so only clients and backends may send it"
            }
            ProxyHeader::Connection => {
                "is about one connection, and each connection of the proxy has its own"
            }
            ProxyHeader::Control => "is an instruction to Envoy",
            ProxyHeader::Private => "is how modules and proxy talk to each other",
        }
    }

    /// What to do instead.
    pub(crate) fn hint(self) -> &'static str {
        match self {
            ProxyHeader::Length => "remove this entry",
            ProxyHeader::Upgrade => "remove this entry: the proxy passes WebSocket upgrades on by itself",
            ProxyHeader::Connection => "remove this entry",
            ProxyHeader::Control => "use the rule's timeouts; retries belong in the proxy's configuration",
            ProxyHeader::Private => "use another header",
        }
    }
}

/// Without this header Envoy gives a request no route, so that a module cannot remove it: Envoy's route does, once it is chosen
/// ([`Settings::cluster_header_without_proto`]).
pub(crate) const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// Whether `ops` leave a request without `X-Forwarded-Proto`; `None` if they do not change it.
pub(crate) fn remove_proto(ops: &[HeaderOp]) -> Option<bool> {
    let last = ops.iter().rfind(|op| op.name() == FORWARDED_PROTO)?;
    Some(last.change() == Change::Remove)
}

impl HeaderOp {
    /// What this does to its header.
    pub(crate) fn change(&self) -> Change {
        match self {
            HeaderOp::Set { .. } | HeaderOp::Add { .. } => Change::Write,
            HeaderOp::Remove { .. } => Change::Remove,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::{decode, get, one_rule};

    /// Rows of the table in `docs/filters.md`: names, whether a write is done, whether a removal is done.
    const TABLE: [(&[&str], bool, bool); 6] = [
        (&["Content-Length", "Transfer-Encoding"], false, true),
        (&["Connection", "Upgrade"], false, false),
        (&["Keep-Alive", "Proxy-Connection", "TE", "HTTP2-Settings"], false, true),
        (&["X-Envoy-Retry-On", "x-envoy-max-retries", "x-envoy-upstream-rq-timeout-ms"], false, true),
        (&["X-HTTPRoute-Cluster", "x-httproute-mirror-1", "x-httproute-anything"], false, false),
        (
            &[
                "X-Forwarded-Proto",
                "X-Forwarded-For",
                "X-Forwarded-Host",
                "X-Forwarded-Port",
                "X-Forwarded-Client-Cert",
                "X-Request-Id",
                "X-Client-Trace-Id",
                "Forwarded",
                "Via",
                "Expect",
                "Trailer",
                "grpc-timeout",
                "Traceparent",
            ],
            true,
            true,
        ),
    ];

    fn changes(filter: &str, config: &Value) -> (usize, Vec<&'static str>) {
        let (first, rest) = filter.split_at(1);
        let kind = format!("{}{rest}", first.to_uppercase());
        let (routes, problems) = decode(one_rule(json!({
            "filters": [{ "type": kind, filter: config }],
            "backendRefs": [{ "name": "svc", "port": 80 }],
        })));
        let mut changes = 0;
        get(&routes, "http://a/", |plan| {
            changes = plan.request_headers.concat().len() + plan.response_headers.concat().len();
        });
        (changes, problems.iter().map(|problem| problem.code).collect())
    }

    #[test]
    fn what_a_rule_may_do_to_each_header() {
        for (names, writes, removes) in TABLE {
            for name in names {
                let code = match ProxyHeader::of(&name.to_lowercase(), Some(&Settings::default())) {
                    Some(ProxyHeader::Private) => "PrivateHeader",
                    Some(ProxyHeader::Length) => "InvalidHeaderName",
                    _ => "ProxyHeader",
                };
                let expected = |done: bool| if done { (1, vec![]) } else { (0, vec![code]) };
                let (set, add) =
                    (json!([{ "name": name, "value": "1" }]), json!([{ "name": name, "value": "1" }]));
                assert_eq!(
                    changes("requestHeaderModifier", &json!({ "set": set })),
                    expected(writes),
                    "set {name}"
                );
                assert_eq!(
                    changes("requestHeaderModifier", &json!({ "add": add })),
                    expected(writes),
                    "add {name}"
                );
                let remove = json!({ "remove": [name] });
                assert_eq!(changes("requestHeaderModifier", &remove), expected(removes), "remove {name}");
            }
        }
    }

    #[test]
    fn the_same_holds_for_responses_where_nothing_is_private() {
        for (names, writes, removes) in TABLE {
            for name in names {
                let private = name.to_lowercase().starts_with("x-httproute-");
                let done = |config: Value| changes("responseHeaderModifier", &config).0 == 1;
                assert_eq!(
                    done(json!({ "add": [{ "name": name, "value": "1" }] })),
                    writes || private,
                    "add {name}"
                );
                assert_eq!(done(json!({ "remove": [name] })), removes || private, "remove {name}");
            }
        }
    }

    #[test]
    fn the_docs_name_each_header_of_the_table() {
        let docs = include_str!("../../docs/filters.md");
        let (_, section) = docs.split_once("## Headers that belong to the proxy").unwrap();
        let section = section.split("\n## ").next().unwrap().to_lowercase();
        for name in TABLE.iter().flat_map(|(names, ..)| *names) {
            let name = name.to_lowercase();
            let prefix = ["x-envoy-", "x-httproute-"].into_iter().find(|prefix| name.starts_with(prefix));
            let named = prefix.map_or(name.clone(), |prefix| format!("{prefix}*"));
            assert!(section.contains(&format!("`{named}`")), "{name}");
        }
    }
}
