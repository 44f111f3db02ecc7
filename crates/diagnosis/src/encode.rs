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
    /// .NET's `HttpUtility.UrlEncode`.
    DotNet,
    /// .NET's `WebUtility.UrlEncode`.
    DotNetCapital,
    /// JavaScript's `escape`: letters up to U+00FF as one byte, others as `%u20AC`.
    Escape,
    /// PHP's `urlencode`, but a space is `%20`.
    Space,
    /// ufo's `stringifyQuery`.
    Ufo,
    /// Werkzeug's `url_for`.
    Werkzeug,
    /// yarl's `with_query`.
    Yarl,
    /// `qs` with `format: 'RFC1738'`.
    Qs,
    /// Spring's `UriComponentsBuilder`, Swift's `URLComponents`.
    Spring,
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
            Self::DotNet | Self::DotNetCapital => b"-_.!*()",
            Self::Escape => return escape(bytes),
            Self::Space => b"-_.",
            Self::Ufo => b"-_.~!$'()*,:;=?@^`|",
            Self::Werkzeug => b"-_.~!$'()*,/:;?@",
            Self::Yarl => b"-_.~!$'()*,/:?@",
            Self::Qs => b"-_.~()",
            Self::Spring => b"-_.~!$'()*+,;:@/?",
            Self::Twice1738 => return Self::Rfc1738.encode(&Self::Rfc1738.encode(bytes)),
            Self::Twice3986 => return Self::Rfc3986.encode(&Self::Rfc3986.encode(bytes)),
        };
        let plus = matches!(
            self,
            Self::Rfc1738
                | Self::Lower1738
                | Self::Form
                | Self::QueryEscape
                | Self::DotNet
                | Self::DotNetCapital
                | Self::Ufo
                | Self::Werkzeug
                | Self::Yarl
                | Self::Qs
        );
        let digits: &[u8; 16] = match self {
            Self::Lower1738 | Self::Lower3986 | Self::DotNet => b"0123456789abcdef",
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

fn escape(bytes: &[u8]) -> Vec<u8> {
    let mut out = String::new();
    for c in String::from_utf8_lossy(bytes).chars() {
        match c {
            c if c.is_ascii_alphanumeric() || "@*_+-./".contains(c) => out.push(c),
            c if u32::from(c) < 256 => out.push_str(&format!("%{:02X}", u32::from(c))),
            c => {
                let units = &mut [0; 2];
                for unit in c.encode_utf16(units) {
                    out.push_str(&format!("%u{unit:04X}"));
                }
            }
        }
    }
    out.into_bytes()
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
