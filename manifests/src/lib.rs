//! From Gateway API manifests to module configurations: reading, checking, attaching and resolving, without a cluster.
//!
//! Pure: no files, no clock, no network, so that it runs on the command line, in a browser and in a controller alike.

mod certificate;
mod check;
mod document;
mod explain;
mod front;
mod judge;
mod located;
mod parse;
mod resolve;
mod schema;
mod statuses;

pub use check::{Channel, Finding, check};
pub use document::{Document, Position};
pub use explain::{
    Answer, BackendShare, Candidate, Destination, Elsewhere, ExplainOptions, Explanation, FrontReport,
    InvalidRequest, Message, MirrorCopy, Request, ServingListener, change_to_json, explain,
};
pub use front::{
    EscapedSlashes, Front, FrontEnd, FrontSettings, HttpVersion, Proxy, Received, Removed, SOME_CLIENT, Step,
    Underscores,
};
pub use judge::judge;
pub use located::Located;
pub use parse::{ParseProblem, Parsed, parse};
pub use resolve::{
    Addresses, BackendName, Certificate, CertificateSource, Cluster, Condition, FilterChain, GatewayStatus,
    HttpsChains, ListenerName, ListenerStatus, ObjectName, Options, ParentStatus, Protocol, Resolution,
    RouteKind, RouteStatus, Warning, resolve,
};
