//! A body that was looked through once, without building anything of it: whether it is a request,
//! whose, and what it would cost to read the rest.
//!
//! Anybody may send a body, so all that is kept before its token is known is the token and where the
//! actions are. A tree of values takes up to sixty times as many bytes as its text.

use super::{EnvelopeProblem, ParsedAction, Request, action::PARAMETERS};
use crate::php::{
    KeyRef,
    json::{Bracket, DecodeError, Event, Reader, Text},
};

/// A request whose outer structure is sound, and whose actions were not read yet.
#[derive(Debug)]
pub struct Outline<'a> {
    token: String,
    actions: Vec<&'a [u8]>,
    weight: usize,
}

impl<'a> Outline<'a> {
    /// Looks through a body. `max_actions` is the most actions accepted in one request.
    ///
    /// # Errors
    /// The body is no request; which of its faults is named does not depend on their order in it.
    pub fn read(body: &'a [u8], max_actions: usize) -> Result<Self, EnvelopeProblem> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Err(EnvelopeProblem::Empty);
        }
        let mut look = Look { body, reader: Reader::new(body), max_actions };
        let envelope = look.envelope().map_err(EnvelopeProblem::Json)?;
        if let Some(type_name) = envelope.no_object {
            return Err(EnvelopeProblem::NotAnObject(type_name));
        }
        let token = match envelope.token {
            Ok(token) => String::from_utf8(token.to_vec()).unwrap_or_default(),
            Err(type_name) => return Err(EnvelopeProblem::Token(type_name)),
        };
        if token.is_empty() {
            return Err(EnvelopeProblem::Token("empty"));
        }
        let Actions { spans, count, weight } = envelope.actions?;
        if count > max_actions {
            return Err(EnvelopeProblem::TooManyActions { count, max: max_actions });
        }
        Ok(Self { token, actions: spans, weight })
    }

    /// The API token, never empty.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Bytes of memory that the read actions take, as an upper estimate.
    pub fn weight(&self) -> usize {
        self.weight
    }

    /// How many actions there are.
    pub fn actions(&self) -> usize {
        self.actions.len()
    }

    /// Reads the actions.
    ///
    /// # Errors
    /// None that [`read`](Self::read) has not found before.
    pub fn decode(self) -> Result<Request, EnvelopeProblem> {
        let actions = self.actions.into_iter().map(ParsedAction::read);
        let actions = actions.collect::<Result<_, _>>().map_err(EnvelopeProblem::Json)?;
        Ok(Request { token: self.token, actions })
    }
}

/// What was seen of an envelope. Of members of the same name the last counts.
struct Envelope<'a> {
    /// The type, if it is no object.
    no_object: Option<&'static str>,
    /// The token, or what is there instead.
    token: Result<Text<'a>, &'static str>,
    actions: Result<Actions<'a>, EnvelopeProblem>,
}

#[derive(Default)]
struct Actions<'a> {
    /// Where they are, those that are too many excepted.
    spans: Vec<&'a [u8]>,
    count: usize,
    weight: usize,
}

struct Look<'a> {
    body: &'a [u8],
    reader: Reader<'a>,
    max_actions: usize,
}

impl<'a> Look<'a> {
    fn envelope(&mut self) -> Result<Envelope<'a>, DecodeError> {
        let mut envelope = Envelope {
            no_object: None,
            token: Err("missing"),
            actions: Err(EnvelopeProblem::Request("missing")),
        };
        let first = self.reader.next()?;
        if let Event::Open(_) = first {
            let mut keys = Keys::default();
            while let Some((name, value)) = self.reader.member()? {
                match keys.add(name).as_deref() {
                    Some(b"token") => {
                        envelope.token = match &value {
                            Event::Text(text) => Ok(*text),
                            other => Err(other.type_name()),
                        };
                        self.reader.skip(&value, |_| {})?;
                    }
                    Some(b"request") => envelope.actions = self.request(&value)?,
                    _ => self.reader.skip(&value, |_| {})?,
                }
            }
            envelope.no_object = keys.are_of_filled_list().then_some("a list");
        } else {
            envelope.no_object = Some(first.type_name());
        }
        self.reader.next()?;
        Ok(envelope)
    }

    fn request(
        &mut self,
        value: &Event<'a>,
    ) -> Result<Result<Actions<'a>, EnvelopeProblem>, DecodeError> {
        let Event::Open(_) = value else {
            return Ok(Err(EnvelopeProblem::Request(value.type_name())));
        };
        let mut actions = Err(EnvelopeProblem::Actions("missing"));
        while let Some((name, value)) = self.reader.member()? {
            if name.is_some_and(|name| *name.bytes() == *b"actions") {
                actions = self.actions(&value)?;
            } else {
                self.reader.skip(&value, |_| {})?;
            }
        }
        Ok(actions)
    }

    fn actions(
        &mut self,
        value: &Event<'a>,
    ) -> Result<Result<Actions<'a>, EnvelopeProblem>, DecodeError> {
        let Event::Open(_) = value else {
            return Ok(Err(EnvelopeProblem::Actions(value.type_name())));
        };
        let (mut keys, mut actions) = (Keys::default(), Actions::default());
        while let Some((name, value)) = self.reader.member()? {
            keys.add(name);
            let (start, mut depth) = (self.reader.start(), 0_usize);
            actions.weight += ACTION;
            let weight = &mut actions.weight;
            // Of the members of an action only the parameters are built.
            let mut is_built = true;
            self.reader.skip(&value, |event| {
                if let (Event::Key(name), 1) = (event, depth) {
                    is_built = *name.bytes() == *PARAMETERS;
                }
                let is_kept = is_built || depth < 2 && !matches!(event, Event::Open(_));
                *weight += if is_kept { weigh(event, depth) } else { 0 };
                match event {
                    Event::Open(_) => depth += 1,
                    Event::Close => depth = depth.saturating_sub(1),
                    _ => {}
                }
            })?;
            let span = &self.body[start..self.reader.end()];
            if let Some(known) = actions.spans.get_mut(keys.last) {
                *known = span;
            } else if actions.spans.len() < self.max_actions {
                actions.spans.push(span);
            }
        }
        actions.count = keys.count;
        Ok(match keys {
            Keys { count: 0, is_list: true, .. } => Err(EnvelopeProblem::Actions("empty")),
            Keys { is_list: false, .. } => Err(EnvelopeProblem::Actions("an object")),
            _ => Ok(actions),
        })
    }
}

/// Bytes of a read action itself.
const ACTION: usize = 256;

/// Bytes of memory that a part of an action takes once it is read, with what the allocator adds.
/// Members of the action itself do not become a map, so their names take nothing.
fn weigh(event: &Event<'_>, depth: usize) -> usize {
    match event {
        Event::Scalar(_) => 40,
        Event::Text(text) => 72 + text.len(),
        // With the elements that a list, or the pairs that a map has room for from the beginning.
        Event::Open(_) if depth == 0 => 0,
        Event::Open(Bracket::Object) => 376,
        Event::Open(Bracket::List) => 184,
        Event::Key(_) if depth <= 1 => 0,
        Event::Key(name) => 120 + name.len(),
        Event::Close | Event::End => 0,
    }
}

/// The keys of a container as PHP would have them, as far as it takes to know a list.
#[derive(Debug)]
pub(super) struct Keys {
    /// Keys that are different, while it is a list.
    pub(super) count: usize,
    /// Whether they are 0, 1, 2 and so on, in this order.
    pub(super) is_list: bool,
    /// The place of the last key, while it is a list.
    last: usize,
}

impl Default for Keys {
    fn default() -> Self {
        Self { count: 0, is_list: true, last: 0 }
    }
}

impl Keys {
    /// Takes the name of a member, which an element of a list does not have, and gives it back.
    pub(super) fn add<'a>(&mut self, name: Option<Text<'a>>) -> Option<std::borrow::Cow<'a, [u8]>> {
        let name = name.map(|name| name.bytes());
        let place = match name.as_deref().map(KeyRef::from) {
            None => Some(self.count),
            Some(KeyRef::Int(number)) => {
                usize::try_from(number).ok().filter(|number| *number <= self.count)
            }
            Some(KeyRef::Str(_)) => None,
        };
        match place {
            Some(place) => {
                self.last = place;
                self.count = self.count.max(place + 1);
            }
            None => self.is_list = false,
        }
        name
    }

    pub(super) fn are_of_filled_list(&self) -> bool {
        self.is_list && self.count > 0
    }
}
