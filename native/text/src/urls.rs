//! Percent-encoding as `urllib.parse` does it: `urlencode`, `iriencode`, query strings.

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Characters `iri_to_uri` keeps besides the unreserved ones.
const IRI_SAFE: &str = "/#%[]=:;$&()+,!?*@'~";

/// Whether `quote` keeps this byte whatever `safe` says.
const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'~')
}

pub(crate) fn push_percent(byte: u8, out: &mut String) {
    out.push('%');
    out.push(HEX[usize::from(byte >> 4)] as char);
    out.push(HEX[usize::from(byte & 15)] as char);
}

/// Append `urllib.parse.quote(s, safe)`. As in Python, non-ASCII characters of `safe` have no effect.
pub fn quote_into(s: &str, safe: &str, out: &mut String) {
    let mut kept = [false; 128];
    for byte in safe.bytes().filter(u8::is_ascii) {
        kept[usize::from(byte)] = true;
    }
    out.reserve(s.len());
    for byte in s.bytes() {
        if is_unreserved(byte) || (byte.is_ascii() && kept[usize::from(byte)]) {
            out.push(byte as char);
        } else {
            push_percent(byte, out);
        }
    }
}

/// The `urlencode` filter. `safe` is the filter's argument; without one `/` is kept.
pub fn urlencode(s: &str, safe: Option<&str>) -> String {
    let mut out = String::new();
    quote_into(s, safe.unwrap_or("/"), &mut out);
    out
}

/// The `iriencode` filter (`django.utils.encoding.iri_to_uri`).
pub fn iriencode(s: &str) -> String {
    let mut out = String::new();
    quote_into(s, IRI_SAFE, &mut out);
    out
}

/// Append `urllib.parse.quote_plus(s)`.
pub fn quote_plus_into(s: &str, out: &mut String) {
    for (i, piece) in s.split(' ').enumerate() {
        if i > 0 {
            out.push('+');
        }
        quote_into(piece, "", out);
    }
}

/// `urllib.parse.urlencode` of text pairs, as `QueryDict.urlencode()` and `{% querystring %}` use it.
///
/// The caller repeats the key for each value of a list (`doseq`).
pub fn query_string<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = String::new();
    for (i, (key, value)) in pairs.into_iter().enumerate() {
        if i > 0 {
            out.push('&');
        }
        quote_plus_into(key, &mut out);
        out.push('=');
        quote_plus_into(value, &mut out);
    }
    out
}

/// `urllib.parse.unquote(s)`: percent escapes as UTF-8, broken bytes as U+FFFD.
pub(crate) fn unquote(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    let mut bytes = Vec::new();
    let mut rest = s;
    while let Some(at) = memchr::memchr(b'%', rest.as_bytes()) {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let hex = rest.as_bytes().get(at + 1..at + 3);
        let value = hex.and_then(|pair| Some(hex_digit(pair[0])? << 4 | hex_digit(pair[1])?));
        if let Some(value) = value {
            bytes.push(value);
            rest = &rest[at + 3..];
        } else {
            bytes.push(b'%');
            rest = &rest[at + 1..];
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    out.push_str(&String::from_utf8_lossy(&bytes));
    out
}

fn hex_digit(byte: u8) -> Option<u8> {
    (byte as char).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoder_keeps_its_own_characters() {
        assert_eq!(urlencode("a/b c~é?", None), "a/b%20c~%C3%A9%3F");
        assert_eq!(urlencode("a/b", Some("")), "a%2Fb");
        assert_eq!(iriencode("/I ♥ %20?a=b"), "/I%20%E2%99%A5%20%20?a=b");
        assert_eq!(query_string([("a b", "1&2"), ("é", "/+")]), "a+b=1%262&%C3%A9=%2F%2B");
    }

    #[test]
    fn broken_escapes_survive_unquoting() {
        assert_eq!(unquote("%41%zz%e2%99%a5%ff%"), "A%zz♥\u{fffd}%");
    }
}
