//! A JSON value that borrows its text from the document.
//!
//! The tree of one route is made and dropped for each of thousands of routes, so it copies no text and orders no members.
//!
//! It is I-JSON (RFC 7493): "Objects in I-JSON messages MUST NOT have members with duplicate names", and what no double holds and half
//! a surrogate pair are errors, too. Other readers of such text see another configuration in it than we do.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde_core::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::sort::sort;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json<'d> {
    Null,
    Bool(bool),
    /// A configuration that went through a protobuf Struct has doubles for numbers, so nothing else is kept of any.
    Number(f64),
    Text(Cow<'d, str>),
    List(Vec<Json<'d>>),
    /// The members as written, no two of them with the same key.
    Object(Vec<(Cow<'d, str>, Json<'d>)>),
}

impl<'d> Json<'d> {
    /// The items of a list.
    pub(crate) fn as_list(&self) -> Option<&[Json<'d>]> {
        match self {
            Json::List(items) => Some(items),
            _ => None,
        }
    }

    /// The value in the form that types of others are read from.
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(*value),
            // A whole number is for a field of any type, a double only for those that have fractions.
            Json::Number(number) if number.fract() == 0.0 && number.abs() <= WHOLE => {
                Value::from(*number as i64)
            }
            Json::Number(number) => Value::from(*number),
            Json::Text(text) => Value::from(&**text),
            Json::List(items) => items.iter().map(Json::to_value).collect(),
            Json::Object(members) => members.iter().map(|(key, value)| (&**key, value.to_value())).collect(),
        }
    }
}

/// Up to here each whole number is a double.
const WHOLE: f64 = 9_007_199_254_740_992.0;

impl<'d> Deserialize<'d> for Json<'d> {
    fn deserialize<D: Deserializer<'d>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

/// Most lists and objects of a route have no more.
const FEW: usize = 4;

impl<'d> Visitor<'d> for AnyValue {
    type Value = Json<'d>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Json<'d>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Json<'d>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Json<'d>, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Json<'d>, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Json<'d>, E> {
        Ok(Json::Number(value))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json<'d>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'d str) -> Result<Json<'d>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_seq<A: SeqAccess<'d>>(self, mut list: A) -> Result<Json<'d>, A::Error> {
        let mut items = Vec::with_capacity(FEW);
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'d>>(self, mut object: A) -> Result<Json<'d>, A::Error> {
        let mut members = Vec::with_capacity(FEW);
        while let Some((Key(key), value)) = object.next_entry()? {
            members.push((key, value));
        }
        unique(&members)?;
        Ok(Json::Object(members))
    }
}

/// A JSON value of which only the outermost form has been read: of what it holds, as much as `V` wants.
///
/// With [`Json`] all that JSON is read as, whatever form is wanted: each further type, and each further `V`, would bring its own
/// copy of the reader into the modules.
#[derive(Debug)]
pub(crate) enum Outline<'d, V> {
    List(Vec<V>),
    Object(Vec<(Cow<'d, str>, V)>),
    Scalar(Json<'d>),
}

impl<'d, V: Deserialize<'d>> Deserialize<'d> for Outline<'d, V> {
    fn deserialize<D: Deserializer<'d>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OutlineOfAny(PhantomData))
    }
}

struct OutlineOfAny<V>(PhantomData<V>);

impl<'d, V: Deserialize<'d>> Visitor<'d> for OutlineOfAny<V> {
    type Value = Outline<'d, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        AnyValue.expecting(f)
    }

    fn visit_unit<E: Error>(self) -> Result<Outline<'d, V>, E> {
        AnyValue.visit_unit().map(Outline::Scalar)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Outline<'d, V>, E> {
        AnyValue.visit_bool(value).map(Outline::Scalar)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Outline<'d, V>, E> {
        AnyValue.visit_i64(value).map(Outline::Scalar)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Outline<'d, V>, E> {
        AnyValue.visit_u64(value).map(Outline::Scalar)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Outline<'d, V>, E> {
        AnyValue.visit_f64(value).map(Outline::Scalar)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Outline<'d, V>, E> {
        AnyValue.visit_str(text).map(Outline::Scalar)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'d str) -> Result<Outline<'d, V>, E> {
        AnyValue.visit_borrowed_str(text).map(Outline::Scalar)
    }

    fn visit_seq<A: SeqAccess<'d>>(self, mut list: A) -> Result<Outline<'d, V>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Outline::List(items))
    }

    fn visit_map<A: MapAccess<'d>>(self, mut object: A) -> Result<Outline<'d, V>, A::Error> {
        let mut members = Vec::new();
        while let Some((Key(key), value)) = object.next_entry()? {
            members.push((key, value));
        }
        unique(&members)?;
        Ok(Outline::Object(members))
    }
}

/// An error if two members have the same key.
#[inline]
fn unique<V, E: Error>(members: &[(Cow<'_, str>, V)]) -> Result<(), E> {
    let key = |number: u32| members.get(number as usize).map_or("", |(key, _)| key);
    match repeated(members.len() as u32, &key) {
        Some(key) => Err(E::custom(format_args!("the key {key:?} is there twice"))),
        None => Ok(()),
    }
}

/// A key that is there twice among so many.
fn repeated<'k>(count: u32, key: &dyn Fn(u32) -> &'k str) -> Option<&'k str> {
    // Nearly all objects are small.
    if count <= 16 {
        return (1..count)
            .map(key)
            .zip(1..)
            .find(|(later, at)| (0..*at).any(|n| key(n) == *later))
            .map(|(k, _)| k);
    }
    let mut sorted: Vec<u32> = (0..count).collect();
    sort(&mut sorted, &|a, b| key(a).cmp(key(b)));
    let neighbours = sorted.iter().zip(sorted.iter().skip(1));
    neighbours.map(|(a, b)| (key(*a), key(*b))).find(|(a, b)| a == b).map(|(a, _)| a)
}

/// A key, which is text; a derived `Cow` would copy it.
struct Key<'d>(Cow<'d, str>);

impl<'d> Deserialize<'d> for Key<'d> {
    fn deserialize<D: Deserializer<'d>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_any(AnyValue)? {
            Json::Text(text) => Ok(Key(text)),
            _ => Err(Error::custom("a key must be a string")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_there_twice_however_it_is_written_and_however_many_there_are() {
        let many: Vec<_> = (0..100).map(|number| format!("\"k{number}\":0")).collect();
        let many = many.join(",");
        for (text, is_unique) in [
            (r#"{"a":1,"b":1}"#.to_owned(), true),
            (r#"{"a":1,"b":2,"a":1}"#.to_owned(), false),
            (r#"{"a":1,"\u0061":1}"#.to_owned(), false),
            (format!("{{{many}}}"), true),
            (format!("{{{many},\"k17\":1}}"), false),
        ] {
            assert_eq!(serde_json::from_str::<Json<'_>>(&text).is_ok(), is_unique, "{text}");
        }
    }

    #[test]
    fn text_is_borrowed_unless_it_is_escaped() {
        let json: Json<'_> =
            serde_json::from_str(r#"{"b":[null,true,-1,2.5,"a\nb"],"a":18446744073709551615}"#).unwrap();
        let Json::Object(members) = &json else { panic!("{json:?}") };
        assert!(members.iter().all(|(key, _)| matches!(key, Cow::Borrowed(_))));
        let list = vec![
            Json::Null,
            Json::Bool(true),
            Json::Number(-1.0),
            Json::Number(2.5),
            Json::Text(Cow::Owned("a\nb".into())),
        ];
        let members = vec![("b".into(), Json::List(list)), ("a".into(), Json::Number(u64::MAX as f64))];
        assert_eq!(json, Json::Object(members));
    }
}
