//! From a pattern to a program: alternatives, groups, flags and repetitions.

use std::str::Chars;

use super::Fault;
use super::class::Class;
use super::look::Look;
use super::program::{Program, Step};

/// Steps of one program: `[a-z]{1,1000}` fits, `(.{1,1000}){1,1000}` does not.
const LONGEST: usize = 20_000;

/// Groups within groups: each is a call of a function, for which there has to be room.
const DEEPEST: usize = 50;

const TOO_LARGE: Fault = "it is too large";
const UNCLOSED_GROUP: Fault = "a group is not closed";

/// A pattern that is being read.
pub(super) struct Parser<'p> {
    pub(super) rest: Chars<'p>,
    pub(super) flags: Flags,
    classes: Vec<Class>,
    /// The names of groups.
    names: Vec<&'p str>,
}

/// What `(?…)` switches.
#[derive(Clone, Copy, Default)]
pub(super) struct Flags {
    /// `i`: a letter stands for both of its cases.
    pub(super) any_case: bool,
    /// `m`: `^` and `$` speak of lines.
    pub(super) lines: bool,
    /// `s`: `.` takes what ends a line too.
    pub(super) all: bool,
    /// `R`: `\r` ends a line too.
    pub(super) crlf: bool,
    /// `x`: blanks and comments have no meaning.
    pub(super) verbose: bool,
}

/// What stands for one character, or for none.
pub(super) enum Atom {
    Char(char),
    Class(Class),
    Look(Look),
}

/// The program of `pattern`.
pub(super) fn parse(pattern: &str) -> Result<Program, Fault> {
    let (flags, classes, names) = (Flags::default(), Vec::new(), Vec::new());
    let mut parser = Parser { rest: pattern.chars(), flags, classes, names };
    let steps = parser.alternatives(0)?;
    if parser.peek().is_some() {
        return Err("a group is closed that is not open");
    }
    Ok(Program { steps: steps.into(), classes: parser.classes.into() })
}

impl<'p> Parser<'p> {
    pub(super) fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    /// Skips `text`, if it is what follows.
    pub(super) fn skip(&mut self, text: &str) -> bool {
        let rest = self.rest.as_str().strip_prefix(text);
        rest.is_some_and(|rest| {
            self.rest = rest.chars();
            true
        })
    }

    /// The next character; what has no meaning behind it is skipped.
    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.rest.next();
        self.skip_blanks();
        next
    }

    /// Skips what has no meaning in verbose mode.
    pub(super) fn skip_blanks(&mut self) {
        while self.flags.verbose {
            match self.peek() {
                Some('#') => self.rest.find(|&c| c == '\n'),
                Some(c) if c.is_whitespace() => self.rest.next(),
                _ => return,
            };
        }
    }

    /// Reads up to the end of a group, or of the pattern. All distances in what comes of it are within, so that it can stand
    /// anywhere.
    fn alternatives(&mut self, depth: usize) -> Result<Vec<Step>, Fault> {
        if depth > DEEPEST {
            return Err("groups are nested too deeply");
        }
        let mut steps = Vec::new();
        // Where the alternative at hand begins, and where those before it jump to the end.
        let (mut start, mut jumps) = (0, Vec::new());
        // Where begins what a repetition repeats.
        let mut last = None;
        loop {
            self.skip_blanks();
            let here = steps.len();
            if here > LONGEST {
                return Err(TOO_LARGE);
            }
            match self.peek() {
                None | Some(')') => break,
                Some('|') => {
                    self.rest.next();
                    steps.insert(start, Step::Fork((here - start) as i32 + 2));
                    jumps.push(steps.len());
                    steps.push(Step::Jump(0));
                    (start, last) = (steps.len(), None);
                }
                Some('(') => {
                    if let Some(group) = self.group(depth)? {
                        steps.extend(group);
                        last = Some(here);
                    }
                }
                Some('?' | '*' | '+' | '{') => {
                    let repeated = steps.split_off(last.ok_or("nothing stands before a repetition")?);
                    let (least, most) = self.repetition()?;
                    repeat(&mut steps, &repeated, least, most)?;
                }
                Some(_) => {
                    let step = match self.atom()? {
                        Atom::Look(look) => Step::Look(look),
                        Atom::Class(class) => self.class(class),
                        Atom::Char(c) if self.flags.any_case && c.is_ascii_alphabetic() => {
                            let mut both = Class::default();
                            both.add(c, c);
                            both.add_other_cases();
                            self.class(both)
                        }
                        Atom::Char(c) => Step::Char(c),
                    };
                    steps.push(step);
                    last = Some(here);
                }
            }
        }
        let end = steps.len();
        for jump in jumps {
            if let Some(step) = steps.get_mut(jump) {
                *step = Step::Jump((end - jump) as i32);
            }
        }
        Ok(steps)
    }

    fn class(&mut self, class: Class) -> Step {
        self.classes.push(class);
        Step::Class(self.classes.len() as u32 - 1)
    }

    /// Reads a group; `None` for one that only switches flags.
    fn group(&mut self, depth: usize) -> Result<Option<Vec<Step>>, Fault> {
        let flags = self.flags;
        self.next();
        if ["?=", "?!", "?<=", "?<!"].iter().any(|look| self.rest.as_str().starts_with(look)) {
            return Err("look-around is not supported");
        }
        if self.skip("?P<") || self.skip("?<") {
            self.name()?;
        } else if self.skip("?") && !self.switch()? {
            return Ok(None);
        }
        let steps = self.alternatives(depth + 1)?;
        if !self.skip(")") {
            return Err(UNCLOSED_GROUP);
        }
        self.flags = flags;
        Ok(Some(steps))
    }

    fn name(&mut self) -> Result<(), Fault> {
        let (name, rest) = self.rest.as_str().split_once('>').ok_or(UNCLOSED_GROUP)?;
        let is_letter = |c: char| c == '_' || c.is_ascii_alphabetic() || !c.is_ascii();
        let is_known = |c: char| is_letter(c) || c.is_ascii_digit() || ".[]".contains(c);
        if !name.starts_with(is_letter) || !name.chars().all(is_known) || self.names.contains(&name) {
            return Err("the name of a group is none, or that of another");
        }
        self.names.push(name);
        self.rest = rest.chars();
        Ok(())
    }

    /// Reads flags. True where a group follows for which they are, false where they are for the rest of the one at hand.
    fn switch(&mut self) -> Result<bool, Fault> {
        let (mut on, mut read) = (true, String::new());
        loop {
            let c = self.rest.next().ok_or(UNCLOSED_GROUP)?;
            match c {
                ':' | ')' if read.ends_with('-') || read.is_empty() && c == ')' => {
                    return Err("a flag is missing");
                }
                ':' => return Ok(true),
                ')' => return Ok(false),
                _ if read.contains(c) => return Err("a flag is repeated"),
                '-' => on = false,
                'i' => self.flags.any_case = on,
                'm' => self.flags.lines = on,
                's' => self.flags.all = on,
                'R' => self.flags.crlf = on,
                'x' => self.flags.verbose = on,
                // Which of several matches is meant makes no difference for the whole value; and all is Unicode.
                'U' | 'u' => {}
                _ => return Err("there is no such flag"),
            }
            read.push(c);
        }
    }

    /// How often what stands before is repeated: at least, and at most.
    fn repetition(&mut self) -> Result<(u32, Option<u32>), Fault> {
        let (least, most) = match self.rest.next() {
            Some('?') => (0, Some(1)),
            Some('*') => (0, None),
            Some('+') => (1, None),
            _ => {
                self.skip_blanks();
                let least = self.number()?;
                let mut most = Some(least);
                if self.peek() == Some(',') {
                    self.next();
                    most = if self.peek() == Some('}') { None } else { Some(self.number()?) };
                }
                if self.next() != Some('}') || most.is_some_and(|most| most < least) {
                    return Err("a repetition has no end, or one before its beginning");
                }
                (least, most)
            }
        };
        self.skip("?");
        Ok((least, most))
    }

    fn number(&mut self) -> Result<u32, Fault> {
        let is_blank = |parser: &Self| parser.peek().is_some_and(char::is_whitespace);
        while is_blank(self) {
            self.rest.next();
        }
        let mut number = None;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            self.next();
            let tens = number.unwrap_or(0u32).checked_mul(10).and_then(|tens| tens.checked_add(digit));
            number = Some(tens.ok_or(TOO_LARGE)?);
        }
        while is_blank(self) {
            self.next();
        }
        number.ok_or("a number is missing")
    }
}

/// Adds what is repeated at least and at most so often.
fn repeat(steps: &mut Vec<Step>, repeated: &[Step], least: u32, most: Option<u32>) -> Result<(), Fault> {
    let length = repeated.len();
    // Nothing repeated is nothing, however often.
    if length == 0 {
        return Ok(());
    }
    let (always, maybe) = (least as usize, most.map_or(1, |most| most - least) as usize);
    let more = always.saturating_mul(length).saturating_add(maybe.saturating_mul(length + 1));
    if steps.len().saturating_add(more) > LONGEST {
        return Err(TOO_LARGE);
    }
    for _ in 0..always {
        steps.extend_from_slice(repeated);
    }
    match most {
        // Each of what may follow can be the last.
        Some(_) => {
            for left in (1..=maybe).rev() {
                steps.push(Step::Fork((left * (length + 1)) as i32));
                steps.extend_from_slice(repeated);
            }
        }
        None => {
            if always == 0 {
                steps.push(Step::Fork(length as i32 + 2));
                steps.extend_from_slice(repeated);
            }
            steps.push(Step::Fork(-(length as i32)));
        }
    }
    Ok(())
}
