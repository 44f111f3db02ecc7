//! PHP arrays: lists and maps in one.

use indexmap::IndexMap;

use super::{Key, Value, key::KeyRef};

/// A PHP array: an ordered map that keeps the place of the first insertion of a key.
///
/// Two arrays are equal if they hold equal pairs in the same order, as with PHP's `===`.
#[derive(Clone, Debug, Default)]
pub struct Array {
    entries: IndexMap<Key, Value>,
    /// The index that `$array[] = …` uses next; `None` before the first integer key.
    next: Option<i64>,
}

impl Array {
    /// An empty array.
    pub fn new() -> Self {
        Self::default()
    }

    /// A list: keys 0, 1, 2 and so on.
    pub fn list<V: Into<Value>>(values: impl IntoIterator<Item = V>) -> Self {
        let mut array = Self::new();
        for value in values {
            array.push(value);
        }
        array
    }

    /// The value of a key, integer or not: `get("7")` finds the key 7, as in PHP.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.get_bytes(key.as_bytes())
    }

    /// Like [`Array::get`], for keys that need not be UTF-8.
    pub fn get_bytes(&self, key: &[u8]) -> Option<&Value> {
        self.entries.get(&KeyRef::new(key))
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
        let key = key.into();
        if let Key::Int(number) = key {
            self.reserve_index(number);
        }
        self.entries.insert(key, value.into())
    }

    /// `$array[] = $value`. False, and nothing changed, if the array has used up its indices, as
    /// one with the key 9223372036854775807 has.
    pub fn push(&mut self, value: impl Into<Value>) -> bool {
        let index = self.next.unwrap_or(0);
        if index == i64::MAX && self.entries.contains_key(&KeyRef::Int(index)) {
            return false;
        }
        self.insert(index, value);
        true
    }

    /// `unset($array[$key])`; the others keep their order. Returns the value it had.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.remove_bytes(key.as_bytes())
    }

    /// The pairs, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Key, &Value)> {
        self.entries.iter()
    }

    /// The values, in order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.entries.values()
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no pair.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether the keys are 0, 1, 2 … in this order, so that JSON would write `[…]`. An empty
    /// array is a list.
    pub fn is_list(&self) -> bool {
        (0..).zip(self.entries.keys()).all(|(index, key)| *key == Key::Int(index))
    }

    pub(super) fn remove_bytes(&mut self, key: &[u8]) -> Option<Value> {
        self.entries.shift_remove(&KeyRef::new(key))
    }

    /// The array at `key`, which becomes an empty one if it is absent or something else.
    pub(super) fn array_at(&mut self, key: &[u8]) -> &mut Self {
        let key = Key::from(key);
        if let Key::Int(number) = key {
            self.reserve_index(number);
        }
        become_array(self.entries.entry(key).or_insert(Value::Null))
    }

    /// A new empty array at the next index; `None` where [`Array::push`] gives false.
    pub(super) fn push_array(&mut self) -> Option<&mut Self> {
        if !self.push(Self::new()) {
            return None;
        }
        self.entries.last_mut().map(|(_, value)| become_array(value))
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.entries.values_mut()
    }

    pub(super) fn keys(&self) -> impl ExactSizeIterator<Item = &Key> {
        self.entries.keys()
    }

    /// Puts the pairs into the order in which `order` names their present places.
    pub(super) fn reorder(&mut self, order: &[usize]) {
        let mut pairs: Vec<_> = std::mem::take(&mut self.entries).into_iter().map(Some).collect();
        self.entries =
            order.iter().filter_map(|place| pairs.get_mut(*place).and_then(Option::take)).collect();
    }

    fn reserve_index(&mut self, number: i64) {
        let next = number.saturating_add(1);
        self.next = Some(self.next.map_or(next, |known| known.max(next)));
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

impl IntoIterator for Array {
    type Item = (Key, Value);
    type IntoIter = indexmap::map::IntoIter<Key, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<'a> IntoIterator for &'a Array {
    type Item = (&'a Key, &'a Value);
    type IntoIter = indexmap::map::Iter<'a, Key, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
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
    fn a_list_has_its_indices_in_order() {
        assert!(Array::list(["a", "b"]).is_list());
        let swapped: Array = [("1", "a"), ("0", "b")].into_iter().collect();
        assert!(!swapped.is_list());
    }
}
