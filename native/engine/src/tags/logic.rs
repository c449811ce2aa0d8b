//! `if`, `firstof`, `widthratio`, `with`.

use crate::filters::subject::small_int;
use crate::program::Program;
use crate::py::program::NativeProgram;
use crate::render::Render;
use crate::stock::{Class, class_of};
use crate::value::Value;
use djust_syntax::ast::{Cond, ExprId, ListId, NameId};
use djust_text::numbers::widthratio;
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError, PyZeroDivisionError};
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyTuple};

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
