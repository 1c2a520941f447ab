//! The part of a line that a problem is about.

use std::ops::Range;

/// Of a longer line only this much is shown on each side of the place, in characters.
const AROUND: usize = 90;

/// A line, or the part of it around the place, and the word that stands there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) text: String,
    /// The word, in bytes of `text`.
    pub(super) span: Range<usize>,
}

impl Excerpt {
    /// The excerpt of `line` for a place in it, from 1 in characters; `None` where there is nothing to show.
    pub(super) fn new(line: &str, column: usize) -> Option<Self> {
        if line.trim().is_empty() {
            return None;
        }
        let place = byte_of(line, column);
        let (before, after) = line.split_at_checked(place)?;
        let (cut, before) = before.split_at_checked(last(before, AROUND))?;
        let (after, rest) = after.split_at_checked(byte_of(after, AROUND + 1))?;
        let before: String = before.chars().map(visible).collect();
        let after: String = after.chars().map(visible).collect();
        let mut text = if cut.is_empty() { before } else { format!("… {before}") };
        let from = text.len();
        let length = word(&after);
        text.push_str(&after);
        if !rest.is_empty() {
            text.push_str(" …");
        }
        Some(Excerpt { text, span: from..from + length })
    }
}

/// Where a character of `line` is, from 1. A place behind the last one is that of something that is missing.
fn byte_of(line: &str, column: usize) -> usize {
    let before = column.saturating_sub(1);
    match line.is_ascii() {
        // Lines may be very long.
        true => before.min(line.len()),
        false => line.char_indices().nth(before).map_or(line.len(), |(at, _)| at),
    }
}

/// Where the last `count` characters of `text` begin.
fn last(text: &str, count: usize) -> usize {
    text.char_indices().rev().nth(count - 1).map_or(0, |(at, _)| at)
}

/// Tabs keep the width that the column counts; what steers a terminal is not printed.
fn visible(c: char) -> char {
    match c {
        '\t' => '→',
        c if c.is_control() => '\u{fffd}',
        c => c,
    }
}

/// The length of the value or key that `text` begins with, in bytes.
fn word(text: &str) -> usize {
    let mut characters = text.char_indices();
    match characters.next() {
        None => 0,
        Some((_, quote @ ('"' | '\''))) => {
            characters.find(|(_, c)| *c == quote).map_or(text.trim_end().len(), |(end, c)| end + c.len_utf8())
        }
        // Of what has parts only the beginning.
        Some((_, c @ ('{' | '[' | '-' | '→'))) if !starts_number(text) => c.len_utf8(),
        Some(_) => {
            let end = text.char_indices().find(|&(at, c)| {
                let rest = text.get(at + c.len_utf8()..).unwrap_or_default();
                let stands_alone = rest.is_empty() || rest.starts_with([' ', '"']);
                matches!(c, ',' | '}' | ']')
                    || (c == ':' && stands_alone)
                    || (c == ' ' && rest.starts_with('#'))
            });
            let end = end.map_or(text.len(), |(at, _)| at);
            text.get(..end).map_or(0, |word| word.trim_end().len())
        }
    }
}

/// Whether a `-` is a sign, not that of a list.
fn starts_number(text: &str) -> bool {
    text.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_at_the_place_is_marked() {
        for (line, column, marked) in [
            ("  weight: -1 # none", 11, "-1"),
            ("  weight: -1", 3, "weight"),
            ("- {name: cart, port: 80}", 10, "cart"),
            ("- {name: cart}", 3, "{"),
            ("\"a b\": \"c\\\"", 1, "\"a b\""),
            ("\"a\": \"unclosed", 6, "\"unclosed"),
            ("name: ünïcode", 7, "ünïcode"),
            ("name:", 6, ""),
            ("{\"a\":1,\"b\":2}", 6, "1"),
            ("\tport: 1", 1, "→"),
            ("value: http://a.b/c", 8, "http://a.b/c"),
        ] {
            let excerpt = Excerpt::new(line, column).unwrap();
            assert_eq!(excerpt.text.get(excerpt.span.clone()), Some(marked), "{line}");
        }
        assert_eq!(Excerpt::new("  ", 1), None);
        assert!(Excerpt::new("x", 99).is_some());
    }

    #[test]
    fn of_a_long_line_only_the_part_around_the_place_is_shown() {
        let line = format!("{}\"here\"{}", "é".repeat(5000), "z".repeat(5000));
        let excerpt = Excerpt::new(&line, 5001).unwrap();
        assert!(excerpt.text.chars().count() < 200, "{excerpt:?}");
        assert_eq!(excerpt.text.get(excerpt.span), Some("\"here\""));
    }
}
