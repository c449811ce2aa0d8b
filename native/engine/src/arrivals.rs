//! Rows as they come from a driver, before anybody else has them: equal texts become one object, and the cyclic garbage
//! collector is spared rows that can be part of no cycle.

use pyo3::exceptions::PyIndexError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};
use rustc_hash::FxHasher;
use std::hash::Hasher;

/// Places for the texts of a column; a power of two.
const PLACES: usize = 1024;
/// So many texts tell whether those of a column come again.
const TRIED: usize = 2048;

/// The texts of one column that were met: each has two places, and takes that of an older one.
struct Column {
    at: usize,
    known: Vec<Option<Py<PyString>>>,
    met: usize,
    found: usize,
}

/// What is done to the rows of one result.
///
/// A driver makes a new text for each row, also of a joined row that comes a thousand times.
#[pyclass(module = "djust_backend._native")]
pub struct Arrivals {
    columns: Vec<Column>,
}

#[pymethods]
impl Arrivals {
    /// `columns` are those of texts that may repeat.
    #[new]
    fn new(columns: Vec<usize>) -> Self {
        let column = |at| Column { at, known: Vec::new(), met: 0, found: 0 };
        Self { columns: columns.into_iter().map(column).collect() }
    }

    /// Does it to further rows, which nobody else has yet. `IndexError` for a row without one of the columns.
    fn settle(&mut self, rows: &Bound<'_, PyList>) -> PyResult<()> {
        for row in rows.iter() {
            let Ok(row) = row.cast_into_exact::<PyTuple>() else { continue };
            for column in &mut self.columns {
                column.share(&row)?;
            }
            spare(&row);
        }
        Ok(())
    }
}

impl Column {
    /// Puts the first of equal texts in the place of this row's.
    fn share(&mut self, row: &Bound<'_, PyTuple>) -> PyResult<()> {
        let Some(text) = row.as_slice().get(self.at) else {
            return Err(PyIndexError::new_err("row without this column"));
        };
        if self.is_of_no_use() {
            return Ok(());
        }
        let Ok(object) = text.cast_exact::<PyString>() else { return Ok(()) };
        // Texts with lone surrogates are left alone.
        let Ok(text) = object.to_str() else { return Ok(()) };
        self.met += 1;
        if self.known.is_empty() {
            self.known.resize_with(PLACES, || None);
        }
        let place = place_of(text);
        for place in [place, place ^ 1] {
            let Some(first) = self.known[place].as_ref().map(|first| first.bind(row.py())) else {
                self.known[place] = Some(object.clone().unbind());
                return Ok(());
            };
            if first.is(object) {
                self.found += 1;
                return Ok(());
            }
            if first.to_str()? == text {
                self.found += 1;
                replace(row, self.at, first.clone().into_any());
                return Ok(());
            }
        }
        self.known.swap(place, place ^ 1);
        self.known[place] = Some(object.clone().unbind());
        Ok(())
    }

    /// Whether hardly a text came again.
    fn is_of_no_use(&self) -> bool {
        self.met >= TRIED && self.found < self.met / 8
    }
}

/// Where a text is looked for first.
fn place_of(text: &str) -> usize {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    // The upper bits depend on all of the text.
    (hasher.finish() >> 32) as usize % PLACES
}

/// Puts an equal value in the place of another one, if the list holds the only reference to the row.
fn replace(row: &Bound<'_, PyTuple>, at: usize, value: Bound<'_, PyAny>) {
    // SAFETY: the row is alive. The two are ours and that of the list.
    if unsafe { ffi::Py_REFCNT(row.as_ptr()) } != 2 {
        return;
    }
    // SAFETY: the tuple has an item at this place, which was just read, and nobody who could look at it while it
    // changes; its old item is released, the reference to the new one handed over.
    unsafe {
        let old = ffi::PyTuple_GET_ITEM(row.as_ptr(), at as ffi::Py_ssize_t);
        ffi::PyTuple_SET_ITEM(row.as_ptr(), at as ffi::Py_ssize_t, value.into_ptr());
        ffi::Py_DECREF(old);
    }
}

/// Takes a row out of the collector's hands if no item can refer to anything, as a collection itself would do later.
fn spare(row: &Bound<'_, PyTuple>) {
    let is_collected = |item: &Bound<'_, PyAny>| {
        // SAFETY: the type of a live object.
        unsafe { ffi::PyType_HasFeature(ffi::Py_TYPE(item.as_ptr()), ffi::Py_TPFLAGS_HAVE_GC) != 0 }
    };
    if !row.as_slice().iter().any(is_collected) {
        // SAFETY: a tuple is a container that the collector knows, or that is not tracked any more, which is allowed. It
        // never changes again but for a text in the place of another one, so it cannot come to be in a cycle.
        unsafe { ffi::PyObject_GC_UnTrack(row.as_ptr().cast()) };
    }
}
