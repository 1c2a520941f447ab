//! What matching may cost one request.

use std::cell::Cell;

/// What may still be done to find the rule of one request. The unit is a step of a regular expression.
///
/// A client chooses how long a value is, and those who write routes how many patterns are tried on it. A worker that is busy
/// with one request answers no other, so the work for one is limited. Where the limit is reached the rule is not known: the
/// request is answered with 400, because to take a pattern for one that does not match would mean the next rule.
#[derive(Debug)]
pub(crate) struct Work {
    left: Cell<usize>,
}

impl Work {
    /// At most some 100 ms of a worker (V8, 7 to 10 ns a step), and enough for a thousand patterns on a path of two kilobytes.
    const LIMIT: usize = 10_000_000;

    /// What a look at a candidate costs: with ten thousand others it is in no cache.
    const CANDIDATE: usize = 16;
    /// How many header lines are looked through in the time of a step.
    pub(crate) const LINES: usize = 4;
    /// How many bytes of header names of the right length are compared in that time, without regard to case.
    pub(crate) const NAMES: usize = 4;
    /// How many bytes of values are compared in that time.
    pub(crate) const COMPARED: usize = 16;

    /// That for one request.
    #[inline]
    pub(crate) fn of_a_request() -> Self {
        Work::limited_to(Self::LIMIT)
    }

    /// That for who has the time, as people have who want to know why a rule lost.
    pub(crate) fn unlimited() -> Self {
        Work::limited_to(usize::MAX)
    }

    #[inline]
    pub(crate) fn limited_to(steps: usize) -> Self {
        Work { left: Cell::new(steps) }
    }

    /// Takes `steps` of it. False where nothing is left.
    #[inline]
    pub(crate) fn spend(&self, steps: usize) -> bool {
        self.left.set(self.left.get().saturating_sub(steps));
        !self.is_spent()
    }

    /// Takes what it costs to look at one more candidate. False where nothing is left.
    #[inline]
    pub(crate) fn spend_on_candidate(&self) -> bool {
        self.spend(Self::CANDIDATE)
    }

    /// Whether nothing is left, so that what has been found since may be wrong.
    #[inline]
    pub(crate) fn is_spent(&self) -> bool {
        self.left.get() == 0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::{routes, status};
    use crate::{NoRule, RequestView, Routes};

    fn of_rules(rules: Vec<Value>) -> Routes {
        routes(
            json!({ "routes": [{ "metadata": { "namespace": "ns", "name": "r" }, "spec": { "rules": rules } }] }),
        )
    }

    /// A rule for each of these patterns, and one for all other paths.
    fn of_patterns(patterns: impl Iterator<Item = String>) -> Routes {
        let backends = json!([{ "name": "a", "port": 80 }]);
        let rules = patterns.map(|pattern| {
            let path = json!({ "type": "RegularExpression", "value": pattern });
            json!({ "matches": [{ "path": path }], "backendRefs": backends })
        });
        of_rules(rules.chain([json!({ "backendRefs": backends })]).collect())
    }

    #[test]
    fn a_thousand_patterns_are_tried_on_two_kilobytes_and_not_on_sixty() {
        let routes = of_patterns((0..1000).map(|number| format!("/.*/{number}/[a-z]+")));
        let url = |length| format!("http://a/{}", "a".repeat(length));
        assert_eq!(status(&routes, &url(2048)), 200);
        assert_eq!(status(&routes, &url(60_000)), 400);
    }

    /// Patterns that turn a value away at its beginning cost nothing, however many there are and however long it is.
    #[test]
    fn patterns_that_fail_early_are_cheap() {
        let routes = of_patterns((0..1000).map(|number| format!("/(tenant|user)-{number}/.*")));
        assert_eq!(status(&routes, &format!("http://a/other/{}", "a".repeat(60_000))), 200);
    }

    #[test]
    fn one_pattern_alone_can_cost_too_much() {
        let routes = of_patterns(["/.*(a?){1,6000}!".to_owned()].into_iter());
        assert_eq!(status(&routes, "http://a/aaaa!"), 200);
        assert_eq!(status(&routes, &format!("http://a/{}!", "a".repeat(1000))), 400);
    }

    /// Each predicate reads the query anew.
    #[test]
    fn a_thousand_parameters_are_looked_for_in_two_kilobytes_and_not_in_sixty() {
        let rules = (0..1000).map(|number| {
            let param = json!({ "name": format!("p{number}"), "value": "1" });
            json!({ "matches": [{ "queryParams": [param] }], "backendRefs": [{ "name": "a", "port": 80 }] })
        });
        let routes = of_rules(rules.collect());
        assert_eq!(status(&routes, &format!("http://a/?{}", "&".repeat(2048))), 404);
        assert_eq!(status(&routes, &format!("http://a/?{}", "&".repeat(60_000))), 400);
        assert_eq!(status(&routes, &format!("http://a/?p7=1{}", "&".repeat(60_000))), 200);
    }

    /// Rules that ask for these headers, and what comes of a request with these lines.
    fn with_headers(names: impl Iterator<Item = String>, lines: &[(&[u8], &[u8])], work: &Work) -> bool {
        let rules = names.map(|name| {
            let header = json!({ "name": name, "value": "1" });
            json!({ "matches": [{ "headers": [header] }], "backendRefs": [{ "name": "a", "port": 80 }] })
        });
        let routes = of_rules(rules.collect());
        match routes.decide(&RequestView::new(lines, &|| None), 0, work) {
            Err(NoRule::TooCostly) => false,
            Err(NoRule::Unmatched) => true,
            other => panic!("{other:?}"),
        }
    }

    /// Each rule looks at each line, and the lines of a repeated header are joined once for all rules.
    #[test]
    fn looking_for_headers_is_counted_and_joining_them_is_done_once() {
        let same = || (0..5_000).map(|_| "x".to_owned());
        let value = [b'v'; 600];
        let lines = [(&b"x"[..], &value[..]); 90];
        assert!(with_headers(same(), &lines, &Work::limited_to(200_000 + 90 * 601)));
        assert!(!with_headers(same(), &lines, &Work::limited_to(190_000)));
        let many = vec![(&b"y"[..], &b"1"[..]); 40_000];
        assert!(!with_headers((0..1_000).map(|number| format!("x{number}")), &many, &Work::of_a_request()));
    }

    /// Names that differ in their last letter only are compared to their end.
    #[test]
    fn names_that_nearly_are_the_one_asked_for_are_counted() {
        let name = |last: char| format!("x-{}{last}", "a".repeat(200));
        let near = name('y');
        let lines = [(near.as_bytes(), &b"1"[..]); 90];
        let other = [(&b"y"[..], &b"1"[..]); 90];
        let rules = |count| (0..count).map(|_| name('z'));
        assert!(with_headers(rules(5_000), &other, &Work::of_a_request()));
        assert!(with_headers(rules(1_000), &lines, &Work::of_a_request()));
        assert!(!with_headers(rules(5_000), &lines, &Work::of_a_request()));
    }

    /// A rule that is turned away by its method has been looked at, too.
    #[test]
    fn looking_at_a_candidate_is_counted() {
        let rule = json!({ "matches": [{ "method": "GET" }], "backendRefs": [{ "name": "a", "port": 80 }] });
        let routes = of_rules(vec![rule; 1_000]);
        let lines = [(&b":method"[..], &b"PUT"[..])];
        let decide = |work| routes.decide(&RequestView::new(&lines, &|| None), 0, &work);
        assert_eq!(decide(Work::limited_to(16_001)), Err(NoRule::Unmatched));
        assert_eq!(decide(Work::limited_to(15_999)), Err(NoRule::TooCostly));
    }

    fn value() -> impl Strategy<Value = Value> {
        let pattern =
            select(&[".*", "a+", "(a|b)*c", "[ab]{1,9}", "b", ".*(a?){20}c", "/a.*", "/(a|b)+"][..]);
        prop_oneof![
            3 => pattern.prop_map(|pattern| json!({ "type": "RegularExpression", "value": pattern })),
            1 => select(&["/a", "/b", "a"][..]).prop_map(|exact| json!({ "type": "Exact", "value": exact })),
        ]
    }

    fn entry() -> impl Strategy<Value = Value> {
        let path = prop_oneof![
            2 => value().prop_filter("no path", |path| path["type"] != "Exact" || path["value"] != "a"),
            1 => select(&["/", "/a", "/aa"][..]).prop_map(|prefix| json!({ "value": prefix })),
        ];
        let named = || {
            prop::option::of(value().prop_map(|mut value| {
                value["name"] = "x".into();
                value
            }))
        };
        let method = prop::option::of(select(&["GET", "OPTIONS"][..]));
        (path, named(), named(), method).prop_map(|(path, header, param, method)| {
            let (headers, params) = (Vec::from_iter(header), Vec::from_iter(param));
            let mut entry = json!({ "path": path, "headers": headers, "queryParams": params });
            if let Some(method) = method {
                entry["method"] = method.into();
            }
            entry
        })
    }

    fn rules() -> impl Strategy<Value = Vec<Value>> {
        let rule = (entry(), any::<bool>()).prop_map(|(entry, cors)| {
            let filter = json!({ "type": "CORS", "cors": { "allowOrigins": ["*"] } });
            let filters = if cors { vec![filter] } else { Vec::new() };
            json!({ "matches": [entry], "filters": filters, "backendRefs": [{ "name": "b", "port": 80 }] })
        });
        prop::collection::vec(rule, 1..8)
    }

    proptest! {
        /// Whatever the limit, a request gets its own rule or none, and never that of another; preflights too.
        #[test]
        fn the_rule_is_that_without_a_limit_or_unknown(
            rules in rules(),
            path in "/[ab]{0,12}c?",
            value in "[ab]{0,12}",
            is_preflight in any::<bool>(),
            limit in 0usize..1500,
        ) {
            let routes = of_rules(rules);
            let target = format!("{path}?x={value}");
            let mut lines: Vec<(&[u8], &[u8])> =
                vec![(b":authority", b"a"), (b":path", target.as_bytes()), (b"x", value.as_bytes())];
            if is_preflight {
                lines.push((b":method", b"OPTIONS"));
                lines.push((b"origin", b"https://a.example"));
                lines.push((b"access-control-request-method", b"GET"));
            } else {
                lines.push((b":method", b"GET"));
            }
            let request = RequestView::new(&lines, &|| None);
            let within = |work: Work| routes.decide(&request, 0, &work);
            let (limited, unlimited) = (within(Work::limited_to(limit)), within(Work::unlimited()));
            prop_assert!(limited == unlimited || limited == Err(NoRule::TooCostly), "{limited:?} {unlimited:?}");
        }
    }
}
