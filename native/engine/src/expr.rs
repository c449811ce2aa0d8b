//! Evaluating filter expressions and conditions.

use crate::filters::subject::small_int;
use crate::filters::{Asks, FilterEntry};
use crate::lookup::{Lookup, Walked};
use crate::program::Program;
use crate::render::Render;
use crate::stock::Class;
use crate::stock::class_of;
use crate::value::Value;
use djust_syntax::ast::{Cond, Expr, ExprId, FilterCall, Head, NameId, Operator};
use pyo3::basic::CompareOp;
use pyo3::exceptions::{PyException, PyTypeError, PyUnicodeDecodeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyInt, PyString};

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
        let value = match &expr.head {
            Head::Const(id) | Head::Number(id) => Value::Py(p.consts[*id as usize].bind(self.py).clone()),
            Head::Path(names) => match self.walked(p, p.ast.path(*names)) {
                Ok(Walked::Object(object)) => return self.filtered_object(p, p.ast.calls(expr.filters), object),
                walked => match self.existing(p, expr, walked, reads_all)? {
                    Some(value) => value,
                    None if ignore_failures => Value::None,
                    None if self.string_if_invalid.is_truthy()? => return self.invalid(p.ast.head_text(expr)),
                    None => Value::Py(self.string_if_invalid.clone()),
                },
            },
        };
        self.filter_chain(p, p.ast.calls(expr.filters), value)
    }

    /// [`Self::filter_chain`] on an object that no relation has led to.
    fn filtered_object(
        &mut self,
        p: &Program,
        mut calls: &[FilterCall],
        mut object: Bound<'py, PyAny>,
    ) -> PyResult<Value<'py>> {
        while let [call, rest @ ..] = calls {
            let Some((entry, arg)) = bare_call(self.py, p, call) else {
                return self.filter_chain(p, calls, Value::Py(object));
            };
            object = self.bare_filter(entry, &object, arg)?;
            calls = rest;
        }
        Ok(Value::Py(object))
    }

    /// What the path of an expression leads to, from where it has led so far.
    ///
    /// `None`: nothing, or something on the way has raised `VariableDoesNotExist` itself.
    fn existing(
        &mut self,
        p: &Program,
        expr: &Expr,
        walked: Result<Walked<'py>, (NameId, PyErr)>,
        reads_all: bool,
    ) -> PyResult<Option<Value<'py>>> {
        let Head::Path(names) = &expr.head else { return Ok(None) };
        let reads_all = match p.ast.calls(expr.filters).first() {
            Some(call) => p.filters[call.filter as usize].reads_rows,
            None => reads_all,
        };
        match self.path_from(p, p.ast.path(*names), walked, reads_all) {
            Ok(Lookup::Found(value)) => Ok(Some(value)),
            Ok(Lookup::Missing(..)) => Ok(None),
            Err(error) if error.is_instance(self.py, self.stock.VariableDoesNotExist.bind(self.py)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The filters of an expression, on a value that is not its head.
    pub fn apply_filters(&mut self, p: &Program, id: ExprId, value: Value<'py>) -> PyResult<Value<'py>> {
        self.filter_chain(p, p.ast.calls(p.ast.exprs[id as usize].filters), value)
    }

    fn filter_chain(&mut self, p: &Program, calls: &[FilterCall], mut value: Value<'py>) -> PyResult<Value<'py>> {
        for call in calls {
            if let Value::Py(object) = &value
                && let Some((entry, arg)) = bare_call(self.py, p, call)
            {
                self.remember_instance(&value)?;
                value = Value::Py(self.bare_filter(entry, object, arg)?);
                continue;
            }
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
        match self.answer(p, cond) {
            Ok(Answer::Truth(truth)) => Ok(truth),
            Ok(Answer::Value(value)) => self.truth(&value),
            Err(error) if error.is_instance(self.py, self.stock.VariableDoesNotExist.bind(self.py)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What a condition comes to, where only its truth is asked for. Operators turn exceptions into `False`.
    fn answer(&mut self, p: &Program, cond: &Cond) -> PyResult<Answer<'py>> {
        let result = match cond {
            Cond::Value(id) => return self.operand_value(p, *id).map(answer_of),
            Cond::Not(inner) => self.answered(p, inner).map(|(truth, _)| Answer::Truth(!truth)),
            Cond::Binary(operator @ (Operator::Or | Operator::And), left, right) => match self.answered(p, left) {
                // The side that decides is asked for its truth once more, as Python does with what `or` gives.
                Ok((truth, value)) if truth == (*operator == Operator::Or) => Ok(value),
                Ok(_) => self.answer(p, right),
                Err(error) => Err(error),
            },
            Cond::Binary(operator, left, right) => self.comparison(p, *operator, left, right),
        };
        match result {
            Err(error) if error.is_instance_of::<PyException>(self.py) => Ok(Answer::Truth(false)),
            other => other,
        }
    }

    /// The truth of a condition, asked of its value, and what it comes to.
    fn answered(&mut self, p: &Program, cond: &Cond) -> PyResult<(bool, Answer<'py>)> {
        match self.answer(p, cond)? {
            Answer::Truth(truth) => Ok((truth, Answer::Truth(truth))),
            Answer::Value(value) => Ok((self.truth(&value)?, Answer::Value(value))),
        }
    }

    /// Value of a condition that stands on a side of a comparison.
    fn cond(&mut self, p: &Program, cond: &Cond) -> PyResult<Value<'py>> {
        let result = match cond {
            Cond::Value(id) => return self.eval_or_none(p, *id),
            Cond::Not(inner) => self.answered(p, inner).map(|(truth, _)| Value::Bool(!truth)),
            Cond::Binary(operator @ (Operator::Or | Operator::And), left, right) => {
                match self.cond(p, left).and_then(|value| Ok((self.truth(&value)?, value))) {
                    Ok((truth, value)) if truth == (*operator == Operator::Or) => Ok(value),
                    Ok(_) => self.cond(p, right),
                    Err(error) => Err(error),
                }
            }
            Cond::Binary(operator, left, right) => self.comparison(p, *operator, left, right).map(Answer::into_value),
        };
        match result {
            Err(error) if error.is_instance_of::<PyException>(self.py) => Ok(Value::Bool(false)),
            other => other,
        }
    }

    /// [`Self::eval_or_none`], which most often leads from object to object.
    fn operand_value(&mut self, p: &Program, id: ExprId) -> PyResult<Operand<'py>> {
        let expr = &p.ast.exprs[id as usize];
        if !p.ast.calls(expr.filters).is_empty() {
            return self.eval_or_none(p, id).map(Operand::of);
        }
        match &expr.head {
            Head::Const(id) | Head::Number(id) => Ok(Operand::Object(p.consts[*id as usize].bind(self.py).clone())),
            Head::Path(names) => {
                let names = p.ast.path(*names);
                match self.walked(p, names) {
                    Ok(Walked::Object(object)) => Ok(Operand::Object(object)),
                    walked => Ok(Operand::of(self.existing(p, expr, walked, false)?.unwrap_or(Value::None))),
                }
            }
        }
    }

    fn comparison(&mut self, p: &Program, operator: Operator, left: &Cond, right: &Cond) -> PyResult<Answer<'py>> {
        // `x in y` evaluates x first, like every other operator.
        let left = self.operand(p, left)?;
        let right = self.operand(p, right)?;
        let (left, right) = match (left, right) {
            (Operand::Object(left), Operand::Object(right)) => (left, right),
            (left, right) => {
                let (left, right) = (left.into_value(), right.into_value());
                let known = compare_numbers(operator, &left, &right).or_else(|| compare_rows(operator, &left, &right));
                if let Some(answer) = known {
                    return Ok(Answer::Truth(answer));
                }
                (self.to_py(&left)?, self.to_py(&right)?)
            }
        };
        if let Some(answer) = self.compare_plain(operator, &left, &right)? {
            return Ok(Answer::Truth(answer));
        }
        let compare = |op| left.rich_compare(&right, op).map(|answer| answer_of(Operand::Object(answer)));
        match operator {
            Operator::Eq => compare(CompareOp::Eq),
            Operator::Ne => compare(CompareOp::Ne),
            Operator::Gt => compare(CompareOp::Gt),
            Operator::Ge => compare(CompareOp::Ge),
            Operator::Lt => compare(CompareOp::Lt),
            Operator::Le => compare(CompareOp::Le),
            Operator::In => right.contains(&left).map(Answer::Truth),
            Operator::NotIn => right.contains(&left).map(|found| Answer::Truth(!found)),
            Operator::Is => Ok(Answer::Truth(left.is(&right))),
            Operator::IsNot => Ok(Answer::Truth(!left.is(&right))),
            Operator::Or | Operator::And => Ok(Answer::Truth(false)),
        }
    }

    /// A side of a comparison: unlike a test for truth it need not read all items.
    fn operand(&mut self, p: &Program, cond: &Cond) -> PyResult<Operand<'py>> {
        match cond {
            Cond::Value(id) => self.operand_value(p, *id),
            other => self.cond(p, other).map(Operand::of),
        }
    }

    /// Compares two numbers or two texts of Python's own types.
    fn compare_plain(
        &self,
        operator: Operator,
        left: &Bound<'py, PyAny>,
        right: &Bound<'py, PyAny>,
    ) -> PyResult<Option<bool>> {
        if left.is_exact_instance_of::<PyInt>() && right.is_exact_instance_of::<PyInt>() {
            let (Some(left), Some(right)) = (small_int(left), small_int(right)) else { return Ok(None) };
            return Ok(compared(operator, left, right));
        }
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

/// The function and the argument of a call that needs nothing but them. `None`: it needs more.
fn bare_call<'a, 'py>(
    py: Python<'py>,
    p: &'a Program,
    call: &FilterCall,
) -> Option<(&'a FilterEntry, Option<&'a Bound<'py, PyAny>>)> {
    let entry = &p.filters[call.filter as usize];
    match &call.arg {
        _ if !entry.is_bare => None,
        None => Some((entry, None)),
        Some(Head::Const(id) | Head::Number(id)) => Some((entry, Some(p.consts[*id as usize].bind(py)))),
        Some(Head::Path(_)) => None,
    }
}

/// What a condition comes to.
enum Answer<'py> {
    /// A truth that nobody can see being asked for.
    Truth(bool),
    /// A value that must be asked.
    Value(Value<'py>),
}

impl<'py> Answer<'py> {
    fn into_value(self) -> Value<'py> {
        match self {
            Self::Truth(truth) => Value::Bool(truth),
            Self::Value(value) => value,
        }
    }
}

/// A side of a comparison: values are large, so that objects are handed on by themselves.
enum Operand<'py> {
    Object(Bound<'py, PyAny>),
    Value(Value<'py>),
}

impl<'py> Operand<'py> {
    fn of(value: Value<'py>) -> Self {
        match value {
            Value::Py(object) => Self::Object(object),
            other => Self::Value(other),
        }
    }

    fn into_value(self) -> Value<'py> {
        match self {
            Self::Object(object) => Value::Py(object),
            Self::Value(value) => value,
        }
    }
}

/// The truth of an operand, where it is a truth value already or `None`; else the operand.
fn answer_of(operand: Operand<'_>) -> Answer<'_> {
    match operand {
        Operand::Object(object) => match object.cast_exact::<PyBool>() {
            Ok(truth) => Answer::Truth(truth.is_true()),
            Err(_) if object.is_none() => Answer::Truth(false),
            Err(_) => Answer::Value(Value::Py(object)),
        },
        Operand::Value(Value::Bool(truth)) => Answer::Truth(truth),
        Operand::Value(value) => Answer::Value(value),
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
    compared(operator, left.as_i64()?, right.as_i64()?)
}

fn compared(operator: Operator, left: i64, right: i64) -> Option<bool> {
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
