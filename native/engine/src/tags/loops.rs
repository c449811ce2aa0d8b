//! `for`, `cycle`, `regroup`.

use crate::forms::ErrorItems;
use crate::loops::ForLoop;
use crate::program::Program;
use crate::py::program::NativeProgram;
use crate::render::{Joined, Render};
use crate::row_sources::Sequence;
use crate::rows::RowSet;
use crate::scopes::Layer;
use crate::sources::Place;
use crate::stock::{Class, class_of};
use crate::tags::inheritance::check_stack;
use crate::value::Value;
use djust_syntax::ast::{CycleId, ExprId, ListId, NameId, NodeId};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyList, PyTuple};
use std::rc::Rc;

/// So many turns tell how much text the others will be.
const MEASURED_TURNS: usize = 16;

/// The parts of a `{% for %}`.
pub struct ForSpec<'a> {
    /// Loop variables.
    pub vars: &'a [NameId],
    /// What is iterated.
    pub sequence: ExprId,
    /// `reversed`
    pub reversed: bool,
    /// The loop's body.
    pub body: ListId,
    /// `{% empty %}`
    pub empty: Option<ListId>,
}

/// Items one after the other.
enum Items<'py> {
    List { list: Bound<'py, PyList>, at: usize, reversed: bool },
    Iterator(Bound<'py, PyIterator>),
    Errors(ErrorItems<'py>),
}

impl<'py> Items<'py> {
    #[inline(never)]
    fn next(&mut self, render: &mut Render<'py>) -> Option<PyResult<Bound<'py, PyAny>>> {
        match self {
            Self::Errors(errors) => render.next_error(errors).transpose(),
            Self::List { list, at, reversed: false } => {
                let item = list.get_item(*at).ok()?;
                *at += 1;
                Some(Ok(item))
            }
            Self::List { list, at, reversed: true } => {
                *at = at.checked_sub(1)?;
                list.get_item(*at).ok().map(Ok)
            }
            Self::Iterator(iterator) => iterator.next(),
        }
    }
}

impl<'py> Render<'py> {
    #[inline(never)]
    pub(crate) fn for_node(
        &mut self,
        program: &Bound<'py, NativeProgram>,
        p: &Program,
        id: NodeId,
        spec: &ForSpec<'_>,
    ) -> PyResult<()> {
        check_stack()?;
        let parent = self.scopes.get(self.stock.forloop.bind(self.py))?;
        self.scopes.push();
        let result = self.run_loop(program, p, id, spec, parent);
        self.scopes.pop();
        result
    }

    fn run_loop(
        &mut self,
        program: &Bound<'py, NativeProgram>,
        p: &Program,
        id: NodeId,
        spec: &ForSpec<'_>,
        parent: Option<Value<'py>>,
    ) -> PyResult<()> {
        let values = self.sequence(p, spec.sequence)?;
        let place = match &values {
            Some(Sequence::Objects(values)) => self.loop_place(p, id, values)?,
            _ => None,
        };
        let len = match &values {
            Some(Sequence::Objects(values)) => self.count_of_errors(values)?.map_or_else(|| values.len(), Ok)?,
            Some(Sequence::Rows(_, rows)) => rows.len(),
            None => 0,
        };
        let (Some(values), true) = (values, len > 0) else {
            return spec.empty.map_or(Ok(()), |list| self.list(program, p, list));
        };
        let (mut items, set) = match values {
            Sequence::Objects(values) => (self.loop_items(&values, len, spec.reversed)?, None),
            Sequence::Rows(set, rows) => (self.loop_items(rows.as_any(), len, spec.reversed)?, Some(set)),
        };
        let forloop = Rc::new(ForLoop::new(parent, len, p.loop_length));
        self.scopes.set(self.py, self.stock, self.stock.forloop.bind(self.py), Value::Loop(Rc::clone(&forloop)))?;
        // A layer that Python knows takes no rows.
        let own_layer = set.is_some() && self.scopes.push_native();
        let result = self.turns(program, p, spec, &mut items, (&forloop, set.as_ref(), place.as_ref()));
        if own_layer {
            self.scopes.pop();
        }
        result
    }

    /// The turns of a loop: with rows of a set, or objects that stand in a place.
    fn turns(
        &mut self,
        program: &Bound<'py, NativeProgram>,
        p: &Program,
        spec: &ForSpec<'_>,
        items: &mut Items<'py>,
        (forloop, set, place): (&Rc<ForLoop<'py>>, Option<&Rc<RowSet<'py>>>, Option<&Place>),
    ) -> PyResult<()> {
        let mut index = 0;
        let start = self.out.len();
        let mut joined = Joined::default();
        while let Some(item) = items.next(self) {
            let item = item?;
            forloop.index.set(index);
            forloop.refresh_shared()?;
            if let Some(place) = place {
                self.put_in_place(&item, place);
            }
            if let [name] = spec.vars {
                let item = match set {
                    Some(set) => Value::Row(set.row(item)?),
                    None => Value::Py(item),
                };
                self.scopes.set(self.py, self.stock, p.name(self.py, *name), item)?;
                self.items(program, p, spec.body, &mut joined)?;
            } else {
                self.unpack(p, spec.vars, &item)?;
                self.items(program, p, spec.body, &mut joined)?;
                self.scopes.pop();
            }
            index += 1;
            if index == MEASURED_TURNS {
                // Python code may have changed the length of a list since.
                let each = self.out.len().saturating_sub(start) / MEASURED_TURNS;
                self.out.expect(each.saturating_mul(forloop.len.saturating_sub(index)));
            }
        }
        joined.check()
    }

    /// The items of a value, with a length.
    // Not inlined: a loop is on the stack while its body is rendered.
    #[inline(never)]
    pub(crate) fn loop_values(&mut self, value: &Value<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let values = self.to_py(value)?;
        let class = class_of(self.stock, &values)?;
        if class == Class::Form
            && let Some(list) = self.loop_over_form(&values)?
        {
            return Ok(Some(list.into_any()));
        }
        let sized = match class {
            Class::List | Class::Tuple | Class::Dict | Class::Str | Class::Safe => true,
            _ => crate::attributes::optional_attribute(&values, self.stock.dunder_len.bind(self.py))?.is_some(),
        };
        if sized {
            return Ok(Some(values));
        }
        let list = PyList::empty(self.py);
        for item in values.try_iter()? {
            list.append(item?)?;
        }
        Ok(Some(list.into_any()))
    }

    #[inline(never)]
    fn loop_items(&mut self, values: &Bound<'py, PyAny>, len: usize, reversed: bool) -> PyResult<Items<'py>> {
        if let Ok(list) = values.cast_exact::<PyList>() {
            return Ok(Items::List { list: list.clone(), at: if reversed { len } else { 0 }, reversed });
        }
        if reversed {
            let reversed = self.stock.call(self.py, "reverse_iterator", (values,))?;
            return Ok(Items::Iterator(reversed.try_iter()?));
        }
        if let Some(errors) = self.error_items(values)? {
            return Ok(Items::Errors(errors));
        }
        Ok(Items::Iterator(values.try_iter()?))
    }

    /// Several loop variables: a layer of its own, as stock has it.
    #[inline(never)]
    fn unpack(&mut self, p: &Program, vars: &[NameId], item: &Bound<'py, PyAny>) -> PyResult<()> {
        let mut entries = Vec::with_capacity(vars.len());
        if let Ok(tuple) = item.cast_exact::<PyTuple>() {
            check_count(vars.len(), tuple.len())?;
            for (&name, value) in vars.iter().zip(tuple.iter()) {
                push_entry(&mut entries, p.name(self.py, name), value);
            }
        } else {
            let len = match item.len() {
                Ok(len) => len,
                Err(error) if error.is_instance_of::<PyTypeError>(self.py) => 1,
                Err(error) => return Err(error),
            };
            check_count(vars.len(), len)?;
            for (&name, value) in vars.iter().zip(item.try_iter()?) {
                push_entry(&mut entries, p.name(self.py, name), value?);
            }
        }
        self.scopes.layers.push(Layer::Native(entries));
        Ok(())
    }

    #[inline(never)]
    pub(crate) fn cycle_node(&mut self, p: &Program, id: CycleId) -> PyResult<()> {
        let cycle = &p.ast.cycles[id as usize];
        let at = self.frame().next_cycle(p.key(), id, cycle.values.len().max(1));
        let Some(&expr) = cycle.values.get(at) else {
            return Err(pyo3::exceptions::PyStopIteration::new_err(()));
        };
        let value = self.eval(p, expr)?;
        if let Some(name) = cycle.name {
            self.scopes.set_upward(self.py, self.stock, p.name(self.py, name), value.clone())?;
        }
        if cycle.silent { Ok(()) } else { self.write(&value) }
    }

    #[inline(never)]
    pub(crate) fn regroup_node(
        &mut self,
        p: &Program,
        id: NodeId,
        (target, expression): (ExprId, ExprId),
        name: NameId,
    ) -> PyResult<()> {
        let py = self.py;
        let value = self.eval_source(p, target)?;
        if value.is_none() {
            return self.assign(p, name, Value::Py(PyList::empty(py).into_any()));
        }
        let target = self.to_py(&value)?;
        let place = self.loop_place(p, id, &target)?;
        let groups = PyList::empty(py);
        let mut current: Option<(Bound<'py, PyAny>, Bound<'py, PyList>)> = None;
        for item in target.try_iter()? {
            let item = item?;
            if let Some(place) = &place {
                self.put_in_place(&item, place);
            }
            self.assign(p, name, Value::Py(item.clone()))?;
            let key = self.eval_or_none(p, expression)?;
            let key = self.to_py(&key)?;
            if let Some((known, members)) = &current
                && (known.is(&key) || known.eq(&key)?)
            {
                members.append(item)?;
                continue;
            }
            let members = PyList::new(py, [item])?;
            if let Some((known, members)) = current.replace((key, members)) {
                groups.append(self.stock.group_result.bind(py).call1((known, members))?)?;
            }
        }
        if let Some((known, members)) = current {
            groups.append(self.stock.group_result.bind(py).call1((known, members))?)?;
        }
        self.assign(p, name, Value::Py(groups.into_any()))
    }
}

fn push_entry<'py>(
    entries: &mut Vec<(Bound<'py, pyo3::types::PyString>, Value<'py>)>,
    name: &Bound<'py, pyo3::types::PyString>,
    value: Bound<'py, PyAny>,
) {
    match entries.iter_mut().find(|(known, _)| known.is(name)) {
        Some(entry) => entry.1 = Value::Py(value),
        None => entries.push((name.clone(), Value::Py(value))),
    }
}

fn check_count(wanted: usize, got: usize) -> PyResult<()> {
    if wanted == got {
        return Ok(());
    }
    Err(PyValueError::new_err(format!("Need {wanted} values to unpack in for loop; got {got}. ")))
}
