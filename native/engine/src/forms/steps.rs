//! Where templates meet forms: a step of a path, a printed form or field, a loop.

use super::bound::has_own;
use super::known::{Kind, Known, Method, Methods, loaded};
use super::whole::plain_dict;
use crate::attributes::{class_has, has_generic_getattr, own_dict};
use crate::lookup::item_miss;
use crate::program::Program;
use crate::render::Render;
use crate::value::Value;
use djust_syntax::ast::NameId;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

impl<'py> Render<'py> {
    /// A step from a form or a bound field. `None`: Python's rules must be gone by.
    #[inline(never)]
    pub fn form_step(&mut self, p: &Program, object: &Bound<'py, PyAny>, id: NameId) -> PyResult<Option<Value<'py>>> {
        let Some(known) = self.forms()? else { return Ok(None) };
        let name = p.name(self.py, id);
        let methods = self.methods_of_class(&object.get_type())?;
        if methods.has(Method::BoundItem) {
            self.reach_other(object)?;
            return self.bound_step(known, object, name);
        }
        if methods.has(Method::FormItem) {
            self.reach_other(object)?;
            return self.whole_step(known, object, name);
        }
        Ok(None)
    }

    /// A step from a bound field, whose items have numbers only.
    fn bound_step(
        &mut self,
        known: &Known,
        me: &Bound<'py, PyAny>,
        name: &Bound<'py, PyString>,
    ) -> PyResult<Option<Value<'py>>> {
        let text = name.to_str()?;
        let is_method =
            matches!(text, "label_tag" | "legend_tag" | "css_classes" | "as_field_group" | "as_widget" | "value");
        let is_property =
            matches!(text, "errors" | "auto_id" | "is_hidden" | "use_fieldset" | "aria_describedby" | "id_for_label");
        if !is_method && !is_property {
            return self.plain_attribute(me, name);
        }
        let Some(view) = self.view(known, me)? else { return Ok(None) };
        if is_method {
            self.share_before_call()?;
        }
        Ok(match text {
            "label_tag" => self.label_tag(known, &view, false)?,
            "legend_tag" => self.label_tag(known, &view, true)?,
            "css_classes" => self.css_classes(known, &view)?,
            "as_field_group" => self.field_group(known, &view)?,
            "as_widget" if view.methods.has(Method::AsWidget) => Some(self.as_widget(known, &view)?),
            "value" if view.methods.has(Method::BoundValue) => Some(Value::Py(self.bound_value(known, &view)?)),
            "errors" => {
                let errors = self.bound_errors(known, &view)?;
                let errors = self.errors_object(known, errors, &view.form.0)?;
                Some(self.called(Value::Py(errors))?)
            }
            "auto_id" => Some(Value::Py(self.auto_id(&view)?)),
            "aria_describedby" => Some(Value::Py(self.described_by(known, &view)?)),
            "id_for_label" if view.methods.has(Method::BoundIdForLabel) => {
                Some(Value::Py(self.bound_id_for_label(&view)?))
            }
            "is_hidden" if view.methods.has(Method::BoundHidden) && view.widget.1.has(Method::WidgetHidden) => {
                Some(Value::Py(self.widget_is_hidden(&view.widget.0, view.widget.1)?))
            }
            "use_fieldset" if view.methods.has(Method::UseFieldset) => {
                let uses = view.widget.0.getattr(name)?;
                Some(self.called(Value::Py(uses))?)
            }
            _ => None,
        })
    }

    /// A step from a form, whose items are its fields.
    fn whole_step(
        &mut self,
        known: &Known,
        form: &Bound<'py, PyAny>,
        name: &Bound<'py, PyString>,
    ) -> PyResult<Option<Value<'py>>> {
        let methods = self.methods(known, form, Kind::Form)?;
        if !methods.has(Method::FormItem) {
            return Ok(None);
        }
        let Some(fields) = self.form_fields(known, form)? else { return Ok(None) };
        if let Some(field) = fields.get_item(name)? {
            match self.form_item(known, (form, methods), (&field, name.as_any())) {
                Ok(found) => return self.called(Value::Py(found)).map(Some),
                Err(error) if item_miss(self.py, &error) => return self.plain_attribute(form, name),
                Err(error) => return Err(error),
            }
        }
        let text = name.to_str()?;
        let templates = [
            ("as_p", Method::AsP, intern!(self.py, "template_name_p")),
            ("as_table", Method::AsTable, intern!(self.py, "template_name_table")),
            ("as_ul", Method::AsUl, intern!(self.py, "template_name_ul")),
            ("as_div", Method::AsDiv, intern!(self.py, "template_name_div")),
        ];
        if let Some((_, method, template)) = templates.into_iter().find(|(known, ..)| *known == text) {
            if !methods.has(method) {
                return Ok(None);
            }
            self.share_before_call()?;
            return self.form_text(known, form, methods, template);
        }
        self.other_step(known, (form, methods), name)
    }

    fn other_step(
        &mut self,
        known: &Known,
        (form, methods): (&Bound<'py, PyAny>, Methods),
        name: &Bound<'py, PyString>,
    ) -> PyResult<Option<Value<'py>>> {
        match name.to_str()? {
            "non_field_errors" if methods.has(Method::NonFieldErrors) => {
                self.share_before_call()?;
                self.non_field_errors(known, form, methods).map(|errors| Some(Value::Py(errors)))
            }
            "errors" if methods.has(Method::FormErrors) => {
                let errors = self.form_errors(form, methods)?;
                self.called(Value::Py(errors)).map(Some)
            }
            text @ ("hidden_fields" | "visible_fields") => {
                let hidden = text == "hidden_fields";
                let method = if hidden { Method::HiddenFields } else { Method::VisibleFields };
                if !methods.has(method) {
                    return Ok(None);
                }
                self.share_before_call()?;
                let found = self.form_list(known, form, methods, Some(hidden))?;
                Ok(found.map(|found| Value::Py(found.into_any())))
            }
            _ => self.plain_attribute(form, name),
        }
    }

    /// An attribute where there is no such item. `None`: there is none.
    fn plain_attribute(
        &mut self,
        object: &Bound<'py, PyAny>,
        name: &Bound<'py, PyString>,
    ) -> PyResult<Option<Value<'py>>> {
        match self.attribute(object, name)? {
            Some(value) => self.called(Value::Py(value)).map(Some),
            None => Ok(None),
        }
    }

    /// What is called may hold the Python context (`Render::called`).
    fn share_before_call(&mut self) -> PyResult<()> {
        if self.context.is_some() && !self.scopes.holds_rows() {
            self.share_scopes()?;
        }
        Ok(())
    }

    /// `str(object)` of a form, a bound field or a list of errors. `None`: it must be asked.
    #[inline(never)]
    pub fn form_or_field_text(&mut self, object: &Bound<'py, PyAny>) -> PyResult<Option<Value<'py>>> {
        let Some(known) = self.forms()? else { return Ok(None) };
        let methods = self.methods_of_class(&object.get_type())?;
        if methods.has(Method::BoundText) {
            let Some(view) = self.view(known, object)? else { return Ok(None) };
            return self.bound_text(known, &view);
        }
        if methods.all(&[Method::RenderedText, Method::FormTemplate]) {
            let methods = self.methods(known, object, Kind::Form)?;
            return self.form_text(known, object, methods, intern!(self.py, "template_name"));
        }
        Ok(None)
    }

    /// `list(form)`, as a loop reads it. `None`: the form must be iterated.
    #[inline(never)]
    pub fn loop_over_form(&mut self, object: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyList>>> {
        let Some(known) = self.forms()? else { return Ok(None) };
        let methods = self.methods(known, object, Kind::Form)?;
        if !methods.has(Method::FormIter) || class_has(object, intern!(self.py, "__len__")) {
            return Ok(None);
        }
        self.form_list(known, object, methods, None)
    }

    /// True if a form, or the form of a bound field, may offer rows as choices.
    #[inline(never)]
    pub fn offers_rows(&self, object: &Bound<'py, PyAny>) -> PyResult<bool> {
        let py = self.py;
        let queryset = intern!(py, "queryset");
        let may_offer = |field: &Bound<'py, PyAny>| {
            let is_plain = has_generic_getattr(field) && !class_has(field, queryset);
            if is_plain { has_own(field, queryset) } else { Ok(true) }
        };
        let Some(own) = own_dict(object) else { return Ok(true) };
        if let Some(field) = own.get_item(intern!(py, "field"))? {
            return may_offer(&field);
        }
        let Some(fields) = own.get_item(intern!(py, "fields"))? else { return Ok(true) };
        let Some(fields) = loaded(py).and_then(|known| plain_dict(known, fields)) else { return Ok(true) };
        for (_, field) in fields.iter() {
            if may_offer(&field)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
