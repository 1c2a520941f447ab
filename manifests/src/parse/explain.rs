//! What a YAML parser complains of, for people who have not read the YAML specification.

use granit_parser::{ErrorKind, ScanError};

use super::Fault;
use super::split::Part;
use super::tree::DEEPEST;
use crate::document::Position;

const INDENTATION: &str = "the indentation does not fit the lines above";
const SAME_INDENTATION: &str =
    "give all members of one mapping, and all \"- \" of one list, the same number of spaces";

/// The error of a parser in words.
pub(super) fn error(error: &ScanError, part: &Part<'_>) -> Fault {
    let line = error.marker().line();
    let position = Position { line: part.lines + line, column: error.marker().col() + 1 };
    if let Some(fault) = tab(part, line) {
        return fault;
    }
    let (code, message, hint) = match error.kind() {
        ErrorKind::MappingValueNotAllowed => (
            "NotYaml",
            "a colon cannot stand here: either the line above has no value of its own, or this value has a colon in it".to_owned(),
            "check the indentation of this line, and put values with `: ` in quotes",
        ),
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidIndentation
        | ErrorKind::InvalidBlockScalarIndent => ("Indentation", INDENTATION.to_owned(), SAME_INDENTATION),
        ErrorKind::BlockSequenceEntryNotAllowed => (
            "NotYaml",
            "a list cannot begin in the line of its key".to_owned(),
            "begin the list in the next line, with `- `",
        ),
        ErrorKind::UnknownAnchor => (
            "UnknownAlias",
            "a word that begins with * is an alias, and this one is not defined".to_owned(),
            "put the text in quotes, as in \"*.example.com\"",
        ),
        ErrorKind::UnexpectedCharacter { character } => (
            "NotYaml",
            format!("a plain word cannot begin with {character:?}"),
            "put the text in quotes",
        ),
        ErrorKind::UnclosedFlowCollection { open } => {
            ("NotYaml", format!("the bracket {open:?} is never closed"), "add the closing bracket")
        }
        ErrorKind::UnclosedQuotedScalar
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::DocumentIndicatorInQuotedScalar => {
            ("NotYaml", "the quotes are not closed".to_owned(), "add the closing quote")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => (
            "NotYaml",
            "there is text behind the closing quote".to_owned(),
            "put all of the value in quotes; in single quotes, write '' for one",
        ),
        ErrorKind::UnknownQuotedScalarEscape => (
            "NotYaml",
            "there is no such escape in double quotes".to_owned(),
            "write \\\\ for a backslash, or use single quotes",
        ),
        ErrorKind::RecursionLimitExceeded => (
            "TooDeep",
            format!("the values are nested more than {DEEPEST} deep"),
            "no object of the API is nested so deep: look for a bracket that is not closed",
        ),
        ErrorKind::UndeclaredTagHandle => (
            "UnsupportedTag",
            "a word that begins with ! is a tag, and this one is not defined".to_owned(),
            "put the text in quotes",
        ),
        other => ("NotYaml", format!("this is not YAML: {other}"), ""),
    };
    Fault { position, code, message, hint: hint.to_owned() }
}

/// Tabs in an indentation, in the line of the error or the next, are what is most often wrong, whatever a parser says.
fn tab(part: &Part<'_>, line: usize) -> Option<Fault> {
    let near = part.text.lines().enumerate().skip(line.saturating_sub(1)).take(2);
    let (index, column) = near.into_iter().find_map(|(index, text)| {
        let indentation = text.len() - text.trim_start_matches([' ', '\t']).len();
        let tab = text.get(..indentation)?.find('\t')?;
        Some((index, tab + 1))
    })?;
    Some(Fault {
        position: Position { line: part.lines + index + 1, column },
        code: "TabIndentation",
        message: "the line is indented with a tab, which YAML does not take".into(),
        hint: "indent with spaces".into(),
    })
}
