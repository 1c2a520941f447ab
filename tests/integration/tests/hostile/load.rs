//! Clients that are slow, and mirrors that never answer.

use std::io::Write;
use std::sync::Arc;

use httproute_integration::load::{self, Answer, Load, Progress, Traffic};

use httproute_integration::wire::connect;

use crate::http1::answer;
use crate::rig::{HOST, PATIENCE, Rig, await_that};

/// A thousand connections that send a byte now and then: half of a head, or half of a body.
pub(crate) fn slow_clients(rig: &mut Rig) -> Result<(), String> {
    drop(rig.received());
    let before = rig.memory()?;
    let head = format!(
        "POST /module/copied HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 10\r\nConnection: close\r\n\r\n"
    );
    let whole = format!("{head}0123456789");
    let mut clients = Vec::new();
    for number in 0..1000 {
        let mut client = connect(rig.listener).map_err(|e| e.to_string())?;
        // Half of them stop inside of the head, half inside of the body.
        let begun = if number % 2 == 0 { number % head.len() } else { head.len() + number % 10 };
        client.get_mut().write_all(&whole.as_bytes()[..begun]).map_err(|e| e.to_string())?;
        clients.push((client, begun));
    }
    let connected = || {
        rig.envoy.admin.stats("http.*downstream_cx_active").map(|stats| stats.values().sum::<u64>() >= 1000)
    };
    await_that("a thousand connections", connected)?;
    // Others are answered while they wait, byte by byte.
    for _ in 0..3 {
        for (client, begun) in &mut clients {
            let next = whole.as_bytes().get(*begun..*begun + 1).unwrap_or_default();
            client.get_mut().write_all(next).map_err(|e| e.to_string())?;
            *begun += next.len();
        }
        rig.unharmed(&[])?;
    }
    let grown = rig.memory()?.saturating_sub(before);
    for (client, begun) in &mut clients {
        client.get_mut().write_all(&whole.as_bytes()[*begun..]).map_err(|e| e.to_string())?;
    }
    for (client, _) in &mut clients {
        let status = answer(client).map_err(|e| e.to_string())?.map(|(status, ..)| status);
        if status != Some(200) {
            return Err(format!("a slow client gets {status:?}"));
        }
    }
    if !rig.wait_for("shop/recorder/8080", 1000) {
        return Err("not all copies came".into());
    }
    let received = rig.received();
    if received.iter().any(|received| received.body != b"0123456789") {
        return Err("a body is not whole".into());
    }
    if grown > 64 * 1024 {
        return Err(format!("{grown} KiB more memory for 1,000 connections"));
    }
    rig.unharmed(&received)
}

/// Requests of which a copy goes to a mirror that never answers.
struct Copied(&'static str);

/// Bytes of body of each: what a mirror would make the proxy hold without an end.
const BODY: usize = 10 * 1024;

impl Traffic for Copied {
    fn request(&mut self, _: u64, out: &mut Vec<u8>) {
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: {HOST}\r\nx-case-request: witness\r\nContent-Length: {BODY}\r\n\r\n",
            self.0
        );
        out.extend_from_slice(head.as_bytes());
        out.resize(out.len() + BODY, b'b');
    }

    fn check(&mut self, _: u64, answer: &Answer<'_>) -> Result<(), String> {
        if answer.status == 200 { Ok(()) } else { Err(format!("{}", answer.status)) }
    }
}

/// A thousand requests a second, each with a copy for nobody. What waits is bounded, so memory stands still after the bound
/// is reached; without one, the second part of the load would bring more than 100 MB.
pub(crate) fn silent_mirror(rig: &mut Rig) -> Result<(), String> {
    for path in ["/silence", "/module/silence"] {
        let send = |requests| {
            let load = Load {
                requests: Some(requests),
                per_second: Some(1000),
                patience: PATIENCE,
                ..Load::new(rig.listener, 50)
            };
            let summary = load::run(&load, &mut Copied(path), &Arc::new(Progress::default()))?;
            drop(rig.received());
            match summary.failed {
                0 => rig.memory(),
                failed => Err(format!("{path}: {failed} of {requests} fail: {:?}", summary.failures)),
            }
        };
        let full = send(4_000)?;
        let after = send(10_000)?;
        let grown = after.saturating_sub(full);
        if grown > 24 * 1024 {
            return Err(format!("{path}: {grown} KiB more memory, from {full} to {after}"));
        }
        if path == "/silence" {
            // The copies do not wait for good.
            await_that("end of the copies", || rig.envoy.admin.is_idle("mirror/shop/silent/8080"))?;
        }
        rig.unharmed(&[])?;
    }
    // Those that the module drops, and those that the upstream for copies has no place for.
    match rig.count("mirrors.overloaded")? + rig.count("mirrors.failed")? {
        0 => Err("no copy of the module is counted as lost".into()),
        _ => Ok(()),
    }
}
