//! Addresses for which this process has an Envoy listen, and no other `run`.
//!
//! Envoy binds its listeners when it reads them and listens once it is ready. In between the system lets another process bind the
//! same address, and the Envoy that listens last gets no connection and does not say so. So each `run` claims its addresses first.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::net::{SocketAddr, TcpListener};

/// The addresses that are claimed. A claim ends with the process, however that ends.
#[derive(Debug, Default)]
pub(crate) struct Claims(BTreeMap<SocketAddr, Option<Claim>>);

impl Claims {
    /// Claims an address, unless that is done. Fails if another `run` has it, or if a listener cannot bind it.
    pub(crate) fn add(&mut self, address: SocketAddr) -> io::Result<()> {
        if let Entry::Vacant(free) = self.0.entry(address) {
            let claim = claim(address)?;
            TcpListener::bind(address)?;
            free.insert(claim);
        }
        Ok(())
    }

    /// Gives up what `is_served` says no of.
    pub(crate) fn retain(&mut self, is_served: impl Fn(&SocketAddr) -> bool) {
        self.0.retain(|address, _| is_served(address));
    }
}

/// A socket whose name only one process of a network namespace can have.
#[cfg(target_os = "linux")]
type Claim = std::os::unix::net::UnixListener;

#[cfg(target_os = "linux")]
fn claim(address: SocketAddr) -> io::Result<Option<Claim>> {
    use std::os::linux::net::SocketAddrExt;
    let name = std::os::unix::net::SocketAddr::from_abstract_name(format!("httproute-run/{address}"))?;
    match Claim::bind_addr(&name) {
        Ok(claim) => Ok(Some(claim)),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(error),
        // A sandbox without such sockets: two that start at once are not told apart, as on other systems.
        Err(_) => Ok(None),
    }
}

#[cfg(not(target_os = "linux"))]
type Claim = std::convert::Infallible;

#[cfg(not(target_os = "linux"))]
fn claim(_: SocketAddr) -> io::Result<Option<Claim>> {
    Ok(None)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn of_two_that_claim_an_address_before_they_listen_one_gets_it() {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap();
        let (mut first, mut second) = (Claims::default(), Claims::default());
        first.add(free).unwrap();
        first.add(free).unwrap();
        assert_eq!(second.add(free).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        first.retain(|address| *address != free);
        second.add(free).unwrap();
    }
}
