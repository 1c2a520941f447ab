//! From `-f` flags to objects.

pub(crate) mod files;

use std::io;
use std::path::{Path, PathBuf};

use httproute_manifests::{ParseProblem, Parsed, Position, parse};
use httproute_sdk::{Problem, Severity};

use crate::args::Input;
use crate::error::Failure;

/// The manifests that the user gave.
#[derive(Debug, Default)]
pub(crate) struct Manifests {
    /// The files, in the order in which they were read.
    pub(crate) files: Vec<File>,
    /// The objects in them, in the same order, and what could not be read.
    pub(crate) parsed: Parsed,
}

/// A file with manifests.
#[derive(Debug)]
pub(crate) struct File {
    /// As the user named it; `-` for the standard input.
    pub(crate) name: String,
    /// What is in it, for excerpts; empty where it is not text.
    text: String,
    /// Where its lines begin.
    lines: Vec<usize>,
}

impl Manifests {
    /// Reads all that the flags name.
    pub(crate) fn read(input: &Input) -> Result<Self, Failure> {
        let mut manifests = Manifests::default();
        let mut skipped = Vec::new();
        for source in files::list(&input.filename, input.recursive, &mut skipped)? {
            let name = source.display().to_string();
            let bytes = match name.as_str() {
                "-" => {
                    files::content(&mut io::stdin().lock()).map_err(|error| unreadable(&source, &error))?
                }
                _ => std::fs::File::open(&source)
                    .and_then(|mut file| files::content(&mut file))
                    .map_err(|error| unreadable(&source, &error))?,
            };
            manifests.add(name, &bytes);
        }
        manifests.parsed.problems.extend(skipping(&skipped));
        Ok(manifests)
    }

    fn add(&mut self, name: String, bytes: &[u8]) {
        let parsed = parse(&name, bytes);
        self.parsed.documents.extend(parsed.documents);
        self.parsed.problems.extend(parsed.problems);
        self.files.push(File::new(name, bytes));
    }

    /// The file of this name.
    pub(crate) fn file(&self, name: &str) -> Option<&File> {
        self.files.iter().find(|file| file.name == name)
    }
}

impl File {
    fn new(name: String, bytes: &[u8]) -> Self {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => text.trim_start_matches('\u{feff}').to_owned(),
            _ => String::new(),
        };
        let begins = text.match_indices('\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(begins).collect();
        File { name, text, lines }
    }

    /// A line, from 1.
    pub(crate) fn line(&self, number: usize) -> Option<&str> {
        let begin = *self.lines.get(number.checked_sub(1)?)?;
        let end = self.lines.get(number).copied().unwrap_or(self.text.len());
        self.text.get(begin..end).map(|line| line.trim_end_matches(['\n', '\r']))
    }
}

/// That files have been skipped, once for all of them.
fn skipping(files: &[PathBuf]) -> Option<ParseProblem> {
    let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    let (first, rest) = names.split_first()?;
    let others = if rest.is_empty() { String::new() } else { format!(", and so are {}", rest.join(", ")) };
    Some(ParseProblem {
        source: first.clone(),
        position: Position::default(),
        problem: Problem {
            severity: Severity::Warning,
            pointer: String::new(),
            code: "Skipped",
            message: format!("the file is skipped because it is an input of Helm or Kustomize{others}"),
            hint: files::RENDER.into(),
        },
    })
}

/// Why `path` cannot be read, and what to do.
fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let name = match path.to_str() {
        Some("-") => "the standard input".to_owned(),
        _ => path.display().to_string(),
    };
    let (message, hint) = match error.kind() {
        io::ErrorKind::NotFound if is_url(path) => (
            format!("{name} is a URL, and nothing is fetched from the network"),
            format!("fetch it yourself: curl -fsSL {name} | httproute … -f -"),
        ),
        io::ErrorKind::NotFound => (format!("there is no file or directory {name}"), files::similar(path)),
        io::ErrorKind::PermissionDenied => {
            (format!("{name} may not be read by you"), "look at its permissions: ls -l".to_owned())
        }
        io::ErrorKind::FileTooLarge => {
            (format!("{name} {error}"), "give the manifests in several smaller files".to_owned())
        }
        _ => (format!("cannot read {name}: {error}"), String::new()),
    };
    Failure::usage(message, hint)
}

fn is_url(path: &Path) -> bool {
    path.to_str().is_some_and(|path| path.starts_with("http://") || path.starts_with("https://"))
}
