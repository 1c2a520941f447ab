//! A compiled rule.

use crate::filters::RuleFilter;
use crate::filters::split::Backends;
use crate::kinds::Kinds;
use crate::matching::Match;
use crate::plan::RuleName;
use crate::timeouts::Timeouts;

/// A compiled rule.
#[derive(Debug)]
pub(crate) struct Rule {
    /// Index of its route among all routes of the configuration.
    pub(crate) route: u32,
    /// Its place in the route.
    pub(crate) place: u32,
    pub(crate) name: Option<Box<str>>,
    pub(crate) matches: Box<[Match]>,
    pub(crate) filters: Box<[RuleFilter]>,
    pub(crate) backends: Backends,
    /// `None` where it sets none, as most do.
    pub(crate) timeouts: Option<Box<Timeouts>>,
    /// The kinds in which something in the rule is wrong.
    pub(crate) broken: Kinds,
}

impl Rule {
    /// How people and logs speak of the rule and of its match number `matched`; `route` is `namespace/name`.
    #[inline]
    pub(crate) fn name_of<'r>(&'r self, route: &'r str, matched: u32) -> RuleName<'r> {
        RuleName { route, rule: self.place as usize, matched: matched as usize, name: self.name.as_deref() }
    }

    /// Whether a preflight for the rule is answered by a CORS filter.
    pub(crate) fn answers_preflights(&self) -> bool {
        self.filters.iter().any(RuleFilter::is_cors) || self.backends.answer_preflights()
    }

    /// Match number `place`.
    #[inline]
    pub(crate) fn match_at(&self, place: u32) -> Option<&Match> {
        self.matches.get(place as usize)
    }

    /// A rule of which nothing can be read: any request may be meant for it.
    pub(crate) fn unreadable(route: u32, place: u32) -> Self {
        Rule {
            route,
            place,
            name: None,
            matches: Box::new([Match::unreadable()]),
            filters: Box::default(),
            backends: Backends::default(),
            timeouts: None,
            broken: Kinds::BACKENDS,
        }
    }
}
