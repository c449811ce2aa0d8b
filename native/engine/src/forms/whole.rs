//! `BaseForm`: the fields of a form, and the context of its templates.

use super::errors::FieldErrors;
use super::known::{Known, Method, Methods};
use crate::render::Render;
use crate::value::Value;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

/// Methods that a form's context is made with.
const CONTEXT: &[Method] =
    &[Method::FormContext, Method::NonFieldErrors, Method::BoundItems, Method::FormItem, Method::FormErrors];

/// A dictionary whose items are what `dict` has: itself, or one of those that forms with an order of their own have.
pub(super) fn plain_dict<'py>(known: &Known, object: Bound<'py, PyAny>) -> Option<Bound<'py, PyDict>> {
    let dict = object.cast_into::<PyDict>().ok()?;
    (dict.is_exact_instance_of::<PyDict>() || dict.get_type().is(&known.ordered_dict)).then_some(dict)
}

impl<'py> Render<'py> {
    /// The fields of a form by name, if they are in a dictionary.
    pub(super) fn form_fields(&self, known: &Known, form: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let fields = form.getattr(intern!(self.py, "fields"))?;
        Ok(plain_dict(known, fields))
    }

    /// `form[name]`, for a name that the form has a field for.
    pub(super) fn form_item(
        &mut self,
        known: &Known,
        form: (&Bound<'py, PyAny>, Methods),
        (field, name): (&Bound<'py, PyAny>, &Bound<'py, PyAny>),
    ) -> PyResult<Bound<'py, PyAny>> {
        let bound = form.0.getattr(intern!(self.py, "_bound_fields_cache"))?;
        let Ok(bound) = bound.cast_into_exact::<PyDict>() else { return self.outside(form.0.get_item(name)) };
        if let Some(found) = bound.get_item(name)? {
            return Ok(found);
        }
        let made = self.new_bound_field(known, form, (field, name))?;
        bound.set_item(name, &made)?;
        Ok(made)
    }

    /// The bound field of a name that the form has just given (`BaseForm._bound_items`).
    fn bound_item(
        &mut self,
        known: &Known,
        form: (&Bound<'py, PyAny>, Methods),
        fields: &Bound<'py, PyDict>,
        name: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match fields.get_item(name)? {
            Some(field) => self.form_item(known, form, (&field, name)),
            None => self.outside(form.0.get_item(name)),
        }
    }

    /// `list(form)`, or those of the fields that are hidden, or that are not. `None`: the form must be asked.
    pub(super) fn form_list(
        &mut self,
        known: &Known,
        form: &Bound<'py, PyAny>,
        methods: Methods,
        hidden: Option<bool>,
    ) -> PyResult<Option<Bound<'py, PyList>>> {
        if !methods.all(&[Method::FormIter, Method::FormItem]) {
            return Ok(None);
        }
        let Some(fields) = self.form_fields(known, form)? else { return Ok(None) };
        let found = PyList::empty(self.py);
        for name in fields.as_any().try_iter()? {
            let bound = self.bound_item(known, (form, methods), &fields, &name?)?;
            if let Some(hidden) = hidden
                && self.is_hidden_field(known, &bound)? != hidden
            {
                continue;
            }
            found.append(bound)?;
        }
        Ok(Some(found))
    }

    /// `bool(bound.is_hidden)`
    fn is_hidden_field(&mut self, known: &Known, bound: &Bound<'py, PyAny>) -> PyResult<bool> {
        match self.view(known, bound)? {
            Some(view) => self.bound_is_hidden(&view),
            None => self.outside(bound.getattr(intern!(self.py, "is_hidden")))?.is_truthy(),
        }
    }

    /// `BaseForm.non_field_errors()`
    pub(super) fn non_field_errors(
        &mut self,
        known: &Known,
        form: &Bound<'py, PyAny>,
        methods: Methods,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        let name = known.non_field_errors.bind(py);
        match self.errors_of(known, (form, methods), name, Some("nonfield"))? {
            FieldErrors::Found(found) => Ok(found),
            FieldErrors::None => {
                let renderer = form.getattr(intern!(py, "renderer"))?;
                self.new_errors(known, intern!(py, "errorlist nonfield").as_any(), &renderer)
            }
        }
    }

    /// `BaseForm.get_context()`. `None`: it must be asked.
    fn form_context(
        &mut self,
        known: &Known,
        form: &Bound<'py, PyAny>,
        methods: Methods,
    ) -> PyResult<Option<Bound<'py, PyDict>>> {
        let py = self.py;
        if !methods.all(CONTEXT) {
            return Ok(None);
        }
        let Some(fields) = self.form_fields(known, form)? else { return Ok(None) };
        let errors = self.non_field_errors(known, form, methods)?;
        let mut errors = match self.copied_errors(known, &errors)? {
            Some(copy) => copy,
            None => self.outside(errors.call_method0(intern!(py, "copy")))?,
        };
        let (shown, hidden) = (PyList::empty(py), PyList::empty(py));
        for name in fields.as_any().try_iter()? {
            let name = name?;
            let bound = self.bound_item(known, (form, methods), &fields, &name)?;
            let view = self.view(known, &bound)?;
            let is_hidden = match &view {
                Some(view) => self.bound_is_hidden(view)?,
                None => self.outside(bound.getattr(intern!(py, "is_hidden")))?.is_truthy()?,
            };
            let of_field = match &view {
                Some(view) => self.bound_errors(known, view)?,
                None => FieldErrors::Found(self.outside(bound.getattr(intern!(py, "errors")))?),
            };
            if !is_hidden {
                let of_field = self.errors_object(known, of_field, form)?;
                shown.append((bound, of_field))?;
                continue;
            }
            if self.has_errors(&of_field)? {
                let more = self.stock.call(py, "hidden_errors", (&name, &bound));
                errors = self.outside(errors.call_method1(intern!(py, "__iadd__"), (more?,)))?;
            }
            hidden.append(bound)?;
        }
        let context = PyDict::new(py);
        context.set_item(intern!(py, "form"), form)?;
        context.set_item(intern!(py, "fields"), shown)?;
        context.set_item(intern!(py, "hidden_fields"), hidden)?;
        context.set_item(intern!(py, "errors"), errors)?;
        Ok(Some(context))
    }

    /// `form.render(<the template of this name>)`. `None`: it must be asked.
    pub(super) fn form_text(
        &mut self,
        known: &Known,
        form: &Bound<'py, PyAny>,
        methods: Methods,
        template: &Bound<'py, PyString>,
    ) -> PyResult<Option<Value<'py>>> {
        if !methods.has(Method::Render) {
            return Ok(None);
        }
        let py = self.py;
        let renderer = form.getattr(intern!(py, "renderer"))?;
        let mut name = form.getattr(template)?;
        if !name.is_truthy()? {
            name = form.getattr(intern!(py, "template_name"))?;
        }
        let Some(context) = self.form_context(known, form, methods)? else { return Ok(None) };
        self.render_with(known, &renderer, &name, context).map(Some)
    }
}
