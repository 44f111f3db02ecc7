//! The ways in which programs encode a name or a value. The right ones are in `protocol`; here they
//! stand beside those that are almost right.

/// A way to encode, named after the function that is known for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoder {
    /// PHP's `urlencode`: what URLs need.
    Rfc1738,
    /// PHP's `rawurlencode`: what orders need.
    Rfc3986,
    /// JavaScript's `encodeURIComponent`.
    Component,
    /// JavaScript's `URLSearchParams`, Java's `URLEncoder`, Ruby's `URI.encode_www_form`.
    Form,
    /// JavaScript's `encodeURI`.
    WholeUri,
    /// Python's `urllib.parse.quote`, which leaves `/`.
    PythonQuote,
    /// Go's `url.QueryEscape`, Python's `urlencode`.
    QueryEscape,
    /// Nothing at all.
    Raw,
    /// [`Encoder::Rfc1738`], with small hex digits.
    Lower1738,
    /// [`Encoder::Rfc3986`], with small hex digits.
    Lower3986,
    /// [`Encoder::Rfc1738`], twice.
    Twice1738,
    /// [`Encoder::Rfc3986`], twice.
    Twice3986,
}

impl Encoder {
    /// One name or value.
    pub(crate) fn encode(self, bytes: &[u8]) -> Vec<u8> {
        let kept: &[u8] = match self {
            Self::Raw => return bytes.to_vec(),
            Self::Rfc1738 | Self::Lower1738 => b"-_.",
            Self::Rfc3986 | Self::Lower3986 | Self::QueryEscape => b"-_.~",
            Self::Component => b"-_.~!'()*",
            Self::Form => b"-_.*",
            Self::WholeUri => b"-_.~!'()*;,/?:@&=+$#",
            Self::PythonQuote => b"-_.~/",
            Self::Twice1738 => return Self::Rfc1738.encode(&Self::Rfc1738.encode(bytes)),
            Self::Twice3986 => return Self::Rfc3986.encode(&Self::Rfc3986.encode(bytes)),
        };
        let plus = matches!(self, Self::Rfc1738 | Self::Lower1738 | Self::Form | Self::QueryEscape);
        let digits: &[u8; 16] = match self {
            Self::Lower1738 | Self::Lower3986 => b"0123456789abcdef",
            _ => b"0123456789ABCDEF",
        };
        let mut out = Vec::with_capacity(bytes.len());
        for byte in bytes {
            match byte {
                b' ' if plus => out.push(b'+'),
                _ if byte.is_ascii_alphanumeric() || kept.contains(byte) => out.push(*byte),
                _ => {
                    let (high, low) = (usize::from(byte >> 4), usize::from(byte & 15));
                    out.extend([b'%', digits[high], digits[low]]);
                }
            }
        }
        out
    }
}

/// Percent-decodes; `plus` says whether `+` is a space.
pub(crate) fn decode(text: &[u8], plus: bool) -> Vec<u8> {
    let digit = |at: usize| {
        let digit = char::from(*text.get(at)?).to_digit(16)?;
        u8::try_from(digit).ok()
    };
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        at += 1;
        match (byte, digit(at), digit(at + 1)) {
            (b'%', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                at += 2;
            }
            (b'+', ..) if plus => out.push(b' '),
            _ => out.push(*byte),
        }
    }
    out
}
