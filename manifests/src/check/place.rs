//! Where in an object we are.

use std::fmt::Write;

/// A list of steps back to the object, kept on the stack. The pointer is written only where something is wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'a> {
    /// The object itself.
    Root,
    /// A member of an object.
    Key(&'a Place<'a>, &'a str),
    /// An item of a list.
    Index(&'a Place<'a>, usize),
}

impl Place<'_> {
    /// The place as a JSON pointer (RFC 6901).
    pub(crate) fn pointer(&self) -> String {
        let mut pointer = String::new();
        self.write(&mut pointer);
        pointer
    }

    /// The last step, for messages.
    pub(crate) fn name(&self) -> String {
        match self {
            Place::Root => "the object".to_owned(),
            Place::Key(_, key) => (*key).to_owned(),
            Place::Index(Place::Key(_, key), index) => format!("{key}[{index}]"),
            Place::Index(_, index) => format!("item {index}"),
        }
    }

    fn write(&self, pointer: &mut String) {
        match self {
            Place::Root => {}
            Place::Key(parent, key) => {
                parent.write(pointer);
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Place::Index(parent, index) => {
                parent.write(pointer);
                // Writing to a String cannot fail.
                let _ = write!(pointer, "/{index}");
            }
        }
    }
}
