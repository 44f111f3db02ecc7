//! The pairs of a map in order, found by key.

use std::hash::{BuildHasher, RandomState};

use hashbrown::{HashTable, hash_table::Entry};

use super::make_room;
use crate::php::{Key, KeyRef, Value};

/// Up to so many pairs are compared one by one, which takes less time than a hash. The objects of a
/// call have fewer.
const FEW: usize = 16;

/// A value with its key.
pub(super) type Pair = (Key, Value);

/// Pairs of different keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Pairs {
    pairs: Vec<Pair>,
    /// Where each key stands, if there are more than a few.
    places: Option<Places>,
}

#[derive(Clone, Debug, Default)]
struct Places {
    table: HashTable<usize>,
    hasher: RandomState,
}

impl Pairs {
    pub(super) fn as_slice(&self) -> &[Pair] {
        &self.pairs
    }

    pub(super) fn into_vec(self) -> Vec<Pair> {
        self.pairs
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.pairs.iter_mut().map(|(_, value)| value)
    }

    pub(super) fn last_mut(&mut self) -> Option<&mut Value> {
        self.pairs.last_mut().map(|(_, value)| value)
    }

    pub(super) fn get(&self, key: KeyRef<'_>) -> Option<&Value> {
        self.pairs.get(self.place(key)?).map(|(_, value)| value)
    }

    /// Puts a value in the place of the one that the key has, which it returns, or at the end.
    pub(super) fn insert(&mut self, key: Key, value: Value) -> Option<Value> {
        if let Some(place) = self.place(key.borrow()) {
            return Some(std::mem::replace(&mut self.pairs[place].1, value));
        }
        self.push(key, value);
        None
    }

    /// The value of a key, which gets a null at the end if it is new.
    pub(super) fn value_or_null(&mut self, key: Key) -> &mut Value {
        let place = self.place(key.borrow()).unwrap_or_else(|| self.push(key, Value::Null));
        &mut self.pairs[place].1
    }

    /// Takes a pair out; those behind it move up.
    pub(super) fn remove(&mut self, key: KeyRef<'_>) -> Option<Value> {
        let place = self.place(key)?;
        let (_, value) = self.pairs.remove(place);
        if self.places.is_some() {
            *self = std::mem::take(&mut self.pairs).into_iter().collect();
        }
        Some(value)
    }

    fn place(&self, key: KeyRef<'_>) -> Option<usize> {
        let is_it =
            |place: &usize| self.pairs.get(*place).is_some_and(|(known, _)| known.borrow() == key);
        match &self.places {
            None => (0..self.pairs.len()).find(is_it),
            Some(places) => places.table.find(places.hasher.hash_one(key), is_it).copied(),
        }
    }

    /// Adds a key that is not there yet; its place.
    fn push(&mut self, key: Key, value: Value) -> usize {
        let place = self.pairs.len();
        make_room(&mut self.pairs);
        self.pairs.push((key, value));
        match &mut self.places {
            Some(places) => places.add(&self.pairs, place),
            None if self.pairs.len() > FEW => {
                let mut places = Places::default();
                (0..self.pairs.len()).for_each(|place| places.add(&self.pairs, place));
                self.places = Some(places);
            }
            None => {}
        }
        place
    }
}

impl Places {
    fn add(&mut self, pairs: &[Pair], place: usize) {
        let Self { table, hasher } = self;
        let hash = |place: &usize| pairs.get(*place).map_or(0, |(key, _)| hasher.hash_one(key));
        // The key is known to be new.
        if let Entry::Vacant(vacant) = table.entry(hash(&place), |_| false, hash) {
            vacant.insert(place);
        }
    }
}

impl FromIterator<Pair> for Pairs {
    /// Of pairs with the same key the first gives the place and the last the value.
    fn from_iter<I: IntoIterator<Item = Pair>>(pairs: I) -> Self {
        let mut all = Self::default();
        for (key, value) in pairs {
            all.insert(key, value);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same with few pairs and with many.
    #[test]
    fn keys_are_found_and_forgotten_however_many_there_are() {
        for count in [3, FEW as i64, FEW as i64 + 1, 500] {
            let mut pairs: Pairs = (0..count).map(|n| (Key::Int(n), Value::Int(n))).collect();
            assert_eq!(pairs.insert(Key::Int(1), Value::Int(-1)), Some(Value::Int(1)));
            assert_eq!(pairs.remove(KeyRef::Int(0)), Some(Value::Int(0)));
            assert_eq!(pairs.remove(KeyRef::Int(0)), None);
            assert_eq!(pairs.get(KeyRef::Int(1)), Some(&Value::Int(-1)));
            assert_eq!(pairs.get(KeyRef::Int(count - 1)), Some(&Value::Int(count - 1)));
            assert_eq!(pairs.get(KeyRef::Str(b"1")), None);
            assert_eq!(pairs.insert(Key::from("a"), Value::Null), None);
            assert_eq!(pairs.insert(Key::from("a"), Value::Null), Some(Value::Null));
            let keys: Vec<_> = pairs.into_vec().into_iter().map(|(key, _)| key).collect();
            let expected = (1..count).map(Key::Int).chain([Key::from("a")]);
            assert!(keys.into_iter().eq(expected), "{count}");
        }
    }
}
