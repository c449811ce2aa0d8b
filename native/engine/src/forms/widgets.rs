//! Widgets: the context of a widget's template, and its text.

use super::bound::item_or_none;
use super::known::{Kind, Known, Method, Methods};
use crate::attributes::{optional_attribute, stored_attribute};
use crate::render::Render;
use crate::stock::{Class, class_of};
use crate::value::Value;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyList, PyString, PyTuple};

/// Name, value and attributes that a widget is rendered with.
type Arguments<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>, Bound<'py, PyAny>);

/// What the context of a widget around another is made with.
const RELATED: &[Method] = &[Method::ContextRelated, Method::RelatedUrl, Method::RelatedHidden];

/// A widget, and its methods.
type Widget<'py> = (Bound<'py, PyAny>, Methods);

impl<'py> Render<'py> {
    /// `Widget.is_hidden`
    pub(super) fn widget_is_hidden(
        &mut self,
        widget: &Bound<'py, PyAny>,
        methods: Methods,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        if !methods.has(Method::WidgetHidden) {
            return self.outside(widget.getattr(intern!(py, "is_hidden")));
        }
        let Some(kind) = optional_attribute(widget, intern!(py, "input_type"))? else {
            return Ok(PyBool::new(py, false).to_owned().into_any());
        };
        if let Ok(kind) = kind.cast_exact::<PyString>() {
            let is_hidden = kind.to_str().is_ok_and(|kind| kind == "hidden");
            return Ok(PyBool::new(py, is_hidden).to_owned().into_any());
        }
        kind.rich_compare(intern!(py, "hidden"), pyo3::basic::CompareOp::Eq)
    }

    /// `Widget.render(name, value, attrs, renderer)`
    pub(super) fn widget_text(
        &mut self,
        known: &Known,
        widget: &Widget<'py>,
        (name, value, attrs): Arguments<'py>,
        renderer: &Bound<'py, PyAny>,
    ) -> PyResult<Value<'py>> {
        let py = self.py;
        let me = &widget.0;
        if !widget.1.has(Method::WidgetRender) {
            let arguments = PyDict::new(py);
            arguments.set_item(intern!(py, "name"), name)?;
            arguments.set_item(intern!(py, "value"), value)?;
            arguments.set_item(intern!(py, "attrs"), attrs)?;
            arguments.set_item(intern!(py, "renderer"), renderer)?;
            return self.outside(me.call_method(intern!(py, "render"), (), Some(&arguments))).map(Value::Py);
        }
        let context = match self.widget_context(known, widget, (&name, &value, &attrs))? {
            Some(context) => context.into_any(),
            None if widget.1.all(RELATED) => self.related_context(known, me, (&name, &value, &attrs))?,
            None => self.outside(me.call_method1(intern!(py, "get_context"), (name, value, attrs)))?,
        };
        let template = me.getattr(intern!(py, "template_name"))?;
        match context.cast_into_exact::<PyDict>() {
            Ok(context) if widget.1.has(Method::WidgetOwnRender) => {
                if renderer.is_none() {
                    let renderer = known.default_renderer.bind(py).call0()?;
                    return self.render_with(known, &renderer, &template, context);
                }
                self.render_with(known, renderer, &template, context)
            }
            Ok(context) => {
                self.outside(me.call_method1(intern!(py, "_render"), (template, context, renderer))).map(Value::Py)
            }
            Err(error) => {
                let context = error.into_inner();
                self.outside(me.call_method1(intern!(py, "_render"), (template, context, renderer))).map(Value::Py)
            }
        }
    }

    /// `RelatedFieldWidgetWrapper.get_context`: the admin's own, around a widget that is rendered here.
    fn related_context(
        &mut self,
        known: &Known,
        me: &Bound<'py, PyAny>,
        (name, value, attrs): (&Bound<'py, PyAny>, &Bound<'py, PyAny>, &Bound<'py, PyAny>),
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        let Some(inner) = stored_attribute(me, intern!(py, "widget"))? else {
            return self.outside(me.call_method1(intern!(py, "get_context"), (name, value, attrs)));
        };
        let methods = self.methods(known, &inner, Kind::Widget)?;
        let none = py.None().into_bound(py);
        let text = self.widget_text(known, &(inner, methods), (name.clone(), value.clone(), attrs.clone()), &none)?;
        let text = text.to_py(py, self.stock)?;
        let context = self.stock.call(py, "related_context", (me, text, name, value, attrs));
        self.outside(context)
    }

    /// `widget.render(name, value)`
    pub fn lone_widget(
        &mut self,
        widget: &Bound<'py, PyAny>,
        name: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
    ) -> PyResult<Value<'py>> {
        let py = self.py;
        let Some(known) = self.forms()? else {
            return self.outside(widget.call_method1(intern!(py, "render"), (name, value))).map(Value::Py);
        };
        let methods = self.methods(known, widget, Kind::Widget)?;
        let none = py.None().into_bound(py);
        self.widget_text(known, &(widget.clone(), methods), (name.clone(), value.clone(), none.clone()), &none)
    }

    /// `Widget.get_context` of Django's own widgets. `None`: it must be asked.
    fn widget_context(
        &mut self,
        known: &Known,
        widget: &Widget<'py>,
        (name, value, attrs): (&Bound<'py, PyAny>, &Bound<'py, PyAny>, &Bound<'py, PyAny>),
    ) -> PyResult<Option<Bound<'py, PyDict>>> {
        let py = self.py;
        let (me, methods) = (&widget.0, widget.1);
        let is_input = methods.has(Method::ContextInput);
        let (is_password, is_checkbox) = (methods.has(Method::ContextPassword), methods.has(Method::ContextCheckbox));
        let is_select = methods.has(Method::ContextSelect);
        let is_choice = is_select || methods.has(Method::ContextChoice);
        if !is_input && !is_password && !is_checkbox && !is_choice && !methods.has(Method::ContextPlain) {
            return Ok(None);
        }
        let none = py.None().into_bound(py);
        let hides = is_password && !me.getattr(intern!(py, "render_value"))?.is_truthy()?;
        let value = if hides { &none } else { value };
        let mut given = attrs.clone();
        if is_checkbox {
            let checked = match attrs.cast_exact::<PyDict>() {
                Ok(attrs) => attrs.copy()?,
                Err(_) if attrs.is_none() => PyDict::new(py),
                Err(_) => return Ok(None),
            };
            if self.is_checked(known, me, value)? {
                checked.set_item(intern!(py, "checked"), true)?;
                given = checked.into_any();
            }
        }
        let about = self.base_context(widget, name, value, &given)?;
        if is_input || is_password || is_checkbox {
            about.set_item(intern!(py, "type"), me.getattr(intern!(py, "input_type"))?)?;
        }
        if is_choice {
            let chosen = item_or_none(about.as_any(), intern!(py, "value"))?;
            let groups = self.option_groups(widget, name, &chosen, attrs)?;
            about.set_item(intern!(py, "optgroups"), groups)?;
        }
        if is_select && me.getattr(intern!(py, "allow_multiple_selected"))?.is_truthy()? {
            about.as_any().get_item(intern!(py, "attrs"))?.set_item(intern!(py, "multiple"), true)?;
        }
        let context = PyDict::new(py);
        context.set_item(intern!(py, "widget"), about)?;
        Ok(Some(context))
    }

    /// What `Widget.get_context` itself says of a widget.
    fn base_context(
        &mut self,
        widget: &Widget<'py>,
        name: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
        attrs: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let py = self.py;
        let (me, methods) = (&widget.0, widget.1);
        let about = PyDict::new(py);
        about.set_item(intern!(py, "name"), name)?;
        about.set_item(intern!(py, "is_hidden"), self.widget_is_hidden(me, methods)?)?;
        about.set_item(intern!(py, "required"), me.getattr(intern!(py, "is_required"))?)?;
        about.set_item(intern!(py, "value"), self.formatted_value(widget, value)?)?;
        let own = me.getattr(intern!(py, "attrs"))?;
        about.set_item(intern!(py, "attrs"), self.built_attrs(widget, own, attrs)?)?;
        about.set_item(intern!(py, "template_name"), me.getattr(intern!(py, "template_name"))?)?;
        Ok(about)
    }

    /// `widget.check_test(value)`
    fn is_checked(&mut self, known: &Known, widget: &Bound<'py, PyAny>, value: &Bound<'py, PyAny>) -> PyResult<bool> {
        let test = widget.getattr(intern!(self.py, "check_test"))?;
        if test.is(&known.boolean_check) {
            match class_of(self.stock, value)? {
                Class::None => return Ok(false),
                Class::Bool | Class::Str | Class::Safe => return value.is_truthy(),
                Class::Int => return Ok(true),
                _ => {}
            }
        }
        self.outside(test.call1((value,)))?.is_truthy()
    }

    /// `widget.build_attrs(own, given)`
    pub(super) fn built_attrs(
        &mut self,
        widget: &Widget<'py>,
        own: Bound<'py, PyAny>,
        given: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if let Ok(own) = own.cast_exact::<PyDict>()
            && widget.1.has(Method::BuildAttrs)
            && (given.is_none() || given.is_exact_instance_of::<PyDict>())
        {
            let built = own.copy()?;
            if let Ok(given) = given.cast_exact::<PyDict>() {
                built.update(given.as_mapping())?;
            }
            return Ok(built.into_any());
        }
        self.outside(widget.0.call_method1(intern!(self.py, "build_attrs"), (own, given)))
    }

    /// `widget.format_value(value)`
    fn formatted_value(&mut self, widget: &Widget<'py>, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        let (me, methods) = (&widget.0, widget.1);
        let class = class_of(self.stock, value)?;
        let is_text = matches!(class, Class::Str | Class::Safe);
        let is_plain = is_text || matches!(class, Class::Int | Class::Bool | Class::None);
        let is_checkbox = methods.has(Method::FormatCheckbox);
        if is_plain && (is_checkbox || methods.has(Method::FormatPlain)) {
            let is_empty = is_text && !value.is_truthy()? || is_checkbox && class == Class::Bool;
            if is_empty || class == Class::None {
                return Ok(py.None().into_bound(py));
            }
            if is_checkbox || !me.getattr(intern!(py, "is_localized"))?.is_truthy()? {
                return value.str().map(Bound::into_any);
            }
        }
        if methods.has(Method::FormatChoice) {
            if class == Class::None && me.getattr(intern!(py, "allow_multiple_selected"))?.is_truthy()? {
                return Ok(PyList::empty(py).into_any());
            }
            if is_plain {
                return Ok(PyList::new(py, [choice_text(value)?])?.into_any());
            }
            let values = match class {
                Class::List => value.cast::<PyList>()?.to_tuple(),
                Class::Tuple => value.cast::<PyTuple>()?.clone(),
                _ => return self.outside(me.call_method1(intern!(py, "format_value"), (value,))),
            };
            let texts = values.iter().map(|value| choice_text(&value)).collect::<PyResult<Vec<_>>>();
            return Ok(PyList::new(py, self.outside(texts)?)?.into_any());
        }
        self.outside(me.call_method1(intern!(py, "format_value"), (value,)))
    }
}

/// `str(value) if value is not None else ""`
fn choice_text<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyString>> {
    if value.is_none() { Ok(intern!(value.py(), "").clone()) } else { value.str() }
}
