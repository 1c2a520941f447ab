//! What happens while a proxy runs: edits, signals, and what Envoy does by itself.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use signal_hook::iterator::Signals;

use super::signals;
use crate::error::Failure;

/// Editors and version control write several files, or one in several steps: an edit is over when nothing has changed for
/// [`QUIET`], and after [`LONGEST`] in any case.
const QUIET: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(1);

/// Something that happens.
#[derive(Debug)]
pub(crate) enum Event {
    /// A file with manifests has changed.
    Edited,
    /// A signal with this number: it is to end.
    Signal(i32),
    /// The Envoy with this number has ended.
    EnvoyEnded(u32),
    /// Envoy says why it does not take a configuration.
    Rejected(String),
}

/// What cannot wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interrupt {
    /// It is to end.
    Signal,
    /// The Envoy that runs has ended.
    EnvoyEnded,
}

/// All that happens, in the order in which it does.
#[derive(Debug)]
pub(crate) struct Events {
    sender: Sender<Event>,
    receiver: Receiver<Event>,
    /// The first and the last change of an edit that is not taken over yet.
    edit: Option<(Instant, Instant)>,
    rejections: Vec<String>,
    /// The number of the Envoy that runs: what another does is of no interest.
    envoy: u32,
    /// Whether it is about to end: only an urgent signal interrupts that.
    ending: bool,
}

impl Events {
    pub(crate) fn new() -> Result<Self, Failure> {
        let (sender, receiver) = mpsc::channel();
        let mut signals = Signals::new(signals::ending())
            .map_err(|error| Failure::new(format!("cannot listen for signals: {error}")))?;
        let signalled = sender.clone();
        std::thread::spawn(move || {
            // Where nobody receives any more, the process is about to end.
            for signal in &mut signals {
                if signalled.send(Event::Signal(signal)).is_err() {
                    return;
                }
            }
        });
        Ok(Events { sender, receiver, edit: None, rejections: Vec::new(), envoy: 0, ending: false })
    }

    /// Has an edit taken over once more, of which nothing came for a reason that lies elsewhere.
    pub(crate) fn edit_again(&mut self) {
        let now = Instant::now();
        self.edit.get_or_insert((now, now));
    }

    /// Where events are put in.
    pub(crate) fn sender(&self) -> Sender<Event> {
        self.sender.clone()
    }

    /// The number of an Envoy that is about to start. The earlier ones are of no interest any more.
    pub(crate) fn next_envoy(&mut self) -> u32 {
        self.envoy += 1;
        self.envoy
    }

    /// Waits for the end of an edit, until `until` at most; true where there is one.
    pub(crate) fn next(&mut self, until: Option<Instant>) -> Result<bool, Interrupt> {
        loop {
            let now = Instant::now();
            let over = self.edit.map(|(first, last)| (last + QUIET).min(first + LONGEST));
            if over.is_some_and(|over| over <= now) {
                self.edit = None;
                return Ok(true);
            }
            if until.is_some_and(|until| until <= now) {
                return Ok(false);
            }
            self.wait(over.into_iter().chain(until).min())?;
        }
    }

    /// Lets time pass. What happens meanwhile is kept, but for what cannot wait.
    pub(crate) fn pause(&mut self, time: Duration) -> Result<(), Interrupt> {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.wait(Some(end))?;
        }
        Ok(())
    }

    /// Why Envoy did not take configurations, since this was asked last.
    pub(crate) fn rejections(&mut self) -> Vec<String> {
        std::mem::take(&mut self.rejections)
    }

    /// From now on a signal interrupts only if it is urgent, and one that has come already not at all: some programs send one
    /// signal twice, to a process and to its group.
    pub(crate) fn end(&mut self) -> Result<(), Interrupt> {
        self.ending = true;
        while let Ok(event) = self.receiver.try_recv() {
            if !matches!(event, Event::Signal(_)) {
                self.note(event)?;
            }
        }
        Ok(())
    }

    fn wait(&mut self, until: Option<Instant>) -> Result<(), Interrupt> {
        let event = match until {
            Some(until) => self.receiver.recv_timeout(until.saturating_duration_since(Instant::now())),
            None => self.receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        // There is a sender here, so it is never disconnected.
        event.map_or(Ok(()), |event| self.note(event))
    }

    fn note(&mut self, event: Event) -> Result<(), Interrupt> {
        match event {
            Event::Edited => {
                let now = Instant::now();
                self.edit = Some((self.edit.map_or(now, |(first, _)| first), now));
            }
            Event::Rejected(sentence) => self.rejections.push(sentence),
            Event::Signal(signal) if !self.ending || signals::is_urgent(signal) => {
                return Err(Interrupt::Signal);
            }
            Event::EnvoyEnded(number) if number == self.envoy => return Err(Interrupt::EnvoyEnded),
            Event::Signal(_) | Event::EnvoyEnded(_) => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_in_several_steps_is_one() {
        let mut events = Events::new().unwrap();
        for _ in 0..3 {
            events.sender().send(Event::Edited).unwrap();
        }
        assert_eq!(events.next(None), Ok(true));
        assert_eq!(events.next(Some(Instant::now())), Ok(false));
    }

    #[test]
    fn the_end_of_an_earlier_envoy_is_of_no_interest() {
        let mut events = Events::new().unwrap();
        let (first, second) = (events.next_envoy(), events.next_envoy());
        for number in [first, second] {
            events.sender().send(Event::EnvoyEnded(number)).unwrap();
        }
        assert_eq!(events.next(None), Err(Interrupt::EnvoyEnded));
        assert_eq!(events.next(Some(Instant::now())), Ok(false));
    }
}
