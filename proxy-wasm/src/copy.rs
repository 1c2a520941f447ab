//! The headers of a copy that the module sends.

use httproute_sdk::{HeaderLines, Kinds, Mirror, Plan, RequestView, Settings};

/// The header of a copy's body length.
const CONTENT_LENGTH: &[u8] = b"content-length";

/// Headers that speak of one connection, and not of the request (RFC 9110, section 7.6.1): the copy travels on another.
/// `expect` is among them because nobody waits for the copy's `100 Continue`.
const OF_THE_CONNECTION: [&[u8]; 7] =
    [b"connection", b"expect", b"keep-alive", b"proxy-connection", b"te", b"transfer-encoding", b"upgrade"];

/// The headers of the copy of `request` that `mirror` asks for.
#[cold]
pub(crate) fn headers(
    plan: &Plan<'_>,
    mirror: &Mirror<'_>,
    kinds: Kinds,
    settings: &Settings,
    request: &RequestView<'_>,
) -> HeaderLines {
    let mut lines = plan.copy(mirror, kinds, request, settings);
    lines.retain(|(name, _)| !OF_THE_CONNECTION.contains(&name.as_slice()));
    lines
}

/// Makes the headers say how long the body is, which is known once all of it has come.
#[cold]
pub(crate) fn set_length(lines: &mut HeaderLines, length: usize) {
    let told = lines.iter().any(|(name, _)| name == CONTENT_LENGTH);
    lines.retain(|(name, _)| name != CONTENT_LENGTH);
    // A request without body that did not speak of its length, say a GET, needs none.
    if length > 0 || told {
        lines.push((CONTENT_LENGTH.to_vec(), length.to_string().into_bytes()));
    }
}

/// How long the request says that its body is.
#[cold]
pub(crate) fn length(request: &RequestView<'_>) -> Option<usize> {
    str::from_utf8(request.header("content-length").next()?).ok()?.parse().ok()
}
