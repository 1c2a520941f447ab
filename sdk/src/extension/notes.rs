//! What custom filters have to say to people.

/// How urgent a line of the log is.
///
/// ```
/// use httproute_sdk::extension::Level;
/// assert!(Level::Error > Level::Debug);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// For whoever looks for a mistake.
    Debug,
    /// That something happened.
    Info,
    /// A person should look.
    Warn,
    /// Something is not done that should be.
    Error,
}

/// Log lines and counts, as data: whoever carries the plan out writes and adds them up.
///
/// ```
/// # use httproute_sdk::extension::*;
/// # use httproute_sdk::{Draw, RequestView, Routes};
/// # #[derive(serde::Deserialize)]
/// # struct Own {}
/// # impl Filter for Own {
/// #     fn on_request(&self, request: &mut Request<'_>) -> Result<Flow, Error> {
/// #         request.keep("kept".to_owned());
/// #         request.log(Level::Info, "seen");
/// #         request.count("seen", 1);
/// #         Ok(Flow::Continue)
/// #     }
/// #
/// #     fn on_response(&self, response: &mut Response<'_>) -> Result<(), Error> {
/// #         let kept = response.kept::<String>().cloned().unwrap_or_default();
/// #         if response.status() == 200 { response.set_header("x-own", kept) } else { Err("no success".into()) }
/// #     }
/// # }
/// # let registry = Registry::new().with::<Own>("example.com", "Own");
/// # let (routes, _) = Routes::decode_with(br#"{
/// #     "extensions": [ { "apiVersion": "example.com/v1", "kind": "Own", "metadata": { "name": "o" } } ],
/// #     "routes": [ { "metadata": { "name": "r" }, "spec": { "rules": [ {
/// #         "filters": [ { "type": "ExtensionRef",
/// #             "extensionRef": { "group": "example.com", "kind": "Own", "name": "o" } } ],
/// #         "backendRefs": [ { "name": "b", "port": 80 } ] } ] } } ] }"#, &registry).unwrap();
/// # let headers: [(&[u8], &[u8]); 3] = [(b":authority", b"a"), (b":path", b"/p?q"), (b"cookie", b"a=1; b=2")];
/// # let request = RequestView::new(&headers, &|| None);
/// let plan = routes.plan(&request, &mut Draw::seeded(1));
/// let notes = plan.extensions.unwrap().notes;
/// assert_eq!(notes.log, [(Level::Info, "Own default/o: seen".to_owned())]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// Lines for the log, each with the object that configures its filter.
    pub log: Vec<(Level, String)>,
    /// What is to be added to which counter.
    pub counts: Vec<(&'static str, u64)>,
}

/// The most characters of a message.
const LONGEST: usize = 1024;

impl Notes {
    pub(super) fn log(&mut self, level: Level, object: &str, message: &str) {
        // What a client sent may be part of it: nothing may look like another line of the log, or fill it.
        let mut rest = message.chars().map(|c| if c.is_control() { ' ' } else { c });
        let mut line = format!("{object}: ");
        line.extend(rest.by_ref().take(LONGEST));
        if rest.next().is_some() {
            line.push('…');
        }
        self.log.push((level, line));
    }

    /// Adds what `other` holds.
    pub(crate) fn append(&mut self, other: &mut Notes) {
        self.log.append(&mut other.log);
        self.counts.append(&mut other.counts);
    }

    pub(super) fn count(&mut self, name: &'static str, n: u64) {
        self.counts.push((name, n));
    }
}
