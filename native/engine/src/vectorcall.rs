//! How a function of Django's is given a native body that no caller can tell from its own: by CPython's `vectorcall`.
//!
//! Each function object has a field with the C function that runs it when C code calls it. `PyFunction_SetVectorcall` is
//! there for extensions that run functions in another way and "preserve the behavior of the unaltered function". The
//! object, its code and all its attributes stay as they are; whoever replaces it, wraps it or copies it does that with
//! Django's function. A body that does not know what it is asked for leaves the call to the function's own.

use crate::site_functions::parts;
use crate::stock::Stock;
use pyo3::exceptions::PyRuntimeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyFunction;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    /// How many renders are under way in this thread, one in another.
    static RENDERS: Cell<u32> = const { Cell::new(0) };
}

/// Native bodies are asked as long as this lives, in this thread.
pub struct Rendering(());

impl Rendering {
    /// A render begins.
    pub fn begin() -> Self {
        RENDERS.with(|renders| renders.set(renders.get() + 1));
        Self(())
    }
}

impl Drop for Rendering {
    fn drop(&mut self) {
        RENDERS.with(|renders| renders.set(renders.get() - 1));
    }
}

/// The positional arguments of a call that has no others.
pub struct Arguments<'a, 'py> {
    py: Python<'py>,
    function: *mut ffi::PyObject,
    values: &'a [*mut ffi::PyObject],
}

impl<'py> Arguments<'_, 'py> {
    /// The GIL.
    pub fn py(&self) -> Python<'py> {
        self.py
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// The argument at a place.
    pub fn get(&self, at: usize) -> Option<Bound<'py, PyAny>> {
        // SAFETY: the caller of the function keeps its arguments, live objects, until the call is over.
        self.values.get(at).map(|value| unsafe { Bound::from_borrowed_ptr(self.py, *value) })
    }

    /// What the function's own body gives.
    pub fn own(&self, place: &Place) -> PyResult<Bound<'py, PyAny>> {
        let Some(known) = place.0.get(self.py) else {
            return Err(PyRuntimeError::new_err("a function without a native body was called by it"));
        };
        // SAFETY: `own` is the C function that ran this function before, called as the protocol wants it: with live
        // objects, and their number without the flag that lets it write in front of them. A new reference is returned,
        // or null with an exception set.
        unsafe {
            let found = (known.own)(self.function, self.values.as_ptr(), self.values.len(), std::ptr::null_mut());
            Bound::from_owned_ptr_or_err(self.py, found)
        }
    }
}

/// A function of Django's, and how it ran before.
struct Known {
    function: Py<PyFunction>,
    /// Code, defaults and keyword defaults, by address.
    parts: [usize; 3],
    /// The code, which the function may be given another one for.
    _code: Py<PyAny>,
    own: ffi::vectorcallfunc,
}

/// Where the one function of a body is kept.
pub struct Place(PyOnceLock<Known>);

impl Place {
    /// Without a function.
    pub const fn new() -> Self {
        Self(PyOnceLock::new())
    }

    /// The function.
    pub fn function<'py>(&self, py: Python<'py>) -> Option<&Bound<'py, PyFunction>> {
        self.0.get(py).map(|known| known.function.bind(py))
    }
}

/// What a function of Django's does, natively.
pub trait Body {
    /// Its function.
    fn place() -> &'static Place;

    /// What a call gives. `None`: the function's own body must be asked, and nothing has happened yet.
    fn run<'py>(stock: &'py Stock, arguments: &Arguments<'_, 'py>) -> PyResult<Option<Bound<'py, PyAny>>>;
}

/// Gives a function this body. False: another extension runs it already, or it has one.
pub fn give<B: Body>(function: &Bound<'_, PyFunction>, untouched: &Bound<'_, PyFunction>) -> PyResult<bool> {
    let py = function.py();
    let Some(own) = vectorcall_of(untouched) else { return Ok(false) };
    let is_free = vectorcall_of(function).is_some_and(|now| now as usize == own as usize);
    if !is_free || B::place().function(py).is_some() {
        return Ok(false);
    }
    let code = function.getattr(pyo3::intern!(py, "__code__"))?.unbind();
    let known = Known { parts: parts(function.as_any()), function: function.clone().unbind(), _code: code, own };
    if B::place().0.set(py, known).is_err() {
        return Ok(false);
    }
    set_vectorcall(function, called::<B>);
    Ok(true)
}

fn vectorcall_of(function: &Bound<'_, PyFunction>) -> Option<ffi::vectorcallfunc> {
    // SAFETY: a live function of Python's, whose layout `ffi` has for each version; the field is read only.
    unsafe { (*function.as_ptr().cast::<ffi::PyFunctionObject>()).vectorcall }
}

#[cfg(not(Py_3_12))]
fn set_vectorcall(function: &Bound<'_, PyFunction>, body: ffi::vectorcallfunc) {
    // SAFETY: as above; the GIL is held, and the field is what `tp_vectorcall_offset` of the type points to: whoever calls
    // the function by this protocol reads it for each call. `body` keeps the protocol, and is never unloaded.
    unsafe { (*function.as_ptr().cast::<ffi::PyFunctionObject>()).vectorcall = Some(body) }
}

#[cfg(Py_3_12)]
fn set_vectorcall(function: &Bound<'_, PyFunction>, body: ffi::vectorcallfunc) {
    unsafe extern "C" {
        /// Exported by CPython 3.12 and later.
        fn PyFunction_SetVectorcall(function: *mut ffi::PyFunctionObject, vectorcall: ffi::vectorcallfunc);
    }
    // SAFETY: a live function of Python's; the GIL is held. `body` keeps the protocol, and is never unloaded.
    unsafe { PyFunction_SetVectorcall(function.as_ptr().cast(), body) }
}

/// What runs the function of a body, by the protocol of `vectorcall`.
unsafe extern "C" fn called<B: Body>(
    function: *mut ffi::PyObject,
    values: *const *mut ffi::PyObject,
    count: usize,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    if RENDERS.with(Cell::get) > 0 && names.is_null() {
        let found = catch_unwind(AssertUnwindSafe(|| {
            // SAFETY: by the protocol, `values` points to as many live objects as `count` says without its flag, and the
            // GIL is held; `values` may only be null if there are none.
            let values = match unsafe { ffi::PyVectorcall_NARGS(count) } {
                0 => &[][..],
                count => unsafe { std::slice::from_raw_parts(values, count.cast_unsigned()) },
            };
            Python::attach(|py| {
                attempt::<B>(&Arguments { py, function, values }).map(|found| found.map(Bound::into_ptr))
            })
        }));
        match found {
            Ok(Ok(Some(value))) => return value,
            Ok(Ok(None)) => {}
            Ok(Err(error)) => return Python::attach(|py| raised(py, error)),
            Err(_) => {
                return Python::attach(|py| {
                    raised(py, PyRuntimeError::new_err("a native body of a function of Django's panicked"))
                });
            }
        }
    }
    // Objects may still be asked when the interpreter shuts down, when `attach` panics.
    // SAFETY: by the protocol, the caller is attached. The token serves to look at what is kept, and drops nothing.
    let own = B::place().0.get(unsafe { Python::assume_attached() }).map(|known| known.own);
    match own {
        // SAFETY: the C function that ran this function before, with the arguments that were given.
        Some(own) => unsafe { own(function, values, count, names) },
        // The place was filled before the function was given this body.
        None => Python::attach(|py| raised(py, PyRuntimeError::new_err("a function has lost its own body"))),
    }
}

fn attempt<'py, B: Body>(arguments: &Arguments<'_, 'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = arguments.py;
    let Some(known) = B::place().0.get(py) else { return Ok(None) };
    let function = known.function.bind(py);
    if !std::ptr::eq(function.as_ptr(), arguments.function) || parts(function.as_any()) != known.parts {
        return Ok(None);
    }
    B::run(Stock::get(py)?, arguments)
}

fn raised(py: Python<'_>, error: PyErr) -> *mut ffi::PyObject {
    error.restore(py);
    std::ptr::null_mut()
}
