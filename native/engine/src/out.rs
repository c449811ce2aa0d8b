//! The output buffer of a render: UTF-8 bytes, escaped as they are appended, turned into one `str` at the end.

use djust_text::html::escape_bytes_into;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::utf8::{ascii_of, push_ascii, push_string};

/// Room for more than this is not made at once.
const MAX_EXPECTED: usize = 16 << 20;

/// Parts of a text that are no longer than this are copied as such a block.
const BLOCK: usize = 32;

/// Text being rendered. Lone surrogates, which a Python `str` may hold and UTF-8 may not, are kept as their three-byte
/// generalised form and are remembered by `surrogates`.
#[derive(Default)]
pub struct Out {
    bytes: Vec<u8>,
    surrogates: bool,
}

impl Out {
    /// A buffer with room for `capacity` bytes.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity), surrogates: false }
    }

    /// Makes room for about so many more bytes, so that a long text need not move while it grows.
    pub fn expect(&mut self, more: usize) {
        self.bytes.reserve(more.min(MAX_EXPECTED));
    }

    /// Bytes written so far.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Appends text as it is.
    pub fn push_str(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Appends a part of a text as it is.
    #[inline]
    pub fn push_part(&mut self, text: &str, from: usize, to: usize) {
        // Short parts, of which templates are full, are copied as a block that may reach beyond their end: a copy of as
        // many bytes as are known beforehand is no call.
        match text.as_bytes()[from..].first_chunk::<BLOCK>() {
            Some(block) if to - from <= BLOCK => {
                let end = self.bytes.len() + (to - from);
                self.bytes.extend_from_slice(block);
                self.bytes.truncate(end);
            }
            _ => self.push_str(&text[from..to]),
        }
    }

    /// Appends text with `& < > " '` escaped, as `django.utils.html.escape`.
    pub fn push_escaped(&mut self, text: &str) {
        escape_bytes_into(text.as_bytes(), &mut self.bytes);
    }

    /// Appends a Python string, escaped or not, if that is simple: false otherwise.
    #[inline]
    pub fn push_simple(&mut self, text: &Bound<'_, PyString>, escape: bool) -> bool {
        let Some(characters) = ascii_of(text) else { return false };
        push_ascii(characters, escape, &mut self.bytes);
        true
    }

    /// Appends a Python string, escaped or not.
    pub fn push_py(&mut self, text: &Bound<'_, PyString>, escape: bool) -> PyResult<()> {
        if push_string(text, escape, &mut self.bytes)?.is_some() {
            return Ok(());
        }
        let bytes = text.call_method1("encode", ("utf-8", "surrogatepass"))?;
        let bytes = bytes.cast::<PyBytes>()?.as_bytes();
        self.surrogates = true;
        if escape {
            escape_bytes_into(bytes, &mut self.bytes);
        } else {
            self.bytes.extend_from_slice(bytes);
        }
        Ok(())
    }

    /// Takes back everything after `start`.
    pub fn split_off<'py>(&mut self, py: Python<'py>, start: usize) -> PyResult<Bound<'py, PyString>> {
        let text = to_py_string(py, &self.bytes[start..], self.surrogates)?;
        self.bytes.truncate(start);
        Ok(text)
    }

    /// Forgets everything after `start`.
    pub fn truncate(&mut self, start: usize) {
        self.bytes.truncate(start);
    }

    /// What was appended after `start`, if it is plain UTF-8.
    pub fn tail(&self, start: usize) -> Option<&str> {
        if self.surrogates { None } else { std::str::from_utf8(&self.bytes[start..]).ok() }
    }

    /// The whole text without white space around it, as `str.strip()`. `None`: there are lone surrogates in it.
    pub fn stripped(&self) -> Option<&str> {
        self.tail(0).map(|text| text.trim_matches(djust_syntax::lexer::is_python_space))
    }

    /// The whole text as a `str`.
    pub fn finish(self, py: Python<'_>) -> PyResult<Bound<'_, PyString>> {
        to_py_string(py, &self.bytes, self.surrogates)
    }
}

fn to_py_string<'py>(py: Python<'py>, bytes: &[u8], surrogates: bool) -> PyResult<Bound<'py, PyString>> {
    let errors = if surrogates { c"surrogatepass".as_ptr() } else { std::ptr::null() };
    // SAFETY: pointer and length describe `bytes`; `errors` is null or a C string that lives forever; a new reference
    // to a str or null with an exception set is returned.
    unsafe {
        let text = ffi::PyUnicode_DecodeUTF8(bytes.as_ptr().cast(), bytes.len() as ffi::Py_ssize_t, errors);
        Ok(Bound::from_owned_ptr_or_err(py, text)?.cast_into_unchecked())
    }
}
