//! Problems for people: place, cause, excerpt, remedy.

mod excerpt;

use std::fmt::Write;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use httproute_manifests::Located;

use crate::input::Manifests;
use crate::text::{BOLD, ERROR, HINT, WARNING, clean};
use excerpt::Excerpt;

/// A problem in a few lines: `FILE:LINE:COL: error[CODE]: …`, the line of the file, and what to do.
pub(crate) fn problem(located: &Located, manifests: &Manifests) -> String {
    let problem = &located.problem;
    let (word, style, level) = match located.is_error() {
        true => ("error", ERROR, Level::ERROR),
        false => ("warning", WARNING, Level::WARNING),
    };
    let mut text = String::new();
    let position = located.position;
    if let Some(source) = &located.source {
        _ = write!(text, "{BOLD}{}:{}:{}:{BOLD:#} ", clean(source), position.line, position.column);
    }
    _ = writeln!(text, "{style}{word}[{}]{style:#}{BOLD}: {}{BOLD:#}", problem.code, clean(&problem.message));
    let file = located.source.as_ref().and_then(|source| manifests.file(source));
    if let Some(excerpt) = file.and_then(|file| Excerpt::new(file.line(position.line)?, position.column)) {
        let snippet = Snippet::source(excerpt.text)
            .line_start(position.line)
            .annotation(AnnotationKind::Primary.span(excerpt.span));
        let renderer = Renderer::styled().decor_style(DecorStyle::Ascii);
        _ = writeln!(text, "{}", renderer.render(&[Group::with_level(level).element(snippet)]));
    }
    if !problem.hint.is_empty() {
        _ = writeln!(text, "  {HINT}hint:{HINT:#} {}", clean(&problem.hint));
    }
    text
}

/// How many problems there are: `2 errors and 1 warning`.
pub(crate) fn count(problems: &[Located]) -> String {
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    match (errors, problems.len() - errors) {
        (0, 0) => "no problems".to_owned(),
        (errors, 0) => number(errors, "error"),
        (0, warnings) => number(warnings, "warning"),
        (errors, warnings) => format!("{} and {}", number(errors, "error"), number(warnings, "warning")),
    }
}

/// `1 file`, `2 files`.
pub(crate) fn number(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
