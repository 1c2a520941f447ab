//! Flags, help, and wrong usage.

use crate::run::Directory;

#[test]
fn wrong_usage_ends_with_2_and_says_what_to_write() {
    let directory = Directory::with("a.yaml", "kind: Service\n");
    for (arguments, words) in [
        (&["check"][..], &["--filename <FILE|DIR|->", "Usage: httproute check"][..]),
        (&["check", "-f", "a.yaml", "--chanel", "standard"], &["--chanel", "--channel"]),
        (&["check", "-f", "a.yaml", "--channel", "beta"], &["standard, experimental"]),
        (&["check", "-f", "a.yaml", "-o", "yaml"], &["text, json"]),
        (&["chek"], &["chek", "check"]),
        (&["explain", "-f", "a.yaml"], &["<URL>"]),
        (&["explain", "-f", "a.yaml", "shop/cart"], &["shop/cart", "http://shop.example.com/cart"]),
        (&["explain", "-f", "a.yaml", "-H", "x", "http://a.b"], &["no colon", "x-canary: yes"]),
        (&["explain", "-f", "a.yaml", "-X", "G T", "http://a.b"], &["is no method", "GET"]),
        (&["explain", "-f", "a.yaml", "--port", "0", "http://a.b"], &["--port"]),
        (&["explain", "-f", "a.yaml", "--gateway", "x", "http://a.b"], &["NAMESPACE/NAME"]),
        (&["explain", "-f", "a.yaml", "--backend", "x", "http://a.b"], &["shop/cart:8080=127.0.0.1:9001"]),
    ] {
        let ran = directory.run(arguments);
        ran.says(2, words);
        assert_eq!(ran.stdout, "", "{arguments:?}");
    }
}

#[test]
fn every_command_has_help_with_examples() {
    let directory = Directory::new();
    for command in [&["check"][..], &["explain"], &["render", "envoy"], &["run"], &["completions"]] {
        let ran = directory.run(&[command, &["--help"]].concat());
        ran.says(0, &["Examples:", &format!("httproute {}", command.join(" "))]);
    }
    directory.run(&["--version"]).says(0, &["httproute 0."]);
}

#[test]
fn completions_are_there_for_the_usual_shells() {
    let directory = Directory::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        directory.run(&["completions", shell]).says(0, &["explain", "channel"]);
    }
    directory.run(&["completions", "csh"]).says(2, &["bash"]);
}

#[test]
fn a_reader_that_has_seen_enough_changes_no_exit_code() {
    let directory = Directory::with("a.yaml", "kind: [\n");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_httproute"));
    command.args(["check", "-f", "a.yaml"]).current_dir(directory.path()).stdout(writer);
    let output = command.stderr(std::process::Stdio::piped()).output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(1), &b""[..]));
}

#[test]
fn colours_are_for_terminals_only() {
    let directory = Directory::with("a.yaml", "kind: [\n");
    assert!(!directory.run(&["check", "-f", "a.yaml"]).stdout.contains('\u{1b}'));
    assert!(!directory.run(&["explain", "-f", "a.yaml", "http://a.b"]).stdout.contains('\u{1b}'));
}
