//! Texts of Python's strings as UTF-8. Python would leave a copy in each string that is not ASCII.

use djust_text::characters::push_characters;
use djust_text::html::escape_bytes_into;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyString;
use pyo3::types::string::PyStringData;
use std::sync::Arc;

/// The characters of a string if they are ASCII, as most are, and stand right behind its head.
#[inline]
pub fn ascii_of<'a>(string: &'a Bound<'_, PyString>) -> Option<&'a [u8]> {
    let at = string.as_ptr();
    // SAFETY: a live string, which is kept alive, and whose characters Python code cannot change. A compact one is ready
    // on every Python; an ASCII one has one byte for each character.
    unsafe {
        if ffi::PyUnicode_IS_COMPACT_ASCII(at) == 0 {
            return None;
        }
        Some(std::slice::from_raw_parts(ffi::PyUnicode_1BYTE_DATA(at), ffi::PyUnicode_GET_LENGTH(at).cast_unsigned()))
    }
}

/// Appends ASCII characters, escaped or not.
#[inline]
pub fn push_ascii(characters: &[u8], escape: bool, out: &mut Vec<u8>) {
    if escape {
        escape_bytes_into(characters, out);
    } else {
        out.extend_from_slice(characters);
    }
}

/// Appends a string to `out`, escaped or not; `None`, with nothing appended, if it cannot be written as UTF-8.
pub fn push_string(string: &Bound<'_, PyString>, escape: bool, out: &mut Vec<u8>) -> PyResult<Option<()>> {
    // SAFETY: a live string, whose characters Python code cannot change; they are not kept. The flag is read after
    // `data`, which on Python 3.11 and older makes strings ready that are not.
    let (data, is_ascii) = unsafe { (string.data()?, ffi::PyUnicode_IS_ASCII(string.as_ptr()) != 0) };
    Ok(match data {
        PyStringData::Ucs1(characters) if is_ascii => {
            push_ascii(characters, escape, out);
            Some(())
        }
        PyStringData::Ucs1(characters) => push_characters(characters, escape, out),
        PyStringData::Ucs2(characters) => push_characters(characters, escape, out),
        PyStringData::Ucs4(characters) => push_characters(characters, escape, out),
    })
}

/// The text of a string; `None` if it cannot be written as UTF-8.
pub fn text_of(string: &Bound<'_, PyString>) -> PyResult<Option<Arc<str>>> {
    let mut text = Vec::new();
    let added = push_string(string, false, &mut text)?;
    Ok(added.and_then(|()| String::from_utf8(text).ok()).map(Into::into))
}
