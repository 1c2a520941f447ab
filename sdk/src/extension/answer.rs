//! The answer of a custom filter.

use super::changes;
use crate::header_op::HeaderLines;

/// The answer that a filter gives in the backend's place.
///
/// ```
/// use httproute_sdk::extension::Answer;
/// let answer = Answer::new(401).header("WWW-Authenticate", "ApiKey").body("an API key is needed\n");
/// assert_eq!(answer.status(), 401);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    status: u16,
    headers: HeaderLines,
    body: Vec<u8>,
}

impl Answer {
    /// An answer with this status, from 200 to 599, and no body.
    pub fn new(status: u16) -> Self {
        Answer { status, headers: HeaderLines::new(), body: Vec::new() }
    }

    /// Adds a header line. A name or a value that cannot stand in one makes the answer a 500, as any error does.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_ascii_lowercase().into_bytes(), value.as_ref().to_vec()));
        self
    }

    /// Gives the answer a body; it is `text/plain` where no header says otherwise.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The header lines.
    pub fn headers(&self) -> &HeaderLines {
        &self.headers
    }

    /// The body.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The same answer, where it is one that a proxy can send.
    pub(crate) fn checked(self) -> Result<Self, super::Error> {
        if !(200..=599).contains(&self.status) {
            return Err(format!("{} is no status of an answer", self.status).into());
        }
        for (name, value) in &self.headers {
            changes::written(&String::from_utf8_lossy(name), value, None)?;
        }
        Ok(self)
    }
}
