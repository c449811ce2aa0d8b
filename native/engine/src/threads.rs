//! Which thread this is, as Python's `threading` says it: gevent and eventlet make every greenlet one.

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyCFunction, PyDict};

/// Where `threading.get_ident` is looked up, and CPython's own, if that was there when it was first asked for.
struct Threads {
    names: Py<PyDict>,
    own: Option<Py<PyAny>>,
}

static THREADS: PyOnceLock<Threads> = PyOnceLock::new();

/// `threading.get_ident()`, which asgiref tags the values of its `Local` objects with.
pub fn number(py: Python<'_>) -> PyResult<u64> {
    match Threads::replaced(py)? {
        Some(function) => function.call0()?.extract(),
        // SAFETY: the function has no preconditions.
        None => Ok(unsafe { ffi::PyThread_get_thread_ident() as u64 }),
    }
}

/// False where something else than threads has thread-locals of its own, such as connections.
pub fn are_the_interpreters(py: Python<'_>) -> PyResult<bool> {
    Ok(Threads::replaced(py)?.is_none())
}

impl Threads {
    /// What stands in the place of CPython's `threading.get_ident`; `None`: that function itself.
    fn replaced(py: Python<'_>) -> PyResult<Option<Bound<'_, PyAny>>> {
        let threads = THREADS.get_or_try_init(py, || Self::find(py))?;
        let function = threads.names.bind(py).get_item(intern!(py, "get_ident"))?;
        Ok(function.filter(|function| !threads.own.as_ref().is_some_and(|own| function.is(own))))
    }

    fn find(py: Python<'_>) -> PyResult<Self> {
        let module = py.import(intern!(py, "threading"))?;
        let function = module.getattr(intern!(py, "get_ident"))?;
        let is_own = function.is_exact_instance_of::<PyCFunction>()
            && function.getattr(intern!(py, "__module__"))?.eq(intern!(py, "_thread"))?;
        Ok(Self { names: module.dict().unbind(), own: is_own.then(|| function.unbind()) })
    }
}
