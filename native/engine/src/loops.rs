//! The state of a running `{% for %}`, and the `forloop` dictionary that Python code sees of it.

use crate::stock::Stock;
use crate::value::Value;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};

/// A running loop.
pub struct ForLoop<'py> {
    /// `forloop.parentloop`: the value that `forloop` had outside.
    pub parent: Option<Value<'py>>,
    /// Number of items.
    pub len: usize,
    /// `forloop.counter0`
    pub index: Cell<usize>,
    /// `forloop.length` exists.
    pub has_length: bool,
    /// The dictionary, once Python code has asked for it.
    dict: RefCell<Option<Bound<'py, PyDict>>>,
    /// What `{% ifchanged %}` nodes remember while this loop runs, by (program, node).
    last_values: RefCell<FxHashMap<(usize, u32), Py<PyAny>>>,
}

impl<'py> ForLoop<'py> {
    /// A loop before its first iteration.
    pub fn new(parent: Option<Value<'py>>, len: usize, has_length: bool) -> Self {
        Self { parent, len, index: Cell::new(0), has_length, dict: RefCell::new(None), last_values: RefCell::default() }
    }

    /// An attribute of `forloop`. `None`: there is no such key.
    pub fn get(&self, py: Python<'py>, name: &str) -> Option<Value<'py>> {
        let index = self.index.get();
        Some(match name {
            "counter" => Value::Int(index as i64 + 1),
            "counter0" => Value::Int(index as i64),
            "revcounter" => Value::Int(self.len as i64 - index as i64),
            "revcounter0" => Value::Int(self.len as i64 - index as i64 - 1),
            "first" => Value::Bool(index == 0),
            "last" => Value::Bool(index + 1 == self.len),
            "length" if self.has_length => Value::Int(self.len as i64),
            "parentloop" => match &self.parent {
                Some(parent) => parent.clone(),
                None => Value::Py(PyDict::new(py).into_any()),
            },
            _ => return None,
        })
    }

    /// The dictionary, up to date.
    pub fn dict(&self, py: Python<'py>, stock: &Stock) -> PyResult<Bound<'py, PyDict>> {
        let known = self.dict.borrow().clone();
        let dict = if let Some(dict) = known {
            dict
        } else {
            let dict = PyDict::new(py);
            let parent = match &self.parent {
                Some(parent) => parent.to_py(py, stock)?,
                None => PyDict::new(py).into_any(),
            };
            dict.set_item("parentloop", parent)?;
            if self.has_length {
                dict.set_item("length", self.len)?;
            }
            for (node, value) in self.last_values.borrow_mut().drain() {
                dict.set_item(node, value)?;
            }
            *self.dict.borrow_mut() = Some(dict.clone());
            dict
        };
        self.refresh(&dict)?;
        Ok(dict)
    }

    /// What an `{% ifchanged %}` node has put down: in the dictionary, once there is one.
    pub fn last_value(&self, py: Python<'py>, node: (usize, u32)) -> PyResult<Option<Bound<'py, PyAny>>> {
        match &*self.dict.borrow() {
            Some(dict) => dict.get_item(node),
            None => Ok(self.last_values.borrow().get(&node).map(|value| value.bind(py).clone())),
        }
    }

    /// Puts down what an `{% ifchanged %}` node is to find at the next iteration.
    pub fn keep_last_value(&self, node: (usize, u32), value: &Bound<'py, PyAny>) -> PyResult<()> {
        if let Some(dict) = &*self.dict.borrow() {
            return dict.set_item(node, value);
        }
        self.last_values.borrow_mut().insert(node, value.clone().unbind());
        Ok(())
    }

    /// Brings the dictionary up to date, if there is one.
    pub fn refresh_shared(&self) -> PyResult<()> {
        match &*self.dict.borrow() {
            Some(dict) => self.refresh(dict),
            None => Ok(()),
        }
    }

    fn refresh(&self, dict: &Bound<'py, PyDict>) -> PyResult<()> {
        let (py, index) = (dict.py(), self.index.get());
        dict.set_item(intern!(py, "counter0"), index)?;
        dict.set_item(intern!(py, "counter"), index + 1)?;
        dict.set_item(intern!(py, "revcounter"), self.len as i64 - index as i64)?;
        dict.set_item(intern!(py, "revcounter0"), self.len as i64 - index as i64 - 1)?;
        dict.set_item(intern!(py, "first"), index == 0)?;
        dict.set_item(intern!(py, "last"), index + 1 == self.len)
    }
}
