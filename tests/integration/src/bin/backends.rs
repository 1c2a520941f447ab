//! The upstreams of the examples: each answers with what it received, and says so in this terminal.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;

use httproute_integration::backend::{self, Behaviour};
use httproute_integration::example::UPSTREAMS;
use httproute_integration::fleet::Fleet;

fn main() -> ExitCode {
    let upstreams: BTreeMap<_, _> =
        UPSTREAMS.iter().map(|(name, _)| ((*name).to_owned(), Behaviour::Echo)).collect();
    let port = |name: &str| UPSTREAMS.iter().find(|(known, _)| *known == name).map_or(0, |(_, port)| *port);
    let fleet = match Fleet::start(&upstreams, IpAddr::V4(Ipv4Addr::LOCALHOST), port) {
        Ok(fleet) => fleet,
        Err(error) => {
            eprintln!("{error}\nSomething else listens there: stop it, or the backends that run already.");
            return ExitCode::FAILURE;
        }
    };
    for (name, port) in UPSTREAMS {
        println!("{name} listens on 127.0.0.1:{port}");
    }
    println!("Ctrl-C stops them.\n");
    loop {
        for received in fleet.record.wait_for_any() {
            println!("{}", backend::line(&received));
        }
    }
}
