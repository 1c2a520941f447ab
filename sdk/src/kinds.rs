//! Which parts of a plan a module carries out.

use std::ops::BitOr;

/// A set of filter kinds: what a module carries out, or where something in a rule is wrong.
///
/// ```
/// use httproute_sdk::Kinds;
/// let kinds = Kinds::HEADERS | Kinds::MIRROR;
/// assert!(kinds.has(Kinds::MIRROR));
/// assert!(!kinds.has(Kinds::REDIRECT));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    /// No kind.
    pub const NONE: Kinds = Kinds(0);
    /// `RequestHeaderModifier` and `ResponseHeaderModifier`.
    pub const HEADERS: Kinds = Kinds(1);
    /// `RequestRedirect`.
    pub const REDIRECT: Kinds = Kinds(2);
    /// `URLRewrite`.
    pub const REWRITE: Kinds = Kinds(4);
    /// `RequestMirror`.
    pub const MIRROR: Kinds = Kinds(8);
    /// The choice of a backend, and with it what becomes of requests that have none: 404, 421, 400 and 500. What belongs
    /// to no other kind (matches, unknown filters) is counted here.
    pub const BACKENDS: Kinds = Kinds(16);
    /// `CORS`.
    pub const CORS: Kinds = Kinds(32);
    /// Every kind, as `httproute.wasm` carries them out.
    pub const ALL: Kinds = Kinds(63);
    /// `ExtensionRef`: filters of one's own, which only a module that carries out every kind can have.
    pub const EXTENSIONS: Kinds = Kinds(64);

    /// Whether the two sets share a kind.
    pub const fn has(self, kinds: Kinds) -> bool {
        self.0 & kinds.0 != 0
    }

    /// The two sets together.
    pub const fn union(self, kinds: Kinds) -> Kinds {
        Kinds(self.0 | kinds.0)
    }

    /// Whether the set is empty.
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }
}

impl BitOr for Kinds {
    type Output = Kinds;

    fn bitor(self, other: Kinds) -> Kinds {
        self.union(other)
    }
}
