//! What a module does not take on trust from its host.
//!
//! Hosts differ, and some do less than they report: one shows a hundred headers of a request and hides the rest, another
//! answers "done" to a change of `:authority` and makes none. A module that relied on it would route requests by the wrong
//! rule, or let a client choose the upstream. So what routing depends on is checked, and a request that fails a check is
//! answered with 500.
//!
//! Envoy passes every check, and pays for it in the first requests of a worker only: a check that a host has passed once is
//! not made again. The exception are requests with [`LARGE`] header lines or more, for which a header map may be cut.

use std::cell::Cell;

use httproute_sdk::{Kinds, Plan, RequestView};
use log::Level;
use proxy_wasm::types::MapType;

use crate::host::{Failed, Host};
use crate::pairs::{self, Pairs};

/// From so many lines on, the module makes sure that it sees all of them. ngx_wasm_module cuts header maps at 100.
const LARGE: usize = 100;

/// A header that exists only while the module tries out what the host does.
const PROBE: &str = "x-httproute-probe";

const REQUEST: MapType = MapType::HttpRequestHeaders;

/// Why a request cannot be processed on this host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The host returned an error. That may be the fault of this one request, so it is counted and not logged.
    Failed(Failed),
    /// The module does not see all headers.
    HiddenHeaders,
    /// The request shows no host, or two that differ.
    UnclearHost,
    /// Changes of headers have no effect, or those of this pseudo-header.
    NoEffect(&'static str),
    /// What this module keeps for the modules after it is not kept.
    NotKept,
}

impl From<Failed> for Fault {
    fn from(failed: Failed) -> Self {
        Fault::Failed(failed)
    }
}

impl Fault {
    /// Its bit in the set of what has been logged, and the line.
    fn line(self) -> Option<(u8, String)> {
        Some(match self {
            Fault::Failed(_) => return None,
            Fault::HiddenHeaders => (
                1,
                "the proxy hides some of the request's headers from modules, and a hidden header may decide which rule \
                 matches; limit the number of headers that the proxy accepts"
                    .to_owned(),
            ),
            Fault::UnclearHost => (
                2,
                "the proxy does not show which host the client asked for: `:authority` and `Host` are both missing, or \
                 they differ; make the proxy's server name the host of its clients"
                    .to_owned(),
            ),
            Fault::NoEffect(what) => (
                if what == ":authority" { 4 } else { 8 },
                format!("the proxy reports that it changed {what}, but did not; this rule cannot work on this proxy"),
            ),
            Fault::NotKept => (
                16,
                "the proxy does not keep the decision that the modules of a chain share, so the next module would match \
                 the changed request; load httproute.wasm instead of single modules"
                    .to_owned(),
            ),
        })
    }
}

/// What the host of one worker has shown that it does.
#[derive(Debug, Default)]
pub struct Trust {
    changes: Cell<bool>,
    path: Cell<bool>,
    authority: Cell<bool>,
    keeps: Cell<bool>,
    logged: Cell<u8>,
}

impl Trust {
    /// Checks that `headers` are all that the request has. `told` is the number that the host gave the callback: Envoy counts
    /// pseudo-headers, others do not.
    #[inline]
    pub fn sees_all<H: Host>(&self, headers: &Pairs<'_>, told: usize, host: &H) -> Result<(), Fault> {
        if headers.len() == told && told < LARGE { Ok(()) } else { count(headers, told, host) }
    }

    /// Checks that it is clear which host the client asked for.
    #[inline]
    pub fn sees_host(&self, request: &RequestView<'_>) -> Result<(), Fault> {
        if request.has_one_authority() { Ok(()) } else { Err(Fault::UnclearHost) }
    }

    /// Checks that the host makes changes of request headers. To be called before one.
    #[inline]
    pub fn changes<H: Host>(&self, host: &H) -> Result<(), Fault> {
        if self.changes.get() { Ok(()) } else { self.try_changes(host) }
    }

    #[cold]
    fn try_changes<H: Host>(&self, host: &H) -> Result<(), Fault> {
        let shows = |value: Option<&[u8]>| -> Result<(), Fault> {
            let seen = host.header(REQUEST, PROBE)?.filter(|seen| !seen.is_empty());
            if seen.as_deref() == value { Ok(()) } else { Err(Fault::NoEffect("request headers")) }
        };
        // In this order, so that a client that sends the header itself cannot make it look as if one of them had an effect.
        host.set_header(REQUEST, PROBE, b"set")?;
        shows(Some(b"set"))?;
        host.remove_header(REQUEST, PROBE)?;
        shows(None)?;
        host.add_header(REQUEST, PROBE, b"added")?;
        shows(Some(b"added"))?;
        host.remove_header(REQUEST, PROBE)?;
        self.changes.set(true);
        Ok(())
    }

    /// Checks that the host has changed `:path` to `value`.
    #[inline]
    pub fn path<H: Host>(&self, value: &[u8], host: &H) -> Result<(), Fault> {
        if self.path.get() { Ok(()) } else { try_pseudo(&self.path, ":path", value, host) }
    }

    /// Checks that the host has changed `:authority` to `value`.
    #[inline]
    pub fn authority<H: Host>(&self, value: &[u8], host: &H) -> Result<(), Fault> {
        if self.authority.get() { Ok(()) } else { try_pseudo(&self.authority, ":authority", value, host) }
    }

    /// Checks that the host keeps `value` with the stream, where later modules of the chain find it; `kept` is whether it
    /// reported so. A module whose part of `plan` does not touch what rules match on needs nothing kept.
    pub fn keeps<H: Host>(
        &self,
        property: &str,
        value: &[u8],
        kept: bool,
        (plan, kinds): (&Plan<'_>, Kinds),
        host: &H,
    ) -> Result<(), Fault> {
        if kept && self.keeps.get() {
            return Ok(());
        }
        if kept && host.property(&[property]).ok().flatten().as_deref() == Some(value) {
            self.keeps.set(true);
            return Ok(());
        }
        let changes_headers =
            kinds.has(Kinds::HEADERS) && plan.request_headers.iter().any(|ops| !ops.is_empty());
        let rewrites = kinds.has(Kinds::REWRITE) && (plan.path.is_some() || plan.authority.is_some());
        if changes_headers || rewrites { Err(Fault::NotKept) } else { Ok(()) }
    }

    /// Says in the log why a request is answered with 500: each reason once.
    #[cold]
    pub fn tell<H: Host>(&self, fault: Fault, module: &str, host: &H) {
        let Some((bit, line)) = fault.line() else { return };
        if self.logged.get() & bit == 0 {
            self.logged.set(self.logged.get() | bit);
            host.log(Level::Error, &format!("{module}: request answered with 500: {line}"));
        }
    }

    /// A host that has passed all checks.
    #[cfg(test)]
    pub(crate) fn assume(&self) {
        for passed in [&self.changes, &self.path, &self.authority, &self.keeps] {
            passed.set(true);
        }
    }
}

/// Whether the host shows as many headers as it says there are; if there are many, whether it shows one more.
#[cold]
fn count<H: Host>(headers: &Pairs<'_>, told: usize, host: &H) -> Result<(), Fault> {
    let without_pseudo = headers.iter().filter(|(name, _)| !name.starts_with(b":")).count();
    if headers.len() != told && without_pseudo < told {
        return Err(Fault::HiddenHeaders);
    }
    if headers.len() < LARGE {
        return Ok(());
    }
    host.add_header(REQUEST, PROBE, b"added")?;
    let map = host.header_map(REQUEST)?;
    let shown = pairs::parse(&map).map_or(0, |more| more.len());
    host.remove_header(REQUEST, PROBE)?;
    if shown == headers.len() + 1 { Ok(()) } else { Err(Fault::HiddenHeaders) }
}

#[cold]
fn try_pseudo<H: Host>(passed: &Cell<bool>, name: &'static str, value: &[u8], host: &H) -> Result<(), Fault> {
    if host.header(REQUEST, name)?.as_deref() != Some(value) {
        return Err(Fault::NoEffect(name));
    }
    passed.set(true);
    Ok(())
}
