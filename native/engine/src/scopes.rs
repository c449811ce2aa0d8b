//! The layers of a template context: Python dictionaries, and native ones that no Python code has seen yet.

use crate::processors::Processed;
use crate::rows::Row;
use crate::stock::Stock;
use crate::value::Value;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use std::rc::Rc;

/// One layer.
pub enum Layer<'py> {
    /// `{"True": True, "False": False, "None": None}`, not made yet.
    Builtins,
    /// A `dict` (or `ContextDict`), which is part of the Python context if `shared`.
    Dict(Bound<'py, PyDict>),
    /// A dictionary that may be read but not written: the view's own. Writes go to a native layer above it.
    ReadOnly(Bound<'py, PyDict>),
    /// What context processors give, as long as no Python code has seen it.
    Processed(Rc<Processed<'py>>),
    /// Any other mapping that somebody pushed.
    Mapping(Bound<'py, PyAny>),
    /// Names and values; names are interned.
    Native(Vec<(Bound<'py, PyString>, Value<'py>)>),
}

/// What a name stands for.
pub enum Top<'py> {
    /// An object of Python.
    Object(Bound<'py, PyAny>),
    /// A value of the renderer's own.
    Other(Value<'py>),
    /// No layer has it.
    Nothing,
}

/// The layers of a context, the innermost last.
#[derive(Default)]
pub struct Scopes<'py> {
    /// The layers.
    pub layers: Vec<Layer<'py>>,
    /// The layer above the built-ins is what `Context.new` was given: a plain dictionary for Python, where others are
    /// `ContextDict`s.
    pub is_given: bool,
}

fn plain_dict(dict: &Bound<'_, PyDict>, context_dict: &Bound<'_, PyAny>) -> bool {
    dict.is_exact_instance_of::<PyDict>() || dict.get_type().is(context_dict)
}

impl<'py> Layer<'py> {
    /// The layer for an item of `Context.dicts`.
    pub fn of(object: Bound<'py, PyAny>, context_dict: &Bound<'py, PyAny>) -> Self {
        match object.cast_into::<PyDict>() {
            Ok(dict) if plain_dict(&dict, context_dict) => Self::Dict(dict),
            Ok(dict) => Self::Mapping(dict.into_any()),
            Err(error) => Self::Mapping(error.into_inner()),
        }
    }

    /// The object in `Context.dicts` that this layer is, if Python knows it.
    pub fn shared_object(&self) -> Option<&Bound<'py, PyAny>> {
        match self {
            Self::Dict(dict) => Some(dict.as_any()),
            Self::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    fn get(&self, name: &Bound<'py, PyString>) -> PyResult<Option<Value<'py>>> {
        match self {
            Self::Native(entries) => {
                Ok(entries.iter().find(|(known, _)| known.is(name)).map(|(_, value)| value.clone()))
            }
            Self::Dict(dict) => {
                dict.get_item(name)?.map(|value| Value::of_layer(value, Stock::get(name.py())?)).transpose()
            }
            Self::ReadOnly(dict) => Ok(dict.get_item(name)?.map(Value::Py)),
            Self::Mapping(mapping) => {
                if mapping.contains(name)? {
                    mapping.get_item(name).map(|v| Some(Value::Py(v)))
                } else {
                    Ok(None)
                }
            }
            Self::Processed(processed) => processed.get(name),
            Self::Builtins => Ok(builtin(name)),
        }
    }

    /// As [`Self::get`], but that objects come by themselves.
    fn top(&self, name: &Bound<'py, PyString>) -> PyResult<Top<'py>> {
        Ok(match self {
            Self::Native(entries) => match entries.iter().find(|(known, _)| known.is(name)) {
                Some((_, Value::Py(object))) => Top::Object(object.clone()),
                Some((_, value)) => Top::Other(value.clone()),
                None => Top::Nothing,
            },
            Self::ReadOnly(dict) => dict.get_item(name)?.map_or(Top::Nothing, Top::Object),
            _ => match self.get(name)? {
                Some(Value::Py(object)) => Top::Object(object),
                Some(value) => Top::Other(value),
                None => Top::Nothing,
            },
        })
    }

    fn set(
        &mut self,
        py: Python<'py>,
        name: &Bound<'py, PyString>,
        value: Value<'py>,
        stock: &crate::stock::Stock,
    ) -> PyResult<()> {
        match self {
            Self::Native(entries) => {
                match entries.iter_mut().find(|(known, _)| known.is(name)) {
                    Some(entry) => entry.1 = value,
                    None => entries.push((name.clone(), value)),
                }
                Ok(())
            }
            Self::Dict(dict) => dict.set_item(name, value.to_layer(py, stock)?),
            Self::Mapping(mapping) => mapping.set_item(name, value.to_layer(py, stock)?),
            Self::Processed(processed) => {
                let dict = processed.dict()?;
                dict.set_item(name, value.to_layer(py, stock)?)?;
                *self = Self::Dict(dict);
                Ok(())
            }
            Self::Builtins | Self::ReadOnly(_) => Ok(()),
        }
    }
}

fn builtin<'py>(name: &Bound<'py, PyString>) -> Option<Value<'py>> {
    match name.to_str().ok()? {
        "True" => Some(Value::Bool(true)),
        "False" => Some(Value::Bool(false)),
        "None" => Some(Value::None),
        _ => None,
    }
}

impl<'py> Scopes<'py> {
    /// The innermost value of a name (`BaseContext.__getitem__`).
    pub fn get(&self, name: &Bound<'py, PyString>) -> PyResult<Option<Value<'py>>> {
        for layer in self.layers.iter().rev() {
            if let Some(value) = layer.get(name)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// As [`Self::get`], but that objects come by themselves: values are large, and moving them about takes time.
    pub fn top(&self, name: &Bound<'py, PyString>) -> PyResult<Top<'py>> {
        for layer in self.layers.iter().rev() {
            match layer.top(name)? {
                Top::Nothing => {}
                found => return Ok(found),
            }
        }
        Ok(Top::Nothing)
    }

    /// The outermost value of a name: what the view has called so.
    pub fn outermost(&self, name: &Bound<'py, PyString>) -> PyResult<Option<Value<'py>>> {
        for layer in &self.layers {
            if let Some(value) = layer.get(name)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// `context[name] = value`
    pub fn set(
        &mut self,
        py: Python<'py>,
        stock: &crate::stock::Stock,
        name: &Bound<'py, PyString>,
        value: Value<'py>,
    ) -> PyResult<()> {
        if !matches!(self.layers.last(), Some(Layer::Native(_) | Layer::Dict(_) | Layer::Mapping(_))) {
            self.layers.push(Layer::Native(Vec::new()));
        }
        match self.layers.last_mut() {
            Some(layer) => layer.set(py, name, value, stock),
            None => Ok(()),
        }
    }

    /// `context.set_upward(name, value)`
    pub fn set_upward(
        &mut self,
        py: Python<'py>,
        stock: &crate::stock::Stock,
        name: &Bound<'py, PyString>,
        value: Value<'py>,
    ) -> PyResult<()> {
        for at in (0..self.layers.len()).rev() {
            if self.layers[at].get(name)?.is_some() {
                // A view's own dictionary is copied by stock before it is written to.
                let at = if matches!(self.layers[at], Layer::ReadOnly(_)) { at + 1 } else { at };
                return self.layers[at].set(py, name, value, stock);
            }
        }
        self.set(py, stock, name, value)
    }

    /// What context processors give, if it is the innermost that a name is found in.
    pub fn processed(&self, name: &Bound<'py, PyString>) -> PyResult<Option<&Rc<Processed<'py>>>> {
        for layer in self.layers.iter().rev() {
            if let Layer::Processed(processed) = layer {
                return Ok(Some(processed));
            }
            if layer.get(name)?.is_some() {
                return Ok(None);
            }
        }
        Ok(None)
    }

    /// The row that a name stands for, if no dictionary has to be asked.
    pub fn row(&self, name: &Bound<'py, PyString>) -> Option<&Row<'py>> {
        for layer in self.layers.iter().rev() {
            let Layer::Native(entries) = layer else { return None };
            match entries.iter().find(|(known, _)| known.is(name)) {
                Some((_, Value::Row(row))) => return Some(row),
                Some(_) => return None,
                None => {}
            }
        }
        None
    }

    /// True if a name stands for a row.
    pub fn holds_rows(&self) -> bool {
        self.layers.iter().any(|layer| match layer {
            Layer::Native(entries) => entries.iter().any(|(_, value)| matches!(value, Value::Row(_) | Value::Rows(_))),
            _ => false,
        })
    }

    /// Opens a scope.
    pub fn push(&mut self) {
        self.layers.push(Layer::Native(Vec::new()));
    }

    /// Makes sure that the innermost layer is native; true if a layer was added for that.
    pub fn push_native(&mut self) -> bool {
        let is_native = matches!(self.layers.last(), Some(Layer::Native(_)));
        if !is_native {
            self.push();
        }
        !is_native
    }

    /// Closes the innermost scope.
    pub fn pop(&mut self) {
        self.layers.pop();
    }
}
