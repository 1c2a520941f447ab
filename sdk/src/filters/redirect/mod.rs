//! `RequestRedirect`.

/// A redirect, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirection {
    /// The HTTP status: 301, 302, 303, 307 or 308.
    pub status: u16,
    /// The value of the `Location` header: an absolute URI.
    pub location: String,
}
