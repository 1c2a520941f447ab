//! What a module does not take on trust from its host.
//!
//! Hosts differ, and some do less than they report: one shows a hundred headers of a request and hides the rest, another
//! answers "done" to a change of `:authority` and makes none. A module that relied on it would route requests by the wrong
//! rule, or let a client choose the upstream. So what routing depends on is checked, and a request that fails a check is
//! answered with 500.
//!
//! Envoy passes every check, and pays for it in the first requests of a worker only: a check that a host has passed once is
//! not made again. The exception are requests with `LARGE` header lines or more, for which a header map may be cut.

use std::cell::Cell;

use httproute_sdk::{Kinds, Plan, RequestView};
use log::Level;
use proxy_wasm::types::MapType;

use crate::host::{Failed, Host};
use crate::pairs::{self, Pairs};

/// From so many lines on, the module makes sure that it sees all of them. ngx_wasm_module cuts header maps at 100.
const LARGE: usize = 100;

/// A header that exists only while the module tries out how many the host shows.
const PROBE: &str = "x-httproute-probe";

const REQUEST: MapType = MapType::HttpRequestHeaders;

/// A kind of change that a host may make or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Another `:path`.
    Path,
    /// Another `:authority`.
    Authority,
    /// A header that is set or added.
    Header,
    /// A header that is removed.
    Removal,
}

/// Why a request cannot be processed on this host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The host returned an error. That may be the fault of this one request, so it is counted and not logged.
    Failed(Failed),
    /// The module does not see all headers.
    HiddenHeaders,
    /// The request shows no host, or two that differ.
    UnclearHost,
    /// A change, for example of `:path`, was reported as made and was not.
    NoEffect(Change),
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
            Fault::NoEffect(change) => {
                let (bit, what) = match change {
                    Change::Path => (4, "changed `:path`"),
                    Change::Authority => (8, "changed `:authority`"),
                    Change::Header => (16, "changed a request header"),
                    Change::Removal => (32, "removed a request header"),
                };
                (bit, format!("the proxy reports that it {what}, but did not; this rule cannot work on this proxy"))
            }
            Fault::NotKept => (
                64,
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
    sets: Cell<bool>,
    adds: Cell<bool>,
    removes: Cell<bool>,
    path: Cell<bool>,
    authority: Cell<bool>,
    keeps: Cell<bool>,
    logged: Cell<u8>,
}

impl Trust {
    /// Checks that `headers` are all that the request has. `told` is the number that the callback got from the host: Envoy counts
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

    /// Gives a header of `request` one value.
    #[inline]
    pub fn set<H: Host>(
        &self,
        name: &str,
        value: &[u8],
        request: &RequestView<'_>,
        host: &H,
    ) -> Result<(), Fault> {
        host.set_header(REQUEST, name, value)?;
        if self.sets.get() { Ok(()) } else { self.check_set(name, value, request, host) }
    }

    /// Adds a line to a header of `request`.
    #[inline]
    pub fn add<H: Host>(
        &self,
        name: &str,
        value: &[u8],
        request: &RequestView<'_>,
        host: &H,
    ) -> Result<(), Fault> {
        host.add_header(REQUEST, name, value)?;
        if self.adds.get() { Ok(()) } else { self.check_add(name, value, request, host) }
    }

    /// Removes a header of `request`.
    #[inline]
    pub fn remove<H: Host>(&self, name: &str, request: &RequestView<'_>, host: &H) -> Result<(), Fault> {
        host.remove_header(REQUEST, name)?;
        if self.removes.get() { Ok(()) } else { self.check_remove(name, request, host) }
    }

    /// Changes `:path`.
    #[inline]
    pub fn set_path<H: Host>(&self, value: &[u8], host: &H) -> Result<(), Fault> {
        set_pseudo((&self.path, Change::Path), ":path", value, host)
    }

    /// Changes `:authority`.
    #[inline]
    pub fn set_authority<H: Host>(&self, value: &[u8], host: &H) -> Result<(), Fault> {
        set_pseudo((&self.authority, Change::Authority), ":authority", value, host)
    }

    #[cold]
    fn check_set<H: Host>(
        &self,
        name: &str,
        value: &[u8],
        request: &RequestView<'_>,
        host: &H,
    ) -> Result<(), Fault> {
        if says_nothing(name) || value.is_empty() || request.header(name).next() == Some(value) {
            return Ok(());
        }
        // A host may write a value in another way, but where there was none there must be one.
        let was_there = request.header(name).next().is_some();
        match shown(name, host)? {
            Some(now) if now == value || !was_there => self.sets.set(true),
            _ => return Err(Fault::NoEffect(Change::Header)),
        }
        Ok(())
    }

    #[cold]
    fn check_add<H: Host>(
        &self,
        name: &str,
        value: &[u8],
        request: &RequestView<'_>,
        host: &H,
    ) -> Result<(), Fault> {
        if says_nothing(name) || value.is_empty() || request.header(name).next().is_some() {
            return Ok(());
        }
        if shown(name, host)?.is_none() {
            return Err(Fault::NoEffect(Change::Header));
        }
        self.adds.set(true);
        Ok(())
    }

    #[cold]
    fn check_remove<H: Host>(&self, name: &str, request: &RequestView<'_>, host: &H) -> Result<(), Fault> {
        if says_nothing(name) || request.header(name).next().is_none() {
            return Ok(());
        }
        if shown(name, host)?.is_some() {
            return Err(Fault::NoEffect(Change::Removal));
        }
        self.removes.set(true);
        Ok(())
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
        for passed in [&self.sets, &self.adds, &self.removes, &self.path, &self.authority, &self.keeps] {
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

/// Whether a change of this header says nothing about the host: `Host` is another name of `:authority`.
fn says_nothing(name: &str) -> bool {
    name.eq_ignore_ascii_case("host")
}

/// The first value of a header, unless it is empty: hosts show a header that is not there in either way.
fn shown<H: Host>(name: &str, host: &H) -> Result<Option<Vec<u8>>, Fault> {
    Ok(host.header(REQUEST, name)?.filter(|value| !value.is_empty()))
}

#[inline]
fn set_pseudo<H: Host>(
    (passed, change): (&Cell<bool>, Change),
    name: &str,
    value: &[u8],
    host: &H,
) -> Result<(), Fault> {
    host.set_header(REQUEST, name, value)?;
    if passed.get() {
        return Ok(());
    }
    if shown(name, host)?.as_deref() != Some(value) {
        return Err(Fault::NoEffect(change));
    }
    passed.set(true);
    Ok(())
}
