//! PHP values as far as JSON and query strings can produce them.

use indexmap::IndexMap;

/// A PHP value. Strings are bytes, as in PHP.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer that fits 64 bits.
    Int(i64),
    /// Everything else that is a number.
    Float(f64),
    /// A byte string.
    Str(Vec<u8>),
    /// A list, a map, or both at once.
    Array(Array),
}

/// A key of a PHP array: decimal integers in canonical spelling are integers, everything else is
/// a byte string.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// `7`, `-1`, `0`
    Int(i64),
    /// `a`, `07`, the empty string
    Str(Vec<u8>),
}

/// A PHP array: an ordered map that keeps the place of the first insertion of a key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Array {
    entries: IndexMap<Key, Value>,
    /// The index that `$array[] = …` uses next.
    next: i64,
}
