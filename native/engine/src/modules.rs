//! A number for the names of modules: as long as it is the same, no name of a watched module stands for another value.

pub use numbers::{version, watch};

/// Until CPython 3.11 each dictionary has a number of its own.
#[cfg(not(Py_3_12))]
mod numbers {
    use pyo3::prelude::*;
    use pyo3::types::PyDict;

    /// Nothing has to be done for it.
    pub fn watch(_: &Bound<'_, PyDict>) -> bool {
        true
    }

    /// The number of a dictionary, which it does not have again after a change.
    pub fn version(dict: &Bound<'_, PyDict>) -> u64 {
        // SAFETY: a live dictionary; the field is a plain number.
        unsafe { (*dict.as_ptr().cast::<pyo3::ffi::PyDictObject>()).ma_version_tag }
    }
}

/// Since CPython 3.12 a dictionary tells those who watch it, before it changes.
#[cfg(Py_3_12)]
mod numbers {
    use pyo3::ffi;
    use pyo3::prelude::*;
    use pyo3::sync::PyOnceLock;
    use pyo3::types::PyDict;
    use std::ffi::c_int;
    use std::sync::atomic::{AtomicU64, Ordering};

    type Callback = unsafe extern "C" fn(c_int, *mut ffi::PyObject, *mut ffi::PyObject, *mut ffi::PyObject) -> c_int;

    unsafe extern "C" {
        /// Exported by CPython 3.12 and later: a number for the callback, or -1 with an exception if all eight are taken.
        fn PyDict_AddWatcher(callback: Callback) -> c_int;
    }

    /// One more than the changes of all watched dictionaries: each change makes all of them be read once.
    static CHANGES: AtomicU64 = AtomicU64::new(1);
    static WATCHER: PyOnceLock<Option<c_int>> = PyOnceLock::new();

    /// Called with the GIL held, just before a watched dictionary is changed, and when one goes.
    unsafe extern "C" fn changed(
        _event: c_int,
        _dict: *mut ffi::PyObject,
        _key: *mut ffi::PyObject,
        _value: *mut ffi::PyObject,
    ) -> c_int {
        CHANGES.fetch_add(1, Ordering::Relaxed);
        0
    }

    /// Watches the dictionary of a module from now on. False: it cannot be watched.
    pub fn watch(dict: &Bound<'_, PyDict>) -> bool {
        let py = dict.py();
        let watcher = WATCHER.get_or_init(py, || {
            // SAFETY: the GIL is held; the callback has the expected type, raises nothing, and this library is never unloaded.
            let number = unsafe { PyDict_AddWatcher(changed) };
            (number >= 0).then_some(number)
        });
        // SAFETY: a number that was given to us, and a live dictionary.
        let is_watched = watcher.is_some_and(|number| unsafe { ffi::PyDict_Watch(number, dict.as_ptr()) } == 0);
        if !is_watched {
            // The reason is an exception, which nobody waits for.
            drop(PyErr::take(py));
        }
        is_watched
    }

    /// The number of a dictionary that is watched.
    pub fn version(_: &Bound<'_, PyDict>) -> u64 {
        CHANGES.load(Ordering::Relaxed)
    }
}
