//! `if`, `ifchanged`, `firstof`, `widthratio`, `with`.

use crate::filters::subject::small_int;
use crate::loops::{ForLoop, IfChanged, shown};
use crate::program::Program;
use crate::py::program::NativeProgram;
use crate::render::Render;
use crate::stock::{Class, class_of};
use crate::value::Value;
use djust_syntax::ast::{Cond, ExprId, ListId, NameId, NodeId};
use djust_text::numbers::widthratio;
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError, PyZeroDivisionError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyList, PyTuple};
use std::rc::Rc;

/// Where a node remembers (`IfChangedNode._get_context_stack_frame`).
enum Memory<'py> {
    /// The loop it stands in.
    Loop(Rc<ForLoop<'py>>),
    /// What Python code has put under the name `forloop`, and the node object that is the key there.
    Object(Bound<'py, PyAny>, Bound<'py, PyAny>),
    /// The template that is rendered, outside of loops.
    Frame,
}

impl<'py> Render<'py> {
    #[inline(never)]
    pub(crate) fn if_node(
        &mut self,
        program: &Bound<'py, NativeProgram>,
        p: &Program,
        branches: &[(Option<Cond>, ListId)],
    ) -> PyResult<()> {
        for (cond, body) in branches {
            let taken = match cond {
                Some(cond) => self.test(p, cond)?,
                None => true,
            };
            if taken {
                return self.list(program, p, *body);
            }
        }
        Ok(())
    }

    #[inline(never)]
    pub(crate) fn with_node(
        &mut self,
        program: &Bound<'py, NativeProgram>,
        p: &Program,
        bindings: &[(NameId, ExprId)],
        body: ListId,
    ) -> PyResult<()> {
        let values = self.bound_values(p, bindings)?;
        self.scopes.push();
        let result = self.assign_all(p, values).and_then(|()| self.list(program, p, body));
        self.scopes.pop();
        result
    }

    /// Values of `name=expression` pairs, evaluated before any is assigned.
    pub(crate) fn bound_values(
        &mut self,
        p: &Program,
        bindings: &[(NameId, ExprId)],
    ) -> PyResult<Vec<(NameId, Value<'py>)>> {
        bindings
            .iter()
            .map(|(name, expr)| {
                let value = self.eval(p, *expr)?;
                self.remember(&value)?;
                Ok((*name, value))
            })
            .collect()
    }

    pub(crate) fn assign_all(&mut self, p: &Program, values: Vec<(NameId, Value<'py>)>) -> PyResult<()> {
        for (name, value) in values {
            self.assign(p, name, value)?;
        }
        Ok(())
    }

    #[inline(never)]
    pub(crate) fn firstof_node(&mut self, p: &Program, vars: &[ExprId], asvar: Option<NameId>) -> PyResult<()> {
        let mut first = None;
        for &expr in vars {
            let value = self.eval_or_none(p, expr)?;
            if self.truth(&value)? {
                first = Some(value);
                break;
            }
        }
        match (first, asvar) {
            (Some(value), None) => self.write(&value),
            (None, None) => Ok(()),
            (first, Some(name)) => {
                let shown = match first {
                    Some(value) if self.autoescape => match self.shown_text(&value)? {
                        Some(text) => Value::safe(text),
                        None => Value::Py(self.displayed(&value)?),
                    },
                    Some(value) => Value::Py(self.displayed(&value)?),
                    None => Value::text(""),
                };
                self.assign(p, name, shown)
            }
        }
    }

    #[inline(never)]
    pub(crate) fn ifchanged_node(
        &mut self,
        program: &Bound<'py, NativeProgram>,
        p: &Program,
        id: NodeId,
        vars: &[ExprId],
        (body, unchanged): (ListId, Option<ListId>),
    ) -> PyResult<()> {
        let node = IfChanged { program, key: (p.key(), id) };
        let memory = self.memory_of(node)?;
        let (compare_to, rendered) = if vars.is_empty() {
            let text = self.captured(program, p, body)?;
            (text.clone().into_any(), Some(text))
        } else {
            let mut values = Vec::with_capacity(vars.len());
            for &expr in vars {
                let value = self.eval_or_none(p, expr)?;
                values.push(self.to_py(&value)?);
            }
            (PyList::new(self.py, values)?.into_any(), None)
        };
        let changed = match self.last_value(&memory, node)? {
            Some(last) => compare_to.ne(last)?,
            None => true,
        };
        if changed {
            self.keep_last_value(&memory, node, &compare_to)?;
            return match rendered {
                Some(text) if !text.is_empty()? => self.out.push_py(&text, false),
                _ => self.list(program, p, body),
            };
        }
        unchanged.map_or(Ok(()), |list| self.list(program, p, list))
    }

    fn memory_of(&mut self, node: IfChanged<'_, 'py>) -> PyResult<Memory<'py>> {
        match self.scopes.get(self.stock.forloop.bind(self.py))? {
            Some(Value::Loop(forloop)) => {
                forloop.make_place(node, self.stock)?;
                Ok(Memory::Loop(forloop))
            }
            Some(value) => {
                let (object, key) = (self.to_py(&value)?, node.object(self.stock)?);
                object.call_method1(intern!(self.py, "setdefault"), (&key,))?;
                Ok(Memory::Object(object, key))
            }
            None => Ok(Memory::Frame),
        }
    }

    fn last_value(&self, memory: &Memory<'py>, node: IfChanged<'_, 'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match memory {
            Memory::Loop(forloop) => forloop.last_value(node, self.stock),
            Memory::Object(object, key) => object.get_item(key).map(Some),
            Memory::Frame => {
                Ok(self.frame().state.last_values.borrow().get(&node.key).map(|v| v.bind(self.py).clone()))
            }
        }
    }

    fn keep_last_value(
        &self,
        memory: &Memory<'py>,
        node: IfChanged<'_, 'py>,
        value: &Bound<'py, PyAny>,
    ) -> PyResult<()> {
        match memory {
            Memory::Loop(forloop) => forloop.keep_last_value(node, value, self.stock)?,
            Memory::Object(object, key) => object.set_item(key, shown(value, self.stock)?)?,
            Memory::Frame => {
                self.frame().state.last_values.borrow_mut().insert(node.key, value.clone().unbind());
            }
        }
        Ok(())
    }

    #[inline(never)]
    pub(crate) fn widthratio_node(
        &mut self,
        p: &Program,
        (value, max, width): (ExprId, ExprId, ExprId),
        asvar: Option<NameId>,
    ) -> PyResult<()> {
        let py = self.py;
        let operands = self.widthratio_operands(p, value, max, width);
        let (value, max, width) = match operands {
            Ok(operands) => operands,
            Err(error) if error.is_instance(py, self.stock.VariableDoesNotExist.bind(py)) => return Ok(()),
            Err(error) if error.is_instance_of::<PyValueError>(py) || error.is_instance_of::<PyTypeError>(py) => {
                let message = "widthratio final argument must be a number";
                return Err(PyErr::from_value(self.stock.TemplateSyntaxError.bind(py).call1((message,))?));
            }
            Err(error) => return Err(error),
        };
        if let (Some(value), Some(max), Some(width)) = (self.float(&value)?, self.float(&max)?, small_int(&width)) {
            let text = Value::text(widthratio(value, max, width));
            return match asvar {
                Some(name) => self.assign(p, name, text),
                None => self.write_node_result(&text),
            };
        }
        let text = match self.stock.call(py, "width_ratio", (value, max, width)) {
            Ok(text) => text,
            Err(error) if error.is_instance_of::<PyZeroDivisionError>(py) => {
                pyo3::types::PyString::new(py, "0").into_any()
            }
            Err(error)
                if error.is_instance_of::<PyValueError>(py)
                    || error.is_instance_of::<PyTypeError>(py)
                    || error.is_instance_of::<PyOverflowError>(py) =>
            {
                pyo3::types::PyString::new(py, "").into_any()
            }
            Err(error) => return Err(error),
        };
        match asvar {
            Some(name) => self.assign(p, name, Value::Py(text)),
            None => self.out.push_py(text.cast()?, false),
        }
    }

    /// `float(value)` of numbers. `None`: another type, or a large one.
    #[expect(clippy::cast_precision_loss, reason = "Python converts whole numbers in the same way")]
    fn float(&self, value: &Bound<'py, PyAny>) -> PyResult<Option<f64>> {
        Ok(match class_of(self.stock, value)? {
            Class::Float => Some(value.cast::<PyFloat>()?.value()),
            // As Python, to the nearest, ties to even.
            Class::Int => small_int(value).map(|number| number as f64),
            _ => None,
        })
    }

    fn widthratio_operands(
        &mut self,
        p: &Program,
        value: ExprId,
        max: ExprId,
        width: ExprId,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        let value = self.eval(p, value)?;
        let max = self.eval(p, max)?;
        let width = self.eval(p, width)?;
        let width = self.to_py(&width)?;
        let width = self.py.get_type::<pyo3::types::PyInt>().call1(PyTuple::new(self.py, [width])?)?;
        Ok((self.to_py(&value)?, self.to_py(&max)?, width))
    }
}
