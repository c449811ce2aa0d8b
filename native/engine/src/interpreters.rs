//! Which of a process's interpreters the engine serves: one, the first that loads it.

use pyo3::exceptions::PyImportError;
use pyo3::ffi;
use pyo3::prelude::*;
use std::sync::atomic::{AtomicI64, Ordering};

/// No interpreter: their numbers start at 0.
const NONE: i64 = -1;

static SERVED: AtomicI64 = AtomicI64::new(NONE);

/// Takes the current interpreter for the process.
///
/// Error: an `ImportError` in any other interpreter. What the engine keeps (Django's classes, templates, plans) belongs
/// to the interpreter that it came from; another one has classes of its own, for which the same tests would give
/// other answers. PyO3 refuses this for modules that are made in one phase, CPython (3.12 and later) for interpreters
/// with a lock of their own: those of `mod_wsgi` have none.
pub(crate) fn claim(py: Python<'_>) -> PyResult<()> {
    let current = current(py);
    match SERVED.compare_exchange(NONE, current, Ordering::SeqCst, Ordering::SeqCst) {
        Err(served) if served != current => Err(PyImportError::new_err(
            "djust_backend serves one Python interpreter of a process, and another one of this process has it already. \
             Give each site a process of its own: with mod_wsgi, a WSGIDaemonProcess for each, and \
             WSGIApplicationGroup %{GLOBAL}.",
        )),
        _ => Ok(()),
    }
}

/// The number of the interpreter that this thread runs.
fn current(_py: Python<'_>) -> i64 {
    // SAFETY: the thread is attached to an interpreter, as the token shows: `Get` returns it, never null, and it lives
    // until the thread is detached.
    unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) }
}
