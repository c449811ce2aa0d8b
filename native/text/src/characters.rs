//! Characters by their numbers, as Python keeps those of a string, written as UTF-8, plain or escaped for HTML.

use crate::html::{any_special, entity};

/// Characters that are looked at together.
const CHUNK: usize = 32;
/// The most bytes that become of one character: `&quot;`, `&#x27;`.
const LONGEST: usize = 6;

/// What is written for a character: up to seven bytes, the first one lowest, and their number above them.
type Written = u64;

/// What is written for ASCII.
type Table = [Written; 128];

const fn table(escape: bool) -> Table {
    let mut table = [0; 128];
    let mut number: u8 = 0;
    while number < 128 {
        let entity = if escape { entity(number).as_bytes() } else { b"" };
        table[number as usize] = if entity.is_empty() { number as u64 | 1 << 56 } else { packed(entity) };
        number += 1;
    }
    table
}

const fn packed(bytes: &[u8]) -> Written {
    let mut written = (bytes.len() as u64) << 56;
    let mut at = 0;
    while at < bytes.len() {
        written |= (bytes[at] as u64) << (8 * at);
        at += 1;
    }
    written
}

const PLAIN: Table = table(false);
const ESCAPED: Table = table(true);

/// One of two, without a jump.
#[inline]
const fn pick(first: bool, one: Written, other: Written) -> Written {
    other ^ ((one ^ other) & 0_u64.wrapping_sub(first as u64))
}

/// The UTF-8 of a character. All four lengths are worked out and one is picked: letters of different lengths stand
/// mixed in a text, and a jump on each could not be foreseen.
#[inline]
fn encode(number: u32, ascii: &Table) -> Written {
    let number = u64::from(number);
    let tail = |shift: u32| 0x80 | number >> shift & 0x3F;
    let one = ascii[number.min(0x7F) as usize];
    let two = 0xC0 | number >> 6 | tail(0) << 8 | 2 << 56;
    let three = 0xE0 | number >> 12 | tail(6) << 8 | tail(0) << 16 | 3 << 56;
    let four = 0xF0 | number >> 18 | tail(12) << 8 | tail(6) << 16 | tail(0) << 24 | 4 << 56;
    let short = pick(number >= 0x80, two, one);
    let long = pick(number >= 0x1_0000, four, three);
    pick(number >= 0x800, long, short)
}

/// Appends `characters` (Unicode numbers, at most 0x10FFFF) as UTF-8 to `out`; with `escape` as
/// `django.utils.html.escape` does.
///
/// `None`: one of them is a surrogate, which UTF-8 has not; `out` is as it was.
pub fn push_characters<N: Copy + Into<u32>>(characters: &[N], escape: bool, out: &mut Vec<u8>) -> Option<()> {
    let start = out.len();
    let ascii = if escape { &ESCAPED } else { &PLAIN };
    out.reserve(characters.len() + characters.len() / 8);
    let (chunks, rest) = characters.as_chunks::<CHUNK>();
    for chunk in chunks {
        if chunk.iter().fold(0, |all, &number| all | number.into()) < 0x80 {
            let bytes = chunk.map(|number| number.into() as u8);
            if !escape || !any_special(&bytes) {
                out.extend_from_slice(&bytes);
                continue;
            }
        }
        push_chunk(chunk, ascii, start, out)?;
    }
    push_chunk(rest, ascii, start, out)
}

/// Appends at most [`CHUNK`] characters one by one; takes back everything after `start` at a surrogate.
fn push_chunk<N: Copy + Into<u32>>(characters: &[N], ascii: &Table, start: usize, out: &mut Vec<u8>) -> Option<()> {
    // All eight bytes are written for each character, and those behind its length are written over by the next.
    let mut bytes = [0; CHUNK * LONGEST + size_of::<Written>()];
    let mut len = 0;
    let mut has_surrogate = false;
    for &number in characters {
        let number = number.into();
        has_surrogate |= number & !0x7FF == 0xD800;
        let written = encode(number, ascii);
        bytes[len..len + size_of::<Written>()].copy_from_slice(&written.to_le_bytes());
        len += (written >> 56) as usize;
    }
    if has_surrogate {
        out.truncate(start);
        return None;
    }
    out.extend_from_slice(&bytes[..len]);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::push_characters;
    use crate::html::escape;

    fn numbers(text: &str) -> Vec<u32> {
        text.chars().map(u32::from).collect()
    }

    #[test]
    fn characters_become_what_rust_makes_of_them() {
        let alphabet = "a&<>\"' z\u{7f}\u{80}\u{ff}\u{100}\u{7ff}\u{800}\u{d7ff}\u{e000}\u{ffff}\u{10000}\u{10ffff}";
        let letters: Vec<char> = alphabet.chars().collect();
        for length in 0..200 {
            for step in [1, 5, 7] {
                let text: String = (0..length).map(|at| letters[at * step % letters.len()]).collect();
                for (escaped, wanted) in [(false, text.clone()), (true, escape(&text).into_owned())] {
                    let mut out = b"before".to_vec();
                    assert_eq!(push_characters(&numbers(&text), escaped, &mut out), Some(()));
                    assert_eq!(String::from_utf8(out), Ok(format!("before{wanted}")));
                }
            }
        }
    }

    #[test]
    fn ascii_is_escaped_in_whole_chunks_too() {
        for special in 0..64 {
            let mut text = vec![b'x'; 64];
            text[special] = b'<';
            let mut out = Vec::new();
            assert_eq!(push_characters(&text, true, &mut out), Some(()));
            assert_eq!(out, escape(str::from_utf8(&text).unwrap_or_default()).as_bytes());
        }
    }

    #[test]
    fn a_surrogate_leaves_nothing_behind() {
        for surrogate in [0xD800_u32, 0xDBFF, 0xDC00, 0xDFFF] {
            for at in [0, 31, 32, 40, 63] {
                let mut characters = vec![0x4E00_u32; 64];
                characters[at] = surrogate;
                let mut out = b"before".to_vec();
                assert_eq!(push_characters(&characters, true, &mut out), None);
                assert_eq!(out, b"before");
            }
        }
    }
}
