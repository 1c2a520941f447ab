//! A compiled configuration.

use std::fmt;

use crate::decision::{Decision, NoRule};
use crate::draw::Draw;
use crate::filters::cors::Preflight;
use crate::filters::{self, Cx, Flow, Level, mirror};
use crate::header_op::HeaderOp;
use crate::kinds::Kinds;
use crate::listener::Listener;
use crate::matching::dots;
use crate::matching::host::{HostPattern, Specificity, normalised_host, specificity};
use crate::matching::normal::normalised;
use crate::matching::path::PathMatch;
use crate::matching::subject::Subject;
use crate::matching::work::Work;
use crate::matching::{Candidate, Match};
use crate::plan::{Plan, RuleName};
use crate::request::RequestView;
use crate::route::Route;
use crate::rule::Rule;
use crate::settings::{Settings, Unmatched};
use crate::table::Table;

/// A compiled configuration: decoded once, asked for each request.
///
/// ```
/// use httproute_sdk::{Backend, Draw, RequestView, Routes};
///
/// let configuration = br#"{ "routes": [ {
///     "metadata": { "namespace": "shop", "name": "cart" },
///     "spec": { "rules": [ {
///         "matches": [ { "path": { "type": "PathPrefix", "value": "/cart" } } ],
///         "backendRefs": [ { "name": "cart", "port": 8080 } ] } ] } } ] }"#;
/// let (routes, problems) = Routes::decode(configuration).unwrap();
/// assert!(problems.is_empty());
///
/// let headers = [(&b":path"[..], &b"/cart/items"[..])];
/// let plan = routes.plan(&RequestView::new(&headers, &|| None), &mut Draw::seeded(1));
/// assert_eq!(plan.backend, Backend::Cluster("shop/cart/8080"));
/// assert_eq!(plan.rule.unwrap().route, "shop/cart");
/// ```
#[derive(Debug)]
pub struct Routes {
    pub(crate) settings: Settings,
    pub(crate) fingerprint: Option<u64>,
    /// `None` where the configuration names no listeners: all requests belong to one without a hostname.
    pub(crate) listeners: Option<Vec<Listener>>,
    /// The hostnames of listeners of other filter chains; `None` for one without a hostname.
    pub(crate) misdirected: Vec<Option<HostPattern>>,
    pub(crate) tables: Vec<Table>,
    pub(crate) routes: Vec<Route>,
    pub(crate) rules: Vec<Rule>,
}

impl Routes {
    /// What the configuration says beside its routes.
    #[inline]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// A number that two configurations share only if they decide alike; `None` unless [`Routes::decode_shared`] was asked for it.
    pub fn fingerprint(&self) -> Option<u64> {
        self.fingerprint
    }

    /// What becomes of `request`. "Only one route rule may receive the request."
    ///
    /// `draw` is that request's alone: the decision keeps its seed, from which all draws are taken again when it is resumed.
    #[inline]
    pub fn plan<'r>(&'r self, request: &RequestView<'_>, draw: &mut Draw) -> Plan<'r> {
        let seed = draw.seed();
        match self.decide(request, seed, &Work::of_a_request()) {
            Ok(decision) => {
                self.carry_out(decision, request, draw).unwrap_or_else(|| no_rule(NoRule::Unmatched))
            }
            Err(reason) => no_rule(reason),
        }
    }

    /// The plan for a decision that another module of the filter chain made: nothing is matched again, for a rewritten path
    /// would pick another rule. `None` where the decision is none of this configuration.
    pub fn resume<'r>(&'r self, decision: Decision, request: &RequestView<'_>) -> Option<Plan<'r>> {
        match decision {
            Decision::Rule { seed, .. } => self.carry_out(decision, request, &mut Draw::seeded(seed)),
            Decision::NoRule(reason) => Some(no_rule(reason)),
        }
    }

    /// Calls `change` with each change to the response's headers that a decision brings with it, for a response phase that has no
    /// request any more. None for a request without rule. Whether the rule is broken, and whether the request was a preflight that a
    /// CORS filter answered ([`Plan::preflight`]), is for the request phase to remember; and all of it where custom filters saw the
    /// request ([`Plan::extensions`]), for they may have chosen another backend.
    #[inline]
    pub fn response_headers<'r>(
        &'r self,
        decision: Decision,
        preflight: bool,
        change: &mut dyn FnMut(&'r HeaderOp),
    ) {
        let Decision::Rule { rule, matched, seed, .. } = decision else { return };
        // As where a decision is resumed: one of another configuration is none.
        let Some(rule) = self.rules.get(rule as usize).filter(|rule| rule.match_at(matched).is_some()) else {
            return;
        };
        filters::response_headers(&rule.filters, change);
        if !filters::answer(&rule.filters, preflight) {
            let chosen = rule.backends.choose(&mut Draw::seeded(seed));
            if let Some(choice) = chosen.and_then(|index| rule.backends.get(index)) {
                filters::response_headers(choice.filters(), change);
            }
        }
    }

    /// The rules that have a name of their own, by the number that [`Decision::Rule`] has for them.
    pub fn named_rules(&self) -> impl Iterator<Item = (u32, RuleName<'_>)> {
        let named = (0..).zip(&self.rules).filter(|(_, rule)| rule.name.is_some());
        named.filter_map(|(number, rule)| {
            Some((number, rule.name_of(&self.routes.get(rule.route as usize)?.name, 0)))
        })
    }

    /// How people and logs speak of the rule that a pointer of a [`Problem`](crate::Problem) leads into: `shop/cart#canary`, or
    /// `shop/cart` if it leads to no rule of the route.
    pub fn rule_at(&self, pointer: &str) -> Option<String> {
        let (number, rest) =
            match pointer.strip_prefix("/routes/").or_else(|| pointer.strip_prefix("/items/")) {
                Some(rest) => rest.split_once('/').unwrap_or((rest, "")),
                None => ("0", pointer.strip_prefix('/').filter(|rest| rest.starts_with("spec/"))?),
            };
        let number: u32 = number.parse().ok()?;
        let route = self.routes.get(number as usize)?;
        let place =
            rest.strip_prefix("spec/rules/").and_then(|rest| rest.split('/').next()?.parse::<u32>().ok());
        let is_it = |rule: &&Rule| rule.route == number && Some(rule.place) == place;
        Some(match self.rules.iter().find(is_it) {
            Some(rule) => rule.name_of(&route.name, 0).to_string(),
            None => route.name.to_string(),
        })
    }

    /// The configuration in numbers: `3 routes, 7 rules, 2 listeners`.
    pub fn summary(&self) -> impl fmt::Display + use<> {
        let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let listeners = match &self.listeners {
            Some(listeners) => count(listeners.len(), "listener"),
            None => "any listener".to_owned(),
        };
        format!("{}, {}, {listeners}", count(self.routes.len(), "route"), count(self.rules.len(), "rule"))
    }

    #[inline]
    pub(crate) fn decide(
        &self,
        request: &RequestView<'_>,
        seed: u64,
        work: &Work,
    ) -> Result<Decision, NoRule> {
        let look = dots::look(request.path());
        if look.has_dot_segment {
            return Err(self.dotted(request, work));
        }
        self.find(request, look.has_percent, seed, work)
    }

    /// What becomes of a request whose path has dot segments: the rule that it could slip past is not known. Requests outside of
    /// all rules are no concern of a module that lets them pass, so they do, if nobody could take the path for one of a rule.
    #[cold]
    fn dotted(&self, request: &RequestView<'_>, work: &Work) -> NoRule {
        if self.settings.unmatched != Some(Unmatched::Pass) {
            return NoRule::DotSegment;
        }
        let is_outside = |path: Vec<u8>| {
            work.spend(path.len())
                && self.find(&request.with_path(&path), true, 0, work) == Err(NoRule::Unmatched)
        };
        if dots::readings(request.path()).all(is_outside) { NoRule::Unmatched } else { NoRule::DotSegment }
    }

    #[inline]
    fn find(
        &self,
        request: &RequestView<'_>,
        has_percent: bool,
        seed: u64,
        work: &Work,
    ) -> Result<Decision, NoRule> {
        let path = if has_percent { normalised(request.path()) } else { request.path().into() };
        let subject = Subject::new(request, path, work);
        let host = normalised_host(request.authority()).ok_or(NoRule::BadHost)?;
        let (number, listener) = self.listener(&host)?;
        if listener.is_some_and(|listener| listener.broken) {
            return Err(NoRule::Broken);
        }
        let table =
            self.tables.get(listener.map_or(0, |listener| listener.table)).ok_or(NoRule::Unmatched)?;
        let rule = |found: Candidate| self.rules.get(found.rule as usize);
        let mut found = table.find(&host, &subject.path, &self.rules, &|entry| entry.accepts(&subject));
        // A preflight belongs to the rule of the request that it asks about, unless a rule for OPTIONS answers it.
        if let Some(preflight) = Preflight::of(request) {
            let answers =
                |found: Option<Candidate>| found.and_then(rule).is_some_and(Rule::answers_preflights);
            let accepts = |entry: &Match| entry.accepts_preflight(&subject, preflight.method);
            if !answers(found) {
                let asked = table.find(&host, &subject.path, &self.rules, &accepts);
                if answers(asked) {
                    found = asked;
                }
            }
        }
        if work.is_spent() {
            return Err(NoRule::TooCostly);
        }
        let found = found.ok_or(NoRule::Unmatched)?;
        let route = rule(found).and_then(|rule| self.routes.get(rule.route as usize));
        if table.is_broken_for(&host, route) {
            return Err(NoRule::Broken);
        }
        Ok(Decision::Rule { listener: number, rule: found.rule, matched: found.matched, seed })
    }

    /// The rules that are attached to the listener of `host`, with their numbers.
    pub(crate) fn attached_rules(&self, host: &[u8]) -> impl Iterator<Item = (u32, &Rule)> {
        let listener = self.listener(host).map(|(_, listener)| listener.map_or(0, |listener| listener.table));
        let table = listener.ok().and_then(|table| self.tables.get(table));
        let rules = (0..).zip(&self.rules);
        rules.filter(move |(_, rule)| table.is_some_and(|table| table.attaches(rule.route)))
    }

    /// The listener that a request for `host` belongs to: "a request SHOULD match at most one Listener", the most specific.
    #[inline]
    pub(crate) fn listener(&self, host: &[u8]) -> Result<(Option<u32>, Option<&Listener>), NoRule> {
        let matching = self.listeners.iter().flatten().enumerate();
        let matching =
            matching.filter_map(|(number, listener)| Some((listener.matches(host)?, number, listener)));
        // Of equals the first.
        let chosen =
            matching.max_by_key(|&(specificity, number, _)| (specificity, std::cmp::Reverse(number)));
        let elsewhere =
            self.misdirected.iter().filter_map(|hostname| specificity(hostname.as_ref(), host)).max();
        let here = match chosen {
            Some((specificity, ..)) => Some(specificity),
            None if self.listeners.is_none() => Some(Specificity::Any),
            None => None,
        };
        // "If another Listener has an exact match or more specific wildcard entry, the Gateway SHOULD return a 421."
        if elsewhere > here {
            return Err(NoRule::Misdirected);
        }
        match chosen {
            Some((_, number, listener)) => Ok((Some(number as u32), Some(listener))),
            None if self.listeners.is_none() => Ok((None, None)),
            None => Err(NoRule::Unmatched),
        }
    }

    #[inline]
    fn carry_out<'r>(
        &'r self,
        decision: Decision,
        request: &RequestView<'_>,
        draw: &mut Draw,
    ) -> Option<Plan<'r>> {
        let Decision::Rule { listener, rule, matched, .. } = decision else { return None };
        let listener = match listener {
            Some(number) => Some(self.listeners.as_ref()?.get(number as usize)?),
            None => None,
        };
        let rule = self.rules.get(rule as usize)?;
        let entry = rule.match_at(matched)?;
        let route = self.routes.get(rule.route as usize)?;
        let mut plan = Plan::new(decision, Some(rule.name_of(&route.name, matched)), rule.broken);
        if let Some(timeouts) = &rule.timeouts {
            plan.timeouts = **timeouts;
        }
        // The backend's draw is the first: see `Draw`.
        let chosen = rule.backends.choose(draw);
        let prefix = match &entry.path {
            PathMatch::Prefix(prefix) => Some(&**prefix),
            PathMatch::Exact(_) | PathMatch::Regex(_) | PathMatch::Unreadable => None,
        };
        let (settings, backends) = (&self.settings, &rule.backends);
        let level = Level::Rule;
        let mut cx = Cx { request, listener, prefix, draw, settings, backends, chosen, level };
        let mut flow = filters::run(&rule.filters, &mut cx, &mut plan);
        let chosen = cx.chosen.and_then(|index| Some((index, rule.backends.get(index)?)));
        if let Some((index, choice)) = chosen.filter(|_| flow == Flow::Continue || plan.preflight) {
            // A preflight goes there where no module of the chain carries CORS out.
            plan.backend = choice.backend();
            if flow == Flow::Continue {
                cx.level = Level::Backend(index);
                flow = filters::run(choice.filters(), &mut cx, &mut plan);
            }
        }
        // A rule that is broken answers 500 to all requests that belong to it, also to those without a host.
        if flow == Flow::BadHost && rule.broken.is_none() {
            return Some(no_rule(NoRule::BadHost));
        }
        if !plan.mirrors.is_empty() {
            mirror::assign_carriers(&mut plan, self.settings.mirror_headers.len());
        }
        Some(plan)
    }
}

#[inline]
fn no_rule<'r>(reason: NoRule) -> Plan<'r> {
    Plan::new(Decision::NoRule(reason), None, Kinds::NONE)
}
