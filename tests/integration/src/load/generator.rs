//! The loop that keeps the connections busy.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::message::{self, Arrived};
use super::{Load, Progress, Summary, Traffic};

/// Of how many failures a summary tells.
const TOLD: usize = 10;

/// What is longer than this, in microseconds, counts as this: a minute, which is beyond every patience.
const LONGEST: u64 = 60_000_000;

/// A connection, with at most one request in flight.
struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    written: usize,
    received: Vec<u8>,
    /// The number of the request in flight, and since when it is due.
    waiting: Option<(u64, Instant)>,
}

pub(super) struct Generator<'t> {
    load: &'t Load,
    traffic: &'t mut dyn Traffic,
    progress: &'t Arc<Progress>,
    poll: Poll,
    connections: Vec<Connection>,
    /// The one that has been idle for longest first, so that all are used however few are needed.
    idle: VecDeque<usize>,
    sent: u64,
    begun: Instant,
    failures: Vec<String>,
    latency: Histogram<u64>,
}

impl<'t> Generator<'t> {
    pub(super) fn new(
        load: &'t Load,
        traffic: &'t mut dyn Traffic,
        progress: &'t Arc<Progress>,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        let connections = (0..load.connections).map(|number| connect(load, &poll, number));
        Ok(Generator {
            load,
            traffic,
            progress,
            connections: connections.collect::<io::Result<_>>()?,
            poll,
            idle: (0..load.connections).collect(),
            sent: 0,
            begun: Instant::now(),
            failures: Vec::new(),
            latency: Histogram::new_with_max(LONGEST, 3).map_err(io::Error::other)?,
        })
    }

    pub(super) fn run(mut self) -> io::Result<Summary> {
        let mut events = Events::with_capacity(1024);
        let mut impatient = Instant::now();
        loop {
            self.begin_what_is_due()?;
            if self.idle.len() == self.connections.len() && self.is_over() {
                break;
            }
            match self.poll.poll(&mut events, Some(self.nap())) {
                Err(e) if e.kind() != ErrorKind::Interrupted => return Err(e),
                _ => {}
            }
            for event in &events {
                self.go_on(event.token().0)?;
            }
            if impatient.elapsed() > Duration::from_secs(1) {
                impatient = Instant::now();
                self.give_up_on_late()?;
            }
        }
        Ok(Summary {
            answered: self.progress.answered(),
            failed: self.progress.failed(),
            failures: self.failures,
            elapsed: self.begun.elapsed(),
            latency: self.latency,
        })
    }

    fn is_over(&self) -> bool {
        self.progress.is_stopping() || self.load.requests.is_some_and(|requests| self.sent >= requests)
    }

    /// When the next request is due.
    fn next_due(&self) -> Option<Instant> {
        let pace = self.load.per_second?;
        Some(self.begun + Duration::from_secs_f64(self.sent as f64 / f64::from(pace)))
    }

    /// How long there may be nothing to do. What a watcher asks for shows within a tenth of a second.
    fn nap(&self) -> Duration {
        let longest = Duration::from_millis(100);
        match self.next_due() {
            Some(due) if !self.idle.is_empty() => due.saturating_duration_since(Instant::now()).min(longest),
            _ => longest,
        }
    }

    fn begin_what_is_due(&mut self) -> io::Result<()> {
        while !self.is_over() && !self.idle.is_empty() {
            let now = Instant::now();
            let due = self.next_due().unwrap_or(now);
            if due > now {
                break;
            }
            let Some(number) = self.idle.pop_front() else { break };
            let connection = &mut self.connections[number];
            connection.request.clear();
            connection.written = 0;
            self.traffic.request(self.sent, &mut connection.request);
            connection.waiting = Some((self.sent, due));
            self.sent += 1;
            self.go_on(number)?;
        }
        Ok(())
    }

    /// Writes and reads as much as there is.
    fn go_on(&mut self, number: usize) -> io::Result<()> {
        if let Err(e) = self.exchange(number) {
            let waiting = self.connections[number].waiting;
            if let Some((request, due)) = waiting {
                self.failed(number, request, due, &e.to_string());
                self.idle.push_back(number);
            }
            self.replace(number)?;
        }
        Ok(())
    }

    fn exchange(&mut self, number: usize) -> io::Result<()> {
        let connection = &mut self.connections[number];
        while connection.written < connection.request.len() {
            match connection.stream.write(&connection.request[connection.written..]) {
                Ok(written) => connection.written += written,
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => break,
                Err(e) => return Err(e),
            }
        }
        loop {
            let mut bytes = [0; 16 * 1024];
            match connection.stream.read(&mut bytes) {
                Ok(0) => return Err(io::Error::other("the connection was closed without an answer")),
                Ok(read) => {
                    connection.received.extend_from_slice(&bytes[..read]);
                    // A full buffer means that there may be more.
                    if read < bytes.len() {
                        break;
                    }
                }
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => break,
                Err(e) => return Err(e),
            }
        }
        self.take_answer(number)
    }

    fn take_answer(&mut self, number: usize) -> io::Result<()> {
        let Connection { request, received, waiting, .. } = &mut self.connections[number];
        if received.is_empty() {
            return Ok(());
        }
        let Some((asked, due)) = *waiting else {
            return Err(io::Error::other("an answer that nobody asked for"));
        };
        let traffic = &mut self.traffic;
        let arrived = message::answer(received, request.starts_with(b"HEAD "), |answer| {
            let close = answer.header("connection").is_some_and(|v| v.eq_ignore_ascii_case(b"close"));
            (answer.status, close, traffic.check(asked, answer))
        });
        let (close, verdict) = match arrived.map_err(io::Error::other)? {
            Arrived::Part => return Ok(()),
            // "100 Continue" and the like: the answer is still to come.
            Arrived::Whole(length, (100..=199, ..)) => {
                received.drain(..length);
                return self.take_answer(number);
            }
            Arrived::Whole(length, (_, close, verdict)) => {
                received.drain(..length);
                (close, verdict)
            }
        };
        match verdict {
            Ok(()) => self.answered(number, due),
            Err(wrong) => self.failed(number, asked, due, &wrong),
        }
        if close {
            self.replace(number)?;
        }
        self.idle.push_back(number);
        Ok(())
    }

    fn answered(&mut self, number: usize, due: Instant) {
        self.connections[number].waiting = None;
        self.progress.answered.fetch_add(1, Ordering::Relaxed);
        self.latency.saturating_record(due.elapsed().as_micros() as u64);
    }

    /// A failure counts as answered: it is over.
    fn failed(&mut self, number: usize, request: u64, due: Instant, why: &str) {
        self.progress.failed.fetch_add(1, Ordering::Relaxed);
        if self.failures.len() < TOLD {
            self.failures.push(format!("request {request}, after {} ms: {why}", due.elapsed().as_millis()));
        }
        self.answered(number, due);
    }

    /// A new connection in the place of one that is over.
    fn replace(&mut self, number: usize) -> io::Result<()> {
        self.connections[number] = connect(self.load, &self.poll, number)?;
        Ok(())
    }

    fn give_up_on_late(&mut self) -> io::Result<()> {
        for number in 0..self.connections.len() {
            let Some((request, due)) = self.connections[number].waiting else { continue };
            if due.elapsed() > self.load.patience {
                self.failed(number, request, due, "no answer");
                self.replace(number)?;
                self.idle.push_back(number);
            }
        }
        Ok(())
    }
}

fn connect(load: &Load, poll: &Poll, number: usize) -> io::Result<Connection> {
    // The first connection waits, so that a server that is not there is told at once.
    let stream = std::net::TcpStream::connect_timeout(&load.server, load.patience)?;
    stream.set_nodelay(true)?;
    stream.set_nonblocking(true)?;
    let mut stream = TcpStream::from_std(stream);
    poll.registry().register(&mut stream, Token(number), Interest::READABLE | Interest::WRITABLE)?;
    Ok(Connection { stream, request: Vec::new(), written: 0, received: Vec::new(), waiting: None })
}
