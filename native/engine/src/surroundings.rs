//! The values that decide about language, formats and time zone, read where Django keeps them and without its functions.
//!
//! Django keeps the active language and time zone in `asgiref.local.Local` objects. Asking one through its Python methods
//! takes longer than rendering a number, so that the context variable behind it is read directly. A `Local` that is built
//! in another way than those of the asgiref versions known here is not read at all.

use crate::attributes::optional_attribute;
use crate::stock::Stock;
use crate::threads;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use std::cell::RefCell;
use std::rc::Rc;

thread_local! {
    static SOURCES: RefCell<Search> = const { RefCell::new(Search::Pending) };
}

/// What came of looking for the sources.
#[derive(Clone)]
enum Search {
    Pending,
    /// The values are not where they are expected.
    Failed,
    Found(Rc<Sources>),
}

/// Where to look.
pub struct Sources {
    /// Context variables behind `trans_real._active` and `timezone._active`.
    variables: [Py<PyAny>; 2],
    /// The modules `trans_real` and `timezone` with their `_active`: Django's test signals put new ones there.
    locals: [(Py<PyAny>, Py<PyAny>); 2],
    formats: Py<PyAny>,
    /// asgiref's class for what a context variable holds; `None`: an older asgiref.
    storage: Option<Py<PyAny>>,
    names: [Py<PyString>; 7],
}

/// What was found: equal if every object is the same one.
pub struct Surroundings {
    objects: [Option<Py<PyAny>>; 6],
}

impl Surroundings {
    /// Reads the values now. `None`: they are not where they are expected.
    pub fn read(py: Python<'_>, stock: &Stock) -> PyResult<Option<Self>> {
        let Some(sources) = Sources::get(py, stock)? else { return Ok(None) };
        let [data, thread, value, wrapped, cache, zones, _] = &sources.names;
        let mut objects: [Option<Py<PyAny>>; 6] = Default::default();
        for (at, variable) in sources.variables.iter().enumerate() {
            objects[at] = local_value(variable.bind(py), [data.bind(py), thread.bind(py), value.bind(py)])?;
        }
        objects[2] = Some(stock.setting(py, wrapped.bind(py))?.unbind());
        objects[3] = Some(sources.formats.bind(py).getattr(cache.bind(py))?.unbind());
        objects[4] = Some(stock.setting(py, stock.use_thousand_separator.bind(py))?.unbind());
        objects[5] = Some(stock.setting(py, zones.bind(py))?.unbind());
        Ok(Some(Self { objects }))
    }

    /// True if everything is the same object as before.
    pub fn is(&self, other: &Self) -> bool {
        self.objects.iter().zip(&other.objects).all(|pair| match pair {
            (Some(one), Some(two)) => one.is(two),
            (None, None) => true,
            _ => false,
        })
    }
}

impl Sources {
    /// The sources, looked for again when Django has replaced them.
    pub fn get(py: Python<'_>, stock: &Stock) -> PyResult<Option<Rc<Self>>> {
        match SOURCES.with(|sources| sources.borrow().clone()) {
            Search::Failed => return Ok(None),
            Search::Found(known) if known.are_current(py)? => return Ok(Some(known)),
            _ => {}
        }
        let found = Self::find(py, stock)?.map(Rc::new);
        SOURCES.with(|sources| sources.replace(found.clone().map_or(Search::Failed, Search::Found)));
        Ok(found)
    }

    /// `trans_real._active.value`, if it is set.
    pub fn language(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        let [data, thread, value, ..] = &self.names;
        local_value(self.variables[0].bind(py), [data.bind(py), thread.bind(py), value.bind(py)])
    }

    /// `trans_real._active.value = translations`. False, and nothing done, if asgiref is an older one.
    pub fn set_language(&self, translations: &Bound<'_, PyAny>) -> PyResult<bool> {
        let py = translations.py();
        let Some(storage) = &self.storage else { return Ok(false) };
        let variable = self.variables[0].bind(py);
        let [data, thread, value, ..] = &self.names;
        let values = match stored(variable, [data.bind(py), thread.bind(py)])? {
            // Others may hold the old one.
            Some(values) => values.cast::<PyDict>()?.copy()?,
            None => PyDict::new(py),
        };
        values.set_item(value, translations)?;
        let made = storage.bind(py).call1((threads::number(py)?, values))?;
        // SAFETY: `variable` is a ContextVar (`surroundings` makes sure), `made` a live object; a new reference to a token
        // is returned, or null with an exception set.
        unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyContextVar_Set(variable.as_ptr(), made.as_ptr()))? };
        Ok(true)
    }

    fn are_current(&self, py: Python<'_>) -> PyResult<bool> {
        for (module, local) in &self.locals {
            if !module.bind(py).getattr(self.names[6].bind(py))?.is(local.bind(py)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn find(py: Python<'_>, stock: &Stock) -> PyResult<Option<Self>> {
        let found = stock.call(py, "surroundings", ())?;
        if found.is_none() {
            return Ok(None);
        }
        let name = |text| PyString::intern(py, text).unbind();
        Ok(Some(Self {
            variables: [found.get_item(0)?.unbind(), found.get_item(1)?.unbind()],
            locals: [
                (found.get_item(3)?.unbind(), found.get_item(4)?.unbind()),
                (found.get_item(5)?.unbind(), found.get_item(6)?.unbind()),
            ],
            formats: found.get_item(2)?.unbind(),
            storage: Some(found.get_item(7)?.unbind()).filter(|storage| !storage.is_none(py)),
            names: [
                name("data"),
                name("thread_id"),
                name("value"),
                name("_wrapped"),
                name("_format_cache"),
                name("USE_TZ"),
                name("_active"),
            ],
        }))
    }
}

/// The values of a `Local`, if any are set in this thread; `variable` is the context variable behind it.
fn stored<'py>(
    variable: &Bound<'py, PyAny>,
    [data, thread]: [&Bound<'py, PyString>; 2],
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = variable.py();
    let mut found = std::ptr::null_mut();
    // SAFETY: `variable` is a ContextVar (`surroundings` makes sure); on success `found` is a new reference or null.
    let status = unsafe { ffi::PyContextVar_Get(variable.as_ptr(), std::ptr::null_mut(), &raw mut found) };
    if status < 0 {
        return Err(PyErr::fetch(py));
    }
    // SAFETY: see above.
    let Some(storage) = (unsafe { Bound::from_owned_ptr_or_opt(py, found) }) else { return Ok(None) };
    if storage.is_instance_of::<PyDict>() {
        return Ok(Some(storage));
    }
    // asgiref 3.10 and newer: the values, tagged with the thread that they belong to.
    if storage.getattr(thread)?.extract::<u64>()? != threads::number(py)? {
        return Ok(None);
    }
    storage.getattr(data).map(Some)
}

/// `local.value`, if it is set in this thread; `variable` is the context variable behind the `Local`.
pub fn local_value<'py>(
    variable: &Bound<'py, PyAny>,
    [data, thread, value]: [&Bound<'py, PyString>; 3],
) -> PyResult<Option<Py<PyAny>>> {
    let Some(values) = stored(variable, [data, thread])? else { return Ok(None) };
    match values.cast::<PyDict>() {
        Ok(values) => Ok(values.get_item(value)?.map(Bound::unbind)),
        Err(_) => Ok(optional_attribute(&values, value)?.map(Bound::unbind)),
    }
}
