//! `BoundField`: the field of a form with its data.

use super::errors::FieldErrors;
use super::known::{Kind, Known, Method, Methods};
use crate::attributes::{optional_attribute, own_dict, stored_attribute};
use crate::render::Render;
use crate::value::Value;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

/// A bound field, and what belongs to it.
pub struct View<'py> {
    /// The bound field.
    pub me: Bound<'py, PyAny>,
    /// Its methods.
    pub methods: Methods,
    /// `self.form`, and its methods.
    pub form: (Bound<'py, PyAny>, Methods),
    /// `self.field`, and its methods.
    pub field: (Bound<'py, PyAny>, Methods),
    /// `self.field.widget`, and its methods.
    pub widget: (Bound<'py, PyAny>, Methods),
    /// `self.name`
    pub name: Bound<'py, PyAny>,
}

impl<'py> Render<'py> {
    /// A bound field and what belongs to it. `None`: code of its class stands between.
    pub(super) fn view(&self, known: &Known, me: &Bound<'py, PyAny>) -> PyResult<Option<View<'py>>> {
        let py = self.py;
        let methods = self.methods(known, me, Kind::Bound)?;
        let Some(form) = stored_attribute(me, intern!(py, "form"))? else { return Ok(None) };
        let Some(field) = stored_attribute(me, intern!(py, "field"))? else { return Ok(None) };
        let Some(name) = stored_attribute(me, intern!(py, "name"))? else { return Ok(None) };
        let Some(widget) = stored_attribute(&field, intern!(py, "widget"))? else { return Ok(None) };
        Ok(Some(View {
            methods,
            form: {
                let of = self.methods(known, &form, Kind::Form)?;
                (form, of)
            },
            field: {
                let of = self.methods(known, &field, Kind::Field)?;
                (field, of)
            },
            widget: {
                let of = self.methods(known, &widget, Kind::Widget)?;
                (widget, of)
            },
            name,
            me: me.clone(),
        }))
    }

    /// `BoundField.auto_id`
    pub(super) fn auto_id(&mut self, view: &View<'py>) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        if !view.methods.has(Method::AutoId) {
            return self.outside(view.me.getattr(intern!(py, "auto_id")));
        }
        let pattern = view.form.0.getattr(intern!(py, "auto_id"))?;
        if !pattern.is_truthy()? {
            return Ok(intern!(py, "").clone().into_any());
        }
        let name = view.me.getattr(intern!(py, "html_name"))?;
        let text = pattern.str()?;
        let Ok(place) = text.to_str().map(|text| text.find("%s")) else { return pattern.rem(name) };
        let Some(place) = place else { return Ok(name) };
        if let (Ok(pattern), Ok(name)) = (pattern.cast_exact::<PyString>(), name.cast_exact::<PyString>())
            && let (Ok(pattern), Ok(name)) = (pattern.to_str(), name.to_str())
            && pattern.matches('%').count() == 1
        {
            let (before, after) = (&pattern[..place], &pattern[place + 2..]);
            return Ok(PyString::new(py, &[before, name, after].concat()).into_any());
        }
        pattern.rem(name)
    }

    /// `BoundField.errors`
    pub(super) fn bound_errors(&mut self, known: &Known, view: &View<'py>) -> PyResult<FieldErrors<'py>> {
        if !view.methods.has(Method::BoundErrors) {
            let errors = view.me.getattr(intern!(self.py, "errors"));
            return self.outside(errors).map(FieldErrors::Found);
        }
        let name = view.me.getattr(intern!(self.py, "name"))?;
        self.errors_of(known, (&view.form.0, view.form.1), &name, None)
    }

    /// `bool(self.is_hidden)` of a bound field.
    pub(super) fn bound_is_hidden(&mut self, view: &View<'py>) -> PyResult<bool> {
        if !view.methods.has(Method::BoundHidden) {
            return self.outside(view.me.getattr(intern!(self.py, "is_hidden")))?.is_truthy();
        }
        self.widget_is_hidden(&view.widget.0, view.widget.1)?.is_truthy()
    }

    /// `bool(self.use_fieldset)`
    fn bound_uses_fieldset(&mut self, view: &View<'py>) -> PyResult<bool> {
        let py = self.py;
        if !view.methods.has(Method::UseFieldset) {
            return self.outside(view.me.getattr(intern!(py, "use_fieldset")))?.is_truthy();
        }
        view.widget.0.getattr(intern!(py, "use_fieldset"))?.is_truthy()
    }

    /// `BoundField.aria_describedby`
    pub(super) fn described_by(&mut self, known: &Known, view: &View<'py>) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        if !view.methods.has(Method::DescribedBy) {
            return self.outside(view.me.getattr(intern!(py, "aria_describedby")));
        }
        let attrs = view.widget.0.getattr(intern!(py, "attrs"))?;
        if item_or_none(&attrs, intern!(py, "aria-describedby"))?.is_truthy()? {
            return Ok(py.None().into_bound(py));
        }
        let mut found = Vec::new();
        if self.auto_id(view)?.is_truthy()? && !self.bound_is_hidden(view)? {
            if view.me.getattr(intern!(py, "help_text"))?.is_truthy()? {
                found.push(formatted(intern!(py, "%s_helptext"), &self.auto_id(view)?)?);
            }
            let errors = self.bound_errors(known, view)?;
            if self.has_errors(&errors)? {
                found.push(formatted(intern!(py, "%s_error"), &self.auto_id(view)?)?);
            }
        }
        match found.len() {
            1 => Ok(found.remove(0)),
            _ => intern!(py, " ").call_method1(intern!(py, "join"), (found,)),
        }
    }

    /// `BoundField.build_widget_attrs(attrs)`, into the dictionary.
    fn build_widget_attrs(
        &mut self,
        known: &Known,
        view: &View<'py>,
        attrs: Bound<'py, PyDict>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        let (widget, field) = (&view.widget.0, &view.field.0);
        if !view.methods.has(Method::WidgetAttrs)
            || optional_attribute(field, intern!(py, "require_all_fields"))?.is_some()
        {
            return self.outside(view.me.call_method1(intern!(py, "build_widget_attrs"), (attrs, widget)));
        }
        let initial = self.bound_initial(view)?;
        if self.uses_required_attribute(view, &initial)?
            && field.getattr(intern!(py, "required"))?.is_truthy()?
            && view.form.0.getattr(intern!(py, "use_required_attribute"))?.is_truthy()?
        {
            attrs.set_item(intern!(py, "required"), true)?;
        }
        if field.getattr(intern!(py, "disabled"))?.is_truthy()? {
            attrs.set_item(intern!(py, "disabled"), true)?;
        }
        if !self.widget_is_hidden(widget, view.widget.1)?.is_truthy()? {
            let errors = self.bound_errors(known, view)?;
            if self.has_errors(&errors)? {
                attrs.set_item(intern!(py, "aria-invalid"), intern!(py, "true"))?;
            }
        }
        if !self.bound_uses_fieldset(view)? {
            let described = self.described_by(known, view)?;
            if described.is_truthy()? {
                attrs.set_item(intern!(py, "aria-describedby"), described)?;
            }
        }
        Ok(attrs.into_any())
    }

    /// `BoundField.as_widget()`
    pub(super) fn as_widget(&mut self, known: &Known, view: &View<'py>) -> PyResult<Value<'py>> {
        let py = self.py;
        let widget = &view.widget.0;
        if view.field.0.getattr(intern!(py, "localize"))?.is_truthy()? {
            widget.setattr(intern!(py, "is_localized"), true)?;
        }
        let attrs = self.build_widget_attrs(known, view, PyDict::new(py))?;
        if self.auto_id(view)?.is_truthy()? && !widget.getattr(intern!(py, "attrs"))?.contains(intern!(py, "id"))? {
            let id = self.auto_id(view)?;
            match attrs.cast_exact::<PyDict>() {
                Ok(attrs) if attrs.contains(intern!(py, "id"))? => {}
                Ok(attrs) => attrs.set_item(intern!(py, "id"), id)?,
                Err(_) => attrs.call_method1(intern!(py, "setdefault"), (intern!(py, "id"), id)).map(drop)?,
            }
        }
        let value = self.bound_value(known, view)?;
        let name = view.me.getattr(intern!(py, "html_name"))?;
        let renderer = view.form.0.getattr(intern!(py, "renderer"))?;
        self.widget_text(known, &view.widget, (name, value, attrs), &renderer)
    }

    /// `str(bound_field)`. `None`: it must be asked.
    pub(super) fn bound_text(&mut self, known: &Known, view: &View<'py>) -> PyResult<Option<Value<'py>>> {
        if !view.methods.all(&[Method::BoundText, Method::AsWidget])
            || view.field.0.getattr(intern!(self.py, "show_hidden_initial"))?.is_truthy()?
        {
            return Ok(None);
        }
        self.as_widget(known, view).map(Some)
    }

    /// `BoundField.as_field_group()`
    pub(super) fn field_group(&mut self, known: &Known, view: &View<'py>) -> PyResult<Option<Value<'py>>> {
        let py = self.py;
        let wanted = [Method::AsFieldGroup, Method::Render, Method::BoundTemplate, Method::BoundContext];
        if !view.methods.all(&wanted) {
            return Ok(None);
        }
        let renderer = view.me.getattr(intern!(py, "renderer"))?;
        let mut template = view.field.0.getattr(intern!(py, "template_name"))?;
        if !template.is_truthy()? {
            let own = view.form.0.getattr(intern!(py, "renderer"))?;
            template = own.getattr(intern!(py, "field_template_name"))?;
        }
        let context = PyDict::new(py);
        context.set_item(intern!(py, "field"), &view.me)?;
        self.render_with(known, &renderer, &template, context).map(Some)
    }

    /// `Field.get_bound_field(form, name)`
    pub(super) fn new_bound_field(
        &mut self,
        known: &Known,
        form: (&Bound<'py, PyAny>, Methods),
        (field, name): (&Bound<'py, PyAny>, &Bound<'py, PyAny>),
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        let class = known.bound_field.bind(py);
        let is_plain = self.methods(known, field, Kind::Field)?.has(Method::GetBoundField)
            && self.methods_of_class(class)?.all(&[Method::BoundInit, Method::AutoId])
            && form.1.all(&[Method::AddPrefix, Method::AddInitialPrefix])
            && name.is_exact_instance_of::<PyString>()
            && stored_attribute(field, intern!(py, "bound_field_class"))?.is_some_and(|class| class.is_none())
            && stored_attribute(form.0, intern!(py, "bound_field_class"))?.is_some_and(|class| class.is_none());
        if !is_plain {
            return self.outside(field.call_method1(intern!(py, "get_bound_field"), (form.0, name)));
        }
        let me = class.call_method1(intern!(py, "__new__"), (class,))?;
        let set = |name: &Bound<'py, PyString>, value: &Bound<'py, PyAny>| me.setattr(name, value);
        set(intern!(py, "form"), form.0)?;
        set(intern!(py, "field"), field)?;
        set(intern!(py, "name"), name)?;
        set(intern!(py, "html_name"), &prefixed(form.0, name)?)?;
        let initial = intern!(py, "initial-%s");
        set(intern!(py, "html_initial_name"), &initial.rem(prefixed(form.0, name)?)?)?;
        let Some(view) = self.view(known, &me)? else {
            return self.outside(field.call_method1(intern!(py, "get_bound_field"), (form.0, name)));
        };
        let id = self.auto_id(&view)?;
        set(intern!(py, "html_initial_id"), &initial.rem(prefixed(form.0, &id)?)?)?;
        let label = field.getattr(intern!(py, "label"))?;
        set(intern!(py, "label"), &if label.is_none() { pretty_name(name)? } else { label })?;
        let help = field.getattr(intern!(py, "help_text"))?;
        let help = if help.is_truthy()? { help } else { intern!(py, "").clone().into_any() };
        set(intern!(py, "help_text"), &help)?;
        set(intern!(py, "renderer"), &form.0.getattr(intern!(py, "renderer"))?)?;
        Ok(me)
    }

    /// What Python code has returned, which may have changed what surrounds the render.
    pub(super) fn outside<T>(&mut self, result: PyResult<T>) -> PyResult<T> {
        self.forget_ambient();
        result
    }
}

/// `BaseForm.add_prefix(name)`
fn prefixed<'py>(form: &Bound<'py, PyAny>, name: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = form.py();
    let prefix = form.getattr(intern!(py, "prefix"))?;
    if !prefix.is_truthy()? {
        return Ok(name.clone());
    }
    intern!(py, "%s-%s").rem((form.getattr(intern!(py, "prefix"))?, name))
}

/// `django.forms.utils.pretty_name`
fn pretty_name<'py>(name: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = name.py();
    if !name.is_truthy()? {
        return Ok(intern!(py, "").clone().into_any());
    }
    let spaced = name.call_method1(intern!(py, "replace"), (intern!(py, "_"), intern!(py, " ")))?;
    spaced.call_method0(intern!(py, "capitalize"))
}

/// `f"{value}…"`
fn formatted<'py>(text: &Bound<'py, PyString>, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if value.is_exact_instance_of::<PyString>() {
        return text.rem(value);
    }
    text.rem((value.call_method1("__format__", ("",))?,))
}

/// `mapping.get(key)`
pub fn item_or_none<'py>(mapping: &Bound<'py, PyAny>, key: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
    let py = mapping.py();
    match mapping.cast_exact::<PyDict>() {
        Ok(dict) => Ok(dict.get_item(key)?.unwrap_or_else(|| py.None().into_bound(py))),
        Err(_) => mapping.call_method1(intern!(py, "get"), (key,)),
    }
}

/// True if an object has an attribute of its own of this name.
pub fn has_own(object: &Bound<'_, PyAny>, name: &Bound<'_, PyString>) -> PyResult<bool> {
    own_dict(object).map_or(Ok(false), |own| own.contains(name))
}
