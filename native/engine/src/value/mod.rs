//! Values while rendering: Python objects, and what the renderer computed itself.

mod display;
mod truth;

use crate::blocks::BlockValue;
use crate::loops::ForLoop;
use crate::rows::{Row, Rows};
use crate::stock::Stock;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyInt, PyString};
use std::rc::Rc;

/// A value of an expression.
///
/// With a tag of eight bytes everything in it is aligned: values are moved about so often that it shows.
#[derive(Clone)]
#[repr(u64)]
pub enum Value<'py> {
    /// Any Python object.
    Py(Bound<'py, PyAny>),
    /// A string that was computed here, with its safety.
    Text(Rc<str>, bool),
    /// An integer that was computed here.
    Int(i64),
    /// A truth value that was computed here.
    Bool(bool),
    /// `None`
    None,
    /// `forloop`
    Loop(Rc<ForLoop<'py>>),
    /// `block`, inside of a block.
    Block(Rc<BlockValue<'py>>),
    /// A row that stands for a model instance.
    Row(Row<'py>),
    /// A collection of a row.
    Rows(Rc<Rows<'py>>),
}

impl<'py> Value<'py> {
    /// An unsafe string.
    pub fn text(text: impl Into<Rc<str>>) -> Self {
        Self::Text(text.into(), false)
    }

    /// A string that needs no escaping.
    pub fn safe(text: impl Into<Rc<str>>) -> Self {
        Self::Text(text.into(), true)
    }

    /// The value as a Python object. `Block` values lack their context here: the renderer adds it.
    pub fn to_py(&self, py: Python<'py>, stock: &Stock) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Py(object) => Ok(object.clone()),
            Self::Text(text, false) => Ok(PyString::new(py, text).into_any()),
            Self::Text(text, true) => stock.SafeString.bind(py).call1((&**text,)),
            Self::Int(number) => number.into_bound_py_any(py),
            Self::Bool(flag) => Ok(PyBool::new(py, *flag).to_owned().into_any()),
            Self::None => Ok(py.None().into_bound(py)),
            Self::Loop(forloop) => forloop.dict(py, stock).map(Bound::into_any),
            Self::Block(block) => stock.call(py, "block_value", (&block.program, block.node)),
            Self::Row(row) => row.instance(),
            Self::Rows(rows) => rows.collection(),
        }
    }

    /// The value as the dictionary of a context holds it: rows as proxies that are woken if Python code looks at them.
    pub fn to_layer(&self, py: Python<'py>, stock: &Stock) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Row(row) => row.proxy(stock),
            Self::Rows(rows) => rows.proxy(stock),
            _ => self.to_py(py, stock),
        }
    }

    /// The value of a context's dictionary.
    pub fn of_layer(object: Bound<'py, PyAny>, stock: &Stock) -> PyResult<Self> {
        if object.get_type().is(stock.RowProxy.bind(object.py())) {
            return crate::rows::of_proxy(&object);
        }
        Ok(Self::Py(object))
    }

    /// The Python object inside, if there is one.
    pub fn as_py(&self) -> Option<&Bound<'py, PyAny>> {
        match self {
            Self::Py(object) => Some(object),
            _ => None,
        }
    }

    /// True for `None`.
    pub fn is_none(&self) -> bool {
        match self {
            Self::None => true,
            Self::Py(object) => object.is_none(),
            _ => false,
        }
    }

    /// An exact `int` as a number, if it fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Py(object) => object.cast_exact::<PyInt>().ok()?.extract().ok(),
            _ => None,
        }
    }
}
