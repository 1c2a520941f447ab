//! A backend that keeps up with a load: one thread, no memory of what it has seen.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::thread::JoinHandle;

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token, Waker};

use super::message::{self, Arrived, Asked};

const LISTENER: Token = Token(0);
const END: Token = Token(1);

/// A backend on a free port of 127.0.0.1; it stops when it is dropped.
#[derive(Debug)]
pub struct LeanBackend {
    address: SocketAddr,
    end: Waker,
    thread: Option<JoinHandle<()>>,
}

/// What a backend says of itself and of the request: 200, its name in `x-backend`, and the request's head as the body.
pub fn echo(name: &str) -> impl Fn(&Asked<'_>, &mut Vec<u8>) + Send + 'static {
    let name = name.to_owned();
    move |asked, out| {
        let mut body = format!("{} {}\r\n", asked.method, asked.target).into_bytes();
        for header in asked.headers {
            body.extend_from_slice(header.name.as_bytes());
            body.extend_from_slice(b": ");
            body.extend_from_slice(header.value);
            body.extend_from_slice(b"\r\n");
        }
        let length = body.len();
        out.extend_from_slice(
            format!("HTTP/1.1 200 OK\r\nx-backend: {name}\r\ncontent-length: {length}\r\n\r\n").as_bytes(),
        );
        out.extend_from_slice(&body);
    }
}

impl LeanBackend {
    /// Starts a backend; `answer` writes the whole answer to each request.
    pub fn start(answer: impl Fn(&Asked<'_>, &mut Vec<u8>) + Send + 'static) -> io::Result<Self> {
        let mut listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let address = listener.local_addr()?;
        let poll = Poll::new()?;
        poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
        let end = Waker::new(poll.registry(), END)?;
        let thread = std::thread::spawn(move || {
            let server = Server { poll, listener, connections: HashMap::new(), next: 2, answer };
            if let Err(e) = server.run() {
                // Every request of the test fails then; this is why.
                eprintln!("backend {address}: {e}");
            }
        });
        Ok(LeanBackend { address, end, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for LeanBackend {
    fn drop(&mut self) {
        if self.end.wake().is_ok() {
            drop(self.thread.take().map(JoinHandle::join));
        }
    }
}

#[derive(Debug)]
struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    answers: Vec<u8>,
}

struct Server<A> {
    poll: Poll,
    listener: TcpListener,
    connections: HashMap<usize, Connection>,
    next: usize,
    answer: A,
}

impl<A: Fn(&Asked<'_>, &mut Vec<u8>)> Server<A> {
    fn run(mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(1024);
        loop {
            match self.poll.poll(&mut events, None) {
                Err(e) if e.kind() != ErrorKind::Interrupted => return Err(e),
                _ => {}
            }
            for event in &events {
                match event.token() {
                    END => return Ok(()),
                    LISTENER => self.accept()?,
                    Token(number) => self.serve(number),
                }
            }
        }
    }

    fn accept(&mut self) -> io::Result<()> {
        loop {
            match self.listener.accept() {
                Ok((mut stream, _)) => {
                    stream.set_nodelay(true)?;
                    let interest = Interest::READABLE | Interest::WRITABLE;
                    self.poll.registry().register(&mut stream, Token(self.next), interest)?;
                    let connection = Connection { stream, received: Vec::new(), answers: Vec::new() };
                    self.connections.insert(self.next, connection);
                    self.next += 1;
                }
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(e) => return Err(e),
            }
        }
    }

    /// A connection that breaks is the proxy's business: it ends, and nothing else does.
    fn serve(&mut self, number: usize) {
        let Some(connection) = self.connections.get_mut(&number) else { return };
        if !matches!(connection.go_on(&self.answer), Ok(true)) {
            self.connections.remove(&number);
        }
    }
}

impl Connection {
    /// Reads, answers and writes as much as there is; whether the connection lives on.
    fn go_on(&mut self, answer: impl Fn(&Asked<'_>, &mut Vec<u8>)) -> io::Result<bool> {
        let mut open = true;
        loop {
            let mut bytes = [0; 16 * 1024];
            match self.stream.read(&mut bytes) {
                Ok(0) => {
                    open = false;
                    break;
                }
                Ok(read) => self.received.extend_from_slice(&bytes[..read]),
                Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                Err(e) => return Err(e),
            }
        }
        while !self.received.is_empty() {
            let answers = &mut self.answers;
            let arrived = message::asked(&self.received, |asked| answer(asked, answers));
            match arrived.map_err(io::Error::other)? {
                Arrived::Part => break,
                Arrived::Whole(length, ()) => drop(self.received.drain(..length)),
            }
        }
        while !self.answers.is_empty() {
            match self.stream.write(&self.answers) {
                Ok(written) => drop(self.answers.drain(..written)),
                Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                Err(e) => return Err(e),
            }
        }
        Ok(open)
    }
}
