//! The load generator tells right answers from wrong ones, and counts both.

use std::sync::Arc;

use httproute_integration::load::{self, Answer, LeanBackend, Load, Progress, Traffic, echo};

/// Asks for `/N`, and wants to read that in the answer; every tenth request is one that the backend answers wrongly.
struct Numbers;

impl Traffic for Numbers {
    fn request(&mut self, number: u64, out: &mut Vec<u8>) {
        let lie = if number.is_multiple_of(10) { "/lie" } else { "" };
        out.extend_from_slice(format!("GET /{number}{lie} HTTP/1.1\r\nhost: a.example\r\n\r\n").as_bytes());
    }

    fn check(&mut self, number: u64, answer: &Answer<'_>) -> Result<(), String> {
        let wanted = format!("GET /{number}\r\n");
        match answer.body.starts_with(wanted.as_bytes()) && answer.text("x-backend") == "one" {
            true => Ok(()),
            false => Err(format!("not {wanted}")),
        }
    }
}

#[test]
fn every_answer_is_checked() {
    let backend = LeanBackend::start(echo("one")).unwrap();
    let load = Load { requests: Some(10_000), ..Load::new(backend.address(), 50) };
    let summary = load::run(&load, &mut Numbers, &Arc::default()).unwrap();
    assert_eq!((summary.answered, summary.failed), (10_000, 1_000));
    assert_eq!(summary.latency.len(), 10_000);
    assert!(summary.failures[0].starts_with("request 0, "), "{:?}", summary.failures);
}

#[test]
fn a_connection_that_is_closed_without_an_answer_is_a_failure() {
    let backend = LeanBackend::start(|asked, out| match asked.target {
        "/0/lie" => out.extend_from_slice(b"no answer at all"),
        _ => echo("one")(asked, out),
    })
    .unwrap();
    let load = Load { requests: Some(5), ..Load::new(backend.address(), 1) };
    let summary = load::run(&load, &mut Numbers, &Arc::default()).unwrap();
    assert_eq!((summary.answered, summary.failed), (5, 1), "{:?}", summary.failures);
}

#[test]
fn latency_is_what_clients_wait() {
    let slow = std::time::Duration::from_millis(20);
    let backend = LeanBackend::start(move |asked, out| {
        std::thread::sleep(slow);
        echo("one")(asked, out);
    })
    .unwrap();
    let load = Load { requests: Some(5), ..Load::new(backend.address(), 1) };
    let summary = load::run(&load, &mut Numbers, &Arc::default()).unwrap();
    assert!(summary.latency_at(0.0) >= slow, "{:?}", summary.latency_at(0.0));
}

#[test]
fn a_load_ends_when_it_is_told_to() {
    let backend = LeanBackend::start(echo("one")).unwrap();
    let progress = Arc::new(Progress::default());
    let watcher = std::thread::spawn({
        let progress = Arc::clone(&progress);
        move || {
            while progress.answered() < 500 {
                std::thread::yield_now();
            }
            progress.stop();
        }
    });
    let load = Load { per_second: Some(2_000), ..Load::new(backend.address(), 8) };
    let summary = load::run(&load, &mut Numbers, &progress).unwrap();
    watcher.join().unwrap();
    assert!(summary.answered >= 500);
}
