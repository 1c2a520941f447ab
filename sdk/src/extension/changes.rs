//! Changes to headers by a custom filter: what could split a header or choose an upstream is refused.

use super::Error;
use crate::header_op::HeaderOp;
use crate::reading::text::{is_framing, is_token};

/// The most bytes that a value can have: proxies refuse more headers than 60 KiB together.
const MOST: usize = 16 << 10;

/// The change that gives the header `name` this one value.
pub(super) fn set(name: &str, value: &[u8]) -> Result<HeaderOp, Error> {
    check(name, value)?;
    Ok(HeaderOp::Set { name: name.to_ascii_lowercase().into(), value: value.into() })
}

/// The change that adds a line to the header `name`.
pub(super) fn add(name: &str, value: &[u8]) -> Result<HeaderOp, Error> {
    check(name, value)?;
    Ok(HeaderOp::Add { name: name.to_ascii_lowercase().into(), value: value.into() })
}

/// The change that removes the header `name`.
pub(super) fn remove(name: &str) -> Result<HeaderOp, Error> {
    check_name(name)?;
    Ok(HeaderOp::Remove { name: name.to_ascii_lowercase().into() })
}

/// Whether a filter may write a header line of `name` and `value`.
pub(super) fn check(name: &str, value: &[u8]) -> Result<(), Error> {
    check_name(name)?;
    if is_framing(name) {
        return Err(format!("header {name:?} says where the body ends, and only the proxy knows").into());
    }
    if value.len() > MOST || value.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t') {
        return Err(format!(
            "the value for header {name:?} has control characters or more than {MOST} bytes"
        )
        .into());
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), Error> {
    if is_token(name) { Ok(()) } else { Err(format!("{name:?} is no header name").into()) }
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
