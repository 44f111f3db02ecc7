//! What a text holds, without building anything of it.

use super::{Bracket, DecodeError, Event, Reader};

/// How much of each there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Values of every kind, arrays and objects included.
    pub values: usize,
    /// Lists, `[]` included.
    pub lists: usize,
    /// Objects, `{}` included.
    pub objects: usize,
    /// Members of all objects.
    pub members: usize,
    /// Values that are texts.
    pub texts: usize,
    /// Bytes of all texts and names, as they are written.
    pub bytes: usize,
}

/// Counts what is in a text up to its end, or up to what [`decode`](super::decode) would refuse.
pub fn count(text: &[u8]) -> Counts {
    let mut counts = Counts::default();
    let mut reader = Reader::new(text);
    // A text that is refused holds what it held until then.
    let _ = counts.read(&mut reader);
    counts
}

impl Counts {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        loop {
            match reader.next()? {
                Event::Scalar(_) => self.values += 1,
                Event::Text(text) => {
                    self.values += 1;
                    self.texts += 1;
                    self.bytes += text.len();
                }
                Event::Key(name) => {
                    self.members += 1;
                    self.bytes += name.len();
                }
                Event::Open(bracket) => {
                    self.values += 1;
                    match bracket {
                        Bracket::List => self.lists += 1,
                        Bracket::Object => self.objects += 1,
                    }
                }
                Event::Close => {}
                Event::End => return Ok(()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_counted_up_to_the_first_mistake() {
        let counts = count(br#"{"ab":[1,"cde",null,{}],"f":[]} x"#);
        let right = Counts { values: 7, lists: 2, objects: 2, members: 2, texts: 1, bytes: 6 };
        assert_eq!(counts, right);
        assert_eq!(count(b"[1,1,!"), Counts { values: 3, lists: 1, ..Counts::default() });
    }
}
