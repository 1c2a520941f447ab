//! Edits under load: while requests flow, each generation of a configuration follows the other, with other routes, weights,
//! backends and mirrors. No request fails, and none sees half of a generation.
//!
//! `HTTPROUTE_LIVE_REQUESTS` and `HTTPROUTE_LIVE_EDITS` say how many there are at least.

use std::sync::Arc;

use httproute_integration::generations::{Backends, Generations, Window, manifests, route};
use httproute_integration::load::{self, Load, Progress};
use httproute_integration::run::Run;

fn at_least(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().map_or(otherwise, |text| text.parse().expect(variable))
}

#[test]
fn no_request_fails_and_none_sees_half_of_an_edit() {
    let requests = at_least("HTTPROUTE_LIVE_REQUESTS", 100_000);
    let edits = at_least("HTTPROUTE_LIVE_EDITS", 50);
    let window = Arc::new(Window::default());
    let backends = Backends::start(&window).unwrap();
    let manifests = manifests().unwrap();
    let flags = backends.flags();
    let mut arguments = vec!["-f", ".", "--bind", "127.0.0.1", "--port", "80=0"];
    arguments.extend(flags.iter().map(String::as_str));
    let mut run = Run::start(manifests.folder(), &arguments).unwrap();
    let server = run.serves("http-80").unwrap();
    run.line("serving ").unwrap();

    let progress = Arc::new(Progress::default());
    let summary = std::thread::scope(|scope| {
        let editor = scope.spawn(|| {
            for generation in 1..=edits {
                // Spread over all of the load; where edits take longer, it goes on until they are through.
                while progress.answered() < generation * requests / (edits + 1) {
                    std::thread::yield_now();
                }
                window.begins(generation);
                manifests.write("route.yaml", route(generation)).unwrap();
                run.line("changed in ").unwrap();
                window.is_in_use(generation);
            }
            while progress.answered() < requests {
                std::thread::yield_now();
            }
        });
        let load = Load::new(server, 32);
        let stop = Arc::clone(&progress);
        scope.spawn(move || {
            drop(editor.join());
            // Also where an edit came to nothing.
            stop.stop();
        });
        load::run(&load, &mut Generations::new(&window), &progress).unwrap()
    });
    assert_eq!(summary.failed, 0, "{:#?}", summary.failures);
    assert!(summary.answered >= requests);
    assert!(window.copies() > 0);
    assert_eq!(window.mixed_copies(), 0, "of {} copies", window.copies());
    assert_eq!(run.said().matches("\nchanged in ").count() as u64, edits, "{}", run.said());
    println!(
        "{} requests, {edits} edits, {} copies in {:.1} s; p50 {:?}, p99 {:?}, longest {:?}",
        summary.answered,
        window.copies(),
        summary.elapsed.as_secs_f32(),
        summary.latency_at(0.5),
        summary.latency_at(0.99),
        summary.latency_at(1.0),
    );
}
