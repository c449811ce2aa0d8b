//! Values that Python code is about to get: the ORM room watches the instances that it may reach through them.
//!
//! Watching asks the database nothing. It is done once for a group of instances, and not at all for code that is known
//! to walk no relation, so that a page whose loops run no such code pays one look-up for a printed instance.

use crate::accessors::Accessor;
use crate::collections::Trail;
use crate::render::Render;
use crate::sources::Place;
use crate::stock::{Class, class_of};
use crate::value::Value;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};
use rustc_hash::{FxHashMap, FxHashSet};

/// What Python code has got in this render.
#[derive(Default)]
pub struct Reached {
    /// The ORM room's `Watch`, once there is one.
    watch: Option<Py<PyAny>>,
    /// Groups and accessors (by address) on the way from their instances.
    places: FxHashSet<(usize, Vec<usize>)>,
    /// How many groups Python code has got as a whole, with the context.
    groups: usize,
    /// Other values, by address.
    others: FxHashMap<usize, Py<PyAny>>,
}

impl Reached {
    /// Has everything left as it was found.
    pub fn stop(self, py: Python<'_>) -> PyResult<()> {
        match self.watch {
            Some(watch) => watch.bind(py).call_method0("stop").map(drop),
            None => Ok(()),
        }
    }
}

impl<'py> Render<'py> {
    /// An attribute that runs code is asked for; `trail` leads to the instance, if a path has walked relations.
    pub fn reach_for_code(&self, object: &Bound<'py, PyAny>, trail: Option<&Trail<'py>>) -> PyResult<()> {
        match self.known_place(object, trail) {
            Some(place) => self.reach_place(&place),
            None => Ok(()),
        }
    }

    /// The place of an instance, if it, or the instance that a walk started from, is known to be in a group.
    fn known_place(&self, object: &Bound<'py, PyAny>, trail: Option<&Trail<'py>>) -> Option<Place> {
        let start = trail.map_or(object, |trail| &trail.root);
        let root = self.root_state();
        let mut place = root.groups.borrow().place(start)?;
        if let Some(trail) = trail {
            place.path.extend(trail.steps.iter().cloned());
        }
        Some(place)
    }

    /// Remembers where the instance that a path has led to stands, before Python code gets it.
    #[expect(clippy::inline_always, reason = "most often there is nothing to do, and a call would cost more")]
    #[inline(always)]
    pub fn remember_instance(&mut self, value: &Value<'py>) -> PyResult<()> {
        if self.trail.is_none() { Ok(()) } else { self.remember_walked(value) }
    }

    #[inline(never)]
    fn remember_walked(&mut self, value: &Value<'py>) -> PyResult<()> {
        if let (Some(trail), Value::Py(object)) = (self.trail.take(), value)
            && !trail.steps.is_empty()
            && class_of(self.stock, object)? == Class::Model
            && let Some(place) = self.known_place(object, Some(&trail))
        {
            self.put_in_place(object, &place);
        }
        Ok(())
    }

    /// `str(object)` is asked for.
    pub fn reach_for_text(&mut self, object: &Bound<'py, PyAny>, class: Class) -> PyResult<()> {
        match class {
            Class::Model => match &*self.accessor(object, self.stock.dunder_str.bind(self.py))? {
                Accessor::Code => self.reach_for_code(object, None),
                _ => Ok(()),
            },
            Class::Form => self.reach_other(object),
            _ => Ok(()),
        }
    }

    /// A value is handed to a tag or a filter.
    pub fn reach_for_argument(&mut self, value: &Value<'py>) -> PyResult<()> {
        match value {
            Value::Py(object) => self.reach_for_object(object),
            _ => Ok(()),
        }
    }

    /// An object is handed to a tag or a filter.
    #[expect(clippy::inline_always, reason = "most often there is nothing to do, and a call would cost more")]
    #[inline(always)]
    pub fn reach_for_object(&mut self, object: &Bound<'py, PyAny>) -> PyResult<()> {
        let class = class_of(self.stock, object)?;
        if matches!(class, Class::Model | Class::QuerySet | Class::List | Class::Tuple | Class::Form | Class::Plain) {
            return self.reach_in(object, class);
        }
        Ok(())
    }

    #[inline(never)]
    fn reach_in(&mut self, object: &Bound<'py, PyAny>, class: Class) -> PyResult<()> {
        if class == Class::Model { self.reach_for_code(object, None) } else { self.reach_other(object) }
    }

    /// Python code may get at the rows that an object holds.
    pub fn reach_other(&self, object: &Bound<'py, PyAny>) -> PyResult<()> {
        let key = object.as_ptr() as usize;
        let root = self.root_state();
        if root.reached.borrow().others.contains_key(&key) {
            return Ok(());
        }
        if self.may_hold_rows(object)? {
            self.expect_batches()?;
            let watch = self.stock.call(self.py, "reach", (self.watch(), object))?;
            root.reached.borrow_mut().watch = if watch.is_none() { None } else { Some(watch.unbind()) };
        }
        root.reached.borrow_mut().others.insert(key, object.clone().unbind());
        Ok(())
    }

    /// False if there is nothing that `reach` would find in an object.
    fn may_hold_rows(&self, object: &Bound<'py, PyAny>) -> PyResult<bool> {
        let class = class_of(self.stock, object)?;
        if class != Class::Plain {
            return if class == Class::Form { self.offers_rows(object) } else { self.is_source(object) };
        }
        let Some(held) = object.getattr_opt(self.stock.dunder_dict.bind(self.py))? else { return Ok(false) };
        let Ok(held) = held.cast_into::<PyDict>() else { return Ok(true) };
        for (_, value) in held.iter() {
            if self.is_source(&value)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// True for a QuerySet, and for a list of instances.
    fn is_source(&self, value: &Bound<'py, PyAny>) -> PyResult<bool> {
        let first = match class_of(self.stock, value)? {
            Class::QuerySet => return Ok(true),
            Class::List => value.cast::<PyList>()?.get_item(0),
            Class::Tuple => value.cast::<PyTuple>()?.get_item(0),
            _ => return Ok(false),
        };
        match first {
            Ok(first) => Ok(class_of(self.stock, &first)? == Class::Model),
            // An empty one.
            Err(_) => Ok(false),
        }
    }

    /// The context is handed to a tag: it may get at whatever the loops around it go over.
    pub fn reach_for_context(&self) -> PyResult<()> {
        let root = &self.frame().state.root;
        let count = root.groups.borrow().count();
        if count == 0 {
            return Ok(());
        }
        let first = std::mem::replace(&mut root.reached.borrow_mut().groups, count);
        (first..count).try_for_each(|group| self.reach_place(&Place { group, path: Vec::new() }))
    }

    fn reach_place(&self, place: &Place) -> PyResult<()> {
        let root = self.root_state();
        let key = (place.group, place.path.iter().map(|step| step.as_ptr() as usize).collect());
        if root.reached.borrow().places.contains(&key) {
            return Ok(());
        }
        let py = self.py;
        let instances = root.groups.borrow().instances(place.group).clone_ref(py);
        if !place.path.is_empty() || instances.bind(py).len() > 1 {
            let path = PyTuple::new(py, place.path.iter().map(|step| step.bind(py)))?;
            self.expect_batches()?;
            let watch = self.stock.call(py, "watch_instances", (self.watch(), instances, path))?;
            root.reached.borrow_mut().watch = if watch.is_none() { None } else { Some(watch.unbind()) };
        }
        root.reached.borrow_mut().places.insert(key);
        Ok(())
    }

    fn watch(&self) -> Option<Py<PyAny>> {
        self.root_state().reached.borrow().watch.as_ref().map(|watch| watch.clone_ref(self.py))
    }
}
