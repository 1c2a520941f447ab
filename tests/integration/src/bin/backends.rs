//! The upstreams of the examples: each answers with what it received, and says so in this terminal.
//!
//! Arguments name others, as `render` does: `shop/cart:8080=9001` is port 8080 of Service shop/cart, on port 9001 here.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;

use httproute_integration::backend::{self, Behaviour};
use httproute_integration::example::UPSTREAMS;
use httproute_integration::fleet::Fleet;

fn main() -> ExitCode {
    let named: Option<Vec<(String, u16)>> =
        std::env::args().skip(1).map(|argument| named(&argument)).collect();
    let Some(mut places) = named else {
        eprintln!("usage: ./just backends [NAMESPACE/NAME:PORT=LOCAL_PORT]…");
        return ExitCode::FAILURE;
    };
    if places.is_empty() {
        places.extend(UPSTREAMS.map(|(name, port)| (name.to_owned(), port)));
    }
    let upstreams: BTreeMap<_, _> = places.iter().map(|(name, _)| (name.clone(), Behaviour::Echo)).collect();
    let port = |name: &str| places.iter().find(|(known, _)| known == name).map_or(0, |(_, port)| *port);
    let fleet = match Fleet::start(&upstreams, IpAddr::V4(Ipv4Addr::LOCALHOST), port) {
        Ok(fleet) => fleet,
        Err(error) => {
            eprintln!("{error}\nSomething else listens there: stop it, or the backends that run already.");
            return ExitCode::FAILURE;
        }
    };
    for (name, port) in &places {
        println!("{name} listens on 127.0.0.1:{port}");
    }
    println!("Ctrl-C stops them.\n");
    loop {
        for received in fleet.record.wait_for_any() {
            println!("{}", backend::line(&received));
        }
    }
}

/// The upstream `shop/cart/8080` and its port, from `shop/cart:8080=9001`.
fn named(argument: &str) -> Option<(String, u16)> {
    let (backend, port) = argument.split_once('=')?;
    Some((backend.replace(':', "/"), port.parse().ok()?))
}
