//! `docs/cli.md` shows what the binary does.

use std::path::Path;

use crate::run::Directory;

#[test]
fn the_examples_of_the_document_are_true() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cli.md");
    let document = std::fs::read_to_string(path).unwrap();
    let directory = Directory::new();
    let mut runs = 0;
    let mut rest = document.as_str();
    while let Some((_, block)) = rest.split_once("\n```") {
        let (block, after) = block.split_once("\n```").unwrap();
        let (kind, content) = block.split_once('\n').unwrap();
        match kind {
            // The first line names the file.
            "yaml" => {
                let name = content.lines().next().unwrap().trim_start_matches("# ");
                directory.add(name, format!("{content}\n"));
            }
            "console" => {
                let (command, output) = content.split_once('\n').unwrap_or((content, ""));
                let command = command.strip_prefix("$ httproute ").unwrap();
                let ran = directory.run(&words(command));
                assert_eq!(ran.stdout.trim_end(), output.trim_end(), "{command}\n{}", ran.stderr);
                runs += 1;
            }
            _ => {}
        }
        rest = after;
    }
    assert!(runs > 3, "{runs}");
}

/// The words of a command line, in which single quotes hold some together.
fn words(command: &str) -> Vec<&str> {
    let parts = command.split('\'').enumerate();
    parts
        .flat_map(|(number, part)| match number % 2 {
            0 => part.split_whitespace().collect(),
            _ => vec![part],
        })
        .collect()
}
