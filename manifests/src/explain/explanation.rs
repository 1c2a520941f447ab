//! Why a request goes where it goes, as data.

use httproute_sdk::{HeaderLines, HeaderOp, Reply, Timeouts, extension};

use crate::front::{Proxy, Step};
use crate::{Located, ObjectName};

/// Why a request goes where it goes, and what becomes of it on the way.
///
/// [`Explanation::to_json`] is the form for tools.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The listener that the request belongs to; `None` where there is none for its port, protocol or host.
    pub listener: Option<ServingListener>,
    /// Every match of the routes that are attached to the listener, in the order of precedence.
    pub candidates: Vec<Candidate>,
    /// What the proxy did before the module saw the request; `None` if nothing is in front of the module.
    pub front: Option<FrontReport>,
    /// The request as the client sends it.
    pub before: Message,
    /// The request as the module gets it; `None` if the proxy answers it, or there is nothing in front of the module.
    pub received: Option<Message>,
    /// The request as the backend gets it; `None` where it gets none.
    pub after: Option<Message>,
    /// The answer that the proxy gives by itself.
    pub reply: Option<Answer>,
    /// Where requests of the rule go.
    pub destination: Destination,
    /// The copies that are sent.
    pub mirrors: Vec<MirrorCopy>,
    /// Changes to the response's headers, in the order of execution.
    pub response: Vec<HeaderOp>,
    /// The objects of filters of the rule that a module of one's own carries out. What they do is not known here: all else is said as if
    /// they let the request pass.
    pub extensions: Vec<extension::ObjectName>,
    /// Routes that are not attached to the listener.
    pub elsewhere: Vec<Elsewhere>,
    /// What is wrong with the manifests.
    pub problems: Vec<Located>,
}

/// The listener that a request belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServingListener {
    /// Its Gateway; `None` for the listener that stands in where the manifests hold no Gateway.
    pub gateway: Option<String>,
    /// Its name, `None` likewise.
    pub name: Option<String>,
    /// The port as clients see it.
    pub port: u16,
    /// `HTTP` or `HTTPS`.
    pub protocol: String,
    /// Its hostname; `None` for all.
    pub hostname: Option<String>,
}

/// What the proxy did before the module saw the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontReport {
    /// The proxy.
    pub proxy: Proxy,
    /// What it changed. If it answered the request, the last step says why.
    pub steps: Vec<Step>,
    /// Whether it reset the stream, so that the client got no answer.
    pub is_reset: bool,
}

/// A match that the request could have belonged to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// `namespace/name` of the route.
    pub route: String,
    /// The rule's place in the route, from 0.
    pub rule: usize,
    /// The rule's own name, where it has one.
    pub name: Option<String>,
    /// The match's place in the rule, from 0.
    pub matched: usize,
    /// What it asks of a request, in words.
    pub condition: String,
    /// The first reason why it lost; `None` for the winner.
    pub lost: Option<String>,
}

/// A request, as text: what is not UTF-8 is replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// The method.
    pub method: String,
    /// The scheme.
    pub scheme: String,
    /// Host and port.
    pub authority: String,
    /// Path and query.
    pub path: String,
    /// The other headers, in order.
    pub headers: Vec<(String, String)>,
}

/// An answer that the proxy gives by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The `Location` header, where it is a redirect.
    pub location: Option<String>,
    /// The body.
    pub body: String,
    /// What the proxy's access log shows as the details of the response code.
    pub details: String,
}

/// Where the requests of a rule go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destination {
    /// The upstream of this request; `None` where it gets an answer instead.
    pub chosen: Option<String>,
    /// How the requests of the rule are split.
    pub shares: Vec<BackendShare>,
    /// Which of the shares this request fell into. Of several that go to one upstream it is the first.
    pub drawn: Option<usize>,
    /// How long a request may take.
    pub timeouts: Timeouts,
}

/// A backend's part of the requests of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackendShare {
    /// The upstream; `None` where the reference cannot be resolved, so that the part is answered with 500.
    pub cluster: Option<String>,
    /// The reference as it is written: `shop/cart:8080`.
    pub reference: Option<String>,
    /// Its weight, of the sum of all weights of the rule.
    pub weight: u32,
}

/// A copy of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MirrorCopy {
    /// The upstream that gets it.
    pub cluster: String,
    /// The request as it gets it.
    pub request: Message,
}

/// A route that is not attached to the listener, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The route.
    pub route: ObjectName,
    /// Why it is not attached, or where it is.
    pub reason: String,
}

impl Explanation {
    /// Whether the proxy answered or reset the request before the module saw it.
    pub fn ends_in_front(&self) -> bool {
        self.front.is_some() && self.received.is_none()
    }

    /// The match that the request belongs to.
    pub fn winner(&self) -> Option<&Candidate> {
        self.candidates.iter().find(|candidate| candidate.lost.is_none())
    }
}

impl From<Reply<'_>> for Answer {
    fn from(reply: Reply<'_>) -> Self {
        Answer {
            status: reply.status,
            location: reply.location.map(str::to_owned),
            body: String::from_utf8_lossy(reply.body).into_owned(),
            details: reply.details.to_owned(),
        }
    }
}

impl Message {
    /// A request from the header map of a proxy.
    pub(super) fn new(lines: &HeaderLines) -> Self {
        let mut message = Message::default();
        for (name, value) in lines {
            let value = String::from_utf8_lossy(value).into_owned();
            match name.as_slice() {
                b":method" => message.method = value,
                b":scheme" => message.scheme = value,
                b":authority" => message.authority = value,
                b":path" => message.path = value,
                _ => message.headers.push((String::from_utf8_lossy(name).into_owned(), value)),
            }
        }
        message
    }
}
