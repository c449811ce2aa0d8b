//! Texts that come again and again in the rows of a large result: one object for equal ones.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

/// Texts of a result known at most: a column with more different ones is not worth a table.
const MAX_KNOWN: usize = 4096;

/// Puts one object in the place of equal texts in these columns of rows that nobody else has yet.
///
/// `known` are the texts of the rows before. A driver makes a new text for each row, also of a joined row that comes
/// a thousand times.
#[pyfunction]
pub fn share_texts(rows: &Bound<'_, PyList>, columns: &Bound<'_, PyAny>, known: &Bound<'_, PyDict>) -> PyResult<()> {
    let columns: Vec<usize> = columns.extract()?;
    for row in rows.iter() {
        let Ok(row) = row.cast_into_exact::<PyTuple>() else { continue };
        for &at in &columns {
            let text = row.get_item(at)?;
            let Ok(text) = text.cast_exact::<PyString>() else { continue };
            match known.get_item(text)? {
                Some(first) if first.is(text) => {}
                Some(first) => replace(&row, at, first),
                None if known.len() < MAX_KNOWN => known.set_item(text, text)?,
                None => {}
            }
        }
    }
    Ok(())
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
