//! Whatever is given, nothing panics.

use proptest::prelude::*;

use super::*;
use crate::Position;

const EVERYTHING: &str = include_str!("everything.yaml");

fn both_channels(bytes: &[u8]) {
    let parsed = parse("-", bytes);
    for channel in [Channel::Standard, Channel::Experimental] {
        for finding in check(&parsed.documents, channel) {
            let Position { line, column } = finding.position(&parsed.documents);
            assert!(line >= 1 && column >= 1);
            assert!(!finding.problem.message.is_empty());
        }
    }
}

#[test]
fn everything_at_once_is_valid() {
    let errors: Vec<String> =
        found(EVERYTHING, Channel::Experimental).into_iter().filter(|found| found.starts_with('E')).collect();
    assert_eq!(errors, [] as [String; 0]);
}

proptest! {
    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        both_channels(&bytes);
    }

    #[test]
    fn arbitrary_yaml(text in "([-:?{}\\[\\],&*!|>'\"%@#\\n\\t ]|a|b: |- |<<: |0x1|---\\n){0,60}") {
        both_channels(text.as_bytes());
    }

    /// One line of the manifest is left out, doubled, moved or given another value.
    #[test]
    fn a_mutated_manifest(line in 0usize..400, how in 0u8..5, value in "[^\\n]{0,20}") {
        let mut lines: Vec<String> = EVERYTHING.lines().map(str::to_owned).collect();
        let line = line % lines.len();
        match how {
            0 => drop(lines.remove(line)),
            1 => lines.insert(line, lines[line].clone()),
            2 => lines[line].insert_str(0, "  "),
            3 => lines[line] = lines[line].split(':').next().unwrap_or_default().to_owned() + ": " + &value,
            _ => lines[line] += &value,
        }
        both_channels(lines.join("\n").as_bytes());
    }

    /// A value in the manifest is replaced by one of another type.
    #[test]
    fn another_type(place in any::<prop::sample::Index>(), value in prop_oneof![
        Just("null"), Just("true"), Just("-1"), Just("1.5"), Just("\"\""), Just("[]"), Just("{}"), Just("[null]"),
        Just("[[]]"), Just("{\"a\": {}}"), Just("1e300"), Just("18446744073709551615"),
    ]) {
        let mut documents = parse("-", EVERYTHING.as_bytes()).documents;
        let pointers: Vec<(usize, String)> = documents
            .iter()
            .enumerate()
            .flat_map(|(index, document)| document.positions.keys().map(move |pointer| (index, pointer.clone())))
            .collect();
        let (index, pointer) = place.get(&pointers);
        *documents[*index].value.pointer_mut(pointer).expect("each position is that of a value") =
            serde_json::from_str(value).expect("these are JSON");
        check(&documents, Channel::Standard);
        check(&documents, Channel::Experimental);
    }
}

/// What the modules say and what the check says by itself: one fault has one code and one report.
#[test]
fn no_fault_is_reported_twice() {
    let documents = parse("-", EVERYTHING.as_bytes()).documents;
    let values = [
        "null",
        "-1",
        "1.5",
        "\"\"",
        "\"a b\"",
        "[]",
        "{}",
        "[null]",
        "{\"a\": {}}",
        "1e300",
        "\"\u{e4}\"",
        "\"*\"",
        "\"a\\n\"",
    ];
    // That something is not implemented is another fault than how it is written, and an object may lack two members.
    let is_other = |code: &str| ["NotCarriedOut", "UnsupportedFilter", "Missing"].contains(&code);
    for document in &documents {
        for (pointer, value) in
            document.positions.keys().flat_map(|pointer| values.map(|value| (pointer, value)))
        {
            let mut mutated = [document.clone()];
            *mutated[0].value.pointer_mut(pointer).expect("each position is that of a value") =
                serde_json::from_str(value).expect("these are JSON");
            for channel in [Channel::Standard, Channel::Experimental] {
                let findings = check(&mutated, channel);
                for (number, Finding { problem, .. }) in findings.iter().enumerate() {
                    let twin = findings[..number].iter().find(|before| {
                        let before = &before.problem;
                        before.pointer == problem.pointer && !is_other(before.code) && !is_other(problem.code)
                    });
                    assert_eq!(twin, None, "{pointer} = {value}: {problem}");
                }
            }
        }
    }
}
