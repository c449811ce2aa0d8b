//! Lists of errors, and the errors in them.

use super::known::{Kind, Known, Method, Methods, loaded};
use crate::attributes::{class_has, has_same_attribute, optional_attribute, own_dict};
use crate::render::Render;
use crate::value::Value;
use pyo3::exceptions::{PyIndexError, PyRuntimeError, PyStopIteration};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

/// The errors of a field.
pub enum FieldErrors<'py> {
    /// Those that the form has, or what stands for them.
    Found(Bound<'py, PyAny>),
    /// An empty `ErrorList`, which nobody has seen yet.
    None,
}

/// The messages of an `ErrorList`, one after the other.
pub struct ErrorItems<'py> {
    list: Bound<'py, PyAny>,
    at: usize,
}

impl<'py> Render<'py> {
    /// `BaseForm.errors`
    pub(super) fn form_errors(&mut self, form: &Bound<'py, PyAny>, methods: Methods) -> PyResult<Bound<'py, PyAny>> {
        if !methods.has(Method::FormErrors) {
            let errors = form.getattr(intern!(self.py, "errors"));
            self.forget_ambient();
            return errors;
        }
        let errors = form.getattr(intern!(self.py, "_errors"))?;
        if !errors.is_none() {
            return Ok(errors);
        }
        let cleaned = form.call_method0(intern!(self.py, "full_clean"));
        self.forget_ambient();
        cleaned?;
        form.getattr(intern!(self.py, "_errors"))
    }

    /// True if lists of this class are made as Django makes them.
    pub(super) fn is_plain_error_class(&self, known: &Known, class: &Bound<'py, PyAny>) -> PyResult<bool> {
        let list = known.error_list.bind(self.py);
        if !class.is(list) || !self.methods_of_class(list)?.all(&[Method::ErrorsInit, Method::ErrorsLen]) {
            return Ok(false);
        }
        // Or an empty list might count as true.
        Ok(optional_attribute(list.as_any(), intern!(self.py, "__bool__"))?.is_none())
    }

    /// `form.errors.get(name, <a new list>)`; `None`: there are no errors, and a new list would be Django's own.
    pub(super) fn errors_of(
        &mut self,
        known: &Known,
        (form, methods): (&Bound<'py, PyAny>, Methods),
        name: &Bound<'py, PyAny>,
        error_class: Option<&str>,
    ) -> PyResult<FieldErrors<'py>> {
        let py = self.py;
        let errors = self.form_errors(form, methods)?;
        let class = form.getattr(intern!(py, "error_class"))?;
        let is_dict = has_same_attribute(&errors, &py.get_type::<PyDict>(), intern!(py, "get"));
        if is_dict && self.is_plain_error_class(known, &class)? {
            return Ok(match errors.cast::<PyDict>()?.get_item(name)? {
                Some(found) => FieldErrors::Found(found),
                None => FieldErrors::None,
            });
        }
        let arguments = PyDict::new(py);
        if let Some(error_class) = error_class {
            arguments.set_item(intern!(py, "error_class"), error_class)?;
        }
        arguments.set_item(intern!(py, "renderer"), form.getattr(intern!(py, "renderer"))?)?;
        let default = class.call((), Some(&arguments))?;
        let found = errors.call_method1(intern!(py, "get"), (name, default));
        self.forget_ambient();
        found.map(FieldErrors::Found)
    }

    /// `ErrorList(error_class=…, renderer=…)`
    pub(super) fn new_errors(
        &self,
        known: &Known,
        error_class: &Bound<'py, PyAny>,
        renderer: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        let class = known.error_list.bind(py);
        let list = class.call_method1(intern!(py, "__new__"), (class,))?;
        list.setattr(intern!(py, "data"), PyList::empty(py))?;
        list.setattr(intern!(py, "error_class"), error_class)?;
        if renderer.is_truthy()? {
            list.setattr(intern!(py, "renderer"), renderer)?;
        } else {
            list.setattr(intern!(py, "renderer"), known.default_renderer.bind(py).call0()?)?;
        }
        list.setattr(intern!(py, "field_id"), py.None())?;
        Ok(list)
    }

    /// The errors as an object.
    pub(super) fn errors_object(
        &self,
        known: &Known,
        errors: FieldErrors<'py>,
        form: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        match errors {
            FieldErrors::Found(found) => Ok(found),
            FieldErrors::None => {
                let renderer = form.getattr(intern!(py, "renderer"))?;
                self.new_errors(known, intern!(py, "errorlist").as_any(), &renderer)
            }
        }
    }

    /// `bool(errors)`
    pub(super) fn has_errors(&mut self, errors: &FieldErrors<'py>) -> PyResult<bool> {
        match errors {
            FieldErrors::None => Ok(false),
            FieldErrors::Found(found) => match self.count_of_errors(found)? {
                Some(count) => Ok(count > 0),
                None => found.is_truthy(),
            },
        }
    }

    /// `len(errors)` of an `ErrorList` whose truth that is. `None`: it must be asked.
    #[inline(never)]
    pub fn count_of_errors(&mut self, object: &Bound<'py, PyAny>) -> PyResult<Option<usize>> {
        let Some(data) = self.error_data(object, Method::ErrorsLen)? else { return Ok(None) };
        if class_has(object, intern!(self.py, "__bool__")) {
            return Ok(None);
        }
        Ok(Some(data.len()))
    }

    /// True for an `ErrorList` whose `errors["name"]` raises what a list does.
    #[inline(never)]
    pub fn has_listed_errors(&self, object: &Bound<'py, PyAny>) -> PyResult<bool> {
        Ok(self.error_data(object, Method::ErrorsItem)?.is_some())
    }

    /// The data of an `ErrorList` of Django's own, if a slot of its class is Django's.
    fn error_data(&self, object: &Bound<'py, PyAny>, slot: Method) -> PyResult<Option<Bound<'py, PyList>>> {
        let Some(known) = loaded(self.py) else { return Ok(None) };
        if !object.get_type().is(&known.error_list) || !self.methods(known, object, Kind::Slots)?.has(slot) {
            return Ok(None);
        }
        let Some(own) = own_dict(object) else { return Ok(None) };
        Ok(own.get_item(intern!(self.py, "data"))?.and_then(|data| data.cast_into_exact::<PyList>().ok()))
    }

    /// The messages of an `ErrorList`. `None`: it must be iterated.
    #[inline(never)]
    pub fn error_items(&mut self, object: &Bound<'py, PyAny>) -> PyResult<Option<ErrorItems<'py>>> {
        let Some(data) = self.error_data(object, Method::ErrorsIter)? else { return Ok(None) };
        if self.error_data(object, Method::ErrorsItem)?.is_none() {
            return Ok(None);
        }
        for error in data.iter() {
            if !error.is_exact_instance_of::<PyString>() && self.own_error(&error)?.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(ErrorItems { list: object.clone(), at: 0 }))
    }

    /// The next message, as `Sequence.__iter__` gets it from `ErrorList.__getitem__`.
    #[inline(never)]
    pub fn next_error(&mut self, items: &mut ErrorItems<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let at = items.at;
        items.at += 1;
        let Some(data) = self.error_data(&items.list, Method::ErrorsItem)? else { return self.asked_error(items, at) };
        let Ok(error) = data.get_item(at) else { return Ok(None) };
        if error.is_exact_instance_of::<PyString>() {
            return Ok(Some(error));
        }
        match self.own_error(&error)? {
            Some(first) => {
                let message = self.message(&first);
                self.end_of_errors(message)
            }
            None => self.asked_error(items, at),
        }
    }

    /// `errors[at]`
    fn asked_error(&mut self, items: &ErrorItems<'py>, at: usize) -> PyResult<Option<Bound<'py, PyAny>>> {
        let found = self.outside(items.list.get_item(at));
        self.end_of_errors(found)
    }

    /// What Python's loop over a sequence makes of an item, or of the exception in its place.
    fn end_of_errors(&self, found: PyResult<Bound<'py, PyAny>>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match found {
            Err(error) if error.is_instance_of::<PyIndexError>(self.py) => Ok(None),
            Err(error) if error.is_instance_of::<PyStopIteration>(self.py) => {
                Err(PyRuntimeError::new_err("generator raised StopIteration"))
            }
            found => found.map(Some),
        }
    }

    /// The first of the errors in a `ValidationError` of Django's own class.
    fn own_error(&self, error: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = self.py;
        let Some(known) = loaded(py) else { return Ok(None) };
        let is_own = error.get_type().is(&known.validation_error)
            && self.methods(known, error, Kind::Slots)?.has(Method::ErrorIter);
        let Some(own) = own_dict(error).filter(|_| is_own) else { return Ok(None) };
        if own.contains(intern!(py, "error_dict"))? {
            return Ok(None);
        }
        let Some(list) = own.get_item(intern!(py, "error_list"))? else { return Ok(None) };
        Ok(list.cast_into_exact::<PyList>().ok().and_then(|list| list.get_item(0).ok()))
    }

    /// The message of an error: what `ValidationError.__iter__` yields.
    fn message(&mut self, error: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        let mut message = error.getattr(intern!(py, "message"))?;
        let params = error.getattr(intern!(py, "params"))?;
        if params.is_truthy()? {
            message = self.outside(message.rem(params))?;
        } else if let Some((text, safe)) = self.lazy_message(&message)? {
            return Value::Text(text, safe).to_py(py, self.stock);
        }
        if message.is_exact_instance_of::<PyString>() {
            return Ok(message);
        }
        self.outside(message.str()).map(Bound::into_any)
    }

    /// `ErrorList.copy()`. `None`: it must be asked.
    pub(super) fn copied_errors(
        &self,
        known: &Known,
        errors: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = self.py;
        if !self.is_plain_error_class(known, errors.get_type().as_any())? {
            return Ok(None);
        }
        let methods = self.methods(known, errors, Kind::Errors)?;
        let Some(data) = self.error_data(errors, Method::ErrorsLen)? else { return Ok(None) };
        if !methods.has(Method::ErrorsCopy) {
            return Ok(None);
        }
        // As in Django, the copy has the default renderer first.
        let none = py.None().into_bound(py);
        let copy = self.new_errors(known, &errors.getattr(intern!(py, "error_class"))?, &none)?;
        copy.setattr(intern!(py, "data"), data.get_slice(0, data.len()))?;
        copy.setattr(intern!(py, "renderer"), errors.getattr(intern!(py, "renderer"))?)?;
        Ok(Some(copy))
    }

    /// `str(errors)`, that is `RenderableMixin.render()`. `None`: it must be asked.
    #[inline(never)]
    pub fn error_text(&mut self, errors: &Bound<'py, PyAny>) -> PyResult<Option<Value<'py>>> {
        let Some(known) = loaded(self.py) else { return Ok(None) };
        if !errors.get_type().is(&known.error_list) {
            return Ok(None);
        }
        let Some(known) = self.forms()? else { return Ok(None) };
        let methods = self.methods(known, errors, Kind::Errors)?;
        if !methods.all(&[Method::RenderedText, Method::ErrorsContext]) {
            return Ok(None);
        }
        let py = self.py;
        let renderer = errors.getattr(intern!(py, "renderer"))?;
        let template = errors.getattr(intern!(py, "template_name"))?;
        let context = PyDict::new(py);
        context.set_item(intern!(py, "errors"), errors)?;
        context.set_item(intern!(py, "error_class"), errors.getattr(intern!(py, "error_class"))?)?;
        self.render_with(known, &renderer, &template, context).map(Some)
    }
}
