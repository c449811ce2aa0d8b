//! What the page is sure to ask the database later on: told to the ORM room once, before the first query of a render.

use crate::render::Render;
use crate::stock::{Class, class_of};
use crate::value::Value;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

/// What has been announced in a render.
#[derive(Default)]
pub struct Announced {
    is_asked: bool,
    /// A QuerySet was met that gains nothing; instances may.
    is_refused: bool,
    /// `djust_backend.orm.pipelines.Expectation`
    expectations: Vec<Py<PyAny>>,
}

impl Announced {
    /// Has the connections left as they were found.
    pub fn stop(self, py: Python<'_>) -> PyResult<()> {
        for expectation in self.expectations {
            expectation.bind(py).call_method0("stop")?;
        }
        Ok(())
    }
}

impl<'py> Render<'py> {
    /// Announces what the view's QuerySets and instances are sure to be asked for. `source` is about to run a query.
    pub fn look_ahead(&mut self, source: &Bound<'py, PyAny>) -> PyResult<()> {
        let root = self.root_state();
        let is_instance = class_of(self.stock, source)? == Class::Model;
        {
            let mut announced = root.announced.borrow_mut();
            if announced.is_asked || announced.is_refused && !is_instance {
                return Ok(());
            }
            announced.is_refused = true;
            announced.is_asked = is_instance;
        }
        if !self.stock.call(self.py, "may_look_ahead", (source,))?.is_truthy()? || self.logs_misses()? {
            return Ok(());
        }
        root.announced.borrow_mut().is_asked = true;
        let sources = self.view_sources()?;
        let found = self.stock.call(self.py, "look_ahead", (sources,))?;
        let found = found.cast_into::<PyList>()?.iter().map(Bound::unbind).collect();
        root.announced.borrow_mut().expectations = found;
        Ok(())
    }

    /// The unread QuerySets and the instances that the view's names hold, with all that is done with each, and with
    /// pages over it. Empty if that is not known.
    fn view_sources(&mut self) -> PyResult<Bound<'py, PyList>> {
        let sources = PyList::empty(self.py);
        let Some(program) = self.root_program()? else { return Ok(sources) };
        let composition = program.get().composition(self.py, &self.engine)?;
        if !composition.is_closed() {
            return Ok(sources);
        }
        for at in 0..composition.variables() {
            let name = composition.variable_name(self.py, at);
            let Some(Value::Py(value)) = self.view_value(name)? else { continue };
            let source = match class_of(self.stock, &value)? {
                Class::Model => {
                    let usage = self.usage_of_value(&value)?;
                    (value, usage, None)
                }
                Class::QuerySet | Class::Page => {
                    let Some(queryset) = self.unread_queryset(&value)? else { continue };
                    let Some((usage, page)) = self.all_needs(&queryset)? else { continue };
                    (queryset, usage, page)
                }
                _ => continue,
            };
            sources.append(PyTuple::new(self.py, [Some(source.0), source.1, source.2])?)?;
        }
        Ok(sources)
    }
}
