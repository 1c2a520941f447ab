//! Changes to headers by a custom filter: what could split a header or choose an upstream is refused.

use super::Error;
use crate::header_op::HeaderOp;
use crate::proxy_headers::{Change, ProxyHeader};
use crate::reading::text::is_token;
use crate::settings::Settings;

/// The most bytes that a value can have: proxies refuse more headers than 60 KiB together.
const MOST: usize = 16 << 10;

/// The change that gives the header `name` this one value. `settings` are there if it is a request's.
pub(super) fn set(name: &str, value: &[u8], settings: Option<&Settings>) -> Result<HeaderOp, Error> {
    Ok(HeaderOp::Set { name: written(name, value, settings)?, value: value.into() })
}

/// The change that adds a line to the header `name`.
pub(super) fn add(name: &str, value: &[u8], settings: Option<&Settings>) -> Result<HeaderOp, Error> {
    Ok(HeaderOp::Add { name: written(name, value, settings)?, value: value.into() })
}

/// The change that removes the header `name`.
pub(super) fn remove(name: &str, settings: Option<&Settings>) -> Result<HeaderOp, Error> {
    Ok(HeaderOp::Remove { name: changeable(name, Change::Remove, settings)? })
}

/// The name, in lower case, of a header line that a filter may write.
pub(super) fn written(name: &str, value: &[u8], settings: Option<&Settings>) -> Result<Box<str>, Error> {
    let name = changeable(name, Change::Write, settings)?;
    if value.len() > MOST || value.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t') {
        return Err(format!(
            "the value for header {name:?} has control characters or more than {MOST} bytes"
        )
        .into());
    }
    Ok(name)
}

fn changeable(name: &str, change: Change, settings: Option<&Settings>) -> Result<Box<str>, Error> {
    if !is_token(name) {
        return Err(format!("{name:?} is no header name").into());
    }
    let name = name.to_ascii_lowercase();
    match ProxyHeader::of(&name, settings).filter(|owner| !owner.permits(change)) {
        Some(owner) => Err(format!("header {name:?} {}", owner.reason()).into()),
        None if name == "host" && settings.is_some() => {
            Err("header \"host\" is not a filter's to change: use set_authority".into())
        }
        None => Ok(name.into()),
    }
}

/// The lines of the header `name` (lower case), `arrived` so, after `changes`.
pub(super) fn lines<'c>(
    arrived: impl Iterator<Item = &'c [u8]>,
    changes: impl Iterator<Item = &'c HeaderOp>,
    name: &str,
) -> Vec<&'c [u8]> {
    let mut lines: Vec<&[u8]> = arrived.collect();
    for change in changes.filter(|change| change.name() == name) {
        match change {
            HeaderOp::Set { value, .. } => lines = vec![value],
            HeaderOp::Add { value, .. } => lines.push(value),
            HeaderOp::Remove { .. } => lines.clear(),
        }
    }
    lines
}
