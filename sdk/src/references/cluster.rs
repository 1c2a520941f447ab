//! `clusterName` and `mirrorClusterName`: how a reference names the proxy's upstream.

/// The templates for the two uses of a backend.
#[derive(Debug)]
pub(crate) struct ClusterNames {
    /// For requests.
    pub(crate) requests: ClusterName,
    /// For copies of requests: a proxy can limit what a slow mirror costs if copies have upstreams of their own.
    pub(crate) copies: ClusterName,
}

/// A template such as `{namespace}/{name}/{port}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClusterName {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Group,
    Kind,
    Namespace,
    Name,
    Port,
}

/// What a reference says of a backend, with defaults filled in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reference<'a> {
    pub(crate) group: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) namespace: &'a str,
    pub(crate) name: &'a str,
    pub(crate) port: Option<u32>,
}

impl ClusterName {
    /// The template that `text` writes.
    ///
    /// # Errors
    ///
    /// What is wrong with it, as the rest of a sentence that begins with the name of the setting.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            let (placeholder, after) =
                after.split_once('}').ok_or_else(|| "has a \"{\" without a \"}\"".to_owned())?;
            parts.push(match placeholder {
                "group" => Part::Group,
                "kind" => Part::Kind,
                "namespace" => Part::Namespace,
                "name" => Part::Name,
                "port" => Part::Port,
                other => {
                    return Err(format!(
                        "has the placeholder {{{other}}}, but known are {{group}}, {{kind}}, {{namespace}}, {{name}} and {{port}}"
                    ));
                }
            });
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        if !parts.contains(&Part::Name) {
            return Err("has no {name}, so that all backends would share one upstream".to_owned());
        }
        Ok(ClusterName { parts })
    }

    /// Whether two backends of different kinds get different names.
    pub(crate) fn tells_kinds_apart(&self) -> bool {
        self.parts.contains(&Part::Kind)
    }

    /// The name of the upstream for `reference`.
    pub(crate) fn name(&self, reference: &Reference<'_>) -> String {
        let mut name = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => name.push_str(text),
                Part::Group => name.push_str(reference.group),
                Part::Kind => name.push_str(reference.kind),
                Part::Namespace => name.push_str(reference.namespace),
                Part::Name => name.push_str(reference.name),
                Part::Port => {
                    if let Some(port) = reference.port {
                        name.push_str(&port.to_string());
                    }
                }
            }
        }
        name
    }
}

impl Default for ClusterName {
    fn default() -> Self {
        let slash = || Part::Text("/".to_owned());
        ClusterName { parts: vec![Part::Namespace, slash(), Part::Name, slash(), Part::Port] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CART: Reference<'_> =
        Reference { group: "", kind: "Service", namespace: "shop", name: "cart", port: Some(8080) };

    #[test]
    fn templates() {
        assert_eq!(ClusterName::default(), ClusterName::parse("{namespace}/{name}/{port}").unwrap());
        assert_eq!(ClusterName::default().name(&CART), "shop/cart/8080");
        let istio = ClusterName::parse("outbound|{port}||{name}.{namespace}.svc.cluster.local").unwrap();
        assert_eq!(istio.name(&CART), "outbound|8080||cart.shop.svc.cluster.local");
        for bad in ["", "one", "{name", "{nam}", "{namespace}"] {
            assert!(ClusterName::parse(bad).is_err(), "{bad}");
        }
    }
}
