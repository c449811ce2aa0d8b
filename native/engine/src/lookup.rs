//! The rule by which a template walks from a value to the next: item, attribute, index, call
//! (`django.template.base.Variable._resolve_lookup`).

use crate::collections::Trail;
use crate::program::{Name, Program};
use crate::render::Render;
use crate::scopes::Top;
use crate::stock::{Class, class_of};
use crate::value::Value;
use djust_syntax::ast::NameId;
use pyo3::exceptions::{PyAttributeError, PyException, PyIndexError, PyKeyError, PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple, PyType};

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

/// How far a path leads from object to object by Python's rules alone.
pub enum Walked<'py> {
    /// To its end.
    Object(Bound<'py, PyAny>),
    /// To a value that has rules of its own, and this place among the names is next.
    Until(Value<'py>, usize),
    /// To a name that the object before it (`None`: the context) does not have.
    Missing(NameId, Option<Bound<'py, PyAny>>),
}

/// True if `type(object)` has slots for `object[key]`.
pub fn has_getitem(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: `object` is a live object, so its type and the slot tables of the type are valid to read.
    unsafe {
        let kind = ffi::Py_TYPE(object.as_ptr());
        let mapping = (*kind).tp_as_mapping;
        let sequence = (*kind).tp_as_sequence;
        (!mapping.is_null() && (*mapping).mp_subscript.is_some())
            || (!sequence.is_null() && (*sequence).sq_item.is_some())
    }
}

/// `isinstance(object, property)`
pub fn is_property(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: a live object and a static type.
    unsafe { ffi::PyObject_TypeCheck(object.as_ptr(), &raw mut ffi::PyProperty_Type) != 0 }
}

/// `callable(object)`
pub fn is_callable(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: `object` is a live object, so its type is valid to read.
    unsafe { (*ffi::Py_TYPE(object.as_ptr())).tp_call.is_some() }
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
        let mut at = names[0];
        self.trail = None;
        let found = self.objects(p, names, &mut at);
        // What was called may have walked itself.
        self.trail = None;
        found.map_err(|error| (at, error))
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
    fn objects(&mut self, p: &Program, names: &[NameId], at: &mut NameId) -> PyResult<Walked<'py>> {
        let first = match self.scopes.top(p.name(self.py, names[0]))? {
            Top::Object(object) => object,
            Top::Other(value) => return Ok(Walked::Until(value, 1)),
            Top::Nothing => return Ok(Walked::Missing(names[0], None)),
        };
        let mut current = self.called_object(first)?;
        for (next, &id) in names.iter().enumerate().skip(1) {
            *at = id;
            let class = class_of(self.stock, &current)?;
            let name = &p.names[id as usize];
            if self.has_rules(class, &current, name.text.bind(self.py))? {
                return Ok(Walked::Until(Value::Py(current), next));
            }
            let Some(found) = self.item_or_attribute(class, &current, name.text.bind(self.py), name.index)? else {
                return Ok(Walked::Missing(id, Some(current)));
            };
            current = self.called_object(found)?;
        }
        Ok(Walked::Object(current))
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
        if let Some(value) = self.attribute(object, name)? {
            return Ok(Some(value));
        }
        let Some(index) = index else { return Ok(None) };
        self.index_step(class, object, index)
    }

    /// `getattr(object, name)`; `None` if there is no such attribute, an error if the attribute itself failed.
    pub fn attribute(
        &mut self,
        object: &Bound<'py, PyAny>,
        name: &Bound<'py, PyString>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = self.py;
        // SAFETY: the type of a live object and an interned str; the result is a borrowed reference or null, and no
        // exception is left behind.
        let (known, is_property) = unsafe {
            let found = _PyType_Lookup(ffi::Py_TYPE(object.as_ptr()), name.as_ptr());
            (!found.is_null(), !found.is_null() && ffi::Py_TYPE(found) == &raw mut ffi::PyProperty_Type)
        };
        if known {
            self.lend_compilers()?;
        }
        if is_property {
            self.forget_ambient();
        }
        if !known && has_generic_getattr(object) {
            // Only the instance's own dictionary can have it: a miss needs no exception.
            return optional_attribute(object, name);
        }
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

    fn index_step(&self, class: Class, object: &Bound<'py, PyAny>, index: i64) -> PyResult<Option<Bound<'py, PyAny>>> {
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

    #[inline]
    fn called_object(&mut self, object: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        if is_callable(&object) { self.call_object(object) } else { Ok(object) }
    }

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

/// The dictionary of an instance; asks no code of its class. `None`: its class gives it none.
pub fn own_dict<'py>(object: &Bound<'py, PyAny>) -> Option<Bound<'py, PyDict>> {
    // SAFETY: a live object; the result is a new reference, or null with an exception set, which is taken away.
    unsafe {
        let dict = ffi::PyObject_GenericGetDict(object.as_ptr(), std::ptr::null_mut());
        if dict.is_null() {
            ffi::PyErr_Clear();
            return None;
        }
        Bound::from_owned_ptr(object.py(), dict).cast_into::<PyDict>().ok()
    }
}

/// True if `object.name` is looked for as `object.__getattribute__` does, and by no code of its class.
pub fn has_generic_getattr(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: the type of a live object; its slots are valid to read.
    unsafe {
        (*ffi::Py_TYPE(object.as_ptr()))
            .tp_getattro
            .is_some_and(|f| f as usize == ffi::PyObject_GenericGetAttr as *const () as usize)
    }
}

/// What an object's own dictionary has under a name, if that is what `object.name` gives and no code runs for it.
pub fn stored_attribute<'py>(
    object: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    // SAFETY: the type of a live object and a live str; the result is a borrowed reference or null, whose type is valid
    // to read, and no exception is left behind.
    let is_data = unsafe {
        let found = _PyType_Lookup(ffi::Py_TYPE(object.as_ptr()), name.as_ptr());
        !found.is_null() && (*ffi::Py_TYPE(found)).tp_descr_set.is_some()
    };
    if is_data || !has_generic_getattr(object) {
        return Ok(None);
    }
    own_dict(object).map_or(Ok(None), |own| own.get_item(name))
}

/// True if the class of an object has the same attribute of this name as another class.
pub fn has_same_attribute(object: &Bound<'_, PyAny>, class: &Bound<'_, PyType>, name: &Bound<'_, PyString>) -> bool {
    // SAFETY: as in `class_has`, for both classes.
    unsafe {
        let found = _PyType_Lookup(class.as_type_ptr(), name.as_ptr());
        !found.is_null() && std::ptr::eq(found, _PyType_Lookup(ffi::Py_TYPE(object.as_ptr()), name.as_ptr()))
    }
}

/// True if the class of an object, or a base of it, has an attribute of this name.
pub fn class_has(object: &Bound<'_, PyAny>, name: &Bound<'_, PyString>) -> bool {
    // SAFETY: the type of a live object and a live str; the result is a borrowed reference or null, and no exception is
    // left behind.
    unsafe { !_PyType_Lookup(ffi::Py_TYPE(object.as_ptr()), name.as_ptr()).is_null() }
}

/// True if a name leads to exactly this attribute of an object's class, by its MRO.
pub fn class_has_this(object: &Bound<'_, PyAny>, name: &Bound<'_, PyString>, wanted: &Bound<'_, PyAny>) -> bool {
    leads_to(&object.get_type(), name, wanted)
}

/// True if a name leads to exactly this attribute of a class, by its MRO.
pub fn leads_to(class: &Bound<'_, PyType>, name: &Bound<'_, PyString>, wanted: &Bound<'_, PyAny>) -> bool {
    // SAFETY: as in `class_has`.
    unsafe { std::ptr::eq(_PyType_Lookup(class.as_type_ptr(), name.as_ptr()), wanted.as_ptr()) }
}

/// A truth attribute that most objects do not have.
fn flag<'py>(object: &Bound<'py, PyAny>, name: &Bound<'py, PyString>) -> PyResult<bool> {
    optional_attribute(object, name)?.map_or(Ok(false), |flag| flag.is_truthy())
}

unsafe extern "C" {
    /// Exported by every supported CPython: the attribute of a type by its MRO, borrowed, without raising.
    fn _PyType_Lookup(kind: *mut ffi::PyTypeObject, name: *mut ffi::PyObject) -> *mut ffi::PyObject;
}

#[cfg(not(Py_3_13))]
unsafe extern "C" {
    /// Exported by CPython 3.7 to 3.12: `getattr` that reports a missing attribute without raising.
    fn _PyObject_LookupAttr(
        object: *mut ffi::PyObject,
        name: *mut ffi::PyObject,
        result: *mut *mut ffi::PyObject,
    ) -> std::ffi::c_int;
}

#[cfg(Py_3_13)]
use ffi::PyObject_GetOptionalAttr as _PyObject_LookupAttr;

/// `getattr(object, name, None)` that can tell "missing" from `None` and raises nothing for it.
pub fn optional_attribute<'py>(
    object: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let mut result = std::ptr::null_mut();
    // SAFETY: both arguments are live objects; `result` receives a new reference, or null with (-1) or without (0) an
    // exception set.
    let found = unsafe { _PyObject_LookupAttr(object.as_ptr(), name.as_ptr(), &raw mut result) };
    if found < 0 {
        return Err(PyErr::fetch(object.py()));
    }
    if result.is_null() {
        return Ok(None);
    }
    // SAFETY: a new reference was returned.
    Ok(Some(unsafe { Bound::from_owned_ptr(object.py(), result) }))
}

/// `getattr(object, name) if hasattr(object, name) else None`: code behind the attribute runs twice, as in Django.
pub fn asked_attribute<'py>(
    object: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Some(found) = optional_attribute(object, name)? else { return Ok(None) };
    // SAFETY: the type of a live object and a str; the result is a borrowed reference or null.
    let runs_code = unsafe {
        let known = _PyType_Lookup(ffi::Py_TYPE(object.as_ptr()), name.as_ptr());
        !known.is_null() && (*ffi::Py_TYPE(known)).tp_descr_get.is_some() && ffi::PyFunction_Check(known) == 0
    };
    if runs_code || !has_generic_getattr(object) { object.getattr(name).map(Some) } else { Ok(Some(found)) }
}
