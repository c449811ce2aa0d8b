//! `ChoiceWidget`: options and their groups.

use super::known::{Method, Methods};
use crate::attributes::own_dict;
use crate::render::Render;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

/// What all options of a widget have in common.
struct Options<'a, 'py> {
    widget: &'a (Bound<'py, PyAny>, Methods),
    name: &'a Bound<'py, PyAny>,
    chosen: &'a Bound<'py, PyAny>,
    attrs: &'a Bound<'py, PyAny>,
    takes_many: bool,
    has_selected: bool,
}

impl<'py> Render<'py> {
    /// `self.choices`, if it is the list that the widget was given.
    pub(super) fn listed_choices(
        &self,
        widget: &Bound<'py, PyAny>,
        methods: Methods,
    ) -> PyResult<Option<Bound<'py, PyList>>> {
        if !methods.has(Method::Choices) {
            return Ok(None);
        }
        let Some(own) = own_dict(widget) else { return Ok(None) };
        let choices = own.get_item(intern!(self.py, "_choices"))?;
        Ok(choices.and_then(|choices| choices.cast_into_exact::<PyList>().ok()))
    }

    /// `ChoiceWidget.optgroups(name, chosen, attrs)`
    pub(super) fn option_groups(
        &mut self,
        widget: &(Bound<'py, PyAny>, Methods),
        name: &Bound<'py, PyAny>,
        chosen: &Bound<'py, PyAny>,
        attrs: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        let (me, methods) = (&widget.0, widget.1);
        let has_ids = methods.has(Method::IdChoice) || methods.has(Method::IdRadio);
        if !has_ids || !methods.all(&[Method::OptGroups, Method::CreateOption, Method::BuildAttrs, Method::Choices]) {
            return self.outside(me.call_method1(intern!(py, "optgroups"), (name, chosen, attrs)));
        }
        let takes_many = me.getattr(intern!(py, "allow_multiple_selected"))?.is_truthy()?;
        let mut options = Options { widget, name, chosen, attrs, takes_many, has_selected: false };
        let groups = PyList::empty(py);
        let choices = match self.listed_choices(me, methods)? {
            Some(listed) => listed.into_any(),
            None => me.getattr(intern!(py, "_choices"))?,
        };
        let iterator = self.outside(choices.try_iter())?;
        for (index, choice) in iterator.enumerate() {
            let (mut value, label) = self.pair(&choice?)?;
            if value.is_none() {
                value = intern!(py, "").clone().into_any();
            }
            let group = PyList::empty(py);
            let is_group = label.is_instance_of::<PyList>() || label.is_instance_of::<PyTuple>();
            let group_name = if is_group { value.clone() } else { py.None().into_bound(py) };
            groups.append((group_name, &group, index))?;
            if is_group {
                for (at, choice) in label.try_iter()?.enumerate() {
                    let (value, label) = self.pair(&choice?)?;
                    group.append(self.option(&mut options, (value, label), &format!("{index}_{at}"))?)?;
                }
            } else {
                group.append(self.option(&mut options, (value, label), &index.to_string())?)?;
            }
        }
        self.forget_ambient();
        Ok(groups.into_any())
    }

    /// The two items of a choice. Error: that of unpacking something else.
    fn pair(&self, choice: &Bound<'py, PyAny>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        let pair = match choice.cast_exact::<PyTuple>() {
            Ok(pair) if pair.len() == 2 => pair.clone(),
            _ => self.stock.call(self.py, "unpacked_choice", (choice,))?.cast_into::<PyTuple>()?,
        };
        Ok((pair.get_item(0)?, pair.get_item(1)?))
    }

    /// `ChoiceWidget.create_option`, and whether the option is selected.
    fn option(
        &mut self,
        options: &mut Options<'_, 'py>,
        (value, label): (Bound<'py, PyAny>, Bound<'py, PyAny>),
        index: &str,
    ) -> PyResult<Bound<'py, PyDict>> {
        let py = self.py;
        let me = &options.widget.0;
        let may_be = options.takes_many || !options.has_selected;
        let selected = may_be && options.chosen.contains(value.str()?)?;
        options.has_selected |= selected;
        let attrs = if me.getattr(intern!(py, "option_inherits_attrs"))?.is_truthy()? {
            self.built_attrs(options.widget, me.getattr(intern!(py, "attrs"))?, options.attrs)?
        } else {
            PyDict::new(py).into_any()
        };
        let attrs = attrs.cast_into::<PyDict>()?;
        if selected {
            attrs.call_method1(intern!(py, "update"), (me.getattr(intern!(py, "checked_attribute"))?,))?;
        }
        if let Some(id) = attrs.get_item(intern!(py, "id"))?
            && id.is_truthy()?
            && me.getattr(intern!(py, "add_id_index"))?.is_truthy()?
        {
            attrs.set_item(intern!(py, "id"), intern!(py, "%s_%s").rem((id, index))?)?;
        }
        let option = PyDict::new(py);
        option.set_item(intern!(py, "name"), options.name)?;
        option.set_item(intern!(py, "value"), value)?;
        option.set_item(intern!(py, "label"), label)?;
        option.set_item(intern!(py, "selected"), selected)?;
        option.set_item(intern!(py, "index"), PyString::new(py, index))?;
        option.set_item(intern!(py, "attrs"), attrs)?;
        option.set_item(intern!(py, "type"), me.getattr(intern!(py, "input_type"))?)?;
        option.set_item(intern!(py, "template_name"), me.getattr(intern!(py, "option_template_name"))?)?;
        option.set_item(intern!(py, "wrap_label"), true)?;
        Ok(option)
    }
}
