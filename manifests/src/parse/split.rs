//! The parts of a file between the lines that are `---`.

/// A part of a file.
#[derive(Debug)]
pub(super) struct Part<'t> {
    pub(super) text: &'t str,
    /// How many lines of the file stand before it.
    pub(super) lines: usize,
}

/// Splits a text before each line `---`. As with kubectl, each part is read by itself: a part that cannot be read spoils no
/// other, and an alias does not reach over the separator. Parts without any value are left out.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut start, mut lines) = (0, 0);
    let (mut separated, mut has_value) = (false, false);
    let (mut at, mut line_number) = (0, 0);
    for line in text.split_inclusive('\n') {
        let after_dashes = separator(line);
        // Comments and directives belong to the document below them.
        if after_dashes.is_some() && (separated || has_value) {
            if has_value {
                parts.push(Part { text: text.get(start..at).unwrap_or_default(), lines });
            }
            (start, lines, has_value) = (at, line_number, false);
        }
        separated |= after_dashes.is_some();
        // What stands behind the dashes is content, as in `--- {kind: Service}`.
        let content = after_dashes.unwrap_or(line).trim_start();
        has_value |= !matches!(content.bytes().next(), None | Some(b'#' | b'%'));
        at += line.len();
        line_number += 1;
    }
    if has_value {
        parts.push(Part { text: text.get(start..).unwrap_or_default(), lines });
    }
    parts
}

/// What stands behind the dashes of a line that separates documents.
fn separator(line: &str) -> Option<&str> {
    line.strip_prefix("---").filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}
