//! What programs write where a variable has no value.

/// The words, with where they come from.
pub(crate) const WORDS: [&str; 16] = [
    "undefined",
    "None",
    "null",
    "nil",
    "NaN",
    "NULL",
    "Null",
    "false",
    "False",
    "<nil>",
    "(null)",
    "Undefined",
    "undef",
    "N/A",
    "[object Object]",
    "[object Promise]",
];
