//! PHP arrays: lists and maps in one.
//!
//! Like PHP itself this keeps a list as a list, without its keys, until something else is made of
//! it: bodies of many small elements would take several times the memory otherwise.

mod iter;
mod pairs;

pub use self::iter::{IntoIter, Iter};

use self::pairs::Pairs;
use super::{Key, KeyRef, Value};

/// A PHP array: an ordered map that keeps the place of the first insertion of a key.
///
/// Two arrays are equal if they hold equal pairs in the same order, as with PHP's `===`.
#[derive(Clone, Debug)]
pub struct Array(Entries);

#[derive(Clone, Debug)]
enum Entries {
    /// The keys are 0, 1, 2 …, and the next index is the length.
    List(Vec<Value>),
    Map(Box<Map>),
}

#[derive(Clone, Debug)]
struct Map {
    pairs: Pairs,
    /// The index that `$array[] = …` uses next; `None` before the first integer key.
    next: Option<i64>,
}

impl Array {
    /// An empty array.
    pub fn new() -> Self {
        Self(Entries::List(Vec::new()))
    }

    /// A list: keys 0, 1, 2 and so on.
    pub fn list<V: Into<Value>>(values: impl IntoIterator<Item = V>) -> Self {
        Self(Entries::List(values.into_iter().map(Into::into).collect()))
    }

    /// The value of a key, integer or not: `get("7")` finds the key 7, as in PHP.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.get_bytes(key.as_bytes())
    }

    /// Like [`Array::get`], for keys that need not be UTF-8.
    pub fn get_bytes(&self, key: &[u8]) -> Option<&Value> {
        let key = KeyRef::from(key);
        match &self.0 {
            Entries::List(values) => values.get(place(key)?),
            Entries::Map(map) => map.pairs.get(key),
        }
    }

    /// The value of a key if it is a string of valid UTF-8.
    pub fn get_str(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }

    /// Whether the key exists, whatever its value.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// `$array[$key] = $value`: a key that exists keeps its place. Returns the value it had.
    pub fn insert(&mut self, key: impl Into<Key>, value: impl Into<Value>) -> Option<Value> {
        let (key, value) = (key.into(), value.into());
        if let Entries::List(values) = &mut self.0
            && let Some(place) = place(key.borrow())
            && place <= values.len()
        {
            if let Some(known) = values.get_mut(place) {
                return Some(std::mem::replace(known, value));
            }
            make_room(values);
            values.push(value);
            return None;
        }
        self.map().insert(key, value)
    }

    /// `$array[] = $value`. False, and nothing changed, if the array has used up its indices, as
    /// one with the key 9223372036854775807 has.
    pub fn push(&mut self, value: impl Into<Value>) -> bool {
        match &mut self.0 {
            Entries::List(values) => {
                make_room(values);
                values.push(value.into());
            }
            Entries::Map(map) => {
                let index = map.next.unwrap_or(0);
                if index == i64::MAX && map.pairs.get(KeyRef::Int(index)).is_some() {
                    return false;
                }
                map.insert(Key::Int(index), value.into());
            }
        }
        true
    }

    /// `unset($array[$key])`; the others keep their order. Returns the value it had.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.remove_bytes(key.as_bytes())
    }

    /// The pairs, in order.
    pub fn iter(&self) -> Iter<'_> {
        Iter::new(&self.0)
    }

    /// The values, in order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.iter().map(|(_, value)| value)
    }

    /// The pair that stands at a place, counted from 0.
    pub(super) fn pair(&self, place: usize) -> Option<(KeyRef<'_>, &Value)> {
        match &self.0 {
            Entries::List(values) => {
                Some((KeyRef::Int(i64::try_from(place).ok()?), values.get(place)?))
            }
            Entries::Map(map) => {
                map.pairs.as_slice().get(place).map(|(key, value)| (key.borrow(), value))
            }
        }
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Entries::List(values) => values.len(),
            Entries::Map(map) => map.pairs.as_slice().len(),
        }
    }

    /// Whether there is no pair.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the keys are 0, 1, 2 … in this order, so that JSON would write `[…]`. An empty
    /// array is a list.
    pub fn is_list(&self) -> bool {
        match &self.0 {
            Entries::List(_) => true,
            Entries::Map(map) => {
                (0..).zip(map.pairs.as_slice()).all(|(index, (key, _))| *key == Key::Int(index))
            }
        }
    }

    pub(super) fn remove_bytes(&mut self, key: &[u8]) -> Option<Value> {
        if matches!(self.0, Entries::List(_)) {
            self.get_bytes(key)?;
        }
        self.map().pairs.remove(KeyRef::from(key))
    }

    /// The array at `key`, which becomes an empty one if it is absent or something else.
    pub(super) fn array_at(&mut self, key: &[u8]) -> &mut Self {
        let key = Key::from(key);
        let map = self.map();
        if let Key::Int(number) = key {
            map.reserve(number);
        }
        become_array(map.pairs.value_or_null(key))
    }

    /// A new empty array at the next index; `None` where [`Array::push`] gives false.
    pub(super) fn push_array(&mut self) -> Option<&mut Self> {
        if !self.push(Self::new()) {
            return None;
        }
        let last = match &mut self.0 {
            Entries::List(values) => values.last_mut(),
            Entries::Map(map) => map.pairs.last_mut(),
        };
        last.map(become_array)
    }

    /// The arrays among the values.
    pub(super) fn arrays_mut(&mut self) -> impl Iterator<Item = &mut Self> {
        let (list, map) = match &mut self.0 {
            Entries::List(values) => (Some(values.iter_mut()), None),
            Entries::Map(map) => (None, Some(map.pairs.values_mut())),
        };
        let values = list.into_iter().flatten().chain(map.into_iter().flatten());
        values.filter_map(|value| match value {
            Value::Array(array) => Some(array),
            _ => None,
        })
    }

    /// Puts the pairs into the order in which `order` names their present places.
    pub(super) fn reorder(&mut self, order: &[usize]) {
        let pairs = &mut self.map().pairs;
        let mut old: Vec<_> = std::mem::take(pairs).into_vec().into_iter().map(Some).collect();
        *pairs = order.iter().filter_map(|place| old.get_mut(*place)?.take()).collect();
    }

    /// Makes a map of a list.
    fn map(&mut self) -> &mut Map {
        if let Entries::List(values) = &mut self.0 {
            let next = i64::try_from(values.len()).ok().filter(|next| *next > 0);
            let pairs = (0..).map(Key::Int).zip(std::mem::take(values)).collect();
            self.0 = Entries::Map(Box::new(Map { pairs, next }));
        }
        match &mut self.0 {
            Entries::Map(map) => map,
            #[expect(clippy::unreachable, reason = "a list became a map above")]
            Entries::List(_) => unreachable!(),
        }
    }
}

impl Map {
    fn insert(&mut self, key: Key, value: Value) -> Option<Value> {
        if let Key::Int(number) = key {
            self.reserve(number);
        }
        self.pairs.insert(key, value)
    }

    fn reserve(&mut self, number: i64) {
        let next = number.saturating_add(1);
        self.next = Some(self.next.map_or(next, |known| known.max(next)));
    }
}

impl Default for Array {
    fn default() -> Self {
        Self::new()
    }
}

impl PartialEq for Array {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<K: Into<Key>, V: Into<Value>> FromIterator<(K, V)> for Array {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut array = Self::new();
        array.extend(pairs);
        array
    }
}

impl<K: Into<Key>, V: Into<Value>> Extend<(K, V)> for Array {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        for (key, value) in pairs {
            self.insert(key, value);
        }
    }
}

/// Room for one more. A long list grows by a quarter and not to twice its length, because a stranger
/// may send one that fills a body.
fn make_room<T>(items: &mut Vec<T>) {
    const LONG: usize = 1024;
    if items.len() == items.capacity() && items.len() >= LONG {
        items.reserve_exact(items.len() / 4);
    }
}

/// The place in a list that a key means.
fn place(key: KeyRef<'_>) -> Option<usize> {
    match key {
        KeyRef::Int(number) => usize::try_from(number).ok(),
        KeyRef::Str(_) => None,
    }
}

fn become_array(value: &mut Value) -> &mut Array {
    if !matches!(value, Value::Array(_)) {
        *value = Value::Array(Array::new());
    }
    match value {
        Value::Array(array) => array,
        #[expect(clippy::unreachable, reason = "made an array two lines above")]
        _ => unreachable!(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_keeps_its_place_and_takes_the_last_value() {
        let array: Array =
            [("a", 1), ("b", 2), ("a", 3)].map(|(k, v)| (k, i64::from(v))).into_iter().collect();
        assert_eq!(array, [("a", 3i64), ("b", 2)].into_iter().collect());
        assert_ne!(array, [("b", 2i64), ("a", 3)].into_iter().collect());
    }

    #[test]
    fn push_counts_on_from_the_highest_index() {
        let mut array = Array::new();
        array.insert("-5", "a");
        assert!(array.push("b"));
        assert_eq!(array.get_str("-4"), Some("b"));
        array.insert("9223372036854775806", "c");
        assert!(array.push("d"));
        assert!(!array.push("e"), "no index is left");
        assert_eq!(array.len(), 4);
        array.remove("9223372036854775807");
        assert!(array.push("f"), "the last index is free again");
    }

    #[test]
    fn a_list_that_lost_an_element_counts_on() {
        let mut array = Array::list(["a", "b"]);
        assert_eq!(array.remove("1").as_ref().and_then(Value::as_str), Some("b"));
        assert!(array.remove("1").is_none());
        assert!(array.push("c"));
        assert_eq!(array, [("0", "a"), ("2", "c")].into_iter().collect());
        assert!(!array.is_list());
    }

    #[test]
    fn a_list_and_a_map_of_the_same_pairs_are_equal() {
        let mut list = Array::list(["a", "b"]);
        let mut map = Array::new();
        map.insert("x", "y");
        map.remove("x");
        map.push("a");
        map.insert("1", "b");
        assert_eq!(list, map);
        assert_eq!(list.insert("0", "z"), map.insert("0", "z"));
        assert_eq!(list, map);
        assert!(list.into_iter().eq(map));
    }

    #[test]
    fn a_list_has_its_indices_in_order() {
        assert!(Array::list(["a", "b"]).is_list());
        let swapped: Array = [("1", "a"), ("0", "b")].into_iter().collect();
        assert!(!swapped.is_list());
    }
}
