//! The data of a field: what was sent, or what it starts with.

use super::bound::{View, has_own, item_or_none};
use super::known::{Kind, Known, Method, Methods};
use crate::attributes::{class_has, is_callable, own_dict};
use crate::render::Render;
use crate::stock::{Class, class_of};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyList, PyString, PyTuple};

impl<'py> Render<'py> {
    /// `BoundField.initial`, which is kept on the bound field.
    pub(super) fn bound_initial(&mut self, view: &View<'py>) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        let name = intern!(py, "initial");
        let own = own_dict(&view.me).filter(|_| view.methods.has(Method::BoundInitial));
        let Some(own) = own else { return self.outside(view.me.getattr(name)) };
        if let Some(known) = own.get_item(name)? {
            return Ok(known);
        }
        let value = if view.form.1.has(Method::InitialForField) {
            self.initial_for_field(view)?
        } else {
            let field = (&view.field.0, &view.name);
            self.outside(view.form.0.call_method1(intern!(py, "get_initial_for_field"), field))?
        };
        own.set_item(name, &value)?;
        Ok(value)
    }

    /// `BaseForm.get_initial_for_field`
    fn initial_for_field(&mut self, view: &View<'py>) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        let initial = view.form.0.getattr(intern!(py, "initial"))?;
        let default = view.field.0.getattr(intern!(py, "initial"))?;
        let mut value = match initial.cast_exact::<PyDict>() {
            Ok(initial) => initial.get_item(&view.name)?.unwrap_or(default),
            Err(_) => self.outside(initial.call_method1(intern!(py, "get"), (&view.name, default)))?,
        };
        if is_callable(&value) {
            value = self.outside(value.call0())?;
        }
        if matches!(class_of(self.stock, &value)?, Class::Str | Class::Safe | Class::Int | Class::Bool | Class::None) {
            return Ok(value);
        }
        let is_time =
            value.is_instance(self.stock.datetime.bind(py))? || value.is_instance(self.stock.time.bind(py))?;
        if is_time && !view.widget.0.getattr(intern!(py, "supports_microseconds"))?.is_truthy()? {
            let arguments = PyDict::new(py);
            arguments.set_item(intern!(py, "microsecond"), 0)?;
            return self.outside(value.call_method(intern!(py, "replace"), (), Some(&arguments)));
        }
        Ok(value)
    }

    /// `BoundField.value()`
    pub(super) fn bound_value(&mut self, known: &Known, view: &View<'py>) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        if !view.methods.has(Method::BoundValue) {
            return self.outside(view.me.call_method0(intern!(py, "value")));
        }
        let field = &view.field.0;
        let mut value = self.bound_initial(view)?;
        if view.form.0.getattr(intern!(py, "is_bound"))?.is_truthy()? {
            let data = self.bound_data(known, view)?;
            value = if !view.field.1.has(Method::FieldData) {
                self.outside(field.call_method1(intern!(py, "bound_data"), (data, value)))?
            } else if field.getattr(intern!(py, "disabled"))?.is_truthy()? {
                value
            } else {
                data
            };
        }
        if view.field.1.has(Method::PrepareValue) {
            return Ok(value);
        }
        self.outside(field.call_method1(intern!(py, "prepare_value"), (value,)))
    }

    /// `BoundField.data`
    fn bound_data(&mut self, known: &Known, view: &View<'py>) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        if !view.methods.has(Method::BoundData) {
            return self.outside(view.me.getattr(intern!(py, "data")));
        }
        let (form, widget) = (&view.form.0, &view.widget.0);
        let name = view.me.getattr(intern!(py, "html_name"))?;
        if !view.form.1.has(Method::WidgetDataValue) {
            return self.outside(form.call_method1(intern!(py, "_widget_data_value"), (widget, name)));
        }
        let data = form.getattr(intern!(py, "data"))?;
        if let Some(found) = self.sent(known, (widget, view.widget.1), &data, &name)? {
            return Ok(found);
        }
        let files = form.getattr(intern!(py, "files"))?;
        self.outside(widget.call_method1(intern!(py, "value_from_datadict"), (data, files, name)))
    }

    /// `widget.value_from_datadict(data, files, name)`. `None`: it must be asked.
    fn sent(
        &mut self,
        known: &Known,
        (widget, methods): (&Bound<'py, PyAny>, Methods),
        data: &Bound<'py, PyAny>,
        name: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = self.py;
        let is_plain = methods.has(Method::DataPlain)
            || methods.has(Method::DataChoice)
                && !widget.getattr(intern!(py, "allow_multiple_selected"))?.is_truthy()?;
        if is_plain {
            return self.item_sent(known, data, name);
        }
        if !methods.has(Method::DataCheckbox) {
            return Ok(None);
        }
        let Some(value) = self.item_sent(known, data, name)? else { return Ok(None) };
        Ok(match class_of(self.stock, &value)? {
            Class::None if !data.contains(name)? => Some(PyBool::new(py, false).to_owned().into_any()),
            Class::Str => {
                let Ok(text) = value.cast::<PyString>()?.to_str() else { return Ok(None) };
                let is_set = !text.is_empty() && !text.eq_ignore_ascii_case("false");
                Some(PyBool::new(py, is_set).to_owned().into_any())
            }
            Class::Bool => Some(value),
            _ => None,
        })
    }

    /// `data.get(name)` of a dictionary or of what a request has sent. `None`: it must be asked.
    fn item_sent(
        &self,
        known: &Known,
        data: &Bound<'py, PyAny>,
        name: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = self.py;
        let Ok(dict) = data.cast::<PyDict>() else { return Ok(None) };
        if data.is_exact_instance_of::<PyDict>() {
            return Ok(Some(dict.get_item(name)?.unwrap_or_else(|| py.None().into_bound(py))));
        }
        let methods = self.methods(known, data, Kind::Slots)?;
        if !methods.all(&[Method::ValuesGet, Method::ValuesItem])
            || class_has(data, intern!(py, "__missing__"))
            || has_own(data, intern!(py, "get"))?
        {
            return Ok(None);
        }
        let Some(values) = dict.get_item(name)? else { return Ok(Some(py.None().into_bound(py))) };
        let Ok(values) = values.cast_exact::<PyList>() else { return Ok(None) };
        let Some(at) = values.len().checked_sub(1) else { return Ok(Some(py.None().into_bound(py))) };
        let value = values.get_item(at)?;
        // An empty list among the values counts as nothing.
        Ok(value.is_exact_instance_of::<PyString>().then_some(value))
    }

    /// `widget.use_required_attribute(initial)`
    pub(super) fn uses_required_attribute(&mut self, view: &View<'py>, initial: &Bound<'py, PyAny>) -> PyResult<bool> {
        let py = self.py;
        let (widget, methods) = (&view.widget.0, view.widget.1);
        if methods.has(Method::RequiredNever) {
            return Ok(false);
        }
        let first = if methods.has(Method::RequiredSelect) { self.first_choice(widget, methods)? } else { None };
        if methods.has(Method::RequiredPlain) || first.is_some() {
            let uses = !self.widget_is_hidden(widget, methods)?.is_truthy()?;
            return Ok(match first {
                Some(is_empty) if !widget.getattr(intern!(py, "allow_multiple_selected"))?.is_truthy()? => {
                    uses && is_empty
                }
                _ => uses,
            });
        }
        let uses = widget.call_method1(intern!(py, "use_required_attribute"), (initial,));
        self.outside(uses)?.is_truthy()
    }

    /// True if the first choice of a `Select` is an empty one. `None`: it must be asked.
    fn first_choice(&self, widget: &Bound<'py, PyAny>, methods: Methods) -> PyResult<Option<bool>> {
        if !methods.has(Method::HasEmptyValue) {
            return Ok(None);
        }
        let Some(choices) = self.listed_choices(widget, methods)? else { return Ok(None) };
        let Ok(first) = choices.get_item(0) else { return Ok(Some(false)) };
        let Ok(pair) = first.cast_exact::<PyTuple>() else { return Ok(None) };
        if pair.len() != 2 {
            return Ok(None);
        }
        let value = pair.get_item(0)?;
        Ok(match class_of(self.stock, &value)? {
            Class::None => Some(true),
            Class::Str | Class::Safe => Some(value.is_truthy().map(|is_set| !is_set)?),
            Class::Int | Class::Bool => Some(false),
            _ => None,
        })
    }

    /// `dictionary.get(key)` of the attributes of a widget.
    pub(super) fn widget_attr(
        &self,
        widget: &Bound<'py, PyAny>,
        key: &Bound<'py, PyString>,
    ) -> PyResult<Bound<'py, PyAny>> {
        item_or_none(&widget.getattr(intern!(self.py, "attrs"))?, key)
    }
}
