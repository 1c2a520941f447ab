//! What is a pattern and what is none, kind by kind.

use super::{agrees, other};

/// Values in which each kind of character stands at each kind of place.
#[rustfmt::skip]
pub(super) const VALUES: [&str; 41] = [
    "", "a", "A", "b", "ab", "aa", "aaa", "aab", "abab", "ba", "b a", "a b", " ", "1", "4 1", "a1", "_", "-", "a-b", "/", "/a/b", "\n", "a\n",
    "\na", "a\nb", "\r", "\r\n", "a\r\nb", "\t", "\u{b}", "\x07", "\0", "\x7f", "é", "É", "aé", "日本", "\u{10ffff}", "]", "^", "#",
];

/// Each pattern is one for the other engine too, or none, and means the same.
fn each_agrees(patterns: &[&str], is_one: bool) {
    for pattern in patterns {
        assert_eq!(other(pattern).map(|other| other.is_ok()), Some(is_one), "{pattern}");
        agrees(pattern, &VALUES).unwrap();
    }
}

#[rustfmt::skip]
#[test]
fn characters_and_classes() {
    each_agrees(&[
        "", "a", "ab", "a|b", "|", "a|", "|a", "a|b|ab", "(a|b)*", ".", "..", "(?s).", "(?R).", "(?sR).", "[ab]", "[^ab]", "[a-c]", "[^a-c]",
        "[a-]", "[-a]", "[--a]", "[]a]", "[^]a]", "[a^]", "[.]", r"[\]]", r"[\^a]", r"[\n-\r]", "[é-ü]", "[^é]", "[日本]+", r"\d", r"\D", r"\s",
        r"\S", r"\w", r"\W", r"[\d\s]", r"[\D]", r"[^\W]", r"[^\s\S]", r"[\Wa]", "é", "日本", "[[:alpha:]]", "[[:^alpha:]]", "[^[:alpha:]]",
        "[[:alnum:][:space:]-]", "[[:ascii:]]", "[[:blank:]]", "[[:cntrl:]]", "[[:digit:]]", "[[:graph:]]", "[[:lower:]]", "[[:print:]]",
        "[[:punct:]]", "[[:space:]]", "[[:upper:]]", "[[:word:]]", "[[:xdigit:]]", "}", "]", "a}",
    ], true);
    each_agrees(&[
        "[", "[^", "[]", "[^]", "[a", "[a-", "[-", "[a-]b[", "[z-a]", r"[a-\d]", r"[\d-a]", r"[\b]", r"[\A-a]", "[[a]]", "[[:no:]]", "[[:alpha]]",
        "[a&&b]", "[a--b]", "[a~~b]",
    ], false);
}

#[rustfmt::skip]
#[test]
fn repetitions() {
    each_agrees(&[
        "a*", "a+", "a?", "a*?", "a+?", "a??", "a{2}", "a{2,}", "a{1,2}", "a{0}", "a{0}b", "a{0,}", "a{0,0}", "a{2}?", "a{ 1 , 2 }", "(ab)*",
        "(a*)*", "(a*)+", "(a+)*", "(a?)*b", "(|a)*", "(a|)+", "()*", "(){5}", "a{2}{2}", "a**", "(a{0})*", "(?:a?){3}", "(?:a{0,2}){2,}", "^*a",
        r"\b*a", r"\b{2}a", "(?U)a*", "(?U)a*?", "(?x)a {2}", "(?x)a{ 2 }", "(?x)a{1 2}", "(?x)a* ?", "(?x)a{2} ?",
    ], true);
    each_agrees(&[
        "*", "a|*", "(*)", "(?i)*", "+", "?", "{1}", "a{", "a{1", "a{1,", "a{1,2", "a{,2}", "a{}", "a{2,1}", "a{x}", "a{1,x}", "a{1 2}", "a{1, }",
        "a{99999999999}", "(?x)a{2 # }",
    ], false);
}

#[rustfmt::skip]
#[test]
fn conditions() {
    each_agrees(&[
        "^a", "a$", "^$", "a^", "$a", "^a|b$", "(?m)a$\n^b", "(?m)^\n?a", "(?m)$\n", "(?mR)a$\r\n^b", "(?mR)a\r$\n", "(?mR)\r^\n", r"\Aa\z", r"\ba",
        r"a\b", r"\Ba", r"a\B", r"a\b.\bb", r"a\B.", r"\<a\>", r"a\>.\<b", r"\<", r"\b{start}a", r"a\b{end}", r"\b{start-half}a", r"a\b{end-half}",
        r"\b{end-half}a", r"a.\b{start-half}.", r"\bé", r"(\b|a)*",
    ], true);
    each_agrees(&[r"\b{", r"\b{start", r"\b{no}", r"\b{start-}", r"\b{}", "(?=a)", "(?!a)", "(?<=a)", "(?<!a)"], false);
}

#[rustfmt::skip]
#[test]
fn groups_and_flags() {
    each_agrees(&[
        "(a)", "(?:a)", "(?P<n>a)", "(?<n>a)", "(?<_n.1[2]>a)", "(?<é>a)", "(?i)a", "(?i:a)b", "(?i)ab", "a(?i)b", "a(?i)*", "((?i)a)b", "(?i)a|b",
        "(?i)[a-b]", "(?i)[^a]", "(?i)é", "(?i)[_-a]", "(?i)(?-i)a", "(?im-s)a", "(?-i)a", "(?u)a", "(?-u:a)", "(?x) a b # note", "(?x)a#note\nb",
        "(?x: a )b", "(?x)[a b]", r"(?x)\ ", "(?x)( ?i)a", "(?x) [ ^ a ]", "(?x)[a - c]",
    ], true);
    each_agrees(&[
        "(", ")", "a)", "a)(b", "a)|(b", "(?", "(?)", "(?:", "(?i", "(?i-)", "(?-)", "(?-:a)", "(?--i)", "(?i-i)", "(?i-i-m)", "(?ii)", "(?-ii)",
        "(?z)", "(?i )a", "(?P", "(?P<", "(?P<n", "(?P<>a)", "(?P<1>a)", "(?P<n-m>a)", "(?P<n>a)(?P<n>b)", "(?P=n)", "(?x)(a # )",
    ], false);
}

#[rustfmt::skip]
#[test]
fn escape_sequences() {
    each_agrees(&[
        r"\.", r"\/", r"\-", r"\#", r"\ ", r"\a", r"\f", r"\t", r"\n", r"\r", r"\v", r"\x41", r"\x{e9}", r"\u0041", r"\u{41}", r"\U00000041",
        r"\U{10ffff}", r"\x{0000000000041}", r"[\x41-\x43]", r"[\x{e9}]", r"(?x)\x 4 1", r"(?x)\x {4 1 }", r"(?i)\x61",
    ], true);
    each_agrees(&[
        r"\", r"\1", r"\p{L}", r"\P{L}", r"\pL", r"\e", r"\Q", r"\Z", r"\é", r"\x", r"\x4", r"\xg1", r"\x{", r"\x{}", r"\x{41", r"\x{g}",
        r"\x{110000}", r"\x{d800}", r"\x{+41}", r"\ud800", r"\u004", r"\U0011ffff",
    ], false);
}
