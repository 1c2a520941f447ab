//! A plan carried out on a request in memory: what a proxy with the module `httproute` would send.

use std::borrow::Cow;

use crate::header_op::{HeaderLines, HeaderOp};
use crate::kinds::Kinds;
use crate::plan::{Backend, Mirror, Plan};
use crate::reply::Reply;
use crate::request::RequestView;
use crate::settings::Settings;

/// What a plan comes to for a request: the pure counterpart of a module in a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<'p> {
    /// The module answers by itself.
    Answered(Reply<'p>),
    /// The request goes to this upstream, in this form.
    Forwarded {
        /// The upstream; `None` where the request belongs to no rule and goes on as it is.
        cluster: Option<&'p str>,
        /// All its headers, pseudo-headers included.
        headers: HeaderLines,
    },
}

/// A copy of a request, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy<'p> {
    /// The upstream that gets it.
    pub cluster: &'p str,
    /// All its headers, pseudo-headers included.
    pub headers: HeaderLines,
}

impl<'r> Plan<'r> {
    /// What becomes of `request` by a module that carries out everything.
    pub fn outcome(&self, request: &RequestView<'_>, settings: &Settings) -> Outcome<'_> {
        if let Some(reply) = self.reply(Kinds::ALL, settings.unmatched) {
            return Outcome::Answered(reply);
        }
        let cluster = match self.backend {
            Backend::Cluster(cluster) => Some(cluster),
            Backend::None | Backend::Unresolved => None,
        };
        let headers =
            lines(request, settings, &self.request_headers, self.path.as_deref(), self.authority.as_deref());
        Outcome::Forwarded { cluster, headers }
    }

    /// The copies of `request` that its mirrors get.
    pub fn copies(&self, request: &RequestView<'_>, settings: &Settings) -> Vec<Copy<'r>> {
        if self.is_broken(Kinds::ALL) || self.is_failed() {
            return Vec::new();
        }
        let copy = |mirror| self.copy(mirror, Kinds::ALL, request, settings);
        self.mirrors.iter().map(|mirror| Copy { cluster: mirror.cluster, headers: copy(mirror) }).collect()
    }

    /// The headers of the copy that `mirror` gets from a module that carries out `kinds`.
    ///
    /// A module that carries out the rule's other filters too shows the copy what those before the mirror did, in the order of
    /// the rule. A module that only mirrors copies the request as it gets it.
    pub fn copy(
        &self,
        mirror: &Mirror<'_>,
        kinds: Kinds,
        request: &RequestView<'_>,
        settings: &Settings,
    ) -> HeaderLines {
        let steps = if kinds.has(Kinds::HEADERS) { mirror.header_steps } else { 0 };
        let steps = self.request_headers.get(..steps).unwrap_or_default();
        let rewrites = kinds.has(Kinds::REWRITE);
        let path = mirror.path.as_deref().filter(|_| rewrites);
        lines(request, settings, steps, path, mirror.authority.as_deref().filter(|_| rewrites))
    }

    /// Carries the changes to the response's headers out on `lines`. A request that belongs to no rule or to a broken one
    /// has none.
    ///
    /// # Errors
    ///
    /// Where a custom filter fails: the answer that takes the place of the response.
    pub fn respond(&self, lines: &mut HeaderLines) -> Result<(), Reply<'static>> {
        self.response_changes().for_each(|op| op.apply(lines));
        let Some(effects) = &self.extensions else { return Ok(()) };
        let responded = effects.responders.respond(&|| lines.clone());
        if responded.failed {
            return Err(Reply::EXTENSION_FAILED);
        }
        responded.changes.iter().for_each(|op| op.apply(lines));
        Ok(())
    }

    /// The changes that [`Plan::respond`] carries out before custom filters have their turn, in the order of execution.
    pub fn response_changes(&self) -> impl Iterator<Item = &HeaderOp> {
        let changes = self.response_headers.iter().flat_map(|step| step.iter()).chain(&self.cors);
        let none = self.is_broken(Kinds::ALL) || self.is_failed();
        changes.filter(move |_| !none)
    }
}

/// The headers of `request` after `steps`, without those by which modules and proxy talk to each other.
fn lines(
    request: &RequestView<'_>,
    settings: &Settings,
    steps: &[Cow<'_, [HeaderOp]>],
    path: Option<&[u8]>,
    authority: Option<&str>,
) -> HeaderLines {
    let mut lines: HeaderLines =
        request.headers().iter().map(|(name, value)| (name.to_vec(), value.to_vec())).collect();
    apply(steps, &mut lines);
    lines.retain(|(name, _)| !settings.is_private(name));
    for (name, value) in &mut lines {
        match name.as_slice() {
            b":path" => path.into_iter().for_each(|path| *value = path.to_vec()),
            b":authority" => authority.into_iter().for_each(|host| *value = host.as_bytes().to_vec()),
            _ => {}
        }
    }
    lines
}

fn apply(steps: &[Cow<'_, [HeaderOp]>], lines: &mut HeaderLines) {
    steps.iter().flat_map(|step| step.iter()).for_each(|op| op.apply(lines));
}

impl Settings {
    /// Whether a header (any case) is one by which modules and proxy talk to each other.
    #[inline]
    pub fn is_private(&self, name: &[u8]) -> bool {
        [&self.cluster_header, &self.cluster_header_without_proto]
            .into_iter()
            .chain(&self.mirror_headers)
            .any(|private| name.eq_ignore_ascii_case(private.as_bytes()))
    }
}
