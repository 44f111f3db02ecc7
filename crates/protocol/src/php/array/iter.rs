//! Walking over an array, with or without using it up.

use std::iter::Enumerate;

use super::{Array, Entries, pairs::Pair};
use crate::php::{Key, KeyRef, Value};

/// The pairs of an array.
#[derive(Clone, Debug)]
pub struct Iter<'a>(Pairs<'a>);

#[derive(Clone, Debug)]
enum Pairs<'a> {
    List(Enumerate<std::slice::Iter<'a, Value>>),
    Map(std::slice::Iter<'a, Pair>),
}

impl<'a> Iter<'a> {
    pub(super) fn new(entries: &'a Entries) -> Self {
        Self(match entries {
            Entries::List(values) => Pairs::List(values.iter().enumerate()),
            Entries::Map(map) => Pairs::Map(map.pairs.as_slice().iter()),
        })
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = (KeyRef<'a>, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Pairs::List(values) => {
                let (place, value) = values.next()?;
                Some((KeyRef::Int(i64::try_from(place).ok()?), value))
            }
            Pairs::Map(pairs) => pairs.next().map(|(key, value)| (key.borrow(), value)),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Pairs::List(values) => values.size_hint(),
            Pairs::Map(pairs) => pairs.size_hint(),
        }
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a Array {
    type Item = (KeyRef<'a>, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl IntoIterator for Array {
    type Item = (Key, Value);
    type IntoIter = IntoIter;

    fn into_iter(self) -> IntoIter {
        IntoIter(match self.0 {
            Entries::List(values) => OwnedPairs::List(values.into_iter().enumerate()),
            Entries::Map(map) => OwnedPairs::Map(map.pairs.into_vec().into_iter()),
        })
    }
}

/// The pairs of an array, which is used up.
#[derive(Debug)]
pub struct IntoIter(OwnedPairs);

#[derive(Debug)]
enum OwnedPairs {
    List(Enumerate<std::vec::IntoIter<Value>>),
    Map(std::vec::IntoIter<Pair>),
}

impl Iterator for IntoIter {
    type Item = (Key, Value);

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            OwnedPairs::List(values) => {
                let (place, value) = values.next()?;
                Some((Key::Int(i64::try_from(place).ok()?), value))
            }
            OwnedPairs::Map(pairs) => pairs.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            OwnedPairs::List(values) => values.size_hint(),
            OwnedPairs::Map(pairs) => pairs.size_hint(),
        }
    }
}
