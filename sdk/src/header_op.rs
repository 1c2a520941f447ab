//! One change to a header map, and how it is carried out on a map in memory.

/// One change to a header map. The name is in lower case, as proxies hold header names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderOp {
    /// "Set overwrites the request with the given header (name, value) before the action."
    Set {
        /// The header's name.
        name: Box<str>,
        /// The one value that it has from then on.
        value: Box<[u8]>,
    },
    /// "Add adds the given header(s) (name, value) to the request before the action. It appends to any existing values
    /// associated with the header name." The value goes on a line of its own behind those that are there.
    Add {
        /// The header's name.
        name: Box<str>,
        /// The value that is added.
        value: Box<[u8]>,
    },
    /// "Remove the given header(s) from the HTTP request before the action." All its lines go.
    Remove {
        /// The header's name.
        name: Box<str>,
    },
}

/// A header map in memory: name and value of each line, in order.
pub type HeaderLines = Vec<(Vec<u8>, Vec<u8>)>;

impl HeaderOp {
    /// The name of the header that this changes.
    #[inline]
    pub fn name(&self) -> &str {
        match self {
            HeaderOp::Set { name, .. } | HeaderOp::Add { name, .. } | HeaderOp::Remove { name } => name,
        }
    }

    /// Carries the change out on `lines`.
    ///
    /// ```
    /// use httproute_sdk::HeaderOp;
    /// let mut lines = vec![(b"my-header".to_vec(), b"foo".to_vec())];
    /// HeaderOp::Add { name: "my-header".into(), value: (*b"bar,baz").into() }.apply(&mut lines);
    /// assert_eq!(lines.len(), 2);
    /// HeaderOp::Set { name: "my-header".into(), value: (*b"one").into() }.apply(&mut lines);
    /// assert_eq!(lines, [(b"my-header".to_vec(), b"one".to_vec())]);
    /// ```
    pub fn apply(&self, lines: &mut HeaderLines) {
        match self {
            HeaderOp::Set { name, value } => {
                remove(lines, name);
                add(lines, name, value);
            }
            HeaderOp::Add { name, value } => add(lines, name, value),
            HeaderOp::Remove { name } => remove(lines, name),
        }
    }
}

fn add(lines: &mut HeaderLines, name: &str, value: &[u8]) {
    lines.push((name.as_bytes().to_vec(), value.to_vec()));
}

fn remove(lines: &mut HeaderLines, name: &str) {
    lines.retain(|(n, _)| !n.eq_ignore_ascii_case(name.as_bytes()));
}
