//! Why a command cannot do its work at all.

use std::fmt;
use std::io;
use std::process::ExitCode;

/// Why a command cannot do its work at all: one sentence for a person, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    message: String,
    hint: String,
    code: u8,
}

impl Failure {
    /// The work cannot be done: exit code 1.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Failure { message: message.into(), hint: String::new(), code: 1 }
    }

    /// Says what to do.
    pub(crate) fn with_hint(self, hint: impl Into<String>) -> Self {
        Failure { hint: hint.into(), ..self }
    }

    /// The command was not used as it is meant to be: exit code 2.
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Failure { message: message.into(), hint: hint.into(), code: 2 }
    }

    /// The output cannot be written. A reader that has seen enough, as `head` has, is no failure.
    pub(crate) fn output(error: io::Error) -> Self {
        let mut failure = Failure::new(format!("cannot write the output: {error}"));
        if error.kind() == io::ErrorKind::BrokenPipe {
            failure = Failure { message: String::new(), hint: String::new(), code: 0 };
        }
        failure
    }

    /// Likewise, of a write. What the command found out is still told by the exit code where the reader has seen enough.
    pub(crate) fn unless_written(written: io::Result<()>) -> Result<(), Self> {
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::output(error)),
            _ => Ok(()),
        }
    }

    /// Whether there is anything to say.
    pub(crate) fn is_silent(&self) -> bool {
        self.message.is_empty()
    }

    /// What the process ends with.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bold = anstyle::AnsiColor::Red.on_default().bold();
        write!(f, "{bold}error:{bold:#} {}", self.message)?;
        if !self.hint.is_empty() {
            write!(f, "\n  hint: {}", self.hint)?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
