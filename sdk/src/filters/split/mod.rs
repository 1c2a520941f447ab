//! Weighted `backendRefs`.

mod config;

pub(crate) use config::decode;

use super::RuleFilter;
use super::cors::Cors;
use crate::draw::Draw;
use crate::plan::Backend;

/// The backends of a rule.
#[derive(Clone, Debug, Default)]
pub(crate) struct Backends {
    /// Those that get requests: none with weight 0.
    choices: Box<[Choice]>,
}

/// A backend that gets a share of the requests.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// The weights of the choices up to and with this one, added up.
    up_to: u32,
    /// The upstream; `None` where the reference cannot be resolved.
    cluster: Option<Box<str>>,
    /// "Filters defined at this level should be executed if and only if the request is being forwarded to the backend
    /// defined here."
    filters: Box<[RuleFilter]>,
}

/// A backend's part of the requests of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share<'r> {
    /// The upstream; `None` where the reference cannot be resolved, so that the part is answered with 500.
    pub cluster: Option<&'r str>,
    /// Its weight, of the sum of all weights of the rule.
    pub weight: u32,
}

impl Backends {
    /// The backends and their weights.
    pub(crate) fn shares(&self) -> Vec<Share<'_>> {
        let below = std::iter::once(0).chain(self.choices.iter().map(|choice| choice.up_to));
        let share = |(choice, below): (_, u32)| {
            let Choice { up_to, cluster, .. }: &Choice = choice;
            Share { cluster: cluster.as_deref(), weight: up_to - below }
        };
        self.choices.iter().zip(below).map(share).collect()
    }

    /// Whether each backend has a filter of its own that answers preflights: else some would reach a backend.
    pub(crate) fn answer_preflights(&self) -> bool {
        !self.choices.is_empty()
            && self.choices.iter().all(|choice| choice.filters().iter().any(RuleFilter::is_cors))
    }

    /// The backend of one request: "Weight specifies the proportion of requests forwarded to the referenced backend. This
    /// is computed as weight/(sum of all weights in this BackendRefs list)."
    #[inline]
    pub(crate) fn choose(&self, draw: &mut Draw) -> Option<usize> {
        match &*self.choices {
            [] => None,
            [_] => Some(0),
            choices => {
                let drawn = draw.below(choices.last()?.up_to);
                Some(choices.partition_point(|choice| choice.up_to <= drawn))
            }
        }
    }

    /// Backend number `index`.
    pub(crate) fn get(&self, index: usize) -> Option<&Choice> {
        self.choices.get(index)
    }

    /// How many backends get requests.
    pub(crate) fn len(&self) -> usize {
        self.choices.len()
    }
}

impl Choice {
    #[inline]
    pub(crate) fn backend(&self) -> Backend<'_> {
        self.cluster.as_deref().map_or(Backend::Unresolved, Backend::Cluster)
    }

    /// What its own filters say of CORS.
    fn cors(&self) -> Option<&Cors> {
        self.filters.iter().find_map(|filter| match filter {
            RuleFilter::Cors(cors) => Some(&**cors),
            _ => None,
        })
    }

    /// The filters to run when this backend is chosen. A reference that cannot be resolved is never forwarded to.
    #[inline]
    pub(crate) fn filters(&self) -> &[RuleFilter] {
        if self.cluster.is_some() { &self.filters } else { &[] }
    }
}
