//! The values that go in and come out: integers, booleans, text and bytes, each of which may be
//! absent. Floats are none of them.

/// A value on its way to or from a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// `BIGINT`, in SQLite `INTEGER`.
    Integer(i64),
    /// `BOOLEAN`, in SQLite an `INTEGER` of 0 or 1.
    Boolean(bool),
    /// `TEXT`.
    Text(&'a str),
    /// `BYTEA`, in SQLite `BLOB`.
    Bytes(&'a [u8]),
    /// An array, in PostgreSQL only.
    List(&'a List),
}

/// The type of a parameter, known also when its value is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `BIGINT`.
    Integer,
    /// `BOOLEAN`.
    Boolean,
    /// `TEXT`.
    Text,
    /// `BYTEA`.
    Bytes,
    /// `BIGINT[]`.
    Integers,
    /// `BOOLEAN[]`.
    Booleans,
    /// `TEXT[]`.
    Texts,
    /// `BYTEA[]`.
    ByteStrings,
}

impl Kind {
    /// The kind of a list of such values. Lists of lists do not exist.
    const fn list(self) -> Self {
        match self {
            Self::Integer | Self::Integers => Self::Integers,
            Self::Boolean | Self::Booleans => Self::Booleans,
            Self::Text | Self::Texts => Self::Texts,
            Self::Bytes | Self::ByteStrings => Self::ByteStrings,
        }
    }
}

/// Values of one kind, of which each may be absent: the parameter of a statement that serves many
/// at once with `unnest`. SQLite has nothing like it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    kind: Kind,
    cells: Vec<Cell>,
}

impl List {
    /// The values of each item.
    pub fn of<P: Parameter + Named>(items: impl IntoIterator<Item = P>) -> Self {
        let cells = items.into_iter().map(|item| Cell::from(item.value())).collect();
        Self { kind: P::KIND.list(), cells }
    }

    /// Values of a column of this kind.
    pub(crate) fn of_cells(kind: Kind, cells: Vec<Cell>) -> Self {
        Self { kind: kind.list(), cells }
    }

    pub(crate) fn cells(&self) -> &[Cell] {
        &self.cells
    }
}

impl Parameter for List {
    fn kind(&self) -> Kind {
        self.kind
    }

    fn value(&self) -> Value<'_> {
        Value::List(self)
    }
}

/// An owned value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Null,
    Integer(i64),
    Boolean(bool),
    Text(String),
    Bytes(Vec<u8>),
}

impl Cell {
    pub(crate) fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Integer(number) => Value::Integer(*number),
            Self::Boolean(value) => Value::Boolean(*value),
            Self::Text(text) => Value::Text(text),
            Self::Bytes(bytes) => Value::Bytes(bytes),
        }
    }
}

impl From<Value<'_>> for Cell {
    /// Lists of lists do not exist.
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Null | Value::List(_) => Self::Null,
            Value::Integer(number) => Self::Integer(number),
            Value::Boolean(value) => Self::Boolean(value),
            Value::Text(text) => Self::Text(text.to_owned()),
            Value::Bytes(bytes) => Self::Bytes(bytes.to_owned()),
        }
    }
}

/// Something that a statement can be given for a placeholder.
pub trait Parameter: Sync {
    /// Its type.
    fn kind(&self) -> Kind;
    /// Its value.
    fn value(&self) -> Value<'_>;
}

macro_rules! parameter {
    ($($type:ty, $kind:ident, |$this:ident| $value:expr;)*) => {
        $(
            impl Parameter for $type {
                fn kind(&self) -> Kind {
                    Kind::$kind
                }

                fn value(&self) -> Value<'_> {
                    let $this = self;
                    Value::$kind($value)
                }
            }
        )*
    };
}

parameter! {
    i64, Integer, |this| *this;
    u32, Integer, |this| i64::from(*this);
    bool, Boolean, |this| *this;
    str, Text, |this| this;
    String, Text, |this| this;
    [u8], Bytes, |this| this;
    Vec<u8>, Bytes, |this| this;
}

impl<const N: usize> Parameter for [u8; N] {
    fn kind(&self) -> Kind {
        Kind::Bytes
    }

    fn value(&self) -> Value<'_> {
        Value::Bytes(self)
    }
}

impl<P: Parameter + ?Sized> Parameter for &P {
    fn kind(&self) -> Kind {
        (**self).kind()
    }

    fn value(&self) -> Value<'_> {
        (**self).value()
    }
}

/// Types that also name their kind when there is no value.
pub trait Named {
    /// The kind.
    const KIND: Kind;
}

macro_rules! named {
    ($($type:ty: $kind:ident;)*) => {
        $(impl Named for $type {
            const KIND: Kind = Kind::$kind;
        })*
    };
}

named! {
    i64: Integer;
    u32: Integer;
    bool: Boolean;
    &str: Text;
    String: Text;
    &[u8]: Bytes;
    Vec<u8>: Bytes;
}

impl<const N: usize> Named for [u8; N] {
    const KIND: Kind = Kind::Bytes;
}

impl<const N: usize> Named for &[u8; N] {
    const KIND: Kind = Kind::Bytes;
}

impl<P: Named> Named for Option<P> {
    const KIND: Kind = P::KIND;
}

impl<P: Parameter + Named> Parameter for Option<P> {
    fn kind(&self) -> Kind {
        P::KIND
    }

    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, Parameter::value)
    }
}

/// Something that a column can be read as.
pub trait FromValue: Sized {
    /// Reads it; the error says what was expected instead.
    fn from_value(value: Value<'_>) -> Result<Self, &'static str>;
}

impl FromValue for i64 {
    fn from_value(value: Value<'_>) -> Result<Self, &'static str> {
        match value {
            Value::Integer(number) => Ok(number),
            _ => Err("is not an integer"),
        }
    }
}

impl FromValue for bool {
    fn from_value(value: Value<'_>) -> Result<Self, &'static str> {
        match value {
            Value::Boolean(value) => Ok(value),
            Value::Integer(0) => Ok(false),
            Value::Integer(1) => Ok(true),
            _ => Err("is not a boolean"),
        }
    }
}

impl FromValue for String {
    fn from_value(value: Value<'_>) -> Result<Self, &'static str> {
        match value {
            Value::Text(text) => Ok(text.to_owned()),
            _ => Err("is not text"),
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value<'_>) -> Result<Self, &'static str> {
        match value {
            Value::Bytes(bytes) => Ok(bytes.to_owned()),
            _ => Err("is not bytes"),
        }
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn from_value(value: Value<'_>) -> Result<Self, &'static str> {
        match value {
            Value::Bytes(bytes) => bytes.try_into().map_err(|_| "has another number of bytes"),
            _ => Err("is not bytes"),
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value<'_>) -> Result<Self, &'static str> {
        match value {
            Value::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}
