//! Which data sources are read in row mode: asks the ORM room, once for each QuerySet of a render.

use crate::collections::Trail;
use crate::program::Program;
use crate::render::Render;
use crate::rows::RowSet;
use crate::sources::Known;
use crate::stock::{Class, class_of};
use crate::value::Value;
use djust_syntax::ast::ExprId;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// What a loop goes over.
pub enum Sequence<'py> {
    /// Python objects, with a length.
    Objects(Bound<'py, PyAny>),
    /// Rows that stand for model instances.
    Rows(Rc<RowSet<'py>>, Bound<'py, PyList>),
}

impl<'py> Render<'py> {
    /// The rows of a loop's sequence, if it is read in row mode.
    pub fn rows_of_loop(&mut self, value: &Value<'py>) -> PyResult<Option<(Rc<RowSet<'py>>, Bound<'py, PyList>)>> {
        match value {
            Value::Rows(rows) => rows.load().map(Some),
            Value::Py(object) => Ok(self.row_set(object)?.map(|set| {
                let rows = set.rows.clone();
                (set, rows)
            })),
            _ => Ok(None),
        }
    }

    /// The rows of a QuerySet or page that is about to be read as a whole; `None`: it is read as instances.
    pub fn row_set(&mut self, source: &Bound<'py, PyAny>) -> PyResult<Option<Rc<RowSet<'py>>>> {
        let Some(queryset) = self.unread_queryset(source)? else { return Ok(None) };
        match self.known_rows(&queryset) {
            Known::NotAsked => {}
            Known::Instances => return Ok(None),
            Known::Rows(rows) => return RowSet::of(rows).map(Some),
        }
        self.look_ahead(&queryset)?;
        let found = self.ask_for_rows(&queryset)?;
        self.root_state().groups.borrow_mut().remember_rows(&queryset, found.as_ref());
        found.map(RowSet::of).transpose()
    }

    /// `queryset.count` and `queryset.exists` where the rows are there, or are sure to be read.
    pub fn size_step(
        &mut self,
        queryset: &Bound<'py, PyAny>,
        name: &Bound<'py, PyString>,
    ) -> PyResult<Option<Value<'py>>> {
        let text = name.to_str()?;
        if text != "count" && text != "exists" {
            return Ok(None);
        }
        let Some(queryset) = self.unread_queryset(queryset.as_any())? else { return Ok(None) };
        let set = match self.known_rows(&queryset) {
            Known::Rows(rows) => Some(RowSet::of(rows)?),
            Known::NotAsked => self.rows_before_size(&queryset)?,
            Known::Instances => None,
        };
        let Some(set) = set else { return Ok(None) };
        let size = self.stock.call(self.py, "size_of", (queryset, &set.rows, name))?;
        Ok(if size.is_none() { None } else { Some(Value::Py(size)) })
    }

    /// Reads a QuerySet whose size is asked, if it is sure to be read later and the rows tell the size. Gives them if they
    /// are read in row mode; otherwise the QuerySet has them.
    fn rows_before_size(&mut self, queryset: &Bound<'py, PyAny>) -> PyResult<Option<Rc<RowSet<'py>>>> {
        if !self.stock.call(self.py, "counts_its_rows", (queryset,))?.is_truthy()? {
            return Ok(None);
        }
        if self.is_surely_read(queryset)?
            && let Some(set) = self.row_set(queryset)?
        {
            return Ok(Some(set));
        }
        if let Some(usage) = self.usage_of_value(queryset)?
            && !usage.call_method0("row_needs")?.is_none()
        {
            self.evaluate(queryset, Some(&usage))?;
        }
        Ok(None)
    }

    /// What the view's names hold.
    pub fn view_values(&self) -> PyResult<FxHashMap<usize, Py<PyAny>>> {
        let mut found = FxHashMap::default();
        let Some(program) = self.root_program()? else { return Ok(found) };
        let composition = program.get().composition(self.py, &self.engine)?;
        for at in 0..composition.variables() {
            let name = composition.variable_name(self.py, at);
            if let Some(Value::Py(value)) = self.view_value(name)? {
                found.insert(name.as_ptr() as usize, value.unbind());
            }
        }
        Ok(found)
    }

    /// The QuerySet behind a source, if nobody has read it.
    pub fn unread_queryset(&self, source: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match class_of(self.stock, source)? {
            Class::QuerySet if !self.is_unread(source)? => Ok(None),
            Class::QuerySet | Class::Page => {
                let found = self.stock.call(self.py, "source_queryset", (source,))?;
                Ok(if found.is_none() { None } else { Some(found) })
            }
            _ => Ok(None),
        }
    }

    fn known_rows(&self, queryset: &Bound<'py, PyAny>) -> Known<'py> {
        self.root_state().groups.borrow().known_rows(queryset)
    }

    fn ask_for_rows(&mut self, queryset: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        // An exception or a log line about a missing variable shows the whole context.
        if self.logs_misses()? {
            return Ok(None);
        }
        let Some((usage, page)) = self.all_needs(queryset)? else { return Ok(None) };
        let found = self.stock.call(self.py, "rows", (queryset, usage, page))?;
        Ok(if found.is_none() { None } else { Some(found) })
    }

    fn is_surely_read(&mut self, queryset: &Bound<'py, PyAny>) -> PyResult<bool> {
        let Some((usage, page)) = self.all_needs(queryset)? else { return Ok(false) };
        for needs in [usage, page].into_iter().flatten() {
            if !needs.call_method0("row_needs")?.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Everything that the page does with a QuerySet, and with pages over it. `None`: that is not known.
    #[expect(clippy::type_complexity, reason = "two usages")]
    pub fn all_needs(
        &mut self,
        queryset: &Bound<'py, PyAny>,
    ) -> PyResult<Option<(Option<Bound<'py, PyAny>>, Option<Bound<'py, PyAny>>)>> {
        let Some(program) = self.root_program()? else { return Ok(None) };
        let composition = program.get().composition(self.py, &self.engine)?;
        if !composition.is_closed() {
            return Ok(None);
        }
        if let Some(usage) = self.needs_of_relation(queryset)? {
            return Ok(Some((Some(usage), None)));
        }
        let (mut own, mut page) = (None, None);
        for at in 0..composition.variables() {
            let Some(Value::Py(value)) = self.view_value(composition.variable_name(self.py, at))? else {
                continue;
            };
            let found = if value.is(queryset) {
                &mut own
            } else if class_of(self.stock, &value)? == Class::Page && value.getattr("object_list")?.is(queryset) {
                &mut page
            } else {
                continue;
            };
            let usage = composition.of_variable(self.py, at)?;
            *found = Some(match found.take() {
                Some(known) => Bound::call_method1(&known, "merge", (usage,))?,
                None => usage,
            });
        }
        Ok(if own.is_none() && page.is_none() { None } else { Some((own, page)) })
    }

    /// What the page does with all rows of a relation of an instance, if that is what the QuerySet is.
    fn needs_of_relation(&mut self, queryset: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(trail) = self.trail_of(queryset) else { return Ok(None) };
        let Some((usage, path)) = self.needs_of_trail(&trail)? else { return Ok(None) };
        let path = PyTuple::new(self.py, path)?;
        let found = self.stock.call(self.py, "needs_of_collection", (usage, path))?;
        Ok(if found.is_none() { None } else { Some(found) })
    }

    /// The needs of the group that a walk started from, and all accessors since.
    #[expect(clippy::type_complexity, reason = "a usage and a path")]
    fn needs_of_trail(&mut self, trail: &Trail<'py>) -> PyResult<Option<(Bound<'py, PyAny>, Vec<Bound<'py, PyAny>>)>> {
        let place = self.place_of(trail.root())?;
        let usage = self.root_state().groups.borrow().usage_at(&place, self.py);
        Ok(usage.map(|usage| (usage, place.path(self.py).chain(trail.path()).collect())))
    }

    /// What a loop goes over. `None`: nothing.
    pub fn sequence(&mut self, p: &Program, sequence: ExprId) -> PyResult<Option<Sequence<'py>>> {
        let value = self.eval_source(p, sequence)?;
        if value.is_none() {
            return Ok(None);
        }
        if let Some((set, rows)) = self.rows_of_loop(&value)? {
            return Ok(Some(Sequence::Rows(set, rows)));
        }
        self.loop_values(&value).map(|values| values.map(Sequence::Objects))
    }
}
