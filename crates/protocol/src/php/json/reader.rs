//! Walks over a JSON text, value by value, and keeps nothing of it but which brackets are open. All
//! that PHP refuses is refused here, whoever walks: a decoder, or somebody who only looks.

use super::{
    DecodeError,
    DecodeErrorKind::{Depth, StateMismatch, Syntax},
    scanner::{Bracket, Scanner, Text, Token},
};
use crate::php::{Array, Value};

/// How many arrays and objects may be open at once; the 512th level is the value in the innermost.
const MAX_OPEN: usize = 511;

/// What comes next in a text.
pub(crate) enum Event<'a> {
    /// A number, a boolean or null.
    Scalar(Value),
    Text(Text<'a>),
    /// The name of the member whose value comes next.
    Key(Text<'a>),
    Open(Bracket),
    Close,
    /// The text is complete.
    End,
}

impl Event<'_> {
    /// The type of the value that begins here, as [`Value::type_name`] has it.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Scalar(value) => value.type_name(),
            Self::Text(_) | Self::Key(_) => "string",
            Self::Open(_) | Self::Close | Self::End => "array",
        }
    }
}

/// What may come next.
enum Expected {
    Value,
    /// The first element or member of what was just opened, or its end.
    First,
    /// A comma or the end of what is open, or the end of the text.
    Rest,
}

/// See the module.
pub(crate) struct Reader<'a> {
    scanner: Scanner<'a>,
    open: Vec<Bracket>,
    expected: Expected,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { scanner: Scanner::new(text), open: Vec::new(), expected: Expected::Value }
    }

    /// Where the last token began.
    pub(crate) fn start(&self) -> usize {
        self.scanner.token_start
    }

    /// Where the last token ended.
    pub(crate) fn end(&self) -> usize {
        self.scanner.position()
    }

    /// Reads on.
    pub(crate) fn next(&mut self) -> Result<Event<'a>, DecodeError> {
        let token = self.scanner.token()?;
        match self.expected {
            Expected::Value => self.value(token),
            Expected::First => match token {
                Token::Close(bracket) => self.close(bracket),
                token => self.element(token),
            },
            Expected::Rest => match token {
                Token::End if self.open.is_empty() => Ok(Event::End),
                _ if self.open.is_empty() => Err(self.syntax_error()),
                Token::Comma => {
                    let token = self.scanner.token()?;
                    self.element(token)
                }
                Token::Close(bracket) => self.close(bracket),
                _ => Err(self.syntax_error()),
            },
        }
    }

    /// The next element or member of the innermost container with the beginning of its value, or
    /// `None` at its end.
    pub(crate) fn member(&mut self) -> Result<Option<(Option<Text<'a>>, Event<'a>)>, DecodeError> {
        match self.next()? {
            Event::Close | Event::End => Ok(None),
            Event::Key(name) => Ok(Some((Some(name), self.next()?))),
            element => Ok(Some((None, element))),
        }
    }

    /// Goes to the end of the value that began with `event`. `seen` is told of all that it holds.
    pub(crate) fn skip(
        &mut self,
        event: &Event<'a>,
        mut seen: impl FnMut(&Event<'a>),
    ) -> Result<(), DecodeError> {
        seen(event);
        if !matches!(event, Event::Open(_)) {
            return Ok(());
        }
        let outside = self.open.len() - 1;
        while self.open.len() > outside {
            seen(&self.next()?);
        }
        Ok(())
    }

    /// Builds the value that began with `event`. What is open is kept on a heap stack, so that the
    /// depth of a text never becomes depth of the call stack.
    pub(crate) fn build(&mut self, event: Event<'a>) -> Result<Value, DecodeError> {
        let mut open: Vec<Container<'a>> = Vec::new();
        let mut event = event;
        loop {
            let value = match event {
                Event::Scalar(value) => Some(value),
                Event::Text(text) => Some(Value::Str(text.to_vec())),
                Event::Open(_) => {
                    open.push(Container { array: Array::new(), key: None });
                    None
                }
                Event::Key(name) => {
                    if let Some(container) = open.last_mut() {
                        container.key = Some(name);
                    }
                    None
                }
                Event::Close | Event::End => open.pop().map(|closed| Value::Array(closed.array)),
            };
            if let Some(value) = value {
                match open.last_mut() {
                    Some(container) => container.add(value),
                    None => return Ok(value),
                }
            }
            event = self.next()?;
        }
    }

    fn element(&mut self, token: Token<'a>) -> Result<Event<'a>, DecodeError> {
        if self.open.last() != Some(&Bracket::Object) {
            return self.value(token);
        }
        let Token::Text(name) = token else { return Err(self.syntax_error()) };
        let Token::Colon = self.scanner.token()? else { return Err(self.syntax_error()) };
        self.expected = Expected::Value;
        Ok(Event::Key(name))
    }

    fn value(&mut self, token: Token<'a>) -> Result<Event<'a>, DecodeError> {
        self.expected = Expected::Rest;
        match token {
            Token::Scalar(value) => Ok(Event::Scalar(value)),
            Token::Text(text) => Ok(Event::Text(text)),
            Token::Open(_) if self.open.len() >= MAX_OPEN => {
                Err(Depth.at(self.scanner.token_start))
            }
            Token::Open(bracket) => {
                self.open.push(bracket);
                self.expected = Expected::First;
                Ok(Event::Open(bracket))
            }
            _ => Err(self.syntax_error()),
        }
    }

    fn close(&mut self, bracket: Bracket) -> Result<Event<'a>, DecodeError> {
        self.expected = Expected::Rest;
        match self.open.pop() {
            Some(open) if open == bracket => Ok(Event::Close),
            _ => Err(StateMismatch.at(self.scanner.token_start)),
        }
    }

    fn syntax_error(&self) -> DecodeError {
        Syntax.at(self.scanner.token_start)
    }
}

struct Container<'a> {
    array: Array,
    /// The key of the member whose value comes next.
    key: Option<Text<'a>>,
}

impl Container<'_> {
    fn add(&mut self, value: Value) {
        match self.key.take() {
            Some(key) => {
                self.array.insert(key.to_vec(), value);
            }
            None => {
                self.array.push(value);
            }
        }
    }
}
