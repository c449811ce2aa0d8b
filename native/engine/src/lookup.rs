//! The rule by which a template walks from a value to the next: item, attribute, index, call
//! (`django.template.base.Variable._resolve_lookup`).

use crate::accessors::is_direct_step;
use crate::attributes::{Member, has_generic_getattr, has_getitem, is_callable, member, optional_attribute};
use crate::collections::Trail;
use crate::program::{Name, Program};
use crate::render::Render;
use crate::scopes::Top;
use crate::stock::{Class, class_of};
use crate::value::Value;
use djust_syntax::ast::NameId;
use pyo3::exceptions::{PyAttributeError, PyException, PyIndexError, PyKeyError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

/// What a path leads to.
pub enum Lookup<'py> {
    /// A value.
    Found(Value<'py>),
    /// Nothing: `VariableDoesNotExist`, with the step that failed and what it was tried on (`None`: the context).
    Missing(NameId, Option<Value<'py>>),
}

/// One step.
enum Step<'py> {
    Found(Value<'py>),
    Missing,
}

/// What comes behind an object.
enum After<'py> {
    /// An object.
    Object(Bound<'py, PyAny>),
    /// Something by rules that are not Python's.
    Rules,
    /// Nothing.
    Nothing,
}

/// How far a path leads from object to object by Python's rules alone.
pub enum Walked<'py> {
    /// To its end.
    Object(Bound<'py, PyAny>),
    /// To a value that has rules of its own, and this place among the names is next.
    Until(Value<'py>, usize),
    /// To a name that the object before it (`None`: the context) does not have.
    Missing(NameId, Option<Bound<'py, PyAny>>),
}

fn is_any_of(py: Python<'_>, error: &PyErr, kinds: &[Bound<'_, pyo3::types::PyType>]) -> bool {
    kinds.iter().any(|kind| error.is_instance(py, kind))
}

/// The exceptions that make a failed `object[key]` fall through to the attribute.
pub fn item_miss(py: Python<'_>, error: &PyErr) -> bool {
    is_any_of(
        py,
        error,
        &[
            py.get_type::<PyTypeError>(),
            py.get_type::<PyAttributeError>(),
            py.get_type::<PyKeyError>(),
            py.get_type::<PyValueError>(),
            py.get_type::<PyIndexError>(),
        ],
    )
}

impl<'py> Render<'py> {
    /// Resolves a dotted path.
    ///
    /// `reads_all`: the caller is going to read all items of what it leads to.
    pub fn path(&mut self, p: &Program, names: &[NameId], reads_all: bool) -> PyResult<Lookup<'py>> {
        let walked = self.walked(p, names);
        self.path_from(p, names, walked, reads_all)
    }

    /// The beginning of [`Self::path`].
    pub fn walked(&mut self, p: &Program, names: &[NameId]) -> Result<Walked<'py>, (NameId, PyErr)> {
        self.trail = None;
        let found = self.objects(p, names);
        // What was called may have walked itself.
        self.trail = None;
        found
    }

    /// The rest of [`Self::path`].
    pub fn path_from(
        &mut self,
        p: &Program,
        names: &[NameId],
        walked: Result<Walked<'py>, (NameId, PyErr)>,
        reads_all: bool,
    ) -> PyResult<Lookup<'py>> {
        let mut at = names[0];
        let found = match walked {
            Ok(Walked::Object(object)) => return Ok(Lookup::Found(Value::Py(object))),
            Ok(Walked::Until(value, next)) => self.walk(p, names, (value, next), &mut at, reads_all),
            Ok(Walked::Missing(name, on)) => Ok(Lookup::Missing(name, on.map(Value::Py))),
            Err((name, error)) => {
                at = name;
                Err(error)
            }
        };
        match found {
            Ok(Lookup::Missing(name, value)) => {
                if self.logs_misses()? {
                    let error = self.does_not_exist(p, name, value.as_ref())?;
                    self.log_miss(p, name, &error)?;
                }
                Ok(Lookup::Missing(name, value))
            }
            Ok(found) => Ok(found),
            Err(error) => self.path_error(p, at, error),
        }
    }

    /// An exception on the way: silent ones give `string_if_invalid`.
    fn path_error(&mut self, p: &Program, name: NameId, error: PyErr) -> PyResult<Lookup<'py>> {
        let py = self.py;
        if !error.is_instance_of::<PyException>(py) {
            return Err(error);
        }
        if self.logs_misses()? {
            self.log_miss(p, name, error.value(py))?;
        }
        let silent = error.value(py).getattr_opt(self.stock.silent_variable_failure.bind(py))?;
        if silent.map_or(Ok(false), |flag| flag.is_truthy())? {
            return Ok(Lookup::Found(Value::Py(self.string_if_invalid.clone())));
        }
        Err(error)
    }

    /// Walks as far as there are objects of Python, and none of a data source.
    fn objects(&mut self, p: &Program, names: &[NameId]) -> Result<Walked<'py>, (NameId, PyErr)> {
        let mut id = names[0];
        let first = match self.scopes.top(p.name(self.py, id)) {
            Ok(Top::Object(object)) => object,
            Ok(Top::Other(value)) => return Ok(Walked::Until(value, 1)),
            Ok(Top::Nothing) => return Ok(Walked::Missing(id, None)),
            Err(error) => return Err((id, error)),
        };
        let mut current = self.called_object(first).map_err(|error| (id, error))?;
        let mut next = 1;
        while next < names.len() {
            id = names[next];
            let found = match self.object_after(p, &current, id) {
                Ok(After::Object(object)) => object,
                Ok(After::Rules) => return Ok(Walked::Until(Value::Py(current), next)),
                Ok(After::Nothing) => return Ok(Walked::Missing(id, Some(current))),
                Err(error) => return Err((id, error)),
            };
            current = self.called_object(found).map_err(|error| (id, error))?;
            next += 1;
        }
        Ok(Walked::Object(current))
    }

    /// The object behind a name of another, by Python's rules.
    #[inline]
    fn object_after(&mut self, p: &Program, object: &Bound<'py, PyAny>, id: NameId) -> PyResult<After<'py>> {
        let name = &p.names[id as usize];
        let text = name.text.bind(self.py);
        let found = if is_direct_step(object, text) {
            self.lend_compilers()?;
            match self.gotten(object, text)? {
                None => self.indexed(Class::Model, object, name.index)?,
                found => found,
            }
        } else {
            let class = class_of(self.stock, object)?;
            if self.has_rules(class, object, text)? {
                return Ok(After::Rules);
            }
            self.item_or_attribute(class, object, text, name.index)?
        };
        Ok(found.map_or(After::Nothing, After::Object))
    }

    /// The rest of a path, from a value and the place of the name that is next.
    fn walk(
        &mut self,
        p: &Program,
        names: &[NameId],
        (mut current, mut next): (Value<'py>, usize),
        at: &mut NameId,
        reads_all: bool,
    ) -> PyResult<Lookup<'py>> {
        let mut trail = None;
        while next < names.len() {
            let id = names[next];
            *at = id;
            next += 1;
            if let Some((value, skipped)) = self.source_step(p, &current, &names[next - 1..], reads_all, &mut trail)? {
                next += skipped;
                current = value;
                continue;
            }
            current = match self.plain_step(p, &current, id)? {
                Lookup::Found(value) => value,
                missing @ Lookup::Missing(..) => return Ok(missing),
            };
        }
        if let Some(trail) = &mut trail {
            trail.end(&current);
        }
        self.trail = trail;
        Ok(Lookup::Found(current))
    }

    /// A step by Python's rules: item, attribute, index, call.
    pub fn plain_step(&mut self, p: &Program, current: &Value<'py>, id: NameId) -> PyResult<Lookup<'py>> {
        match current {
            Value::Row(row) => {
                let found = self.row_step(p, row, &[id])?;
                Ok(found.map_or_else(|| Lookup::Missing(id, Some(current.clone())), |(value, _)| Lookup::Found(value)))
            }
            Value::Rows(rows) => {
                let found = self.rows_step(p, rows, id)?;
                Ok(found.map_or_else(|| Lookup::Missing(id, Some(current.clone())), Lookup::Found))
            }
            Value::Py(object)
                if class_of(self.stock, object)? == Class::Form
                    && let Some(found) = self.form_step(p, object, id)? =>
            {
                Ok(Lookup::Found(found))
            }
            _ => match self.step(current, &p.names[id as usize])? {
                Step::Found(value) => self.called(value).map(Lookup::Found),
                Step::Missing => Ok(Lookup::Missing(id, Some(current.clone()))),
            },
        }
    }

    /// A step in a data source: the value, and how many names more it covers.
    ///
    /// From a row, or into a relation that is cached or has just been batched.
    fn source_step(
        &mut self,
        p: &Program,
        current: &Value<'py>,
        names: &[NameId],
        reads_all: bool,
        trail: &mut Option<Trail<'py>>,
    ) -> PyResult<Option<(Value<'py>, usize)>> {
        let object = match current {
            Value::Py(object) => object,
            Value::Row(row) => return self.row_step(p, row, names),
            _ => return Ok(None),
        };
        match class_of(self.stock, object)? {
            Class::Model => {}
            Class::QuerySet => return Ok(self.size_step(object, p.name(self.py, names[0]))?.map(|value| (value, 0))),
            _ => return Ok(None),
        }
        let rest: Vec<_> = names[1..].iter().map(|&id| p.name(self.py, id)).collect();
        self.relation_step(object, p.name(self.py, names[0]), &rest, reads_all, trail)
    }

    fn step(&mut self, current: &Value<'py>, name: &Name) -> PyResult<Step<'py>> {
        let text = name.text.bind(self.py);
        match current {
            Value::Py(object) => self.object_step(object, text, name.index),
            Value::Loop(forloop) => {
                if let Some(value) = forloop.get(self.py, text.to_str()?) {
                    return Ok(Step::Found(value));
                }
                let dict = forloop.dict(self.py, self.stock)?;
                self.object_step(dict.as_any(), text, name.index)
            }
            Value::Block(block) if block.has_context && text.to_str()? == "super" => {
                let block = std::rc::Rc::clone(block);
                self.block_super(&block).map(Step::Found)
            }
            other => {
                let object = self.to_py(other)?;
                self.object_step(&object, text, name.index)
            }
        }
    }

    fn object_step(
        &mut self,
        object: &Bound<'py, PyAny>,
        name: &Bound<'py, PyString>,
        index: Option<i64>,
    ) -> PyResult<Step<'py>> {
        let class = class_of(self.stock, object)?;
        if class == Class::Form {
            self.reach_other(object)?;
        }
        if class == Class::Block
            && name.to_str()? == "super"
            && let Some(value) = self.super_of(object)?
        {
            return Ok(Step::Found(value));
        }
        let found = self.item_or_attribute(class, object, name, index)?;
        Ok(found.map_or(Step::Missing, |object| Step::Found(Value::Py(object))))
    }

    /// The value of an item, an attribute or an index. `None`: there is none.
    fn item_or_attribute(
        &mut self,
        class: Class,
        object: &Bound<'py, PyAny>,
        name: &Bound<'py, PyString>,
        index: Option<i64>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        match class {
            Class::Dict => {
                if let Some(value) = object.cast::<PyDict>()?.get_item(name)? {
                    return Ok(Some(value));
                }
            }
            // An item of these is looked up with a string, which always fails.
            Class::List | Class::Tuple | Class::Str | Class::Safe | Class::Int | Class::None => {}
            Class::Context => {
                let found = self.stock.call(self.py, "context_step", (object, name))?;
                return Ok(Some(found).filter(|found| !found.is(self.stock.Undefined.bind(self.py))));
            }
            _ if !has_getitem(object) => {}
            // A list of errors has items by number only.
            Class::Plain if self.has_listed_errors(object)? => {}
            _ => match object.get_item(name) {
                Ok(value) => return Ok(Some(value)),
                Err(error) if item_miss(self.py, &error) => {}
                Err(error) => return Err(error),
            },
        }
        match self.attribute(object, name)? {
            Some(value) => Ok(Some(value)),
            None => self.indexed(class, object, index),
        }
    }

    /// `getattr(object, name)`; `None` if there is no such attribute, an error if the attribute itself failed.
    pub fn attribute(
        &mut self,
        object: &Bound<'py, PyAny>,
        name: &Bound<'py, PyString>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        match member(object, name) {
            // Only the instance's own dictionary can have it: a miss needs no exception.
            Member::Nothing if has_generic_getattr(object) => return optional_attribute(object, name),
            Member::Nothing => {}
            Member::Property => {
                self.lend_compilers()?;
                self.forget_ambient();
            }
            Member::Other => self.lend_compilers()?,
        }
        self.gotten(object, name)
    }

    /// `getattr(object, name)` as [`Self::attribute`] has it, where everything is ready for code that may run.
    fn gotten(&self, object: &Bound<'py, PyAny>, name: &Bound<'py, PyString>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = self.py;
        match object.getattr(name) {
            Ok(value) => Ok(Some(value)),
            Err(error) => {
                if !is_any_of(py, &error, &[py.get_type::<PyTypeError>(), py.get_type::<PyAttributeError>()]) {
                    return Err(error);
                }
                // A property that failed inside is an error; an attribute that does not exist is a miss.
                let listed = object.dir()?.contains(name)?;
                if listed { Err(error) } else { Ok(None) }
            }
        }
    }

    /// The value of an index, if the name of the step is one.
    fn indexed(
        &self,
        class: Class,
        object: &Bound<'py, PyAny>,
        index: Option<i64>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(index) = index else { return Ok(None) };
        let at = usize::try_from(index).ok();
        match (class, at) {
            (Class::List, Some(at)) => {
                let list = object.cast::<PyList>()?;
                return Ok(list.get_item(at).ok());
            }
            (Class::Tuple, Some(at)) => {
                let tuple = object.cast::<PyTuple>()?;
                return Ok(tuple.get_item(at).ok());
            }
            (Class::QuerySet, _) if self.has_no_row(object, index) => return Ok(None),
            _ => {}
        }
        match object.get_item(index) {
            Ok(value) => Ok(Some(value)),
            Err(error) => {
                let py = self.py;
                let miss = [
                    py.get_type::<PyIndexError>(),
                    py.get_type::<PyValueError>(),
                    py.get_type::<PyKeyError>(),
                    py.get_type::<PyTypeError>(),
                ];
                if is_any_of(py, &error, &miss) { Ok(None) } else { Err(error) }
            }
        }
    }

    /// Calls a callable value, as templates do.
    pub fn called(&mut self, value: Value<'py>) -> PyResult<Value<'py>> {
        match value {
            Value::Py(object) => self.called_object(object).map(Value::Py),
            other => Ok(other),
        }
    }

    #[expect(clippy::inline_always, reason = "most often there is nothing to do, and a call would cost more")]
    #[inline(always)]
    fn called_object(&mut self, object: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        if is_callable(&object) { self.call_object(object) } else { Ok(object) }
    }

    #[inline(never)]
    fn call_object(&mut self, object: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        if flag(&object, self.stock.do_not_call_in_templates.bind(py))? {
            return Ok(object);
        }
        if flag(&object, self.stock.alters_data.bind(py))? {
            return Ok(self.string_if_invalid.clone());
        }
        if self.context.is_some() && !self.scopes.holds_rows() {
            // What is called may hold the Python context. Not where rows are: there no Python code has been given it.
            self.share_scopes()?;
        }
        self.lend_compilers()?;
        let result = object.call0();
        self.forget_ambient();
        match result {
            Ok(result) => Ok(result),
            Err(error) if error.is_instance_of::<PyTypeError>(py) => {
                let needs_arguments = self.stock.call(py, "needs_arguments", (object,))?.is_truthy()?;
                if needs_arguments { Ok(self.string_if_invalid.clone()) } else { Err(error) }
            }
            Err(error) => Err(error),
        }
    }

    /// The exception for a path that leads nowhere.
    pub fn does_not_exist(
        &mut self,
        p: &Program,
        name: NameId,
        on: Option<&Value<'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let on = match on {
            Some(value) => self.to_py(value)?,
            None => self.python_context()?,
        };
        let bit = p.name(self.py, name);
        self.stock.VariableDoesNotExist.bind(self.py).call1(("Failed lookup for key [%s] in %r", (bit, on)))
    }

    /// The exception for a path that leads nowhere, to be raised.
    pub fn missing_error(&mut self, p: &Program, name: NameId, on: Option<&Value<'py>>) -> PyErr {
        match self.does_not_exist(p, name, on) {
            Ok(error) => PyErr::from_value(error),
            Err(error) => error,
        }
    }

    /// True if each missing variable is logged.
    pub fn logs_misses(&self) -> PyResult<bool> {
        logs_debug(self.stock.logger.bind(self.py))
    }

    fn log_miss(&mut self, p: &Program, name: NameId, error: &Bound<'py, impl pyo3::PyTypeCheck>) -> PyResult<()> {
        let bit = p.name(self.py, name);
        self.stock.call(self.py, "log_miss", (bit, &self.template_name, error.as_any())).map(drop)
    }
}

/// `logger.isEnabledFor(DEBUG)`, from the logger's own cache if it has the answer.
fn logs_debug(logger: &Bound<'_, PyAny>) -> PyResult<bool> {
    const DEBUG: i32 = 10;
    if let Ok(cache) = logger.getattr("_cache")
        && let Ok(cache) = cache.cast::<PyDict>()
        && let Some(answer) = cache.get_item(DEBUG)?
    {
        return Ok(answer.is_truthy()? && !logger.getattr("disabled")?.is_truthy()?);
    }
    logger.call_method1("isEnabledFor", (DEBUG,))?.is_truthy()
}

/// A truth attribute that most objects do not have.
fn flag<'py>(object: &Bound<'py, PyAny>, name: &Bound<'py, PyString>) -> PyResult<bool> {
    optional_attribute(object, name)?.map_or(Ok(false), |flag| flag.is_truthy())
}
