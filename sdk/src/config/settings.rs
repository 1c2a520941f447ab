//! From the settings of a configuration to [`Settings`].

use super::document::{Document, form};
use crate::decimal::Decimal;
use crate::problem::Refusal;
use crate::reading::text::is_token;
use crate::references::{ClusterName, ClusterNames};
use crate::settings::{Settings, Unmatched};

/// The settings of a configuration, and how references name upstreams.
pub(super) fn decode(document: &Document<'_>) -> Result<(Settings, ClusterNames), Refusal> {
    let mut settings = Settings::default();
    if let Some(name) = document.text("clusterHeader")? {
        settings.cluster_header = header_name("clusterHeader", name)?;
        settings.cluster_header_without_proto = format!("{}-without-proto", settings.cluster_header).into();
    }
    if let Some(template) = document.text("mirrorHeader")? {
        if !template.contains("{n}") {
            return Err(form("mirrorHeader needs {n}, which stands for the number of the mirror".into()));
        }
        for number in 1..=Settings::PROXY_MIRRORS {
            let name = template.replace("{n}", &number.to_string());
            settings.mirror_headers.push(header_name("mirrorHeader", &name)?);
        }
    }
    if let Some(limit) = document.number("mirrorBodyLimit")? {
        if limit.fract() != 0.0 || !(0.0..=Settings::MIRROR_BODIES as f64).contains(&limit) {
            return Err(form(format!(
                "mirrorBodyLimit must be a number of bytes up to {}, but is {}",
                Settings::MIRROR_BODIES,
                Decimal(limit)
            )));
        }
        settings.mirror_body_limit = limit as usize;
    }
    if let Some(name) = document.text("ruleProperty")? {
        if !is_token(name) {
            return Err(form(format!(
                "ruleProperty {name:?} is no name: use letters, digits, \"-\" and \"_\""
            )));
        }
        settings.rule_property = Some(name.into());
    }
    settings.unmatched = match document.text("unmatched")? {
        None => None,
        Some("reject") => Some(Unmatched::Reject),
        Some("pass") => Some(Unmatched::Pass),
        Some(other) => {
            return Err(form(format!("unmatched must be \"reject\" or \"pass\", but is {other:?}")));
        }
    };
    let requests = cluster_name(document, "clusterName")?.unwrap_or_default();
    let copies = cluster_name(document, "mirrorClusterName")?.unwrap_or_else(|| requests.clone());
    Ok((settings, ClusterNames { requests, copies }))
}

fn cluster_name(document: &Document<'_>, setting: &str) -> Result<Option<ClusterName>, Refusal> {
    let parse = |template: &str| {
        ClusterName::parse(template).map_err(|fault| form(format!("{setting} {template:?} {fault}")))
    };
    document.text(setting)?.map(parse).transpose()
}

fn header_name(setting: &str, name: &str) -> Result<Box<str>, Refusal> {
    if is_token(name) {
        return Ok(name.to_ascii_lowercase().into());
    }
    Err(form(format!("{setting} {name:?} is no header name")))
}
