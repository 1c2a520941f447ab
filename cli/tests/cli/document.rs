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

/// The table of the flags that all commands have: those that lack one are named in its row.
#[test]
fn each_command_takes_the_flags_that_the_document_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cli.md");
    let document = std::fs::read_to_string(path).unwrap();
    let section = document.split_once("\n## Manifests\n").unwrap().1.split_once("\n## ").unwrap().0;
    let directory = Directory::new();
    let commands = ["check", "explain", "render envoy", "render istio", "render envoy-gateway", "run"];
    let help = commands.map(|command| {
        let words: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        directory.run(&words).stdout
    });
    let mut rows = 0;
    for row in section.lines().filter(|line| line.starts_with("| `-")) {
        let (_, row) = row.split_once('|').unwrap();
        let (flags, text) = row.split_once('|').unwrap();
        let flag = flags.split(['`', ' ']).find(|word| word.starts_with('-')).unwrap();
        let exception = text.rsplit_once("(not in ").map(|(_, named)| named);
        for (command, help) in commands.iter().zip(&help) {
            let named = |text: &str| text.contains(&format!("`{command}`"));
            let expected = match text.split_once(" only:") {
                Some((only, _)) => named(only),
                None => !exception.is_some_and(named),
            };
            let has = help.lines().any(|line| {
                line.trim_start()
                    .split([' ', ','])
                    .take_while(|word| word.starts_with('-') || word.is_empty())
                    .any(|word| word == flag)
            });
            assert_eq!(has, expected, "{command} {flag}");
        }
        rows += 1;
    }
    assert!(rows > 5, "{rows}");
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
