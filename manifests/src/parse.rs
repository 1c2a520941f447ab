//! From the bytes of a manifest file to objects, each with the places of its parts.

mod explain;
mod flatten;
mod json;
mod list;
mod scalar;
mod split;
#[cfg(test)]
mod tests;
mod text;
mod tree;
mod yaml;

use httproute_sdk::{Problem, Severity};

use crate::document::{Document, Position};
use split::Part;
use tree::{Kind, Node};

/// What was read of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// The objects, in the order of the file. The items of a list are objects of their own.
    pub documents: Vec<Document>,
    /// What could not be read, or is not what it seems.
    pub problems: Vec<ParseProblem>,
}

/// Something in a file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseProblem {
    /// The name of the file, as it was given.
    pub source: String,
    /// Where in the file.
    pub position: Position,
    /// What is wrong. Its pointer is empty: what cannot be read has none.
    pub problem: Problem,
}

/// Reads the bytes of a manifest file named `source`, YAML or JSON, with any number of objects.
///
/// What it reads, and how, is what `kubectl apply -f` does:
///
/// - YAML documents are separated by `---`. A document that cannot be read is a problem; the others are read all the same.
/// - Text that begins with `{` is JSON, one object or several in a row.
/// - `kind: List` and every other kind that ends in `List` and has `items` is replaced by its items.
/// - Plain words are those of YAML 1.1: `yes`, `on`, `y` and the like are booleans, `010` is 8, `1_000` is 1000. A date
///   stays text. `<<` merges a mapping into another; a key that is written out wins.
/// - A number without a fraction is a whole number, however it is written (`80.0`).
///
/// More strictly than there, a key that stands twice in one mapping is an error.
///
/// ```
/// use httproute_manifests::parse;
///
/// let parsed = parse("-", b"kind: Service\n---\nkind: Namespace\nmetadata: {name: shop}\n");
/// assert_eq!(parsed.documents.len(), 2);
/// assert_eq!(parsed.documents[1].value["metadata"]["name"], "shop");
///
/// let parsed = parse("-", b"kind: Service\nspec:\n\tports: []\n");
/// assert_eq!(parsed.problems[0].problem.code, "TabIndentation");
/// assert_eq!(parsed.problems[0].position.line, 3);
/// ```
pub fn parse(source: &str, bytes: &[u8]) -> Parsed {
    let mut output = Output { source, parsed: Parsed::default() };
    match text::decode(bytes) {
        Ok(text) => {
            let mut found = false;
            for part in split::parts(text) {
                found |= read_part(&part, &mut output);
            }
            if !found {
                output.nothing(text);
            }
            let is_error = |problem: &ParseProblem| problem.problem.severity == Severity::Error;
            if let Some(fault) =
                output.parsed.problems.iter().any(is_error).then(|| unfinished(text)).flatten()
            {
                // What else a parser says of it is no help.
                output.parsed.problems.retain(|problem| !is_error(problem));
                output.fault(fault);
            }
        }
        Err(fault) => output.fault(fault),
    }
    output.parsed
}

/// Why a text cannot be read that something else would have to make a manifest of first: its first line with a sign of it.
fn unfinished(text: &str) -> Option<Fault> {
    let mut lines = text.lines().enumerate();
    let (line, column, (code, message, hint)) = lines.find_map(|(number, line)| {
        if line.starts_with("<<<<<<< ") {
            return Some((number, 0, CONFLICT));
        }
        let column = line.find("{{").filter(|_| line.contains("}}"))?;
        Some((number, line.get(..column)?.chars().count(), TEMPLATE))
    })?;
    Some(Fault {
        position: Position { line: line + 1, column: column + 1 },
        code,
        message: message.into(),
        hint: hint.into(),
    })
}

const CONFLICT: (&str, &str, &str) = (
    "MergeConflict",
    "two versions of the file have not been merged: Git has left its conflict markers",
    "keep one version of each part, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>",
);
const TEMPLATE: (&str, &str, &str) =
    ("Template", "this is a template that has not been rendered", crate::check::mistakes::HELM);

/// Reads what stands between two separators. Tells whether there was anything.
fn read_part(part: &Part<'_>, output: &mut Output<'_>) -> bool {
    let mut warnings = Vec::new();
    let read = match part.text.trim_start().chars().next() {
        Some('{' | '[') => json::read(part, &mut warnings).or_else(|fault| {
            // A flow mapping of YAML begins like JSON.
            warnings.clear();
            yaml::read(part, &mut warnings).map_err(|_| fault)
        }),
        _ => yaml::read(part, &mut warnings),
    };
    warnings.into_iter().for_each(|fault| output.fault(fault));
    match read {
        Ok(roots) => {
            let mut found = false;
            for root in roots {
                found |= object(&root, output);
            }
            found
        }
        Err(fault) => {
            output.fault(fault);
            true
        }
    }
}

/// Takes one value of the outermost level. Tells whether it was anything.
fn object(root: &Node, output: &mut Output<'_>) -> bool {
    match &root.kind {
        Kind::Scalar(serde_json::Value::Null) => return false,
        Kind::Map(_) => list::unpack(root, output),
        Kind::List(_) => output.fault(Fault {
            position: root.position,
            code: "NotAnObject",
            message: "a manifest is an object, but this is a list of them".into(),
            hint: "write the objects one after the other, with a line --- between them".into(),
        }),
        Kind::Scalar(value) => {
            let words = value.as_str().is_some_and(|text| text.contains(':'));
            let hint = match words {
                true => "write a space behind each colon: `kind: HTTPRoute`",
                false => "begin with `apiVersion:` and `kind:`",
            };
            output.fault(Fault {
                position: root.position,
                code: "NotAnObject",
                message: "a manifest is an object, but this is plain text".into(),
                hint: hint.into(),
            });
        }
    }
    true
}

/// Something that cannot be read, and where.
#[derive(Debug)]
struct Fault {
    position: Position,
    code: &'static str,
    message: String,
    hint: String,
}

/// What is being gathered of one file.
struct Output<'s> {
    source: &'s str,
    parsed: Parsed,
}

impl Output<'_> {
    fn document(&mut self, node: &Node, kind_of_list: Option<(&str, &str)>) {
        let mut document = flatten::document(self.source, node);
        if let (Some((version, kind)), Some(members)) = (kind_of_list, document.value.as_object_mut())
            && !members.contains_key("kind")
            && !members.contains_key("apiVersion")
        {
            members.insert("apiVersion".into(), version.into());
            members.insert("kind".into(), kind.into());
        }
        self.parsed.documents.push(document);
    }

    fn fault(&mut self, fault: Fault) {
        self.problem(Severity::Error, fault);
    }

    /// There is nothing in `text` but comments and white space.
    fn nothing(&mut self, text: &str) {
        // A file with comments only was left like this on purpose; an empty one is mostly a slip of the shell.
        let blank = text.trim().is_empty();
        let severity = if blank { Severity::Error } else { Severity::Warning };
        let message = match blank {
            true => "the file is empty",
            false => "there is no object in this file",
        };
        self.problem(
            severity,
            Fault {
                position: Position::default(),
                code: "NoObjects",
                message: message.into(),
                hint: "give a file with Gateways, HTTPRoutes, Services or ReferenceGrants".into(),
            },
        );
    }

    fn problem(&mut self, severity: Severity, fault: Fault) {
        let Fault { position, code, message, hint } = fault;
        self.parsed.problems.push(ParseProblem {
            source: self.source.to_owned(),
            position,
            problem: Problem { severity, pointer: String::new(), code, message, hint },
        });
    }
}
