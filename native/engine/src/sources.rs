//! Data sources met while rendering: which instances were fetched together, and when the ORM room is asked.
//!
//! The ORM room decides *how* something is fetched. This file knows *when* a template is about to make a query: when a
//! QuerySet is read as a whole, and when a path steps into a relation that is not cached.

use crate::accessors::{Accessor, Keys};
use crate::lookup::optional_attribute;
use crate::program::Program;
use crate::py::frame::RootState;
use crate::render::Render;
use crate::stock::{Class, class_of};
use crate::value::Value;
use djust_syntax::ast::NodeId;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyList, PyString, PyTuple};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

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
    group: usize,
    path: Vec<Arc<Py<PyString>>>,
}

/// The groups of a render.
#[derive(Default)]
pub struct Groups {
    all: Vec<Group>,
    /// By address of the instance, which is kept alive here.
    places: FxHashMap<usize, (Py<PyAny>, Place)>,
    /// By address of a QuerySet that `relation.all` gave and a name holds.
    relations: FxHashMap<usize, BoundRelation>,
    /// QuerySets and pages that this render has evaluated, by address.
    fresh: FxHashMap<usize, Py<PyAny>>,
    /// Instances (by address, kept alive in `places` or by their group) whose key points to no row, by accessor.
    dangling: FxHashSet<(usize, usize)>,
}

/// All rows of a relation of an instance, not read yet.
struct BoundRelation {
    queryset: Py<PyAny>,
    relation: Relation,
    trail_root: Py<PyAny>,
    steps: Vec<Arc<Py<PyString>>>,
}

/// A walk without its last step, the instance it led to, and the relation there: cache name and accessor.
type Unread<'py> = (Trail<'py>, Bound<'py, PyAny>, Py<PyString>, Py<PyString>);

/// A to-many relation of an instance.
struct Relation {
    owner: Py<PyAny>,
    cache: Py<PyString>,
    prefetch: Py<PyString>,
}

/// A walk over relations: the instance that it started from, and the accessors since.
#[derive(Clone)]
pub struct Trail<'py> {
    root: Bound<'py, PyAny>,
    steps: Vec<Arc<Py<PyString>>>,
    /// The path ends in `relation.all`: owner, cache name and accessor of the relation.
    all_of: Option<(Bound<'py, PyAny>, Rc<Accessor>)>,
}

impl<'py> Render<'py> {
    fn root_state(&self) -> Arc<RootState> {
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
            Accessor::Plain => {
                *trail = None;
                Ok(None)
            }
            Accessor::Display { attribute, labels } => {
                *trail = None;
                let value = object.getattr(attribute.bind(py))?;
                if !value.is_exact_instance_of::<PyString>() && !value.is_exact_instance_of::<PyInt>() {
                    return Ok(None);
                }
                let label = labels.bind(py).get_item(&value)?.unwrap_or(value);
                // `force_str(label, strings_only=True)`; labels may be lazy translations.
                let is_label = label.is_instance_of::<PyString>() || label.is_exact_instance_of::<PyInt>();
                Ok(Some((Value::Py(if is_label { label } else { label.str()?.into_any() }), 0)))
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
                let steps =
                    trail.get_or_insert_with(|| Trail { root: object.clone(), steps: Vec::new(), all_of: None });
                if cached.is_none() {
                    self.check_dangling(object, prefetch)?;
                    self.load(steps, object, prefetch, false)?;
                    self.check_dangling(object, prefetch)?;
                }
                steps.steps.push(Arc::new(prefetch.clone_ref(py)));
                if *direct
                    && let Some(found) = self.cached_object(object, cache.bind(py))?
                    && !found.is_none()
                {
                    return Ok(Some((Value::Py(found), 0)));
                }
                Ok(None)
            }
            Accessor::ToMany { cache, prefetch, direct } => {
                let steps =
                    trail.get_or_insert_with(|| Trail { root: object.clone(), steps: Vec::new(), all_of: None });
                let only_all = matches!(rest, [next] if next.to_str().is_ok_and(|next| next == "all"));
                if self.prefetched(object, cache.bind(py))?.is_none() {
                    self.load(steps, object, prefetch, !(only_all && reads_all))?;
                }
                steps.steps.push(Arc::new(prefetch.clone_ref(py)));
                if only_all {
                    steps.all_of = Some((object.clone(), Rc::clone(&accessor)));
                }
                if *direct
                    && only_all
                    && let Some(found) = self.prefetched(object, cache.bind(py))?
                {
                    // `manager.all()` returns this very object.
                    return Ok(Some((Value::Py(found), 1)));
                }
                Ok(None)
            }
        }
    }

    /// `object.name.key` from the object's own columns, if they are as the database has them and the related row is
    /// sure to exist.
    fn related_key(
        &self,
        object: &Bound<'py, PyAny>,
        name: &Bound<'py, PyString>,
        key: &Bound<'py, PyString>,
        keys: &RefCell<Keys>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        if !self.is_fresh(object) {
            return Ok(None);
        }
        let py = self.py;
        let at = key.as_ptr() as usize;
        let known = keys.borrow().get(&at).map(|(_, column)| column.as_ref().map(|column| column.clone_ref(py)));
        let column = if let Some(column) = known {
            column
        } else {
            let found =
                self.stock.call(py, "key_column", (object, name, key))?.cast_into::<PyString>().ok().map(Bound::unbind);
            keys.borrow_mut().insert(at, (key.clone().unbind(), found.as_ref().map(|found| found.clone_ref(py))));
            found
        };
        let Some(column) = column else { return Ok(None) };
        let columns = object.getattr(pyo3::intern!(py, "__dict__"))?;
        let value = columns.cast::<PyDict>()?.get_item(column)?;
        // Anything else was not put there by the database.
        Ok(value.filter(Bound::is_exact_instance_of::<PyInt>))
    }

    /// True if a loop over rows that this render has fetched is at this instance.
    fn is_fresh(&self, object: &Bound<'py, PyAny>) -> bool {
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

    fn prefetched(
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

    /// Error: what lazy access would raise, if a batch has found that the instance's key points to no row.
    fn check_dangling(&self, object: &Bound<'py, PyAny>, name: &Py<PyString>) -> PyResult<()> {
        let key = (object.as_ptr() as usize, name.as_ptr() as usize);
        if !self.root_state().groups.borrow().dangling.contains(&key) {
            return Ok(());
        }
        Err(PyErr::from_value(self.stock.call(self.py, "dangling", (object, name))?))
    }

    /// The place of an instance; a group of its own if it is met for the first time.
    fn place_of(&mut self, object: &Bound<'py, PyAny>) -> PyResult<Place> {
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

    fn new_group(&self, instances: Bound<'py, PyList>, usage: Option<Bound<'py, PyAny>>, is_fresh: bool) -> Place {
        let root = self.root_state();
        let mut groups = root.groups.borrow_mut();
        let place = Place { group: groups.all.len(), path: Vec::new() };
        groups.all.push(Group { instances: instances.unbind(), usage: usage.map(Bound::unbind), is_fresh });
        place
    }

    /// Remembers where an instance stands.
    pub fn put_in_place(&self, object: &Bound<'py, PyAny>, place: &Place) {
        let root = self.root_state();
        let mut groups = root.groups.borrow_mut();
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
            self.remember_relation(object, trail);
            return Ok(());
        }
        if class != Class::Model {
            return Ok(());
        }
        let place = self.extended_place(&trail)?;
        self.put_in_place(object, &place);
        Ok(())
    }

    fn remember_relation(&self, queryset: &Bound<'py, PyAny>, trail: Trail<'py>) {
        let Some((owner, accessor)) = trail.all_of else { return };
        let Accessor::ToMany { cache, prefetch, .. } = &*accessor else { return };
        let relation =
            Relation { owner: owner.unbind(), cache: cache.clone_ref(self.py), prefetch: prefetch.clone_ref(self.py) };
        let bound = BoundRelation {
            queryset: queryset.clone().unbind(),
            relation,
            trail_root: trail.root.unbind(),
            steps: trail.steps,
        };
        self.root_state().groups.borrow_mut().relations.insert(queryset.as_ptr() as usize, bound);
    }

    /// The walk that led to a QuerySet which a name holds, without its last step, and that step.
    fn relation_of(&self, queryset: &Bound<'py, PyAny>) -> Option<Unread<'py>> {
        let root = self.root_state();
        let groups = root.groups.borrow();
        let bound = groups.relations.get(&(queryset.as_ptr() as usize))?;
        debug_assert!(bound.queryset.is(queryset));
        let steps = bound.steps[..bound.steps.len().saturating_sub(1)].to_vec();
        let trail = Trail { root: bound.trail_root.bind(self.py).clone(), steps, all_of: None };
        let relation = &bound.relation;
        Some((
            trail,
            relation.owner.bind(self.py).clone(),
            relation.cache.clone_ref(self.py),
            relation.prefetch.clone_ref(self.py),
        ))
    }

    /// Batches the relation behind a QuerySet that a name holds; true if the QuerySet has its rows now.
    fn read_with_peers(&mut self, queryset: &Bound<'py, PyAny>) -> PyResult<bool> {
        let Some((trail, owner, cache, prefetch)) = self.relation_of(queryset) else { return Ok(false) };
        if self.prefetched(&owner, cache.bind(self.py))?.is_none() {
            self.load(&trail, &owner, &prefetch, false)?;
        }
        self.stock.call(self.py, "adopt", (queryset, owner, cache))?.is_truthy()
    }

    fn extended_place(&mut self, trail: &Trail<'py>) -> PyResult<Place> {
        let mut place = self.place_of(&trail.root)?;
        place.path.extend(trail.steps.iter().cloned());
        Ok(place)
    }

    /// Where the items of a loop stand, if they are model instances; the source is evaluated first.
    pub fn loop_place(&mut self, p: &Program, id: NodeId, values: &Bound<'py, PyAny>) -> PyResult<Option<Place>> {
        let trail = self.trail.take().filter(|trail| !trail.steps.is_empty());
        let class = class_of(self.stock, values)?;
        if !matches!(class, Class::QuerySet | Class::Page | Class::List | Class::Tuple) {
            return Ok(None);
        }
        if class == Class::QuerySet
            && let Some(place) = self.place_of_relation(values, trail.as_ref())?
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

    /// Where the rows of a relation stand that was fetched for its peers: below the group of its owner.
    fn place_of_relation(
        &mut self,
        queryset: &Bound<'py, PyAny>,
        trail: Option<&Trail<'py>>,
    ) -> PyResult<Option<Place>> {
        if let Some(trail) = trail {
            if let Some((owner, accessor)) = &trail.all_of
                && let Accessor::ToMany { cache, .. } = &**accessor
                && self.shares_rows(queryset, owner, cache.bind(self.py))?
            {
                return self.extended_place(trail).map(Some);
            }
            return Ok(None);
        }
        let Some((mut trail, owner, cache, prefetch)) = self.relation_of(queryset) else { return Ok(None) };
        if self.is_unread(queryset)? {
            self.read_with_peers(queryset)?;
        }
        if !self.shares_rows(queryset, &owner, cache.bind(self.py))? {
            return Ok(None);
        }
        trail.steps.push(Arc::new(prefetch));
        self.extended_place(&trail).map(Some)
    }

    /// True if a QuerySet has the very rows that were prefetched for a relation.
    fn shares_rows(
        &self,
        queryset: &Bound<'py, PyAny>,
        owner: &Bound<'py, PyAny>,
        cache: &Bound<'py, PyString>,
    ) -> PyResult<bool> {
        let Some(known) = self.prefetched(owner, cache)? else { return Ok(false) };
        if known.is(queryset) {
            return Ok(!self.is_unread(queryset)?);
        }
        let rows = optional_attribute(&known, self.stock.result_cache.bind(self.py))?.filter(|rows| !rows.is_none());
        let own = queryset.getattr(self.stock.result_cache.bind(self.py))?;
        Ok(rows.is_some_and(|rows| rows.is(&own)))
    }

    /// Has the ORM room evaluate a QuerySet or page that is about to be read as a whole.
    fn evaluate(&self, source: &Bound<'py, PyAny>, usage: Option<&Bound<'py, PyAny>>) -> PyResult<()> {
        if self.stock.call(self.py, "evaluate", (source, usage))?.is_truthy()? {
            let root = self.root_state();
            root.groups.borrow_mut().fresh.insert(source.as_ptr() as usize, source.clone().unbind());
        }
        Ok(())
    }

    fn first_item(&self, values: &Bound<'py, PyAny>, class: Class) -> PyResult<Option<Bound<'py, PyAny>>> {
        match class {
            Class::List => Ok(values.cast::<PyList>()?.get_item(0).ok()),
            Class::Tuple => Ok(values.cast::<PyTuple>()?.get_item(0).ok()),
            _ => {
                let first = self.stock.call(self.py, "first_of", (values,))?;
                Ok(if first.is_none() { None } else { Some(first) })
            }
        }
    }

    fn is_unread(&self, queryset: &Bound<'py, PyAny>) -> PyResult<bool> {
        Ok(queryset.getattr(self.stock.result_cache.bind(self.py))?.is_none())
    }

    /// Evaluates a QuerySet that is about to be read as a whole (truth, length, all items).
    pub fn prepare(&mut self, value: &Value<'py>) -> PyResult<()> {
        let Value::Py(object) = value else { return Ok(()) };
        if class_of(self.stock, object)? != Class::QuerySet {
            return Ok(());
        }
        if !self.is_unread(object)? || self.read_with_peers(object)? {
            return Ok(());
        }
        self.trail = None;
        let usage = self.usage_of_value(object)?;
        self.evaluate(object, usage.as_ref())
    }

    /// `bool(value)`; a QuerySet is evaluated by the ORM room.
    pub fn truth(&mut self, value: &Value<'py>) -> PyResult<bool> {
        self.prepare(value)?;
        value.is_true()
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

    /// What is done with a value that free variables of the template hold: the needs of all of them.
    fn usage_of_value(&mut self, value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(program) = self.root_program()? else { return Ok(None) };
        let composition = program.get().composition(self.py, &self.engine)?;
        let mut found: Option<Bound<'py, PyAny>> = None;
        for at in 0..composition.variables() {
            let name = composition.variable_name(self.py, at);
            let holds = match self.scopes.outermost(name)? {
                Some(Value::Py(object)) => object.is(value),
                _ => false,
            };
            if holds {
                let usage = composition.of_variable(self.py, at)?;
                found = Some(match found {
                    Some(known) => known.call_method1("merge", (usage,))?,
                    None => usage,
                });
            }
        }
        Ok(found)
    }

    fn root_program(&self) -> PyResult<Option<Bound<'py, crate::py::program::NativeProgram>>> {
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
