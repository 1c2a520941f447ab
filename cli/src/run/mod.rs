//! `httproute run`: an Envoy that does what the manifests say, and follows their edits.
//!
//! What it says goes to the standard error; the standard output is Envoy's, for its access log.

mod admin;
mod certificates;
mod claims;
mod difference;
mod drain;
mod envoy;
mod events;
mod files;
mod find;
mod folder;
mod places;
mod published;
mod signals;
mod state;
mod swap;
mod trial;
mod watch;

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use nix::sys::stat::{Mode, umask};

use crate::args::Run;
use crate::error::Failure;

use difference::{difference, summary};
use envoy::Envoy;
use events::{Events, Interrupt};
use files::Files;
use published::Trouble;
use state::{Reader, State};
use swap::Serving;
use watch::Watch;

/// After how long an Envoy that has ended is started again, at first and at most; and how long one has to live so that the
/// next end counts as the first.
const SOONEST: Duration = Duration::from_millis(200);
const LATEST: Duration = Duration::from_secs(30);

/// Says something to people: a line on the standard error. It is no reason to end if nobody reads it any more, as when a terminal
/// has been closed.
macro_rules! say {
    ($($words:tt)*) => {{
        use std::io::Write;
        _ = writeln!(anstream::stderr().lock(), $($words)*);
    }};
}
use say;

pub(crate) fn run(arguments: &Run) -> Result<ExitCode, Failure> {
    let binary = find::envoy(arguments.envoy.as_deref())?;
    // Files hold private keys, so that nobody else may read them, nor those of Envoy.
    umask(Mode::S_IRWXG | Mode::S_IRWXO);
    let mut events = Events::new()?;
    // Watched before it is read, so that no edit is lost in between.
    let watch = if arguments.watch { Watch::new(arguments, &events)? } else { None };
    let files = Files::new(arguments.target.admin)?;
    let mut reader = Reader::new(arguments, files.folder(), binary.clone());
    let serving = Serving::new(files, reader.read()?, arguments.target.mirroring);
    let mut runner = Runner { arguments, binary, reader, watch, serving, invalid: BTreeSet::new() };
    runner.serve(&mut events)
}

/// What runs.
struct Runner<'a> {
    arguments: &'a Run,
    binary: find::Binary,
    reader: Reader<'a>,
    watch: Option<Watch<'a>>,
    serving: Serving,
    /// The objects that the modules cannot use.
    invalid: BTreeSet<String>,
}

impl Runner<'_> {
    /// Serves until a signal says that it is enough.
    fn serve(&mut self, events: &mut Events) -> Result<ExitCode, Failure> {
        let cut_short = Ok(ExitCode::from(drain::CUT_SHORT));
        let good = self.serving.good().clone();
        let free = self.serving.claim_addresses(&good);
        let tried = free.and_then(|()| self.try_modules(self.serving.good(), events));
        let noted = tried.map(|invalid| {
            for object in &invalid {
                say!("error: {object}: rules that name it answer 500");
            }
            self.invalid = invalid;
        });
        let mut envoy = match noted.and_then(|()| self.start(events)) {
            Ok(envoy) => envoy,
            Err(Trouble::Interrupted(Interrupt::Signal)) => return cut_short,
            Err(Trouble::Interrupted(Interrupt::EnvoyEnded)) => {
                return Err(Failure::new("Envoy ended before it served: its lines above say why"));
            }
            Err(trouble) => return Err(Failure::new(trouble.to_string())),
        };
        let mut started = Instant::now();
        let mut pause = SOONEST;
        loop {
            let interrupt = match events.next(self.serving.next_retirement()) {
                Ok(true) => self.edited(&envoy, events).err(),
                // An Envoy that does not answer has ended, or is asked again.
                Ok(false) => self.serving.retire(&envoy).map_or(None, |()| None),
                Err(interrupt) => Some(interrupt),
            };
            match interrupt {
                None => {}
                Some(Interrupt::Signal) => return Ok(drain::drain(&mut envoy, events)),
                Some(Interrupt::EnvoyEnded) => {
                    if started.elapsed() > LATEST {
                        pause = SOONEST;
                    }
                    match self.start_again(&mut envoy, &mut pause, events) {
                        Some(again) => envoy = again,
                        // No request is in flight that could be cut short.
                        None => return Ok(ExitCode::SUCCESS),
                    }
                    started = Instant::now();
                }
            }
        }
    }

    /// The objects of `wanted` that the modules cannot use, if there may be any.
    fn try_modules(&self, wanted: &State, events: &mut Events) -> Result<BTreeSet<String>, Trouble> {
        match self.arguments.target.extensions.is_empty() {
            true => Ok(BTreeSet::new()),
            false => trial::trial(&self.binary, self.serving.files(), wanted, events),
        }
    }

    /// The same for an edit, which may not bring more of them.
    fn try_edit(&self, wanted: &State, events: &mut Events) -> Result<BTreeSet<String>, Trouble> {
        if wanted.modules == self.serving.good().modules {
            return Ok(self.invalid.clone());
        }
        let invalid = self.try_modules(wanted, events)?;
        let new: Vec<&str> = invalid.difference(&self.invalid).map(String::as_str).collect();
        match new.is_empty() || self.arguments.checking.allow_errors {
            true => Ok(invalid),
            false => Err(Trouble::Failed(format!(
                "{}\n  hint: --allow-errors takes it over all the same: rules that name it then answer 500",
                new.join("\n")
            ))),
        }
    }

    /// Starts Envoy, and says where it listens.
    fn start(&mut self, events: &mut Events) -> Result<Envoy, Trouble> {
        let (binary, level) = (&self.binary, self.arguments.log_level);
        let envoy = self.serving.start(|files, events| Envoy::start(binary, files, level, events), events)?;
        self.tell_addresses(&envoy)?;
        let admin = envoy.admin.port().map(|address| format!(", its administration interface on {address}"));
        say!(
            "serving {} with Envoy {}{}",
            summary(self.serving.good()),
            binary.version,
            admin.unwrap_or_default()
        );
        Ok(envoy)
    }

    fn tell_addresses(&self, envoy: &Envoy) -> Result<(), Trouble> {
        for (name, address) in envoy.admin.listeners()? {
            say!("listening on {address} for {name}");
        }
        Ok(())
    }

    /// Starts Envoy in the place of one that has ended, as often as it takes; `None` where it is to end.
    fn start_again(&mut self, ended: &mut Envoy, pause: &mut Duration, events: &mut Events) -> Option<Envoy> {
        let mut why = match ended.status() {
            Ok(status) => format!("Envoy ended ({status})"),
            Err(error) => format!("Envoy ended ({error})"),
        };
        loop {
            say!("{why}: it is started again in {} s", pause.as_secs_f32());
            if events.pause(*pause) == Err(Interrupt::Signal) {
                return None;
            }
            *pause = (*pause * 2).min(LATEST);
            match self.start(events) {
                Ok(envoy) => return Some(envoy),
                Err(Trouble::Interrupted(Interrupt::Signal)) => return None,
                Err(trouble) => why = format!("Envoy does not serve: {trouble}"),
            }
        }
    }

    /// Takes an edit over, or says why not.
    fn edited(&mut self, envoy: &Envoy, events: &mut Events) -> Result<(), Interrupt> {
        let begun = Instant::now();
        let wanted = match &mut self.watch {
            // Folders may have come and gone.
            Some(watch) => watch.follow().and_then(|()| self.reader.read()),
            None => self.reader.read(),
        };
        let wanted = match wanted {
            Ok(wanted) => wanted,
            Err(failure) => {
                say!("{failure}\nnothing is changed: the last good state is served");
                return Ok(());
            }
        };
        if wanted == *self.serving.good() {
            if self.reader.was_wrong() {
                say!("the manifests are as they were before");
            }
            return Ok(());
        }
        let changes = difference(self.serving.good(), &wanted);
        let listeners = wanted.listeners != self.serving.good().listeners;
        let tried = self.try_edit(&wanted, events);
        let swapped = tried.and_then(|invalid| self.serving.swap(wanted, envoy, events).map(|()| invalid));
        match swapped {
            Ok(invalid) => {
                self.invalid = invalid;
                say!("changed in {} ms: {changes}", begun.elapsed().as_millis());
                if listeners {
                    // Where Envoy does not answer, it has ended, and tells that itself.
                    _ = self.tell_addresses(envoy);
                }
                Ok(())
            }
            Err(Trouble::Interrupted(interrupt)) => {
                // Once Envoy is there again.
                events.edit_again();
                Err(interrupt)
            }
            Err(trouble) => {
                say!(
                    "{}\nnothing is changed: the last good state is served",
                    Failure::new(trouble.to_string())
                );
                Ok(())
            }
        }
    }
}
