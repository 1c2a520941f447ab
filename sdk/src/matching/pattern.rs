//! Regular expressions that match a whole value, as `RegularExpression` does everywhere.

use super::work::Work;
use crate::regex::{Fault, Regex};

/// A regular expression that matches a whole value. A value that is not UTF-8 never matches.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    /// What every value that matches begins with. Of many patterns most fail here, which costs nothing.
    beginning: Box<str>,
    regex: Regex,
}

impl Pattern {
    /// The pattern that `pattern` writes.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn new(pattern: &str) -> Result<Self, Fault> {
        Ok(Pattern { beginning: beginning(pattern).into(), regex: Regex::new(pattern)? })
    }

    /// The pattern that stands in for one that cannot be read: it matches every value that begins as that one says, for no other
    /// can be meant.
    pub(crate) fn of_beginning(pattern: &str) -> Result<Self, Fault> {
        Ok(Pattern { beginning: beginning(pattern).into(), regex: Regex::new("(?s).*")? })
    }

    /// Whether the whole of `value` matches, for as much work as is left.
    #[inline]
    pub(crate) fn matches(&self, value: &[u8], work: &Work) -> bool {
        value.starts_with(self.beginning.as_bytes()) && self.regex.matches(value, work)
    }
}

/// The literal text that every value which matches `pattern` begins with; empty where that takes more than a look.
fn beginning(pattern: &str) -> &str {
    // With an alternative, wherever it stands, there may be other beginnings.
    if pattern.contains('|') {
        return "";
    }
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    // All else may have a meaning of its own. Flags stand in brackets, so they only change what comes behind.
    let is_literal = |byte: &u8| byte.is_ascii_alphanumeric() || b"/-_~%,:=@".contains(byte);
    let literal = pattern.bytes().take_while(is_literal).count();
    let repeated = pattern.as_bytes().get(literal).is_some_and(|byte| b"?*{+".contains(byte));
    // What is repeated may be absent.
    pattern.get(..literal - usize::from(repeated && literal > 0)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_whole_value_matches_and_only_utf8() {
        let matches =
            |pattern, value: &[u8]| Pattern::new(pattern).unwrap().matches(value, &Work::unlimited());
        assert!(matches("a|b+", b"bbb"));
        assert!(!matches("a|b+", b"ab"));
        assert!(matches("(?i)X", b"x"));
        assert!(!matches(".*", b"\xff"));
        assert!(matches("(?x) a # a note", b"a"));
        assert!(!matches("(?x) a # a note", b"ab"));
        assert!(matches("^(?:a)$|^(?:b)$", b"b"));
        assert!(!matches("^(?:a)$|^(?:b)$", b"bx"));
    }

    #[test]
    fn a_pattern_that_is_none_or_too_large_is_refused() {
        for pattern in ["(", "a)(b", "a)|(b", "[z-a]", "(.{1,1000}){1,1000}", "\\p{L}", "(?=a)"] {
            assert!(Pattern::new(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn beginnings() {
        for (pattern, literal) in [
            ("/app/[a-z]+", "/app/"),
            ("^/app/v1$", "/app/v1"),
            ("/apps?", "/app"),
            ("/a{2}", "/"),
            ("/ab*", "/a"),
            ("/v1\\.0", "/v1"),
            ("/a|/b", ""),
            ("(?i)/a", ""),
            ("/a(?i)b", "/a"),
            ("a+", ""),
            ("", ""),
        ] {
            assert_eq!(beginning(pattern), literal, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn a_beginning_turns_nothing_away_that_matches(pattern in "\\^?[ab/]{0,4}[?*+|.]?[ab/]{0,2}\\$?", value in "[ab/]{0,6}") {
            if let Ok(pattern) = Pattern::new(&pattern) {
                let (value, work) = (value.as_bytes(), Work::unlimited());
                prop_assert_eq!(pattern.matches(value, &work), pattern.regex.matches(value, &work));
            }
        }
    }
}
