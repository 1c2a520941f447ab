//! Everything that is wrong with manifests, in one list.

use std::collections::BTreeSet;

use httproute_sdk::{Problem, Severity};
use serde_json::{Value, json};

use crate::{Document, Finding, Parsed, Position, Warning};

/// Something that is wrong with manifests, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The name of the file, as it was given; `None` where it is about all of them.
    pub source: Option<String>,
    /// Where in the file.
    pub position: Position,
    /// Index of the document; `None` where it is about none, or about one that could not be read.
    pub document: Option<usize>,
    /// What is wrong. The pointer is one into the document.
    pub problem: Problem,
}

/// Codes of warnings that sum up what is wrong in an object.
const SUMMARIES: [&str; 4] = ["IncompatibleFilters", "NeverWins", "PartiallyInvalid", "UnsupportedValue"];

impl Located {
    /// All that reading, checking and resolving said of manifests: file by file, in the order of the text, and last what is
    /// about all of them.
    ///
    /// What only follows from something that the check calls an error is left out.
    ///
    /// ```
    /// use httproute_manifests::{Channel, Located, Options, check, parse, resolve};
    ///
    /// let parsed = parse("shop.yaml", b"kind: Service\nmetadata: {name: cart}\n---\nspec:\n\tports: []\n");
    /// let findings = check(&parsed.documents, Channel::Standard);
    /// let warnings = resolve(&parsed.documents, &Options::default()).warnings;
    /// let problems = Located::all(&parsed, findings, warnings);
    /// let last = problems.last().unwrap();
    /// assert_eq!((last.source.as_deref(), last.problem.code), (None, "NoGateway"));
    /// assert!(problems.iter().any(|problem| problem.problem.code == "TabIndentation" && problem.position.line == 5));
    /// ```
    pub fn all(parsed: &Parsed, findings: Vec<Finding>, warnings: Vec<Warning>) -> Vec<Self> {
        let documents = &parsed.documents;
        let mut all: Vec<Self> = parsed.problems.iter().map(Self::of_parsing).collect();
        // Which kinds of extensions there are is known to who resolves, not to the check.
        let findings: Vec<Finding> =
            findings.into_iter().filter(|finding| finding.problem.code != "UnresolvedExtension").collect();
        // Who resolves knows more than the modules of what cannot be resolved.
        let is_resolving = |finding: &Finding| {
            warnings.iter().any(|warning| {
                finding.problem.severity == Severity::Warning
                    && (warning.document, &warning.pointer, warning.code)
                        == (Some(finding.document), &finding.problem.pointer, finding.problem.code)
            })
        };
        let findings: Vec<Finding> = findings.into_iter().filter(|finding| !is_resolving(finding)).collect();
        let errors = findings.iter().filter(|finding| finding.problem.severity == Severity::Error);
        let wrong: BTreeSet<(usize, String)> =
            errors.map(|finding| (finding.document, finding.problem.pointer.clone())).collect();
        let in_error: BTreeSet<usize> = findings
            .iter()
            .filter(|finding| finding.problem.severity == Severity::Error)
            .map(|finding| finding.document)
            .collect();
        // What is said of a member that is not there, where that is an error.
        let is_missing = |document: usize, pointer: &str| {
            let parent = pointer.rsplit_once('/').map(|(parent, _)| parent.to_owned());
            let value = documents.get(document).and_then(|document| document.value.pointer(pointer));
            value.is_none() && parent.is_some_and(|parent| wrong.contains(&(document, parent)))
        };
        let follows = |warning: &Warning| {
            warning.document.is_some_and(|document| {
                wrong.contains(&(document, warning.pointer.clone()))
                    || is_missing(document, &warning.pointer)
                    || (in_error.contains(&document) && SUMMARIES.contains(&warning.code))
            })
        };
        all.extend(findings.into_iter().map(|finding| Self::of_check(finding, documents)));
        let warnings = warnings.into_iter().filter(|warning| !follows(warning));
        all.extend(warnings.map(|warning| Self::of_resolving(warning, documents)));
        let mut files: Vec<&str> = Vec::new();
        let sources = parsed.documents.iter().map(|document| &document.source);
        for source in sources.chain(parsed.problems.iter().map(|problem| &problem.source)) {
            if !files.contains(&source.as_str()) {
                files.push(source);
            }
        }
        // Files without a document stand behind the others: in which order they were read is not known here.
        let place = |source: &Option<String>| match source {
            Some(source) => files.iter().position(|file| file == source).unwrap_or(usize::MAX - 1),
            None => usize::MAX,
        };
        all.sort_by_cached_key(|located| (place(&located.source), located.position));
        all
    }

    /// A problem that is about no place.
    pub fn nowhere(problem: Problem) -> Self {
        Located { source: None, position: Position::default(), document: None, problem }
    }

    /// A problem of the document of this index.
    pub fn within(document: usize, documents: &[Document], problem: Problem) -> Self {
        let found = documents.get(document);
        Located {
            source: found.map(|found| found.source.clone()),
            position: found.map(|found| found.position(&problem.pointer)).unwrap_or_default(),
            document: Some(document),
            problem,
        }
    }

    /// Whether a part of the manifests is not carried out.
    pub fn is_error(&self) -> bool {
        self.problem.severity == Severity::Error
    }

    /// For tools. `file`, `line` and `column` are null where it is about all files.
    pub fn to_json(&self) -> Value {
        let Problem { severity, pointer, code, message, hint } = &self.problem;
        let severity = match severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let place = self.source.as_ref().map(|_| self.position);
        json!({
            "file": self.source,
            "line": place.map(|place| place.line),
            "column": place.map(|place| place.column),
            "severity": severity,
            "code": code,
            "message": message,
            "hint": hint,
            "pointer": pointer,
        })
    }

    fn of_parsing(problem: &crate::ParseProblem) -> Self {
        Located {
            source: Some(problem.source.clone()),
            position: problem.position,
            document: None,
            problem: problem.problem.clone(),
        }
    }

    fn of_check(finding: Finding, documents: &[Document]) -> Self {
        let position = finding.position(documents);
        Located { position, ..Self::within(finding.document, documents, finding.problem) }
    }

    fn of_resolving(warning: Warning, documents: &[Document]) -> Self {
        let Some((number, document)) =
            warning.document.and_then(|number| Some((number, documents.get(number)?)))
        else {
            return Self::nowhere(warning.into());
        };
        let located = Self::within(number, documents, warning.into());
        // What is about the whole of an object or a list is told at its name: where it begins, its first member does.
        match document.value.pointer(&located.problem.pointer) {
            Some(Value::Object(_) | Value::Array(_)) => {
                Located { position: document.key_position(&located.problem.pointer), ..located }
            }
            _ => located,
        }
    }
}
