//! What text for people is made of.

use anstyle::{AnsiColor, Style};

/// Headings and places.
pub(crate) const BOLD: Style = Style::new().bold();
/// What matters less.
pub(crate) const DIM: Style = Style::new().dimmed();
/// The word `error`.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// The word `warning`.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// The word `hint`.
pub(crate) const HINT: Style = AnsiColor::Cyan.on_default().bold();
/// What won, what is well, what is added.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What is not well, or removed.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
/// What is changed.
pub(crate) const CHANGED: Style = AnsiColor::Yellow.on_default();

/// Text of the user's as it can be shown: what steers a terminal, or turns the direction of writing, is escaped. Line breaks and
/// tabs become spaces: a message is one line.
pub(crate) fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for c in text.trim_end().chars() {
        match c {
            '\n' | '\r' | '\t' => {
                if !cleaned.ends_with(' ') {
                    cleaned.push(' ');
                }
            }
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                cleaned.extend(c.escape_unicode());
            }
            c if c.is_control() => cleaned.extend(c.escape_default()),
            c => cleaned.push(c),
        }
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_escaped() {
        assert_eq!(clean("a\u{1b}[31mb\r\n\tc\u{202e}é\n"), "a\\u{1b}[31mb c\\u{202e}é");
    }
}
