//! What differs between two lists of headers.

/// A header: name and value.
type Header = (String, String);

/// A line of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change<'h> {
    Kept(&'h Header),
    Added(&'h Header),
    Removed(&'h Header),
}

impl<'h> Change<'h> {
    /// Name and value.
    pub(super) fn line(self) -> (&'h str, &'h str) {
        let (Change::Kept((name, value)) | Change::Added((name, value)) | Change::Removed((name, value))) =
            self;
        (name, value)
    }
}

/// The headers before, each kept or removed, and then what was added: modifiers write behind what is there.
pub(super) fn between<'h>(before: &'h [Header], after: &'h [Header]) -> Vec<Change<'h>> {
    let mut added: Vec<&Header> = after.iter().collect();
    let mut changes = Vec::new();
    for header in before {
        match added.iter().position(|other| *other == header) {
            Some(place) => {
                added.remove(place);
                changes.push(Change::Kept(header));
            }
            None => changes.push(Change::Removed(header)),
        }
    }
    changes.extend(added.into_iter().map(Change::Added));
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_kept_removed_or_added() {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let before = [header("a", "1"), header("b", "1")];
        let after = [header("a", "1"), header("b", "2"), header("a", "1")];
        let changes = between(&before, &after);
        let expected = [
            Change::Kept(&before[0]),
            Change::Removed(&before[1]),
            Change::Added(&after[1]),
            Change::Added(&after[2]),
        ];
        assert_eq!(changes, expected);
    }
}
