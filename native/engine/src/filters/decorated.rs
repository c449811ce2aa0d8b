//! Filters that a site has decorated with Django's `stringfilter`: the wrapper's work is done here, around its function.

use super::FilterEntry;
use crate::render::Render;
use crate::site_functions::{SiteFunction, parts};
use crate::stock::{Class, Stock, class_of};
use crate::watch;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// A filter whose wrapper is the one that `stringfilter` makes.
pub struct Decorated {
    /// The wrapper's code and defaults, by address, as they were made: all wrappers share the code.
    parts: [usize; 3],
    /// The function of the site, or what else was decorated.
    function: SiteFunction,
}

/// What a wrapper calls now: the content of its only cell.
fn decorated<'py>(wrapper: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    let py = wrapper.py();
    // SAFETY: a function of Python's (`undecorated` makes sure); a borrowed reference to a tuple, or null.
    let cells = unsafe { Bound::from_borrowed_ptr_or_opt(py, ffi::PyFunction_GetClosure(wrapper.as_ptr())) }?;
    let cell = cells.cast_exact::<PyTuple>().ok()?.get_item(0).ok()?;
    // SAFETY: what a closure holds are cells; a new reference is returned, or null for an empty one.
    unsafe { Bound::from_owned_ptr_or_opt(py, ffi::PyCell_Get(cell.as_ptr())) }
}

impl Decorated {
    /// What a filter's wrapper calls, if it is one that `stringfilter` has made.
    pub fn find(stock: &Stock, wrapper: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        let function = stock.call(wrapper.py(), "undecorated", (wrapper,))?;
        if function.is_none() {
            return Ok(None);
        }
        Ok(Some(Self { parts: parts(wrapper), function: SiteFunction::new(stock, &function)? }))
    }

    /// True if a wrapper is as it was found, and does what it did.
    fn holds(&self, stock: &Stock, wrapper: &Bound<'_, PyAny>) -> PyResult<bool> {
        let function = self.function.original(wrapper.py());
        Ok(parts(wrapper) == self.parts
            && decorated(wrapper).is_some_and(|now| now.is(function))
            && watch::string_filters_are_stock(stock, wrapper.py())?)
    }
}

impl<'py> Render<'py> {
    /// What a filter that `stringfilter` has decorated returns. `None`: its wrapper must be called.
    pub(super) fn call_decorated(
        &self,
        entry: &FilterEntry,
        value: &Bound<'py, PyAny>,
        arg: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = self.py;
        let Some(decorated) = &entry.facts.decorated else { return Ok(None) };
        if !decorated.holds(self.stock, entry.function.bind(py))? {
            return Ok(None);
        }
        let text = value.str()?.into_any();
        let result = self.call_function(entry, decorated.function.callee(py), &text, arg)?;
        if class_of(self.stock, &text)? == Class::Str {
            return Ok(Some(result));
        }
        let function = decorated.function.original(py);
        self.stock.call(py, "string_filter_result", (text, function, result)).map(Some)
    }
}
