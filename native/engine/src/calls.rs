//! How a Python function is called from a render: with its arguments on the stack, no tuple or dictionary made for them.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// So many arguments need no allocation.
const FEW: usize = 6;

/// A place for an argument: an owned reference, or null.
type Place<'py> = Option<Bound<'py, PyAny>>;

// An array of places is handed to Python as an array of pointers.
const _: () = assert!(size_of::<Place<'_>>() == size_of::<*mut ffi::PyObject>());

/// Arguments on their way to a Python function, those with names last.
pub struct Arguments<'py> {
    /// The first place is left to whoever is called (`PY_VECTORCALL_ARGUMENTS_OFFSET`).
    few: [Place<'py>; 1 + FEW],
    count: usize,
    /// All of them, with such a place, if they are more than [`FEW`].
    many: Vec<Place<'py>>,
}

impl<'py> Arguments<'py> {
    /// No arguments yet.
    pub fn new() -> Self {
        Self { few: [const { None }; 1 + FEW], count: 0, many: Vec::new() }
    }

    /// Adds an argument behind the others.
    pub fn push(&mut self, argument: Bound<'py, PyAny>) {
        if self.count >= FEW {
            if self.many.is_empty() {
                self.many.extend(self.few.iter_mut().map(Option::take));
            }
            self.many.push(Some(argument));
        } else {
            self.few[self.count + 1] = Some(argument);
        }
        self.count += 1;
    }

    /// Adds an argument in front of the others.
    pub fn push_first(&mut self, argument: Bound<'py, PyAny>) {
        self.push(argument);
        let places = if self.many.is_empty() { &mut self.few[1..=self.count] } else { &mut self.many[1..] };
        places.rotate_right(1);
    }

    /// Calls a function: the last arguments have the names of a tuple of strings, if there is one.
    ///
    /// Errors: those of the call.
    pub fn call(
        &mut self,
        function: &Bound<'py, PyAny>,
        names: Option<&Bound<'py, PyTuple>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let places = if self.many.is_empty() { &mut self.few[..=self.count] } else { &mut self.many[..] };
        let positional = self.count.saturating_sub(names.map_or(0, PyTupleMethods::len));
        let names = names.map_or(std::ptr::null_mut(), Bound::as_ptr);
        // SAFETY: behind the first place, which Python may write to and restores, stand `count` references that live until
        // `self` is dropped; `Bound` is transparent over a pointer that is never null, so that `Place` is one that may be.
        // A new reference is returned, or null with an exception set.
        unsafe {
            let first = places.as_mut_ptr().add(1).cast::<*mut ffi::PyObject>();
            let flags = positional | ffi::PY_VECTORCALL_ARGUMENTS_OFFSET;
            let result = ffi::PyObject_Vectorcall(function.as_ptr(), first, flags, names);
            Bound::from_owned_ptr_or_err(function.py(), result)
        }
    }
}
