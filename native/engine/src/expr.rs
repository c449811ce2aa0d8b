//! Evaluating filter expressions and conditions.

use crate::filters::Asks;
use crate::lookup::Lookup;
use crate::program::Program;
use crate::render::Render;
use crate::stock::Class;
use crate::stock::class_of;
use crate::value::Value;
use djust_syntax::ast::{Cond, Expr, ExprId, Head, NameId, Operator};
use pyo3::basic::CompareOp;
use pyo3::exceptions::{PyException, PyTypeError, PyUnicodeDecodeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyString;

impl<'py> Render<'py> {
    /// `{{ … }}`
    #[inline(never)]
    pub fn variable(&mut self, p: &Program, id: ExprId) -> PyResult<()> {
        if self.write_column(p, id)? {
            return Ok(());
        }
        match self.eval(p, id) {
            Ok(value) => {
                self.remember_instance(&value)?;
                self.write(&value)
            }
            Err(error) if error.is_instance_of::<PyUnicodeDecodeError>(self.py) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// `FilterExpression.resolve(context)`
    pub fn eval(&mut self, p: &Program, id: ExprId) -> PyResult<Value<'py>> {
        self.resolve(p, &p.ast.exprs[id as usize], false, false)
    }

    /// `FilterExpression.resolve(context, ignore_failures=True)`
    pub fn eval_or_none(&mut self, p: &Program, id: ExprId) -> PyResult<Value<'py>> {
        self.resolve(p, &p.ast.exprs[id as usize], true, false)
    }

    /// As [`Self::eval_or_none`], for a value whose items are all going to be read.
    pub fn eval_source(&mut self, p: &Program, id: ExprId) -> PyResult<Value<'py>> {
        self.resolve(p, &p.ast.exprs[id as usize], true, true)
    }

    fn resolve(&mut self, p: &Program, expr: &Expr, ignore_failures: bool, reads_all: bool) -> PyResult<Value<'py>> {
        let reads_all = match p.ast.calls(expr.filters).first() {
            Some(call) => p.filters[call.filter as usize].reads_rows,
            None => reads_all,
        };
        let value = match &expr.head {
            Head::Const(id) | Head::Number(id) => Value::Py(p.consts[*id as usize].bind(self.py).clone()),
            Head::Path(names) => match self.existing(p, p.ast.path(*names), reads_all)? {
                Some(value) => value,
                None if ignore_failures => Value::None,
                None => {
                    if self.string_if_invalid.is_truthy()? {
                        return self.invalid(p.ast.head_text(expr));
                    }
                    Value::Py(self.string_if_invalid.clone())
                }
            },
        };
        self.filter_chain(p, expr, value)
    }

    /// What a path leads to. `None`: nothing, or something on the way has raised `VariableDoesNotExist` itself.
    fn existing(&mut self, p: &Program, names: &[NameId], reads_all: bool) -> PyResult<Option<Value<'py>>> {
        match self.path(p, names, reads_all) {
            Ok(Lookup::Found(value)) => Ok(Some(value)),
            Ok(Lookup::Missing(..)) => Ok(None),
            Err(error) if error.is_instance(self.py, self.stock.VariableDoesNotExist.bind(self.py)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The filters of an expression, on a value that is not its head.
    pub fn apply_filters(&mut self, p: &Program, id: ExprId, value: Value<'py>) -> PyResult<Value<'py>> {
        self.filter_chain(p, &p.ast.exprs[id as usize], value)
    }

    fn filter_chain(&mut self, p: &Program, expr: &Expr, mut value: Value<'py>) -> PyResult<Value<'py>> {
        for call in p.ast.calls(expr.filters) {
            let arg = match &call.arg {
                None => None,
                Some(Head::Const(id) | Head::Number(id)) => {
                    Some(Value::Py(p.consts[*id as usize].bind(self.py).clone()))
                }
                Some(Head::Path(names)) => {
                    let trail = self.trail.take();
                    let found = self.path(p, p.ast.path(*names), false)?;
                    self.trail = trail;
                    match found {
                        Lookup::Found(value) => Some(value),
                        Lookup::Missing(name, on) => return Err(self.missing_error(p, name, on.as_ref())),
                    }
                }
            };
            let entry = &p.filters[call.filter as usize];
            let operand = match &value {
                Value::Py(object) if entry.asks.is_some() => self.unread_collection(object)?,
                _ => None,
            };
            if let Some(of) = &operand
                && let Some(found) = self.pushed_operand(entry, of)?
            {
                self.trail = None;
                value = if entry.asks == Some(Asks::Size) { self.filter(entry, found, arg.as_ref())? } else { found };
                continue;
            }
            if entry.reads_all {
                match self.prepare(&value) {
                    Ok(Some(rows)) if entry.asks_size => value = Value::Py(rows),
                    Ok(_) => {}
                    // For `length`, what cannot be counted has none.
                    Err(error) if entry.counts && is_uncountable(self.py, &error) => {
                        value = Value::Int(0);
                        continue;
                    }
                    Err(error) => return Err(error),
                }
            }
            self.remember_instance(&value)?;
            value = self.filter(entry, value, arg.as_ref())?;
            if entry.asks == Some(Asks::Part) {
                self.remember_part(operand, &value)?;
            }
        }
        Ok(value)
    }

    /// `string_if_invalid`, which may have a place for the name.
    pub fn invalid(&self, name: &str) -> PyResult<Value<'py>> {
        if self.string_if_invalid.contains("%s")? {
            return Ok(Value::Py(self.string_if_invalid.rem(PyString::new(self.py, name))?));
        }
        Ok(Value::Py(self.string_if_invalid.clone()))
    }

    /// Truth of a condition of `{% if %}`; a missing variable is false.
    pub fn test(&mut self, p: &Program, cond: &Cond) -> PyResult<bool> {
        match self.cond(p, cond) {
            Ok(value) => self.truth(&value),
            Err(error) if error.is_instance(self.py, self.stock.VariableDoesNotExist.bind(self.py)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Value of a condition. Operators turn exceptions into `False`.
    fn cond(&mut self, p: &Program, cond: &Cond) -> PyResult<Value<'py>> {
        let result = match cond {
            Cond::Value(id) => return self.eval_or_none(p, *id),
            Cond::Not(inner) => {
                self.cond(p, inner).and_then(|value| self.truth(&value)).map(|truth| Value::Bool(!truth))
            }
            Cond::Binary(Operator::Or, left, right) => {
                match self.cond(p, left).and_then(|v| Ok((self.truth(&v)?, v))) {
                    Ok((true, value)) => Ok(value),
                    Ok((false, _)) => self.cond(p, right),
                    Err(error) => Err(error),
                }
            }
            Cond::Binary(Operator::And, left, right) => match self.cond(p, left).and_then(|v| Ok((self.truth(&v)?, v)))
            {
                Ok((false, value)) => Ok(value),
                Ok((true, _)) => self.cond(p, right),
                Err(error) => Err(error),
            },
            Cond::Binary(operator, left, right) => self.comparison(p, *operator, left, right),
        };
        match result {
            Err(error) if error.is_instance_of::<PyException>(self.py) => Ok(Value::Bool(false)),
            other => other,
        }
    }

    fn comparison(&mut self, p: &Program, operator: Operator, left: &Cond, right: &Cond) -> PyResult<Value<'py>> {
        // `x in y` evaluates x first, like every other operator.
        let left = self.operand(p, left)?;
        let right = self.operand(p, right)?;
        if let Some(answer) = compare_numbers(operator, &left, &right).or_else(|| compare_rows(operator, &left, &right))
        {
            return Ok(Value::Bool(answer));
        }
        let left = self.to_py(&left)?;
        let right = self.to_py(&right)?;
        if let Some(answer) = self.compare_strings(operator, &left, &right)? {
            return Ok(Value::Bool(answer));
        }
        let compare = |op| left.rich_compare(&right, op).map(Value::Py);
        match operator {
            Operator::Eq => compare(CompareOp::Eq),
            Operator::Ne => compare(CompareOp::Ne),
            Operator::Gt => compare(CompareOp::Gt),
            Operator::Ge => compare(CompareOp::Ge),
            Operator::Lt => compare(CompareOp::Lt),
            Operator::Le => compare(CompareOp::Le),
            Operator::In => right.contains(&left).map(Value::Bool),
            Operator::NotIn => right.contains(&left).map(|found| Value::Bool(!found)),
            Operator::Is => Ok(Value::Bool(left.is(&right))),
            Operator::IsNot => Ok(Value::Bool(!left.is(&right))),
            Operator::Or | Operator::And => Ok(Value::Bool(false)),
        }
    }

    /// A side of a comparison: unlike a test for truth it need not read all items.
    fn operand(&mut self, p: &Program, cond: &Cond) -> PyResult<Value<'py>> {
        match cond {
            Cond::Value(id) => self.eval_or_none(p, *id),
            other => self.cond(p, other),
        }
    }

    fn compare_strings(
        &self,
        operator: Operator,
        left: &Bound<'py, PyAny>,
        right: &Bound<'py, PyAny>,
    ) -> PyResult<Option<bool>> {
        if !matches!(operator, Operator::Eq | Operator::Ne) {
            return Ok(None);
        }
        let is_str = |object| class_of(self.stock, object).map(|class| matches!(class, Class::Str | Class::Safe));
        if !is_str(left)? || !is_str(right)? {
            return Ok(None);
        }
        let same = left.eq(right)?;
        Ok(Some(same == (operator == Operator::Eq)))
    }
}

/// True for the exceptions that the filter `length` answers with 0.
fn is_uncountable(py: Python<'_>, error: &PyErr) -> bool {
    error.is_instance_of::<PyTypeError>(py) || error.is_instance_of::<PyValueError>(py)
}

/// Compares a row, which is never `None`, with `None`.
fn compare_rows(operator: Operator, left: &Value<'_>, right: &Value<'_>) -> Option<bool> {
    let is_row = |value: &Value<'_>| matches!(value, Value::Row(_));
    if !(is_row(left) && right.is_none() || is_row(right) && left.is_none()) {
        return None;
    }
    match operator {
        Operator::Eq | Operator::Is => Some(false),
        Operator::Ne | Operator::IsNot => Some(true),
        _ => None,
    }
}

/// Compares two integers that need no Python objects.
fn compare_numbers(operator: Operator, left: &Value<'_>, right: &Value<'_>) -> Option<bool> {
    if !matches!((left, right), (Value::Int(_), _) | (_, Value::Int(_))) {
        return None;
    }
    let (left, right) = (left.as_i64()?, right.as_i64()?);
    Some(match operator {
        Operator::Eq => left == right,
        Operator::Ne => left != right,
        Operator::Gt => left > right,
        Operator::Ge => left >= right,
        Operator::Lt => left < right,
        Operator::Le => left <= right,
        _ => return None,
    })
}
