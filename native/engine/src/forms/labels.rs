//! What stands around a field: its label and its classes.

use super::bound::View;
use super::known::{Known, Method};
use crate::attributes::asked_attribute;
use crate::render::Render;
use crate::stock::{Class, class_of};
use crate::value::Value;
use djust_text::html::escape_bytes_into;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PySet, PyString};
use std::rc::Rc;

impl<'py> Render<'py> {
    /// A text and whether it is safe; of a lazy one its translation. `None`: Python must be asked.
    fn label_text_of(&mut self, object: &Bound<'py, PyAny>) -> PyResult<Option<(Rc<str>, bool)>> {
        let is_safe = match class_of(self.stock, object)? {
            Class::Str => false,
            Class::Safe => true,
            Class::Lazy => return self.lazy_message(object),
            _ => return Ok(None),
        };
        Ok(object.cast::<PyString>()?.to_str().ok().map(|text| (Rc::from(text), is_safe)))
    }

    /// The label with its suffix, as `BoundField.label_tag` puts it. `None`: Python must be asked.
    fn label_with_suffix(&mut self, known: &Known, view: &View<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = self.py;
        let label = view.me.getattr(intern!(py, "label"))?;
        let mut suffix = view.field.0.getattr(intern!(py, "label_suffix"))?;
        if suffix.is_none() {
            suffix = view.form.0.getattr(intern!(py, "label_suffix"))?;
        }
        let Some((text, is_safe)) = self.label_text_of(&label)? else { return Ok(None) };
        let Some((suffix, suffix_is_safe)) = self.label_text_of(&suffix)? else { return Ok(None) };
        let Some((signs, _)) = self.lazy_message(known.punctuation.bind(py))? else { return Ok(None) };
        if suffix.is_empty() || text.chars().next_back().is_none_or(|last| signs.contains(last)) {
            return Ok(Some(label));
        }
        let mut html = Vec::with_capacity(text.len() + suffix.len() + 16);
        for (part, is_safe) in [(&text, is_safe), (&suffix, suffix_is_safe)] {
            if is_safe {
                html.extend_from_slice(part.as_bytes());
            } else {
                escape_bytes_into(part.as_bytes(), &mut html);
            }
        }
        self.stock.SafeString.bind(py).call1((String::from_utf8_lossy(&html),)).map(Some)
    }

    /// `widget.attrs.get("id") or self.auto_id`
    fn id_of(&mut self, view: &View<'py>) -> PyResult<Bound<'py, PyAny>> {
        let id = self.widget_attr(&view.widget.0, intern!(self.py, "id"))?;
        if id.is_truthy()? { Ok(id) } else { self.auto_id(view) }
    }

    /// `widget.id_for_label(id)`
    fn label_id(&mut self, view: &View<'py>, id: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        let (widget, methods) = (&view.widget.0, view.widget.1);
        if methods.has(Method::IdPlain) {
            return Ok(id.clone());
        }
        if methods.has(Method::IdRadio) {
            return Ok(intern!(py, "").clone().into_any());
        }
        if methods.has(Method::IdChoice) {
            if id.is_truthy()? && widget.getattr(intern!(py, "add_id_index"))?.is_truthy()? {
                return intern!(py, "%s_%s").rem((id, "0"));
            }
            return Ok(id.clone());
        }
        self.outside(widget.call_method1(intern!(py, "id_for_label"), (id,)))
    }

    /// `BoundField.id_for_label`
    pub(super) fn bound_id_for_label(&mut self, view: &View<'py>) -> PyResult<Bound<'py, PyAny>> {
        let id = self.id_of(view)?;
        self.label_id(view, &id)
    }

    /// `BoundField.label_tag(tag=…)`. `None`: it must be asked.
    pub(super) fn label_tag(
        &mut self,
        known: &Known,
        view: &View<'py>,
        is_legend: bool,
    ) -> PyResult<Option<Value<'py>>> {
        let py = self.py;
        if !view.methods.has(Method::LabelTag) || is_legend && !view.methods.has(Method::LegendTag) {
            return Ok(None);
        }
        let Some(label) = self.label_with_suffix(known, view)? else { return Ok(None) };
        let form = &view.form.0;
        let id = self.id_of(view)?;
        let uses_tag = id.is_truthy()?;
        let mut attrs = (uses_tag && known.labels_have_attrs).then(|| PyDict::new(py));
        if uses_tag {
            let id = self.label_id(view, &id)?;
            if id.is_truthy()? && !(is_legend && known.labels_have_attrs) {
                attrs.get_or_insert_with(|| PyDict::new(py)).set_item(intern!(py, "for"), id)?;
            }
            if view.field.0.getattr(intern!(py, "required"))?.is_truthy()?
                && let Some(class) = asked_attribute(form, intern!(py, "required_css_class"))?
            {
                attrs.get_or_insert_with(|| PyDict::new(py)).set_item(intern!(py, "class"), class)?;
            }
        }
        let context = PyDict::new(py);
        context.set_item(intern!(py, "field"), &view.me)?;
        context.set_item(intern!(py, "label"), label)?;
        context.set_item(intern!(py, "attrs"), attrs)?;
        context.set_item(intern!(py, "use_tag"), uses_tag)?;
        context.set_item(intern!(py, "tag"), if is_legend { intern!(py, "legend") } else { intern!(py, "label") })?;
        let template = form.getattr(intern!(py, "template_name_label"))?;
        if !view.form.1.has(Method::Render) || !template.is_truthy()? {
            return self
                .outside(form.call_method1(intern!(py, "render"), (template, context)))
                .map(Value::Py)
                .map(Some);
        }
        let renderer = form.getattr(intern!(py, "renderer"))?;
        self.render_with(known, &renderer, &template, context).map(Some)
    }

    /// `BoundField.css_classes()`. `None`: it must be asked.
    pub(super) fn css_classes(&mut self, known: &Known, view: &View<'py>) -> PyResult<Option<Value<'py>>> {
        let py = self.py;
        if !view.methods.has(Method::CssClasses) {
            return Ok(None);
        }
        let form = &view.form.0;
        let errors = self.bound_errors(known, view)?;
        let mut classes = Vec::new();
        if self.has_errors(&errors)?
            && let Some(class) = asked_attribute(form, intern!(py, "error_css_class"))?
        {
            classes.push(class);
        }
        if view.field.0.getattr(intern!(py, "required"))?.is_truthy()?
            && let Some(class) = asked_attribute(form, intern!(py, "required_css_class"))?
        {
            classes.push(class);
        }
        if classes.is_empty() {
            return Ok(Some(Value::text("")));
        }
        // In the order of a set, as Django has it.
        let classes = PySet::new(py, classes)?;
        intern!(py, " ").call_method1(intern!(py, "join"), (classes,)).map(Value::Py).map(Some)
    }
}
