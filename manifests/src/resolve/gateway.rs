//! Gateways and what their listeners say.

use httproute_sdk::{did_you_mean, parse_time};
use serde_json::Value;

use super::conditions::Fault;
use super::hostname::is_hostname;
use super::inventory::{GATEWAY_API, Inventory, Object};
use super::json::{items, member, port, text, within};
use super::name::{ListenerName, ObjectName};
use super::namespaces::RouteNamespaces;
use super::options::{CertificateSource, Options};
use super::status::RouteKind;
use super::warning::Warning;

/// A Gateway that is served.
#[derive(Clone, Debug)]
pub(crate) struct Gateway<'d> {
    pub(crate) name: ObjectName,
    /// `None` for the one that stands in where the manifests hold none.
    pub(crate) document: Option<usize>,
    /// `metadata.creationTimestamp`; `None` if it has not been created yet.
    pub(crate) created: Option<(i64, u32)>,
    pub(crate) listeners: Vec<Listener<'d>>,
}

/// A listener as it is written.
#[derive(Clone, Debug)]
pub(crate) struct Listener<'d> {
    pub(crate) name: ListenerName,
    pub(crate) document: Option<usize>,
    pub(crate) pointer: String,
    pub(crate) port: u16,
    pub(crate) protocol: String,
    /// "When unspecified, all hostnames are matched."
    pub(crate) hostname: Option<String>,
    pub(crate) tls: Option<&'d Value>,
    pub(crate) namespaces: RouteNamespaces<'d>,
    pub(crate) supported_kinds: Vec<RouteKind>,
    /// Kinds of `allowedRoutes.kinds` that are not supported.
    pub(crate) unsupported_kinds: Vec<RouteKind>,
    /// Why it is not accepted, where that can be told from itself.
    pub(crate) fault: Option<Fault>,
}

/// The Gateways that are served, by name.
pub(crate) fn read<'d>(
    inventory: &Inventory<'d>,
    options: &Options,
    warnings: &mut Vec<Warning>,
) -> Vec<Gateway<'d>> {
    let all = || inventory.all(GATEWAY_API, "Gateway");
    if all().next().is_none() {
        // The same words from every command: what each of them does about it is in its own output.
        let message =
            "the manifests have no Gateway, so it is not known where their routes are served".to_owned();
        let hint = "add a Gateway; until then `explain` serves every route on the port of the URL, `render envoy` and `run` on port 8080";
        let hint = hint.into();
        warnings.push(Warning { document: None, pointer: String::new(), code: "NoGateway", message, hint });
        return options.implicit_gateway.map(|port| implicit(port, options)).into_iter().collect();
    }
    for name in options.gateways.iter().filter(|name| !all().any(|gateway| gateway.name == **name)) {
        let message = format!("there is no Gateway {name} to be served");
        let names: Vec<String> = all().map(|gateway| gateway.name.to_string()).collect();
        let known: Vec<&str> = names.iter().map(String::as_str).collect();
        let hint = match did_you_mean(&name.to_string(), &known) {
            Some(similar) => format!("did you mean {similar}?"),
            None => format!("the manifests have {}", names.join(", ")),
        };
        warnings.push(Warning {
            document: None,
            pointer: String::new(),
            code: "UnknownGateway",
            message,
            hint,
        });
    }
    all()
        .filter(|gateway| is_served(gateway, options))
        .map(|gateway| read_one(gateway, options, warnings))
        .collect()
}

/// Whether this proxy serves the Gateway.
fn is_served(gateway: &Object<'_>, options: &Options) -> bool {
    let class = || within(gateway.value, &["spec", "gatewayClassName"]).and_then(Value::as_str);
    (options.gateways.is_empty() || options.gateways.contains(&gateway.name))
        && (options.gateway_classes.is_empty()
            || class().is_some_and(|class| options.gateway_classes.contains(class)))
}

fn implicit<'d>(port: u16, options: &Options) -> Gateway<'d> {
    let name = ObjectName::new(&options.namespace, Options::IMPLICIT_GATEWAY);
    let listener = Listener {
        name: ListenerName { gateway: name.clone(), name: "http".into() },
        document: None,
        pointer: String::new(),
        port,
        protocol: "HTTP".into(),
        hostname: None,
        tls: None,
        namespaces: RouteNamespaces::All,
        supported_kinds: vec![RouteKind::http_route()],
        unsupported_kinds: Vec::new(),
        fault: None,
    };
    Gateway { name, document: None, created: None, listeners: vec![listener] }
}

fn read_one<'d>(gateway: &Object<'d>, options: &Options, warnings: &mut Vec<Warning>) -> Gateway<'d> {
    let spec = member(gateway.value, "spec").unwrap_or(&Value::Null);
    for (key, what) in [
        (
            "addresses",
            "`addresses` has no effect: where the proxy listens is among its own settings (`--bind`)",
        ),
        ("allowedListeners", "ListenerSets are not carried out"),
        ("defaultScope", "default Gateways are not carried out: routes attach by parentRefs only"),
    ] {
        // Where a control plane runs the proxy, it decides what addresses a Gateway gets.
        let is_left_to_it = key == "addresses" && options.certificates == CertificateSource::Proxy;
        if member(spec, key).is_some() && !is_left_to_it {
            warnings.push(Warning {
                document: Some(gateway.document),
                pointer: format!("/spec/{key}"),
                code: "NotCarriedOut",
                message: what.into(),
                hint: String::new(),
            });
        }
    }
    let listeners = items(spec, "listeners").iter().enumerate();
    let listeners = listeners.filter_map(|(index, listener)| {
        let mut listener = read_listener(gateway, index, listener)?;
        if listener.fault.is_none()
            && listener.protocol == "HTTPS"
            && options.certificates != CertificateSource::Proxy
        {
            listener.fault = client_validation(spec, listener.port);
        }
        Some(listener)
    });
    let created = within(gateway.value, &["metadata", "creationTimestamp"]);
    Gateway {
        name: gateway.name.clone(),
        document: Some(gateway.document),
        created: created.and_then(Value::as_str).and_then(parse_time),
        listeners: listeners.collect(),
    }
}

/// One listener; `None` where it cannot be told apart from others: the API server would not take it.
fn read_listener<'d>(gateway: &Object<'d>, index: usize, value: &'d Value) -> Option<Listener<'d>> {
    let name = ListenerName { gateway: gateway.name.clone(), name: text(value, "name")?.to_owned() };
    let protocol = text(value, "protocol")?.to_owned();
    // An empty one is none, as the API has it.
    let hostname = member(value, "hostname").filter(|hostname| hostname.as_str() != Some(""));
    let tls = member(value, "tls");
    let namespaces = RouteNamespaces::read(value);
    let (supported_kinds, unsupported_kinds) = match protocol.as_str() {
        "HTTP" | "HTTPS" => kinds(value),
        _ => (Vec::new(), Vec::new()),
    };
    let unsupported = |message: String, hint: &str| Some(Fault::new("UnsupportedValue", message, hint));
    let fault = match (protocol.as_str(), tls, hostname, &namespaces) {
        ("HTTP" | "HTTPS", _, Some(hostname), _) if !hostname.as_str().is_some_and(is_hostname) => {
            unsupported(format!("hostname {hostname} is no hostname"), "")
        }
        ("HTTP" | "HTTPS", .., Err(from)) => {
            unsupported(format!("allowedRoutes.namespaces.from is {from}"), "use Same, All, Selector or None")
        }
        // "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']"
        ("HTTP", Some(_), ..) => {
            unsupported("a listener of protocol HTTP has tls".into(), "use protocol HTTPS, or remove tls")
        }
        // "tls mode must be Terminate for protocol HTTPS"
        ("HTTPS", Some(tls), ..)
            if text(tls, "mode").is_some_and(|mode| !["", "Terminate"].contains(&mode)) =>
        {
            unsupported(
                "the tls mode of an HTTPS listener must be Terminate".into(),
                "Passthrough is for TLSRoutes only",
            )
        }
        ("HTTP" | "HTTPS", ..) => None,
        _ => {
            let message = format!("listeners of protocol {protocol} are not carried out");
            Some(Fault::new("UnsupportedProtocol", message, "HTTPRoutes attach to HTTP and HTTPS"))
        }
    };
    Some(Listener {
        name,
        document: Some(gateway.document),
        pointer: format!("/spec/listeners/{index}"),
        port: port(value, "port")?,
        protocol,
        hostname: hostname.and_then(Value::as_str).map(str::to_owned),
        tls,
        namespaces: namespaces.unwrap_or(RouteNamespaces::None),
        supported_kinds,
        unsupported_kinds,
        fault,
    })
}

/// The kinds of routes that a listener takes, and those that it names in vain. "When unspecified or empty, the kinds of
/// Routes selected are determined using the Listener protocol."
fn kinds(listener: &Value) -> (Vec<RouteKind>, Vec<RouteKind>) {
    let listed = member(listener, "allowedRoutes").map(|allowed| items(allowed, "kinds")).unwrap_or_default();
    if listed.is_empty() {
        return (vec![RouteKind::http_route()], Vec::new());
    }
    let kinds = listed.iter().map(|kind| RouteKind {
        group: text(kind, "group").unwrap_or(GATEWAY_API).to_owned(),
        kind: text(kind, "kind").unwrap_or_default().to_owned(),
    });
    // "If kinds are specified in Spec that are not supported, they MUST NOT appear in this list".
    let (mut supported, unsupported): (Vec<_>, _) = kinds.partition(|kind| *kind == RouteKind::http_route());
    supported.dedup();
    (supported, unsupported)
}

/// A Gateway that asks clients for certificates: serving them without would let anybody in.
fn client_validation(gateway: &Value, port_number: u16) -> Option<Fault> {
    let frontend = within(gateway, &["tls", "frontend"])?;
    // "Once set this configuration overrides the default configuration for all Listeners handling HTTPS traffic that match
    // this port."
    let for_port = items(frontend, "perPort").iter().find(|entry| port(entry, "port") == Some(port_number));
    let config = match for_port {
        Some(entry) => member(entry, "tls"),
        None => member(frontend, "default"),
    };
    member(config?, "validation")?;
    let message =
        "the Gateway demands certificates of clients (tls.frontend), which is not carried out".into();
    Some(Fault::new("UnsupportedValue", message, ""))
}
