//! The parts of a file between the lines that are `---`.

/// A part of a file.
#[derive(Debug)]
pub(super) struct Part<'t> {
    pub(super) text: &'t str,
    /// How many lines of the file stand before it.
    pub(super) lines: usize,
}

/// Splits a text before each line `---`. As with kubectl, each part is read by itself: a part that cannot be read spoils no
/// other, and an alias does not reach over the separator.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut start, mut lines) = (0, 0);
    // Whether the part has anything beside comments and directives, which belong to the document below them.
    let mut content = false;
    let (mut at, mut line_number) = (0, 0);
    for line in text.split_inclusive('\n') {
        if is_separator(line) {
            if content {
                parts.push(Part { text: text.get(start..at).unwrap_or_default(), lines });
                (start, lines) = (at, line_number);
            }
            // What stands behind the dashes is content, as in `--- {kind: Service}`.
            content = true;
        } else {
            content |= !matches!(line.trim_start().bytes().next(), None | Some(b'#' | b'%'));
        }
        at += line.len();
        line_number += 1;
    }
    parts.push(Part { text: text.get(start..).unwrap_or_default(), lines });
    parts
}

fn is_separator(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}
