//! PEM, read as BoringSSL reads it: blocks between lines, with text around them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A block of PEM.
#[derive(Debug)]
pub(super) struct Block<'p> {
    /// `CERTIFICATE`, `PRIVATE KEY`.
    pub(super) label: &'p str,
    pub(super) der: Vec<u8>,
    /// Whether lines such as `Proc-Type: 4,ENCRYPTED` come first.
    pub(super) has_headers: bool,
}

/// The blocks of a text, up to the first that cannot be read: that one is `None`.
pub(super) fn blocks(text: &str) -> impl Iterator<Item = Option<Block<'_>>> {
    // What ends a line with spaces is taken for its end, too.
    let mut lines = text.split('\n').map(|line| line.trim_end_matches(|c: char| c <= ' '));
    let mut is_over = false;
    std::iter::from_fn(move || {
        let label = lines.by_ref().filter(|_| !is_over).find_map(|line| label(line, "-----BEGIN "))?;
        let block = block(label, &mut lines);
        is_over = block.is_none();
        Some(block)
    })
}

fn label<'l>(line: &'l str, before: &str) -> Option<&'l str> {
    line.strip_prefix(before)?.strip_suffix("-----")
}

fn block<'p>(wanted: &'p str, lines: &mut impl Iterator<Item = &'p str>) -> Option<Block<'p>> {
    let mut encoded = String::new();
    let mut has_headers = false;
    loop {
        let line = lines.next()?;
        if line.starts_with("-----END ") {
            if label(line, "-----END ") != Some(wanted) {
                return None;
            }
            break;
        }
        if line.contains(':') {
            has_headers = true;
        } else {
            encoded.extend(line.chars().filter(|c| !c.is_ascii_whitespace()));
        }
    }
    let der = if has_headers { Vec::new() } else { STANDARD.decode(encoded).ok()? };
    Some(Block { label: wanted, der, has_headers })
}

/// One block, as everybody writes it.
pub(super) fn write(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    for (place, c) in STANDARD.encode(der).chars().enumerate() {
        if place > 0 && place % 64 == 0 {
            text.push('\n');
        }
        text.push(c);
    }
    text + &format!("\n-----END {label}-----\n")
}
