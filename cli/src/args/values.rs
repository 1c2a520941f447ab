//! The values of flags that have parts.

use std::fmt;
use std::str::FromStr;

use httproute_manifests::{BackendName, ObjectName};

/// `NS/NAME:PORT=HOST:PORT`: where a backend is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Backend {
    pub(crate) name: BackendName,
    pub(crate) address: HostPort,
}

/// `HOST:PORT`; an IPv6 address stands in brackets there, but not in `host`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostPort {
    pub(crate) host: String,
    pub(crate) port: u16,
}

/// `LISTENER=BOUND`: another port to bind than that of the listener. A listener is its port (`80`), its name (`web`), or either
/// behind the name of its Gateway (`infra/public/80`, `public/web`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BoundPort {
    pub(crate) listener: String,
    pub(crate) bound: u16,
}

/// `GROUP/KIND`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Extension {
    pub(crate) group: String,
    pub(crate) kind: String,
}

impl FromStr for Backend {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "write NAMESPACE/NAME:PORT=HOST:PORT, as in shop/cart:8080=127.0.0.1:9001";
        let (name, address) = text.split_once('=').ok_or(FORM)?;
        let (namespace, rest) = name.split_once('/').ok_or(FORM)?;
        let (service, service_port) = rest.split_once(':').ok_or(FORM)?;
        if namespace.is_empty() || service.is_empty() || service.contains('/') {
            return Err(FORM);
        }
        let name = BackendName {
            service: ObjectName::new(namespace, service),
            port: port(service_port).ok_or(FORM)?,
        };
        Ok(Backend { name, address: address.parse().map_err(|_| FORM)? })
    }
}

impl FromStr for HostPort {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "write HOST:PORT, as in 127.0.0.1:9001";
        let (host, number) = text.rsplit_once(':').ok_or(FORM)?;
        let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host = match bracketed {
            Some(address) if address.parse::<std::net::Ipv6Addr>().is_ok() => address,
            Some(_) => return Err(FORM),
            None => host,
        };
        if host.is_empty() || (bracketed.is_none() && host.contains([':', '/', ' '])) {
            return Err(FORM);
        }
        Ok(HostPort { host: host.to_owned(), port: port(number).ok_or(FORM)? })
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

impl FromStr for BoundPort {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "write LISTENER=BOUND, as in 80=10080 or infra/public/web=10080";
        let (listener, bound) = text.split_once('=').ok_or(FORM)?;
        let parts = listener.split('/').count();
        if listener.split('/').any(str::is_empty) || parts > 3 {
            return Err(FORM);
        }
        // 0 lets the system choose.
        Ok(BoundPort { listener: listener.to_owned(), bound: bound.parse().map_err(|_| FORM)? })
    }
}

impl FromStr for Extension {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "write GROUP/KIND, as in example.com/GeoBlock";
        let (group, kind) = text.split_once('/').ok_or(FORM)?;
        if kind.is_empty() || kind.contains('/') {
            return Err(FORM);
        }
        Ok(Extension { group: group.to_owned(), kind: kind.to_owned() })
    }
}

/// The name of a Kubernetes object, or a DNS domain.
pub(super) fn object_part(text: &str) -> Result<String, &'static str> {
    let is_part = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !part.is_empty()
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    match text.len() <= 253 && text.split('.').all(is_part) {
        true => Ok(text.to_owned()),
        false => {
            Err("write letters in lower case, digits, dashes and dots, as in istio-system or cluster.local")
        }
    }
}

/// A port that can be listened on or connected to.
fn port(text: &str) -> Option<u16> {
    text.parse().ok().filter(|&port| port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backend_is_a_service_port_and_an_address() {
        let backend: Backend = "shop/cart:8080=127.0.0.1:9001".parse().unwrap();
        assert_eq!(backend.name.to_string(), "shop/cart:8080");
        assert_eq!(backend.address.to_string(), "127.0.0.1:9001");
        let backend: Backend = "shop/cart:8080=[::1]:9001".parse().unwrap();
        assert_eq!((backend.address.host.as_str(), backend.address.port), ("::1", 9001));
        for wrong in [
            "cart:8080=a:1",
            "shop/cart=a:1",
            "shop/cart:0=a:1",
            "shop/cart:1=a",
            "shop/cart:1=::1:2",
            "/cart:1=a:1",
        ] {
            assert!(wrong.parse::<Backend>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_name_is_one_that_a_cluster_takes() {
        for right in ["istio-system", "cluster.local", "1"] {
            assert_eq!(object_part(right).as_deref(), Ok(right));
        }
        for wrong in ["", "Istio", "a b", "-a", "a-", "a..b", "cluster.local.", "{port}", &"x".repeat(254)] {
            assert!(object_part(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn ports_and_kinds_come_in_pairs() {
        assert_eq!("80=10080".parse(), Ok(BoundPort { listener: "80".into(), bound: 10080 }));
        for right in ["web=1", "80=0", "infra/public/web=1", "public/80=1"] {
            assert!(right.parse::<BoundPort>().is_ok(), "{right}");
        }
        for wrong in ["80", "80=x", "80=65536", "=1", "a/b/c/d=1", "a//b=1"] {
            assert!(wrong.parse::<BoundPort>().is_err(), "{wrong}");
        }
        assert!("example.com/GeoBlock".parse::<Extension>().is_ok());
        assert!("GeoBlock".parse::<Extension>().is_err());
    }
}
