//! From bytes to text.

use super::Fault;
use crate::document::Position;

/// The bytes as text, without a byte order mark.
pub(super) fn decode(bytes: &[u8]) -> Result<&str, Fault> {
    if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] = bytes {
        return Err(not_text(bytes, 0, "the file is UTF-16, but manifests are UTF-8"));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => match text.find('\0') {
            None => Ok(text),
            Some(at) => Err(not_text(bytes, at, "the file is not text: it has a NUL byte here")),
        },
        Err(error) => {
            Err(not_text(bytes, error.valid_up_to(), "the file is not text: from here on it is not UTF-8"))
        }
    }
}

fn not_text(bytes: &[u8], at: usize, message: &str) -> Fault {
    let before = String::from_utf8_lossy(bytes.get(..at).unwrap_or_default());
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Fault {
        position: Position { line, column },
        code: "NotText",
        message: message.into(),
        hint: "give a YAML or JSON file, saved as UTF-8".into(),
    }
}
