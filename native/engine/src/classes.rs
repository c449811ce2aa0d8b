//! Classes in the tables of this crate: found by their addresses, and not kept alive.
//!
//! A site may make classes for each request (Django's `modelform_factory` does), and such a class may hold the request.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyType, PyWeakrefReference};

/// A class that was met, which may be gone by now.
pub struct Met(Py<PyWeakrefReference>);

impl Met {
    /// Remembers a class.
    pub fn new(class: &Bound<'_, PyType>) -> PyResult<Self> {
        PyWeakrefReference::new(class.as_any()).map(|weak| Self(weak.unbind()))
    }

    /// True if this class was met, and not another one that had its address.
    pub fn is(&self, class: *mut ffi::PyTypeObject) -> bool {
        // SAFETY: a weak reference that `self` holds, in a thread that holds the GIL, as no others have classes.
        unsafe { refers_to(self.0.as_ptr(), class) }
    }

    /// The weak reference, for [`refers_to`].
    pub fn as_ptr(&self) -> *mut ffi::PyObject {
        self.0.as_ptr()
    }
}

/// True if a weak reference is one to this class.
///
/// # Safety
///
/// `weak` is null or a live weak reference; the GIL is held.
pub unsafe fn refers_to(weak: *mut ffi::PyObject, class: *mut ffi::PyTypeObject) -> bool {
    if weak.is_null() {
        return false;
    }
    // SAFETY: a live weak reference. CPython writes `None` into the field before the object goes, so that it is the address
    // of a live object, which is only compared here: no reference is taken.
    unsafe { (*weak.cast::<ffi::PyWeakReference>()).wr_object == class.cast() }
}
