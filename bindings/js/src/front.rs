//! What the proxy does to a request first, as JavaScript says it.

use httproute_manifests::{EscapedSlashes, FrontSettings, Proxy, Underscores};
use serde_json::Value;

use crate::failure::Failure;

/// The settings of `{ front, underscores, escapedSlashes, mergeSlashes, trustedHops }`; `None` if nothing is in front of the module.
pub(crate) fn settings(text: &str) -> Result<Option<FrontSettings>, Failure> {
    let options: Value = serde_json::from_str(text).unwrap_or_default();
    let invalid = |key: &str, hint: &str| {
        let message = format!("the option {key} has no value {}", options.get(key).unwrap_or(&Value::Null));
        Failure::invalid_argument(message, format!("write {hint}"))
    };
    let one_of = |key: &str, names: &[&str]| match options.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match names.iter().position(|name| value.as_str() == Some(name)) {
            Some(place) => Ok(Some(place)),
            None => Err(invalid(key, &names.join(", "))),
        },
    };
    let default = FrontSettings::default();
    let proxy = match one_of("front", &["envoy", "istio", "envoy-gateway", "none"])? {
        None | Some(0) => Proxy::Envoy,
        Some(1) => Proxy::Istio,
        Some(2) => Proxy::EnvoyGateway,
        Some(_) => return Ok(None),
    };
    let underscores = one_of("underscores", &["reject", "drop", "allow"])?.map(|place| match place {
        0 => Underscores::Reject,
        1 => Underscores::Drop,
        _ => Underscores::Allow,
    });
    let escaped_slashes = match one_of("escapedSlashes", &["redirect", "keep", "reject", "decode"])? {
        None | Some(0) => EscapedSlashes::Redirect,
        Some(1) => EscapedSlashes::Keep,
        Some(2) => EscapedSlashes::Reject,
        Some(_) => EscapedSlashes::Decode,
    };
    let given = |key: &str| options.get(key).filter(|value| !value.is_null());
    let merge_slashes = given("mergeSlashes").map_or(Ok(default.merge_slashes), |value| {
        value.as_bool().ok_or_else(|| invalid("mergeSlashes", "true or false"))
    })?;
    let trusted_hops = given("trustedHops").map_or(Ok(default.trusted_hops), |value| {
        let hops = value.as_u64().and_then(|hops| u32::try_from(hops).ok());
        hops.ok_or_else(|| invalid("trustedHops", "a whole number from 0"))
    })?;
    Ok(Some(FrontSettings { proxy, underscores, escaped_slashes, merge_slashes, trusted_hops }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_envoy_as_it_is_rendered_and_what_is_wrong_is_refused() {
        assert_eq!(settings("{}").unwrap(), Some(FrontSettings::default()));
        assert_eq!(settings(r#"{"front":"none"}"#).unwrap(), None);
        let loose = r#"{"front":"istio","underscores":"allow","escapedSlashes":"keep","mergeSlashes":false,"trustedHops":1}"#;
        let expected = FrontSettings {
            proxy: Proxy::Istio,
            underscores: Some(Underscores::Allow),
            escaped_slashes: EscapedSlashes::Keep,
            merge_slashes: false,
            trusted_hops: 1,
        };
        assert_eq!(settings(loose).unwrap(), Some(expected));
        for wrong in [
            r#"{"front":"nginx"}"#,
            r#"{"underscores":1}"#,
            r#"{"trustedHops":-1}"#,
            r#"{"mergeSlashes":"no"}"#,
        ] {
            assert!(settings(wrong).is_err(), "{wrong}");
        }
    }
}
