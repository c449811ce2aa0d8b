//! Attributes of Python's objects and classes, asked for without exceptions, and without running code of their classes.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

/// True if `type(object)` has slots for `object[key]`.
pub fn has_getitem(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: `object` is a live object, so its type and the slot tables of the type are valid to read.
    unsafe {
        let kind = ffi::Py_TYPE(object.as_ptr());
        let mapping = (*kind).tp_as_mapping;
        let sequence = (*kind).tp_as_sequence;
        (!mapping.is_null() && (*mapping).mp_subscript.is_some())
            || (!sequence.is_null() && (*sequence).sq_item.is_some())
    }
}

/// `isinstance(object, property)`
pub fn is_property(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: a live object and a static type.
    unsafe { ffi::PyObject_TypeCheck(object.as_ptr(), &raw mut ffi::PyProperty_Type) != 0 }
}

/// What the class of an object has under a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Member {
    /// Nothing.
    Nothing,
    /// A property.
    Property,
    /// Anything else.
    Other,
}

/// What the class of an object has under a name, by its MRO.
pub fn member(object: &Bound<'_, PyAny>, name: &Bound<'_, PyString>) -> Member {
    // SAFETY: the type of a live object and a live str; the result is a borrowed reference or null, whose type is valid
    // to read, and no exception is left behind.
    unsafe {
        let found = _PyType_Lookup(ffi::Py_TYPE(object.as_ptr()), name.as_ptr());
        if found.is_null() {
            Member::Nothing
        } else if ffi::Py_TYPE(found) == &raw mut ffi::PyProperty_Type {
            Member::Property
        } else {
            Member::Other
        }
    }
}

/// `callable(object)`
pub fn is_callable(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: `object` is a live object, so its type is valid to read.
    unsafe { (*ffi::Py_TYPE(object.as_ptr())).tp_call.is_some() }
}
/// The dictionary of an instance; asks no code of its class. `None`: its class gives it none.
pub fn own_dict<'py>(object: &Bound<'py, PyAny>) -> Option<Bound<'py, PyDict>> {
    // SAFETY: a live object; the result is a new reference, or null with an exception set, which is taken away.
    unsafe {
        let dict = ffi::PyObject_GenericGetDict(object.as_ptr(), std::ptr::null_mut());
        if dict.is_null() {
            ffi::PyErr_Clear();
            return None;
        }
        Bound::from_owned_ptr(object.py(), dict).cast_into::<PyDict>().ok()
    }
}

/// True if `object.name` is looked for as `object.__getattribute__` does, and by no code of its class.
pub fn has_generic_getattr(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: the type of a live object; its slots are valid to read.
    unsafe {
        (*ffi::Py_TYPE(object.as_ptr()))
            .tp_getattro
            .is_some_and(|f| f as usize == ffi::PyObject_GenericGetAttr as *const () as usize)
    }
}

/// What an object's own dictionary has under a name, if that is what `object.name` gives and no code runs for it.
pub fn stored_attribute<'py>(
    object: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    // SAFETY: the type of a live object and a live str; the result is a borrowed reference or null, whose type is valid
    // to read, and no exception is left behind.
    let is_data = unsafe {
        let found = _PyType_Lookup(ffi::Py_TYPE(object.as_ptr()), name.as_ptr());
        !found.is_null() && (*ffi::Py_TYPE(found)).tp_descr_set.is_some()
    };
    if is_data || !has_generic_getattr(object) {
        return Ok(None);
    }
    own_dict(object).map_or(Ok(None), |own| own.get_item(name))
}

/// True if the class of an object has the same attribute of this name as another class.
pub fn has_same_attribute(object: &Bound<'_, PyAny>, class: &Bound<'_, PyType>, name: &Bound<'_, PyString>) -> bool {
    // SAFETY: as in `class_has`, for both classes.
    unsafe {
        let found = _PyType_Lookup(class.as_type_ptr(), name.as_ptr());
        !found.is_null() && std::ptr::eq(found, _PyType_Lookup(ffi::Py_TYPE(object.as_ptr()), name.as_ptr()))
    }
}

/// True if the class of an object, or a base of it, has an attribute of this name.
pub fn class_has(object: &Bound<'_, PyAny>, name: &Bound<'_, PyString>) -> bool {
    // SAFETY: the type of a live object and a live str; the result is a borrowed reference or null, and no exception is
    // left behind.
    unsafe { !_PyType_Lookup(ffi::Py_TYPE(object.as_ptr()), name.as_ptr()).is_null() }
}

/// True if a name leads to exactly this attribute of an object's class, by its MRO.
pub fn class_has_this(object: &Bound<'_, PyAny>, name: &Bound<'_, PyString>, wanted: &Bound<'_, PyAny>) -> bool {
    leads_to(&object.get_type(), name, wanted)
}

/// True if a name leads to exactly this attribute of a class, by its MRO.
pub fn leads_to(class: &Bound<'_, PyType>, name: &Bound<'_, PyString>, wanted: &Bound<'_, PyAny>) -> bool {
    // SAFETY: as in `class_has`.
    unsafe { std::ptr::eq(_PyType_Lookup(class.as_type_ptr(), name.as_ptr()), wanted.as_ptr()) }
}

unsafe extern "C" {
    /// Exported by every supported CPython: the attribute of a type by its MRO, borrowed, without raising.
    fn _PyType_Lookup(kind: *mut ffi::PyTypeObject, name: *mut ffi::PyObject) -> *mut ffi::PyObject;
}

#[cfg(not(Py_3_13))]
unsafe extern "C" {
    /// Exported by CPython 3.7 to 3.12: `getattr` that reports a missing attribute without raising.
    fn _PyObject_LookupAttr(
        object: *mut ffi::PyObject,
        name: *mut ffi::PyObject,
        result: *mut *mut ffi::PyObject,
    ) -> std::ffi::c_int;
}

#[cfg(Py_3_13)]
use ffi::PyObject_GetOptionalAttr as _PyObject_LookupAttr;

/// `getattr(object, name, None)` that can tell "missing" from `None` and raises nothing for it.
pub fn optional_attribute<'py>(
    object: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let mut result = std::ptr::null_mut();
    // SAFETY: both arguments are live objects; `result` receives a new reference, or null with (-1) or without (0) an
    // exception set.
    let found = unsafe { _PyObject_LookupAttr(object.as_ptr(), name.as_ptr(), &raw mut result) };
    if found < 0 {
        return Err(PyErr::fetch(object.py()));
    }
    if result.is_null() {
        return Ok(None);
    }
    // SAFETY: a new reference was returned.
    Ok(Some(unsafe { Bound::from_owned_ptr(object.py(), result) }))
}

/// `getattr(object, name) if hasattr(object, name) else None`: code behind the attribute runs twice, as in Django.
pub fn asked_attribute<'py>(
    object: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Some(found) = optional_attribute(object, name)? else { return Ok(None) };
    // SAFETY: the type of a live object and a str; the result is a borrowed reference or null.
    let runs_code = unsafe {
        let known = _PyType_Lookup(ffi::Py_TYPE(object.as_ptr()), name.as_ptr());
        !known.is_null() && (*ffi::Py_TYPE(known)).tp_descr_get.is_some() && ffi::PyFunction_Check(known) == 0
    };
    if runs_code || !has_generic_getattr(object) { object.getattr(name).map(Some) } else { Ok(Some(found)) }
}
