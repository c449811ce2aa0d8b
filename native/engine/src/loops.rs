//! The state of a running `{% for %}`, and the `forloop` dictionary that Python code sees of it.

use crate::py::frame::NodeKey;
use crate::py::program::NativeProgram;
use crate::stock::Stock;
use crate::value::Value;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
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
    /// What `{% ifchanged %}` nodes remember while this loop runs, until there is a dictionary for it.
    last_values: RefCell<Vec<(NodeKey, LastValue<'py>)>>,
}

/// What an `{% ifchanged %}` node remembers, nothing at first, and the program it is in.
struct LastValue<'py> {
    program: Bound<'py, NativeProgram>,
    value: Option<Bound<'py, PyAny>>,
}

/// An `{% ifchanged %}` node.
#[derive(Clone, Copy)]
pub struct IfChanged<'a, 'py> {
    /// The program it is in.
    pub program: &'a Bound<'py, NativeProgram>,
    /// The program's key and its own.
    pub key: NodeKey,
}

impl<'py> IfChanged<'_, 'py> {
    /// The object of Django's class that it would be: where Django keeps what it remembers.
    pub fn object(self, stock: &Stock) -> PyResult<Bound<'py, PyAny>> {
        stock.call(self.program.py(), "proxy_node", (self.program, "IfChangedNode", self.key.1))
    }
}

/// What Python code sees of something remembered: a body's text is safe.
pub fn shown<'py>(value: &Bound<'py, PyAny>, stock: &Stock) -> PyResult<Bound<'py, PyAny>> {
    if value.is_exact_instance_of::<PyString>() {
        return stock.SafeString.bind(value.py()).call1((value,));
    }
    Ok(value.clone())
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
        if let Some(dict) = known {
            self.refresh(&dict)?;
            return Ok(dict);
        }
        let dict = PyDict::new(py);
        let parent = match &self.parent {
            Some(parent) => parent.to_py(py, stock)?,
            None => PyDict::new(py).into_any(),
        };
        dict.set_item("parentloop", parent)?;
        if self.has_length {
            dict.set_item("length", self.len)?;
        }
        self.refresh(&dict)?;
        for (key, LastValue { program, value }) in self.last_values.take() {
            let node = IfChanged { program: &program, key }.object(stock)?;
            dict.set_item(node, value.map(|value| shown(&value, stock)).transpose()?)?;
        }
        *self.dict.borrow_mut() = Some(dict.clone());
        Ok(dict)
    }

    /// Makes a place for what an `{% ifchanged %}` node remembers: in the dictionary, once there is one.
    pub fn make_place(&self, node: IfChanged<'_, 'py>, stock: &Stock) -> PyResult<()> {
        if let Some(dict) = &*self.dict.borrow() {
            return dict.call_method1(intern!(dict.py(), "setdefault"), (node.object(stock)?,)).map(drop);
        }
        let mut places = self.last_values.borrow_mut();
        if !places.iter().any(|(key, _)| *key == node.key) {
            places.push((node.key, LastValue { program: node.program.clone(), value: None }));
        }
        Ok(())
    }

    /// What an `{% ifchanged %}` node has put down.
    pub fn last_value(&self, node: IfChanged<'_, 'py>, stock: &Stock) -> PyResult<Option<Bound<'py, PyAny>>> {
        match &*self.dict.borrow() {
            Some(dict) => dict.get_item(node.object(stock)?),
            None => Ok(self
                .last_values
                .borrow()
                .iter()
                .find(|(key, _)| *key == node.key)
                .and_then(|(_, last)| last.value.clone())),
        }
    }

    /// Puts down what an `{% ifchanged %}` node is to find at the next iteration.
    pub fn keep_last_value(&self, node: IfChanged<'_, 'py>, value: &Bound<'py, PyAny>, stock: &Stock) -> PyResult<()> {
        if let Some(dict) = &*self.dict.borrow() {
            return dict.set_item(node.object(stock)?, shown(value, stock)?);
        }
        let mut places = self.last_values.borrow_mut();
        let place = places.iter_mut().find(|(key, _)| *key == node.key);
        let before = place.and_then(|(_, last)| last.value.replace(value.clone()));
        // What was there goes when nothing is borrowed any more: it may run code.
        drop(places);
        drop(before);
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
