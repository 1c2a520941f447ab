//! Conditions on the place between two characters.

/// A condition on the place between two characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// The value begins: `\A`, and `^` without the flag `m`.
    Start,
    /// The value ends: `\z`, and `$` without the flag `m`.
    End,
    /// A line begins, behind `\n`: `(?m)^`.
    LineStart,
    /// A line ends, before `\n`: `(?m)$`.
    LineEnd,
    /// A line begins, where `\r\n`, `\n` and `\r` end lines: `(?mR)^`.
    AnyLineStart,
    /// A line ends, where `\r\n`, `\n` and `\r` end lines: `(?mR)$`.
    AnyLineEnd,
    /// A word begins or ends: `\b`.
    Boundary,
    /// No word begins or ends: `\B`.
    NoBoundary,
    /// A word begins: `\<`, `\b{start}`.
    WordStart,
    /// A word ends: `\>`, `\b{end}`.
    WordEnd,
    /// No letter of a word stands before it: `\b{start-half}`.
    NoWordBefore,
    /// No letter of a word stands behind it: `\b{end-half}`.
    NoWordBehind,
}

impl Look {
    /// Whether it holds between these characters; `None` where the value begins or ends.
    pub(super) fn holds(self, before: Option<char>, behind: Option<char>) -> bool {
        let is_word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
        match self {
            Look::Start => before.is_none(),
            Look::End => behind.is_none(),
            Look::LineStart => matches!(before, None | Some('\n')),
            Look::LineEnd => matches!(behind, None | Some('\n')),
            Look::AnyLineStart => match before {
                Some('\r') => behind != Some('\n'),
                before => matches!(before, None | Some('\n')),
            },
            Look::AnyLineEnd => match behind {
                Some('\n') => before != Some('\r'),
                behind => matches!(behind, None | Some('\r')),
            },
            Look::Boundary => is_word(before) != is_word(behind),
            Look::NoBoundary => is_word(before) == is_word(behind),
            Look::WordStart => !is_word(before) && is_word(behind),
            Look::WordEnd => is_word(before) && !is_word(behind),
            Look::NoWordBefore => !is_word(before),
            Look::NoWordBehind => !is_word(behind),
        }
    }
}
