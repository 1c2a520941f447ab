//! What the API takes: fields, types, limits and defaults of each kind, as data.
//!
//! The tables follow the CustomResourceDefinitions of Gateway API v1.6.1. `check` walks a manifest along them.

mod core;
mod experimental;
mod filter;
mod form;
mod gateway;
mod grant;
mod kinds;
mod matches;
mod metadata;
mod reference;
mod route;

use serde_json::Value;

use crate::check::place::Place;
use crate::check::report::Report;

pub(crate) use form::{Form, GROUP, duration, is_hostname, is_path};
pub(crate) use kinds::{GATEWAY_GROUP, KINDS, Kind, NOT_CARRIED_OUT};

/// A rule over several fields: one or more of the CEL rules of the API, or a sentence of the specification.
pub(crate) type Rule = fn(&Value, &Place<'_>, &mut Report);

/// What a value must be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    Object(&'static Object),
    List(&'static List),
    /// An object with free keys, and text for values.
    Texts(&'static Texts),
    Text(&'static Text),
    /// One of some words.
    Choice(&'static Choice),
    /// A whole number from the first to the second.
    Number(i64, i64),
    /// One of some whole numbers.
    Numbers(&'static [i64]),
    Flag,
    NumberOrText,
    /// Whatever it is, it is not looked at here.
    Any,
}

/// An object with known members.
#[derive(Debug)]
pub(crate) struct Object {
    /// What a person calls it.
    pub(crate) name: &'static str,
    pub(crate) fields: &'static [Field],
    /// Whether it has members beside those: of core kinds, only what matters here is listed.
    pub(crate) open: bool,
    pub(crate) rules: &'static [Rule],
}

/// A member of an object.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
    /// Whether only the experimental channel has it.
    pub(crate) experimental: bool,
}

#[derive(Debug)]
pub(crate) struct List {
    pub(crate) item: Shape,
    pub(crate) least: usize,
    pub(crate) most: usize,
    pub(crate) unique: Unique,
    pub(crate) rules: &'static [Rule],
}

/// What may stand in a list only once.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unique {
    No,
    /// Each item: "listType=set".
    Items,
    /// Each value of a member: "listType=map".
    By(&'static str),
}

#[derive(Debug)]
pub(crate) struct Texts {
    /// How many members.
    pub(crate) most: usize,
    pub(crate) key: Option<&'static Form>,
    pub(crate) value: &'static Text,
}

#[derive(Debug)]
pub(crate) struct Text {
    /// The code of the problem where the text is too short or too long and has no form.
    pub(crate) code: &'static str,
    /// How many characters, from and to.
    pub(crate) length: (usize, usize),
    pub(crate) form: Option<&'static Form>,
    /// A form that only the experimental channel asks for.
    pub(crate) experimental_form: Option<&'static Form>,
}

#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) words: &'static [&'static str],
    /// Words that only the experimental channel has.
    pub(crate) experimental: &'static [&'static str],
}

/// Where the API sets no limit.
const ANY_LENGTH: usize = usize::MAX;

const fn required(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: true, experimental: false }
}

const fn optional(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: false, experimental: false }
}

const fn experimental(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: false, experimental: true }
}

const fn object(name: &'static str, fields: &'static [Field], rules: &'static [Rule]) -> Object {
    Object { name, fields, open: false, rules }
}

const fn list(item: Shape, most: usize) -> List {
    List { item, least: 0, most, unique: Unique::No, rules: &[] }
}

const fn text(least: usize, most: usize, form: Option<&'static Form>) -> Text {
    Text { code: "InvalidValue", length: (least, most), form, experimental_form: None }
}

const fn words(words: &'static [&'static str]) -> Choice {
    Choice { words, experimental: &[] }
}

const FREE_TEXT: Text = text(0, ANY_LENGTH, None);
const PORT: Shape = Shape::Number(1, 65_535);
const MOST_NUMBER: i64 = i32::MAX as i64;
