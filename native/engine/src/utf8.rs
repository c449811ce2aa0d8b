//! Texts of Python's strings as UTF-8. Python would leave a copy in each string that is not ASCII.

use pyo3::prelude::*;
use pyo3::types::PyString;
use pyo3::types::string::PyStringData;
use std::sync::Arc;

/// Characters that are looked at together.
const CHUNK: usize = 32;

/// Adds characters by their numbers. `None`: one of them is a surrogate, which UTF-8 has not.
fn add_characters<N: Copy + Into<u32>>(characters: &[N], out: &mut Vec<u8>) -> Option<()> {
    for chunk in characters.chunks(CHUNK) {
        if chunk.iter().fold(0, |all, &number| all | number.into()) < 0x80 {
            out.extend(chunk.iter().map(|&number| number.into() as u8));
            continue;
        }
        for &number in chunk {
            let mut buffer = [0; 4];
            out.extend_from_slice(char::from_u32(number.into())?.encode_utf8(&mut buffer).as_bytes());
        }
    }
    Some(())
}

/// The text of a string; `None` if it cannot be written as UTF-8.
pub fn text_of(string: &Bound<'_, PyString>) -> PyResult<Option<Arc<str>>> {
    // SAFETY: a live string, whose characters Python code cannot change; they are not kept.
    let data = unsafe { string.data()? };
    let mut text = Vec::new();
    let added = match data {
        PyStringData::Ucs1(characters) => {
            if let (true, Ok(text)) = (characters.is_ascii(), str::from_utf8(characters)) {
                return Ok(Some(text.into()));
            }
            text.reserve(characters.len() + characters.len() / 8);
            add_characters(characters, &mut text)
        }
        PyStringData::Ucs2(characters) => {
            text.reserve(characters.len() + characters.len() / 8);
            add_characters(characters, &mut text)
        }
        PyStringData::Ucs4(characters) => {
            text.reserve(characters.len() + characters.len() / 8);
            add_characters(characters, &mut text)
        }
    };
    Ok(added.and_then(|()| String::from_utf8(text).ok()).map(Into::into))
}
