//! Python's strings for short texts that templates have in common: names, and constants, which are safe strings.
//!
//! A text is found here without a string being made and hashed for it first.

use crate::stock::Stock;
use pyo3::prelude::*;
use pyo3::types::PyString;
use rustc_hash::FxHasher;
use std::cell::RefCell;
use std::hash::Hasher;

/// What a string is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Name,
    Constant,
}

/// A string, with its text where it is compared without Python.
struct Known {
    purpose: Purpose,
    text: Box<str>,
    string: Py<PyAny>,
}

/// Places of the table; a text has one place, from which a newer one drives it out.
const PLACES: usize = 512;

/// Longer texts are seldom met twice.
const MAX_LENGTH: usize = 32;

thread_local! {
    static TABLE: RefCell<Vec<Option<Known>>> = RefCell::new((0..PLACES).map(|_| None).collect());
}

fn place_of(text: &str) -> usize {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    let hash = hasher.finish();
    (hash ^ (hash >> 32)) as usize % PLACES
}

fn known_or_made(
    py: Python<'_>,
    purpose: Purpose,
    text: &str,
    make: impl FnOnce() -> PyResult<Py<PyAny>>,
) -> PyResult<Py<PyAny>> {
    if text.len() > MAX_LENGTH {
        return make();
    }
    let place = place_of(text);
    let known = TABLE.with(|table| match &table.borrow()[place] {
        Some(known) if *known.text == *text && known.purpose == purpose => Some(known.string.clone_ref(py)),
        _ => None,
    });
    if let Some(known) = known {
        return Ok(known);
    }
    let string = make()?;
    let newer = Known { purpose, text: text.into(), string: string.clone_ref(py) };
    // What is driven out is let go of when nobody reads the table.
    drop(TABLE.with(|table| table.borrow_mut()[place].replace(newer)));
    Ok(string)
}

/// An interned string: one with the same text is the same object.
pub fn name<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyString>> {
    let make = || Ok(PyString::intern(py, text).into_any().unbind());
    Ok(known_or_made(py, Purpose::Name, text, make)?.into_bound(py).cast_into::<PyString>()?)
}

/// A safe string. May be the same object for the same text.
pub fn constant(py: Python<'_>, stock: &Stock, text: &str) -> PyResult<Py<PyAny>> {
    known_or_made(py, Purpose::Constant, text, || Ok(stock.SafeString.bind(py).call1((text,))?.unbind()))
}
