//! Data sources met while rendering: which instances were fetched together, and when the ORM room is asked.
//!
//! The ORM room decides *how* something is fetched. This file knows *when* a template is about to make a query: when a
//! QuerySet is read as a whole, and when a path steps into a relation that is not cached.

use crate::accessors::{Accessor, forget_accessor, has_values};
use crate::attributes::{has_getitem, is_callable, optional_attribute};
use crate::collections::{NamedCollection, Trail};
use crate::program::Program;
use crate::py::frame::RootState;
use crate::render::Render;
use crate::stock::{Class, class_of};
use crate::value::Value;
use djust_syntax::ast::NodeId;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyList, PyString, PyTuple};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Room for more instances than this is not made at once.
const MAX_EXPECTED: usize = 4096;

/// Instances that were fetched together.
pub struct Group {
    instances: Py<PyList>,
    /// What the template does with each instance.
    usage: Option<Py<PyAny>>,
    /// This render has fetched them, so that nobody has changed their columns since.
    is_fresh: bool,
}

/// Where an instance stands: the group it was reached from, and the accessors on the way.
#[derive(Clone)]
pub struct Place {
    /// Number of the group.
    pub group: usize,
    /// The accessors.
    pub path: Vec<Arc<Py<PyString>>>,
}

/// The groups of a render.
#[derive(Default)]
pub struct Groups {
    all: Vec<Group>,
    /// By address of the instance, which is kept alive here.
    places: FxHashMap<usize, (Py<PyAny>, Place)>,
    /// By address of a QuerySet that `relation.all`, or a slice of it, gave and a name holds.
    pub relations: FxHashMap<usize, NamedCollection>,
    /// QuerySets and pages that this render has evaluated, by address.
    fresh: FxHashMap<usize, Py<PyAny>>,
    /// Instances (by address, kept alive in `places` or by their group) whose key points to no row, by accessor.
    dangling: FxHashSet<(usize, usize)>,
    /// QuerySets that row mode was asked for, by address, and their rows if they are read so.
    rows: FxHashMap<usize, (Py<PyAny>, Option<Py<PyAny>>)>,
    /// Instances, by address, with a collection (by accessor) that has been read whole: it is not sure to be again.
    read: FxHashMap<(usize, usize), Py<PyAny>>,
}

/// What a render knows of row mode for a QuerySet.
pub enum Known<'py> {
    /// The ORM room was not asked yet.
    NotAsked,
    /// It is read as instances.
    Instances,
    /// Its rows.
    Rows(Bound<'py, PyAny>),
}

impl Groups {
    /// What is known of a QuerySet.
    pub fn known_rows<'py>(&self, queryset: &Bound<'py, PyAny>) -> Known<'py> {
        match self.rows.get(&(queryset.as_ptr() as usize)) {
            None => Known::NotAsked,
            Some((_, None)) => Known::Instances,
            Some((_, Some(rows))) => Known::Rows(rows.bind(queryset.py()).clone()),
        }
    }

    /// Remembers the rows of a QuerySet, or that it has none.
    pub fn remember_rows(&mut self, queryset: &Bound<'_, PyAny>, rows: Option<&Bound<'_, PyAny>>) {
        let kept = (queryset.clone().unbind(), rows.map(|rows| rows.clone().unbind()));
        self.rows.insert(queryset.as_ptr() as usize, kept);
    }

    /// The instances of the group of a place, and what the template does with each of them.
    pub fn group_at<'py>(&self, place: &Place, py: Python<'py>) -> (Bound<'py, PyList>, Option<Bound<'py, PyAny>>) {
        (self.all[place.group].instances.bind(py).clone(), self.usage_at(place, py))
    }

    /// What the template does with each instance of the group of a place.
    pub fn usage_at<'py>(&self, place: &Place, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.all[place.group].usage.as_ref().map(|usage| usage.bind(py).clone())
    }
}

impl Place {
    /// The accessors on the way from the group.
    pub fn path<'py>(&self, py: Python<'py>) -> impl Iterator<Item = Bound<'py, PyAny>> {
        self.path.iter().map(move |step| step.bind(py).clone().into_any())
    }
}

impl Groups {
    /// Where an instance is known to stand.
    pub fn place(&self, object: &Bound<'_, PyAny>) -> Option<Place> {
        self.places.get(&(object.as_ptr() as usize)).map(|(_, place)| place.clone())
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// The instances of a group.
    pub fn instances(&self, group: usize) -> &Py<PyList> {
        &self.all[group].instances
    }
}

impl<'py> Render<'py> {
    /// What all templates of this render share.
    pub fn root_state(&self) -> Arc<RootState> {
        Arc::clone(&self.frame().state.root)
    }

    /// A step on a model instance, if it is one into a relation: the value, and how many names more it covers. `rest`:
    /// the names that follow; `reads_all`: what the path leads to is going to be read as a whole.
    pub fn relation_step(
        &mut self,
        object: &Bound<'py, PyAny>,
        name: &Bound<'py, PyString>,
        rest: &[&Bound<'py, PyString>],
        reads_all: bool,
        trail: &mut Option<Trail<'py>>,
    ) -> PyResult<Option<(Value<'py>, usize)>> {
        let accessor = self.accessor(object, name)?;
        let py = self.py;
        match &*accessor {
            // A template asks for an item before it asks for an attribute.
            _ if has_getitem(object) => {
                *trail = None;
                Ok(None)
            }
            Accessor::Plain => {
                *trail = None;
                Ok(None)
            }
            Accessor::Code => {
                self.reach_for_code(object, trail.as_ref())?;
                *trail = None;
                Ok(None)
            }
            Accessor::Address(method) => {
                *trail = None;
                Ok(self.method_address(object, name, method)?.map(|address| (Value::Text(address, false), 0)))
            }
            Accessor::Display { attribute, labels, choices } => {
                *trail = None;
                if choices.are_current(py)? {
                    return Ok(self.label(object, name, attribute, labels)?.map(|label| (label, 0)));
                }
                forget_accessor(&object.get_type(), name);
                Ok(None)
            }
            Accessor::ToOne { cache, prefetch, direct, keys } => {
                let cached = self.cached_object(object, cache.bind(py))?;
                if cached.is_none()
                    && trail.is_none()
                    && let [key] = rest
                    && let Some(value) = self.related_key(object, name, key, keys)?
                {
                    return Ok(Some((Value::Py(value), 1)));
                }
                let steps = trail.get_or_insert_with(|| Trail::from(object));
                if cached.is_none() {
                    self.look_ahead(object)?;
                    self.check_dangling(object, prefetch)?;
                    self.load(steps, object, prefetch, false)?;
                    self.check_dangling(object, prefetch)?;
                }
                steps.steps.push(Arc::new(prefetch.clone_ref(py)));
                let found = self.cached_object(object, cache.bind(py))?;
                match found.filter(|found| !found.is_none()) {
                    Some(found) if is_callable(&found) => *trail = None,
                    Some(found) if *direct => return Ok(Some((Value::Py(found), 0))),
                    _ => {}
                }
                Ok(None)
            }
            Accessor::ToMany { cache, prefetch, direct, columns } => {
                let steps = trail.get_or_insert_with(|| Trail::from(object));
                let only_all = matches!(rest, [next] if next.to_str().is_ok_and(|next| next == "all"));
                if self.prefetched(object, cache.bind(py))?.is_none() {
                    self.look_ahead(object)?;
                    self.load_many(steps, object, prefetch, only_all && reads_all)?;
                }
                if self.prefetched(object, cache.bind(py))?.is_none()
                    && let Some(found) = self.pushed_step(steps, object, &accessor, rest)?
                {
                    *trail = None;
                    return Ok(Some(found));
                }
                steps.steps.push(Arc::new(prefetch.clone_ref(py)));
                if only_all {
                    steps.ends_in_all(object, cache.bind(py), prefetch.bind(py));
                }
                if *direct
                    && only_all
                    && let Some(found) = self.prefetched(object, cache.bind(py))?
                    && has_values(object, columns)?
                {
                    // `manager.all()` returns this very object.
                    return Ok(Some((Value::Py(found), 1)));
                }
                Ok(None)
            }
        }
    }

    /// What `get_FOO_display` gives: the label of the attribute's value. `None`: left to Django.
    fn label(
        &mut self,
        object: &Bound<'py, PyAny>,
        name: &Bound<'py, PyString>,
        attribute: &Py<PyString>,
        labels: &Py<PyDict>,
    ) -> PyResult<Option<Value<'py>>> {
        let py = self.py;
        // An annotation of that name hides the method.
        if object.getattr(pyo3::intern!(py, "__dict__"))?.contains(name)? {
            return Ok(None);
        }
        let value = object.getattr(attribute.bind(py))?;
        if !value.is_exact_instance_of::<PyString>() && !value.is_exact_instance_of::<PyInt>() {
            return Ok(None);
        }
        let label = labels.bind(py).get_item(&value)?.unwrap_or(value);
        // `force_str(label, strings_only=True)`; labels may be lazy translations.
        let is_label = label.is_instance_of::<PyString>() || label.is_exact_instance_of::<PyInt>();
        Ok(Some(if is_label { Value::Py(label) } else { self.label_text(&label)? }))
    }

    /// True if a loop over rows that this render has fetched is at this instance.
    pub fn is_fresh(&self, object: &Bound<'py, PyAny>) -> bool {
        let root = self.root_state();
        let groups = root.groups.borrow();
        let place = groups.places.get(&(object.as_ptr() as usize)).map(|(_, place)| place);
        place.is_some_and(|place| place.path.is_empty() && groups.all[place.group].is_fresh)
    }

    fn cached_object(
        &self,
        object: &Bound<'py, PyAny>,
        cache: &Bound<'py, PyString>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let state = object.getattr(self.stock.state.bind(self.py))?;
        let fields = state.getattr(self.stock.fields_cache.bind(self.py))?;
        match fields.cast::<PyDict>() {
            Ok(fields) => fields.get_item(cache),
            Err(_) => Ok(None),
        }
    }

    /// The QuerySet with the rows that were prefetched under this key.
    pub fn prefetched(
        &self,
        object: &Bound<'py, PyAny>,
        cache: &Bound<'py, PyString>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let known = optional_attribute(object, self.stock.prefetched_objects_cache.bind(self.py))?;
        match known.as_ref().map(|known| known.cast::<PyDict>()) {
            Some(Ok(known)) => known.get_item(cache),
            _ => Ok(None),
        }
    }

    /// Asks the ORM room to batch a collection, of which the step reads all rows or less. That the template is sure to
    /// read all of them says nothing about later, once it has done so.
    pub fn load_many(
        &mut self,
        trail: &Trail<'py>,
        object: &Bound<'py, PyAny>,
        name: &Py<PyString>,
        reads_all: bool,
    ) -> PyResult<()> {
        let key = (object.as_ptr() as usize, name.as_ptr() as usize);
        if reads_all {
            self.load(trail, object, name, false)?;
            self.root_state().groups.borrow_mut().read.insert(key, object.clone().unbind());
        } else if !self.root_state().groups.borrow().read.contains_key(&key) {
            self.load(trail, object, name, true)?;
        }
        Ok(())
    }

    /// Asks the ORM room to batch a relation for the peers of an instance. `certain`: only if the template is sure to
    /// read all of it anyway (the step itself asks for less: a manager, a count).
    fn load(
        &mut self,
        trail: &Trail<'py>,
        object: &Bound<'py, PyAny>,
        name: &Py<PyString>,
        certain: bool,
    ) -> PyResult<()> {
        let place = self.place_of(&trail.root)?;
        let py = self.py;
        let mut path: Vec<Bound<'py, PyAny>> = Vec::new();
        let (instances, usage) = {
            let root = self.root_state();
            let groups = root.groups.borrow();
            let group = &groups.all[place.group];
            path.extend(place.path.iter().map(|step| step.bind(py).clone().into_any()));
            (group.instances.bind(py).clone(), group.usage.as_ref().map(|usage| usage.bind(py).clone()))
        };
        path.extend(trail.steps.iter().map(|step| step.bind(py).clone().into_any()));
        path.push(name.bind(py).clone().into_any());
        let path = PyTuple::new(py, path)?;
        self.expect_batches()?;
        let misses = self.stock.call(py, "load", (instances, path, usage, object, certain))?;
        if misses.is_none() {
            return Ok(());
        }
        let root = self.root_state();
        for miss in misses.try_iter()? {
            let miss = miss?;
            root.groups.borrow_mut().dangling.insert((miss.as_ptr() as usize, name.as_ptr() as usize));
            self.put_in_place(&miss, &place);
        }
        Ok(())
    }

    /// Rows may be fetched for instances, which let go of them at the end of the render.
    pub fn expect_batches(&self) -> PyResult<()> {
        let root = self.root_state();
        if root.passing.borrow().is_none() {
            let passing = self.stock.call(self.py, "passing", ())?.unbind();
            let known = root.passing.replace(Some(passing));
            drop(known);
        }
        Ok(())
    }

    /// Error: what lazy access would raise, if a batch has found that the instance's key points to no row.
    fn check_dangling(&self, object: &Bound<'py, PyAny>, name: &Py<PyString>) -> PyResult<()> {
        let key = (object.as_ptr() as usize, name.as_ptr() as usize);
        if !self.root_state().groups.borrow().dangling.contains(&key) {
            return Ok(());
        }
        Err(PyErr::from_value(self.stock.call(self.py, "dangling", (object, name))?))
    }

    /// The place of an instance; a group of its own if it is met for the first time.
    pub fn place_of(&mut self, object: &Bound<'py, PyAny>) -> PyResult<Place> {
        let key = object.as_ptr() as usize;
        let root = self.root_state();
        if let Some((_, place)) = root.groups.borrow().places.get(&key) {
            return Ok(place.clone());
        }
        let usage = self.usage_of_value(object)?;
        let instances = PyList::new(self.py, [object])?;
        let place = self.new_group(instances, usage, false);
        self.put_in_place(object, &place);
        Ok(place)
    }

    /// Instances that were fetched together.
    pub fn new_group(&self, instances: Bound<'py, PyList>, usage: Option<Bound<'py, PyAny>>, is_fresh: bool) -> Place {
        let root = self.root_state();
        let mut groups = root.groups.borrow_mut();
        let place = Place { group: groups.all.len(), path: Vec::new() };
        groups.places.reserve(instances.len().min(MAX_EXPECTED));
        groups.all.push(Group { instances: instances.unbind(), usage: usage.map(Bound::unbind), is_fresh });
        place
    }

    /// Remembers where an instance stands.
    pub fn put_in_place(&self, object: &Bound<'py, PyAny>, place: &Place) {
        let mut groups = self.frame().state.root.groups.borrow_mut();
        groups.places.entry(object.as_ptr() as usize).or_insert_with(|| (object.clone().unbind(), place.clone()));
    }

    /// Remembers where the value that a path has led to stands, so that walks may go on from it under another name.
    pub fn remember(&mut self, value: &Value<'py>) -> PyResult<()> {
        let Some(trail) = self.trail.take() else { return Ok(()) };
        let Value::Py(object) = value else { return Ok(()) };
        if trail.steps.is_empty() {
            return Ok(());
        }
        let class = class_of(self.stock, object)?;
        if class == Class::QuerySet {
            self.remember_collection(object, trail);
            return Ok(());
        }
        if class != Class::Model {
            return Ok(());
        }
        let place = self.extended_place(&trail)?;
        self.put_in_place(object, &place);
        Ok(())
    }

    /// Where a walk has led to.
    pub fn extended_place(&mut self, trail: &Trail<'py>) -> PyResult<Place> {
        let mut place = self.place_of(&trail.root)?;
        place.path.extend(trail.steps.iter().cloned());
        Ok(place)
    }

    /// Where the items of a loop stand, if they are model instances; the source is evaluated first.
    pub fn loop_place(&mut self, p: &Program, id: NodeId, values: &Bound<'py, PyAny>) -> PyResult<Option<Place>> {
        if let Some(place) = self.place_of_part(values)? {
            return Ok(Some(place));
        }
        let trail = self.trail.take().filter(|trail| !trail.steps.is_empty());
        let class = class_of(self.stock, values)?;
        if !matches!(class, Class::QuerySet | Class::Page | Class::List | Class::Tuple) {
            return Ok(None);
        }
        if class == Class::QuerySet
            && let Some(place) = self.place_of_collection(values, trail.as_ref())?
        {
            return Ok(Some(place));
        }
        let mut usage = None;
        if class == Class::Page || (class == Class::QuerySet && self.is_unread(values)?) {
            usage = self.usage_of_source(p, id, values)?;
            self.evaluate(values, usage.as_ref())?;
        }
        let Some(first) = self.first_item(values, class)? else { return Ok(None) };
        if class_of(self.stock, &first)? != Class::Model {
            return Ok(None);
        }
        // Instances that are in a group already (a list of a loop's items, `regroup`) stay in it.
        if let Some((_, place)) = self.root_state().groups.borrow().places.get(&(first.as_ptr() as usize))
            && class != Class::QuerySet
        {
            return Ok(Some(place.clone()));
        }
        if usage.is_none() {
            usage = self.usage_of_source(p, id, values)?;
        }
        let each = match usage {
            Some(usage) => Some(usage.getattr("each")?).filter(|each| !each.is_none()),
            None => None,
        };
        let instances = self.stock.call(self.py, "instances", (values,))?.cast_into::<PyList>()?;
        let is_fresh = self.root_state().groups.borrow().fresh.contains_key(&(values.as_ptr() as usize));
        Ok(Some(self.new_group(instances, each, is_fresh)))
    }

    /// Has the ORM room evaluate a QuerySet or page that is about to be read as a whole.
    pub fn evaluate(&mut self, source: &Bound<'py, PyAny>, usage: Option<&Bound<'py, PyAny>>) -> PyResult<()> {
        self.look_ahead(source)?;
        self.lend_compilers()?;
        self.expect_batches()?;
        if self.stock.call(self.py, "evaluate", (source, usage))?.is_truthy()? {
            let root = self.root_state();
            for known in [Some(source.clone()), self.queryset_behind(source)?].into_iter().flatten() {
                root.groups.borrow_mut().fresh.insert(known.as_ptr() as usize, known.unbind());
            }
        }
        Ok(())
    }

    /// The first item of an evaluated source.
    pub fn first_item(&self, values: &Bound<'py, PyAny>, class: Class) -> PyResult<Option<Bound<'py, PyAny>>> {
        match class {
            Class::List => Ok(values.cast::<PyList>()?.get_item(0).ok()),
            Class::Tuple => Ok(values.cast::<PyTuple>()?.get_item(0).ok()),
            _ => {
                let first = self.stock.call(self.py, "first_of", (values,))?;
                Ok(if first.is_none() { None } else { Some(first) })
            }
        }
    }

    /// True if a QuerySet has no rows yet.
    pub fn is_unread(&self, queryset: &Bound<'py, PyAny>) -> PyResult<bool> {
        Ok(queryset.getattr(self.stock.result_cache.bind(self.py))?.is_none())
    }

    /// Evaluates a QuerySet that is about to be read as a whole (truth, length, all items). Gives its rows if it is read
    /// in row mode.
    pub fn prepare(&mut self, value: &Value<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let object = match value {
            Value::Py(object) => object,
            Value::Rows(rows) => return rows.sized().map(Some),
            _ => return Ok(None),
        };
        let class = class_of(self.stock, object)?;
        if class == Class::Page {
            if let Some(set) = self.row_set(object)? {
                return Ok(Some(set.rows.clone().into_any()));
            }
            let usage = self.usage_of_value(object)?;
            self.evaluate(object, usage.as_ref())?;
            return Ok(None);
        }
        if class != Class::QuerySet || !self.is_unread(object)? || self.read_collection(object)? {
            return Ok(None);
        }
        if let Some(set) = self.row_set(object)? {
            return Ok(Some(set.rows.clone().into_any()));
        }
        self.trail = None;
        let usage = self.usage_of_value(object)?;
        self.evaluate(object, usage.as_ref())?;
        Ok(None)
    }

    /// `bool(value)`; a QuerySet is evaluated by the ORM room.
    #[inline(never)]
    pub fn truth(&mut self, value: &Value<'py>) -> PyResult<bool> {
        if let Value::Py(object) = value
            && matches!(
                class_of(self.stock, object)?,
                Class::Str | Class::Bool | Class::Int | Class::None | Class::Dict
            )
        {
            return object.is_truthy();
        }
        if let Value::Py(object) = value
            && let Some(count) = self.count_of_errors(object)?
        {
            return Ok(count > 0);
        }
        if let Some(truth) = self.pushed_truth(value)? {
            return Ok(truth);
        }
        match self.prepare(value)? {
            Some(rows) => Ok(!rows.is_empty()?),
            None => value.is_true(),
        }
    }

    /// What the template does with a source that a loop reads. Rows that only this loop reads need what its body needs,
    /// not what others do with the same path.
    fn usage_of_source(
        &mut self,
        p: &Program,
        id: NodeId,
        values: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        if let Some(usage) = self.usage_of_value(values)? {
            return Ok(Some(usage));
        }
        self.composition_usage(|composition, py| composition.of_loop(py, p, id))
    }

    /// The QuerySet itself, or that of a page.
    fn queryset_behind(&self, source: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(match class_of(self.stock, source)? {
            Class::QuerySet => Some(source.clone()),
            Class::Page => Some(source.getattr("object_list")?),
            _ => None,
        })
    }

    /// What is done with a value that free variables of the template hold: the needs of all of them. A page
    /// and its `object_list` are one source.
    pub fn usage_of_value(&mut self, value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(program) = self.root_program()? else { return Ok(None) };
        let composition = program.get().composition(self.py, &self.engine)?;
        let source = self.queryset_behind(value)?.unwrap_or_else(|| value.clone());
        let mut found: Option<Bound<'py, PyAny>> = None;
        for at in 0..composition.variables() {
            let name = composition.variable_name(self.py, at);
            let Some(Value::Py(object)) = self.view_value(name)? else { continue };
            if object.is(value) || self.queryset_behind(&object)?.is_some_and(|behind| source.is(&behind)) {
                let mut usage = composition.of_variable(self.py, at)?;
                if class_of(self.stock, &object)? == Class::Page {
                    usage = self.stock.call(self.py, "usage_of_page", (usage,))?;
                }
                found = Some(match found {
                    Some(known) => known.call_method1("merge", (usage,))?,
                    None => usage,
                });
            }
        }
        Ok(found)
    }

    /// The native program of the template that the render started with.
    pub fn root_program(&self) -> PyResult<Option<Bound<'py, crate::py::program::NativeProgram>>> {
        let program = optional_attribute(&self.template, self.stock.program.bind(self.py))?;
        Ok(program.and_then(|program| program.cast_into().ok()))
    }

    fn composition_usage(
        &mut self,
        ask: impl FnOnce(&crate::py::composition::Composed, Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(program) = self.root_program()? else { return Ok(None) };
        ask(program.get().composition(self.py, &self.engine)?, self.py)
    }
}
