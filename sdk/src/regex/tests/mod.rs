//! Patterns and values, held against another engine.

mod syntax;

use proptest::prelude::*;
use proptest::sample::select;

use super::Regex;
use crate::matching::work::Work;
use syntax::VALUES;

/// What `regex-lite` refuses for reasons of its own: how deeply its tree nests, and what it takes of memory.
const LIMITS_OF_ITS_OWN: [&str; 2] = ["pattern has too much nesting", "compiled regex exceeded size limit"];

/// The same regular expression by another engine; an error where it must be none here either.
fn other(pattern: &str) -> Option<Result<regex_lite::Regex, regex_lite::Error>> {
    let built = regex_lite::Regex::new(pattern).and_then(|_| {
        // In verbose mode `(?x)` a comment may end the pattern, which only a line break ends.
        let whole = |end| regex_lite::Regex::new(&format!("^(?:{pattern}{end})$"));
        whole("").or_else(|_| whole("\n"))
    });
    match built {
        Err(error) if LIMITS_OF_ITS_OWN.contains(&&*error.to_string()) => None,
        built => Some(built),
    }
}

fn matches(regex: &Regex, value: &[u8]) -> bool {
    regex.matches(value, &Work::unlimited())
}

/// Takes and refuses the pattern, and values, as another engine does.
fn agrees(pattern: &str, values: &[impl AsRef<str>]) -> Result<(), String> {
    let Some(other) = other(pattern) else { return Ok(()) };
    match (Regex::new(pattern), other) {
        (Ok(regex), Ok(other)) => {
            for value in values.iter().map(AsRef::as_ref) {
                let (here, there) = (matches(&regex, value.as_bytes()), other.is_match(value));
                if here != there {
                    return Err(format!("{pattern:?} and {value:?}: {here}, elsewhere {there}"));
                }
            }
            Ok(())
        }
        (Err(_), Err(_)) => Ok(()),
        (here, there) => {
            Err(format!("{pattern:?}: {:?}, elsewhere {:?}", here.err(), there.map_err(|e| e.to_string())))
        }
    }
}

#[test]
fn a_program_has_a_largest_size() {
    for pattern in ["[a-z]{1,1000}", "a{16000}", "(){4000000000}", "(a{0}){4000000000}", &"(".repeat(50)] {
        let pattern =
            format!("{pattern}{}", ")".repeat(pattern.matches('(').count() - pattern.matches(')').count()));
        assert!(Regex::new(&pattern).is_ok(), "{pattern}");
    }
    for pattern in [
        "(.{1,1000}){1,1000}",
        "a{4000000000}",
        "a{1000}{1000}{1000}{1000}",
        "(((a{100}){100}){100})",
        "a{20001}",
    ] {
        assert_eq!(Regex::new(pattern).unwrap_err(), "it is too large", "{pattern}");
    }
    assert!(Regex::new(&"a".repeat(20_001)).is_err());
    assert!(Regex::new(&"a|".repeat(10_000)).is_err());
    assert!(Regex::new(&"(".repeat(5_000_000)).is_err());
}

#[test]
fn a_value_that_is_not_utf8_never_matches() {
    let all = Regex::new("(?s).*").unwrap();
    assert!(matches(&all, "a\u{10ffff}".as_bytes()));
    assert!(!matches(&all, b"\xff"));
}

/// However a pattern is written, a value costs no more than a few steps for each of its characters and each of the program.
#[test]
fn no_pattern_goes_back() {
    let value = "a".repeat(1000);
    for pattern in
        ["(a*)*b", "(a|a)*b", "(a+)+b", "(.*)(.*)(.*)(.*)b", "(a?){50}a{50}b", "(((a*)*)*)*b", "(a|b|ab)*c"]
    {
        let regex = Regex::new(pattern).unwrap();
        let most = value.len() * regex.0.steps.len() * 4;
        let work = Work::limited_to(most);
        assert!(!regex.matches(value.as_bytes(), &work));
        assert!(!work.is_spent(), "{pattern}: more than {most} steps");
    }
}

/// Where the work does not suffice, nothing matches, and it shows.
#[test]
fn a_search_stops_when_the_work_is_spent() {
    let regex = Regex::new(".*[a-z/]{1,1000}").unwrap();
    let value = "/".repeat(60_000);
    for limit in [0, 1, 10, 1_000_000] {
        let work = Work::limited_to(limit);
        assert!(!regex.matches(value.as_bytes(), &work));
        assert!(work.is_spent());
    }
    assert!(matches(&regex, &value.as_bytes()[..100]));
}

/// Patterns of the pieces of which patterns are made, most of them sound.
fn pattern() -> impl Strategy<Value = String> {
    let atom = select(
        &[
            "a",
            "b",
            "A",
            "/",
            "1",
            "é",
            " ",
            "-",
            "_",
            "\n",
            ".",
            "[ab]",
            "[^a]",
            "[a-c]",
            "[^b-]",
            "[[:alpha:]]",
            "[[:^word:]1]",
            "[\\w-]",
            "[A-c]",
            "\\d",
            "\\W",
            "\\s",
            "\\S",
            "\\x41",
            "\\.",
            "^",
            "$",
            "\\b",
            "\\B",
            "\\<",
            "\\>",
            "\\A",
            "\\z",
            "\\b{start-half}",
            "\\b{end-half}",
            "(?i)",
            "(?-i)",
            "(?m)",
            "(?s)",
            "(?mR)",
            "(?x)",
            "(?U)",
            "(?x) # note\n",
            "#",
        ][..],
    )
    .prop_map(str::to_owned);
    let repetition =
        || select(&["", "", "", "*", "+", "?", "*?", "{2}", "{0}", "{1,}", "{0,2}", "{2,3}?", "**"][..]);
    let group = || select(&["(", "(?:", "(?i:", "(?m:", "(?x:", "(?-i:", "(?sR:", "(?<n>"][..]);
    atom.prop_recursive(4, 24, 4, move |inner| {
        let sequence = prop::collection::vec((inner, repetition()), 0..4);
        let sequence = sequence.prop_map(|items| {
            items.iter().map(|(item, repetition)| format!("{item}{repetition}")).collect::<String>()
        });
        let alternatives =
            prop::collection::vec(sequence, 1..4).prop_map(|alternatives| alternatives.join("|"));
        (alternatives, prop::option::of(group())).prop_map(|(alternatives, group)| match group {
            Some(group) => format!("{group}{alternatives})"),
            None => alternatives,
        })
    })
}

fn value() -> impl Strategy<Value = String> {
    let piece = select(
        &["a", "b", "A", "B", "c", "/", "1", "é", " ", "-", "_", "\n", "\r", "\r\n", "aa", "ab", ".", "#"][..],
    );
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn patterns_mean_what_they_mean_elsewhere(pattern in pattern(), values in prop::collection::vec(value(), 1..8)) {
        let values: Vec<_> = values.iter().map(String::as_str).chain(VALUES).collect();
        prop_assert_eq!(agrees(&pattern, &values), Ok(()));
    }

    /// Of arbitrary characters few are patterns, and those that are none are none here either.
    #[test]
    fn what_is_no_pattern_elsewhere_is_none_here(
        pattern in "[()\\[\\]{}|*+?^$.\\\\:<>!=&~#, a-dimsxRUPbBxwdAz0-9é-]{0,12}",
        values in prop::collection::vec(value(), 1..4),
    ) {
        prop_assert_eq!(agrees(&pattern, &values), Ok(()));
    }

    /// What is left of the work changes no answer; it only withholds it.
    #[test]
    fn the_answer_is_that_without_a_limit_or_none(pattern in pattern(), value in value(), limit in 0usize..400) {
        if let Ok(regex) = Regex::new(&pattern) {
            let work = Work::limited_to(limit);
            let matched = regex.matches(value.as_bytes(), &work);
            prop_assert!(work.is_spent() || matched == matches(&regex, value.as_bytes()));
        }
    }
}
