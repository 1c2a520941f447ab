//! Where in a document we are, and what was found wrong there.

use std::fmt::Write;

use crate::kinds::Kinds;
use crate::problem::{Problem, Severity};

/// A place in the document: a list of steps back to its root, kept on the stack. The pointer is written only where
/// something is wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'a> {
    /// The beginning: a pointer that is written already.
    Start(&'a str),
    /// A member of an object.
    Key(&'a Place<'a>, &'a str),
    /// An item of an array.
    Index(&'a Place<'a>, usize),
}

impl Place<'_> {
    /// The place as a JSON pointer (RFC 6901).
    pub(crate) fn pointer(&self) -> String {
        let mut pointer = String::new();
        self.write(&mut pointer);
        pointer
    }

    fn write(&self, pointer: &mut String) {
        match self {
            Place::Start(start) => pointer.push_str(start),
            Place::Key(parent, key) => {
                parent.write(pointer);
                pointer.push('/');
                for c in key.chars() {
                    match c {
                        '~' => pointer.push_str("~0"),
                        '/' => pointer.push_str("~1"),
                        c => pointer.push(c),
                    }
                }
            }
            Place::Index(parent, index) => {
                parent.write(pointer);
                // Writing to a String cannot fail.
                let _ = write!(pointer, "/{index}");
            }
        }
    }
}

/// What decoding found wrong, and which kinds of the rule at hand it breaks.
#[derive(Debug, Default)]
pub(crate) struct Report {
    problems: Vec<Problem>,
    /// The kind that errors found now belong to.
    kind: Kinds,
    /// The kinds in which errors were found since [`Report::start_rule`].
    broken: Kinds,
}

impl Report {
    /// Something that is not carried out.
    #[cold]
    pub(crate) fn error(&mut self, at: &Place<'_>, code: &'static str, message: String, hint: &str) {
        self.broken = self.broken | self.kind;
        self.push(Severity::Error, at, code, message, hint);
    }

    /// Something that a person should look at.
    #[cold]
    pub(crate) fn warn(&mut self, at: &Place<'_>, code: &'static str, message: String, hint: &str) {
        self.push(Severity::Warning, at, code, message, hint);
    }

    fn push(&mut self, severity: Severity, at: &Place<'_>, code: &'static str, message: String, hint: &str) {
        let hint = hint.to_owned();
        self.problems.push(Problem { severity, pointer: at.pointer(), code, message, hint });
    }

    /// Adds to the hint of the problem that was found last what it means for requests.
    #[cold]
    pub(crate) fn consequence(&mut self, consequence: &str) {
        if let Some(problem) = self.problems.last_mut() {
            let separator = if problem.hint.is_empty() { "" } else { "; " };
            problem.hint.push_str(separator);
            problem.hint.push_str(consequence);
        }
    }

    /// From here on errors break a new part of the configuration, in `kind`.
    pub(crate) fn start(&mut self, kind: Kinds) {
        self.kind = kind;
        self.broken = Kinds::NONE;
    }

    /// The kinds in which errors were found since [`Report::start`].
    pub(crate) fn broken(&self) -> Kinds {
        self.broken
    }

    /// Runs `read` with its errors counted to `kind`.
    pub(crate) fn within<T>(&mut self, kind: Kinds, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.kind, kind);
        let result = read(self);
        self.kind = outer;
        result
    }

    /// Runs `read`, and tells whether it found no error.
    pub(crate) fn sound<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> (T, bool) {
        let outer = std::mem::replace(&mut self.broken, Kinds::NONE);
        let result = read(self);
        let sound = self.broken.is_none();
        self.broken = self.broken | outer;
        (result, sound)
    }

    /// All that was found.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }
}
