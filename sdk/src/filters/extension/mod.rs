//! `ExtensionRef`: a filter of one's own ([`crate::extension`]).

mod config;

pub(crate) use config::decode;

use std::sync::Arc;

use super::{Cx, Filter, Flow, Level};
use crate::extension::{self, Before, Changes, Extension, Notes, Request};
use crate::plan::Plan;
use crate::proxy_headers::remove_proto;

/// "ExtensionRef is an optional, implementation-specific extension to the filter behavior."
#[derive(Clone, Debug)]
pub(crate) struct ExtensionRef {
    extension: Arc<Extension>,
    /// Its place among the filters of the rule or of the backend.
    place: u32,
}

impl Filter for ExtensionRef {
    fn on_request<'r>(&'r self, cx: &mut Cx<'_>, plan: &mut Plan<'r>) -> Flow {
        (self.extension.code.run)(self, cx, plan)
    }
}

impl ExtensionRef {
    pub(crate) fn run<'r>(&'r self, cx: &mut Cx<'_>, plan: &mut Plan<'r>) -> Flow {
        // A rule in which something is wrong answers 500, whatever a filter would say.
        let (Some(rule), true) = (plan.rule, plan.broken.is_none()) else {
            return Flow::Continue;
        };
        let mut effects = plan.extensions.take().unwrap_or_default();
        let flow = match &self.extension.filter {
            Some(filter) => {
                let object = self.extension.name.to_string();
                let before = Before {
                    arrived: cx.request,
                    rule,
                    object: &object,
                    settings: cx.settings,
                    steps: &plan.request_headers,
                    path: plan.path.as_deref(),
                    authority: plan.authority.as_deref(),
                    backends: cx.backends,
                    may_choose: cx.level == Level::Rule,
                };
                let mut request = Request {
                    before,
                    changes: Changes::default(),
                    draw: cx.draw.fork(self.number(cx.level)),
                    notes: Notes::default(),
                    kept: None,
                };
                let outcome = filter.on_request(&mut request).and_then(|flow| match flow {
                    extension::Flow::Continue => Ok(None),
                    extension::Flow::Answer(answer) => answer.checked().map(Some),
                });
                let Request { changes, mut notes, kept, .. } = request;
                effects.notes.append(&mut notes);
                match outcome {
                    Err(error) => {
                        effects.fail(rule, &object, &error);
                        Flow::Answered
                    }
                    Ok(answer) => {
                        effects.responders.0.push((Arc::clone(&self.extension), kept));
                        effects.answer = answer;
                        if effects.answer.is_some() {
                            Flow::Answered
                        } else {
                            changes.make(cx, plan);
                            Flow::Continue
                        }
                    }
                }
            }
            None => {
                effects.undecided.push(self.extension.name.clone());
                Flow::Continue
            }
        };
        plan.extensions = Some(effects);
        flow
    }

    /// A number that no other filter of the rule has: a filter's draws follow from it.
    fn number(&self, level: Level) -> u64 {
        let above = match level {
            Level::Rule => 0,
            Level::Backend(number) => number as u64 + 1,
        };
        above << 32 | u64::from(self.place)
    }
}

impl Changes {
    fn make(self, cx: &mut Cx<'_>, plan: &mut Plan<'_>) {
        if !self.headers.is_empty() {
            if let Some(removes) = remove_proto(&self.headers) {
                plan.removes_proto = removes;
            }
            plan.request_headers.push(self.headers.into());
        }
        if self.path.is_some() {
            plan.path = self.path;
        }
        if let Some(authority) = self.authority {
            plan.authority = Some(authority.into());
        }
        if self.backend.is_some() {
            cx.chosen = self.backend;
        }
    }
}
