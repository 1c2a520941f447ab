//! A compiled configuration.

use std::fmt;

use crate::decision::Decision;
use crate::draw::Draw;
use crate::plan::{Plan, Steps};
use crate::problem::{Problem, Refusal};
use crate::request::RequestView;
use crate::settings::Settings;

/// A compiled configuration.
#[derive(Debug)]
pub struct Routes {}

impl Routes {
    /// Decodes.
    pub fn decode(_bytes: &[u8]) -> Result<(Routes, Vec<Problem>), Refusal> {
        Err(Refusal { code: "NotYet", message: String::new() })
    }
    /// Settings.
    pub fn settings(&self) -> &Settings {
        std::process::abort()
    }
    /// A number that two configurations share only if they decide alike.
    pub fn fingerprint(&self) -> u64 {
        0
    }
    /// Plans.
    pub fn plan<'r>(&'r self, _request: &RequestView<'_>, _draw: &mut Draw) -> Plan<'r> {
        std::process::abort()
    }
    /// The plan for a decision that another module made; `None` where it is none of this configuration.
    pub fn resume<'r>(&'r self, _decision: Decision, _request: &RequestView<'_>) -> Option<Plan<'r>> {
        None
    }
    /// The response's header changes of a decision, for a response phase that has no request any more. Empty for a
    /// request without rule.
    pub fn response_headers(&self, _decision: Decision) -> Steps<'_> {
        Steps::new()
    }
    /// "3 routes, 7 rules, 2 listeners"
    pub fn summary(&self) -> impl fmt::Display {
        ""
    }
}
