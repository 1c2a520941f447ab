//! What stands for one character or for none: characters, escape sequences, classes, conditions.

use super::Fault;
use super::class::Class;
use super::look::Look;
use super::parser::{Atom, Flags, Parser};

const UNCLOSED_CLASS: Fault = "a class of characters is not closed";

impl Parser<'_> {
    /// Reads what stands for one character or for none.
    pub(super) fn atom(&mut self) -> Result<Atom, Fault> {
        let flags = self.flags;
        Ok(match self.rest.next() {
            Some('\\') => return self.escape(),
            Some('[') => Atom::Class(self.brackets()?),
            Some('.') => {
                let mut class = Class::default().negated(true);
                match flags {
                    Flags { all: true, .. } => {}
                    Flags { crlf, .. } => {
                        class.add('\n', '\n');
                        if crlf {
                            class.add('\r', '\r');
                        }
                    }
                }
                Atom::Class(class)
            }
            Some('^') => Atom::Look(match flags {
                Flags { lines: false, .. } => Look::Start,
                Flags { crlf: false, .. } => Look::LineStart,
                _ => Look::AnyLineStart,
            }),
            Some('$') => Atom::Look(match flags {
                Flags { lines: false, .. } => Look::End,
                Flags { crlf: false, .. } => Look::LineEnd,
                _ => Look::AnyLineEnd,
            }),
            Some(c) => Atom::Char(c),
            None => return Err("it ends too early"),
        })
    }

    /// Reads what stands behind a backslash.
    fn escape(&mut self) -> Result<Atom, Fault> {
        let c = self.rest.next().ok_or("it ends with a backslash")?;
        Ok(match c {
            'd' | 'D' => perl_class("digit", c),
            's' | 'S' => perl_class("space", c),
            'w' | 'W' => perl_class("word", c),
            'x' => Atom::Char(self.hexadecimal(2)?),
            'u' => Atom::Char(self.hexadecimal(4)?),
            'U' => Atom::Char(self.hexadecimal(8)?),
            'a' => Atom::Char('\x07'),
            'f' => Atom::Char('\x0c'),
            't' => Atom::Char('\t'),
            'n' => Atom::Char('\n'),
            'r' => Atom::Char('\r'),
            'v' => Atom::Char('\x0b'),
            'A' => Atom::Look(Look::Start),
            'z' => Atom::Look(Look::End),
            'b' => Atom::Look(self.boundary()?),
            'B' => Atom::Look(Look::NoBoundary),
            '<' => Atom::Look(Look::WordStart),
            '>' => Atom::Look(Look::WordEnd),
            _ if c.is_ascii() && !c.is_ascii_alphanumeric() => Atom::Char(c),
            _ => return Err("there is no such escape sequence"),
        })
    }

    /// Reads what may stand behind `\b` in braces. A number there is a repetition.
    fn boundary(&mut self) -> Result<Look, Fault> {
        let start = self.rest.clone();
        let mut name = String::new();
        if self.skip("{") {
            self.skip_blanks();
            while let Some(c) = self.peek().filter(|&c| c.is_ascii_alphabetic() || c == '-') {
                name.push(c);
                self.next();
            }
        }
        let look = match &*name {
            "" => {
                self.rest = start;
                return Ok(Look::Boundary);
            }
            "start" => Look::WordStart,
            "end" => Look::WordEnd,
            "start-half" => Look::NoWordBefore,
            "end-half" => Look::NoWordBehind,
            _ => return Err("there is no such boundary"),
        };
        if self.skip("}") { Ok(look) } else { Err("a boundary is not closed") }
    }

    /// Reads a character that is written in so many hexadecimal digits, or in braces in any number.
    fn hexadecimal(&mut self, digits: usize) -> Result<char, Fault> {
        const FAULT: Fault = "no character has this number";
        self.skip_blanks();
        let in_braces = self.peek() == Some('{');
        if in_braces {
            self.next();
        }
        let mut text = String::new();
        while in_braces || text.len() < digits {
            match self.next() {
                Some('}') if in_braces => break,
                Some(digit) if digit.is_ascii_hexdigit() => text.push(digit),
                _ => return Err(FAULT),
            }
        }
        u32::from_str_radix(&text, 16).ok().and_then(char::from_u32).ok_or(FAULT)
    }

    /// Reads what stands behind `[`.
    fn brackets(&mut self) -> Result<Class, Fault> {
        let mut class = Class::default();
        self.skip_blanks();
        let negated = self.skip("^");
        self.skip_blanks();
        // A dash that begins it stands for itself, and so does a bracket.
        while self.skip("-") {
            class.add('-', '-');
            self.skip_blanks();
        }
        if class.size() == 0 && self.skip("]") {
            class.add(']', ']');
        }
        loop {
            self.skip_blanks();
            let rest = self.rest.as_str();
            if let Some(rest) = rest.strip_prefix("[:") {
                let (name, rest) = rest.split_once(":]").ok_or(UNCLOSED_CLASS)?;
                let (name, negated) = match name.strip_prefix('^') {
                    Some(name) => (name, true),
                    None => (name, false),
                };
                let named = Class::named(name).ok_or("there is no such class of characters")?;
                class.add_named(&named.negated(negated));
                self.rest = rest.chars();
                continue;
            }
            if ["[", "&&", "--", "~~"].iter().any(|operator| rest.starts_with(operator)) {
                return Err("classes within classes are not supported");
            }
            if self.skip("]") {
                break;
            }
            let first = self.member()?;
            self.skip_blanks();
            let behind = self.rest.clone();
            let is_range = self.skip("-") && {
                self.skip_blanks();
                !matches!(self.peek(), Some(']' | '-'))
            };
            match (first, is_range) {
                (Atom::Char(first), true) => match self.member()? {
                    Atom::Char(last) if first <= last => class.add(first, last),
                    _ => return Err("a range of characters has no end, or one before its beginning"),
                },
                (Atom::Char(c), false) => class.add(c, c),
                (Atom::Class(named), false) => class.add_named(&named),
                _ => return Err("what is no character stands in a class of them"),
            }
            if !is_range {
                self.rest = behind;
            }
        }
        if self.flags.any_case {
            class.add_other_cases();
        }
        Ok(class.negated(negated))
    }

    fn member(&mut self) -> Result<Atom, Fault> {
        match self.rest.next() {
            Some('\\') => self.escape(),
            Some(c) => Ok(Atom::Char(c)),
            None => Err(UNCLOSED_CLASS),
        }
    }
}

/// `\d`, or in upper case all others.
fn perl_class(name: &str, letter: char) -> Atom {
    let named = Class::named(name).unwrap_or_default();
    Atom::Class(named.negated(letter.is_ascii_uppercase()))
}
