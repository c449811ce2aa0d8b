//! Data sources met while rendering: which instances were fetched together, and when the ORM room is asked.
//!
//! The ORM room decides *how* something is fetched. This file knows *when* a template is about to make a query: when a
//! QuerySet is read as a whole, and when a path steps into a relation that is not cached.

use crate::lookup::optional_attribute;
use crate::program::Program;
use crate::py::frame::RootState;
use crate::render::Render;
use crate::stock::{Class, class_of};
use crate::value::Value;
use djust_syntax::ast::NodeId;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyList, PyString, PyTuple, PyType};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::rc::Rc;

/// What a step on a model instance is, as `djust_backend.orm.accessor` says.
enum Accessor {
    /// No relation: an ordinary attribute.
    Plain,
    /// `get_FOO_display` as Django makes it: the attribute it reads, and the label of each value.
    Display { attribute: Py<PyString>, labels: Py<PyDict> },
    /// A single related object, cached under `cache` in `_state.fields_cache`.
    ToOne { cache: Py<PyString>, prefetch: Py<PyString>, direct: bool },
    /// Many related objects, prefetched under `cache` in `_prefetched_objects_cache`.
    ToMany { cache: Py<PyString>, prefetch: Py<PyString>, direct: bool },
}

type Accessors = FxHashMap<(usize, usize), (Py<PyType>, Py<PyString>, Rc<Accessor>)>;

/// Steps known at most before the table is emptied: it must not keep model classes alive that are made on the fly.
const MAX_ACCESSORS: usize = 8192;

thread_local! {
    static ACCESSORS: RefCell<Accessors> = RefCell::default();
}

/// Instances that were fetched together.
pub struct Group {
    instances: Py<PyList>,
    /// What the template does with each instance.
    usage: Option<Py<PyAny>>,
}

/// Where an instance stands: the group it was reached from, and the accessors on the way.
#[derive(Clone)]
pub struct Place {
    group: usize,
    path: Vec<Rc<Py<PyString>>>,
}

/// The groups of a render.
#[derive(Default)]
pub struct Groups {
    all: Vec<Group>,
    /// By address of the instance, which is kept alive here.
    places: FxHashMap<usize, (Py<PyAny>, Place)>,
    /// By address of a QuerySet that `relation.all` gave and a name holds.
    relations: FxHashMap<usize, BoundRelation>,
    /// Instances (by address, kept alive in `places` or by their group) whose key points to no row, by accessor.
    dangling: FxHashSet<(usize, usize)>,
}

/// All rows of a relation of an instance, not read yet.
struct BoundRelation {
    queryset: Py<PyAny>,
    relation: Relation,
    trail_root: Py<PyAny>,
    steps: Vec<Rc<Py<PyString>>>,
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
    steps: Vec<Rc<Py<PyString>>>,
    /// The path ends in `relation.all`: owner, cache name and accessor of the relation.
    all_of: Option<(Bound<'py, PyAny>, Rc<Accessor>)>,
}

fn text(tuple: &Bound<'_, PyTuple>, at: usize) -> PyResult<Py<PyString>> {
    let item = tuple.get_item(at)?;
    Ok(PyString::intern(tuple.py(), item.cast::<PyString>()?.to_str()?).unbind())
}

impl<'py> Render<'py> {
    fn accessor(&self, object: &Bound<'py, PyAny>, name: &Bound<'py, PyString>) -> PyResult<Rc<Accessor>> {
        let kind = object.get_type();
        let key = (kind.as_ptr() as usize, name.as_ptr() as usize);
        if let Some(found) = ACCESSORS.with(|known| known.borrow().get(&key).map(|(_, _, found)| Rc::clone(found))) {
            return Ok(found);
        }
        let found = self.stock.call(self.py, "model_step", (&kind, name))?;
        let found = Rc::new(read_accessor(&found)?);
        ACCESSORS.with(|known| {
            let mut known = known.borrow_mut();
            if known.len() >= MAX_ACCESSORS {
                known.clear();
            }
            known.insert(key, (kind.unbind(), name.clone().unbind(), Rc::clone(&found)));
        });
        Ok(found)
    }

    fn root_state(&self) -> Rc<RootState> {
        Rc::clone(&self.frame().state.root)
    }

    /// A step on a model instance, if it is one into a relation. `rest`: the names that follow; `reads_all`: what the
    /// path leads to is going to be read as a whole.
    pub fn relation_step(
        &mut self,
        object: &Bound<'py, PyAny>,
        name: &Bound<'py, PyString>,
        rest: &[&Bound<'py, PyString>],
        reads_all: bool,
        trail: &mut Option<Trail<'py>>,
    ) -> PyResult<Option<Value<'py>>> {
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
                Ok(Some(Value::Py(if is_label { label } else { label.str()?.into_any() })))
            }
            Accessor::ToOne { cache, prefetch, direct } => {
                let steps =
                    trail.get_or_insert_with(|| Trail { root: object.clone(), steps: Vec::new(), all_of: None });
                let cached = self.cached_object(object, cache.bind(py))?;
                if cached.is_none() {
                    self.check_dangling(object, prefetch)?;
                    self.load(steps, object, prefetch, false)?;
                    self.check_dangling(object, prefetch)?;
                }
                steps.steps.push(Rc::new(prefetch.clone_ref(py)));
                if *direct
                    && let Some(found) = self.cached_object(object, cache.bind(py))?
                    && !found.is_none()
                {
                    return Ok(Some(Value::Py(found)));
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
                steps.steps.push(Rc::new(prefetch.clone_ref(py)));
                if only_all {
                    steps.all_of = Some((object.clone(), Rc::clone(&accessor)));
                }
                if *direct
                    && only_all
                    && let Some(found) = self.prefetched(object, cache.bind(py))?
                {
                    // `manager.all()` returns this very object.
                    return Ok(Some(Value::Py(found)));
                }
                Ok(None)
            }
        }
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
        Ok(self.new_group(instances, usage, std::slice::from_ref(object)))
    }

    fn new_group(
        &self,
        instances: Bound<'py, PyList>,
        usage: Option<Bound<'py, PyAny>>,
        members: &[Bound<'py, PyAny>],
    ) -> Place {
        let root = self.root_state();
        let mut groups = root.groups.borrow_mut();
        let place = Place { group: groups.all.len(), path: Vec::new() };
        groups.all.push(Group { instances: instances.unbind(), usage: usage.map(Bound::unbind) });
        for member in members {
            groups.places.insert(member.as_ptr() as usize, (member.clone().unbind(), place.clone()));
        }
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
        let trail = self.trail.take();
        let class = class_of(self.stock, values)?;
        let py = self.py;
        let bound = if class == Class::QuerySet { self.relation_of(values) } else { None };
        if bound.is_some() && self.is_unread(values)? {
            self.read_with_peers(values)?;
        }
        match class {
            Class::QuerySet | Class::Page => {
                let usage = self.usage_of_source(p, id, values, trail.as_ref())?;
                self.stock.call(py, "evaluate", (values, usage))?;
            }
            Class::List | Class::Tuple => {}
            _ => return Ok(None),
        }
        let Some(first) = self.first_item(values, class)? else { return Ok(None) };
        if class_of(self.stock, &first)? != Class::Model {
            return Ok(None);
        }
        if let Some(trail) = trail
            && !trail.steps.is_empty()
            && class == Class::QuerySet
        {
            let place = self.extended_place(&trail)?;
            return Ok(Some(place));
        }
        if let Some((mut trail, _, _, prefetch)) = bound {
            trail.steps.push(Rc::new(prefetch));
            return self.extended_place(&trail).map(Some);
        }
        // Instances that are in a group already (a list of a loop's items, `regroup`) stay in it.
        if let Some((_, place)) = self.root_state().groups.borrow().places.get(&(first.as_ptr() as usize))
            && class != Class::QuerySet
        {
            return Ok(Some(place.clone()));
        }
        let usage = self.usage_of_source(p, id, values, None)?;
        let each = match usage {
            Some(usage) => Some(usage.getattr("each")?).filter(|each| !each.is_none()),
            None => None,
        };
        let instances = self.stock.call(py, "instances", (values,))?.cast_into::<PyList>()?;
        Ok(Some(self.new_group(instances, each, &[])))
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
        let trail = self.trail.take();
        let usage = match self.usage_of_value(object)? {
            Some(usage) => Some(usage),
            None => match &trail {
                Some(trail) if !trail.steps.is_empty() => self.usage_at(trail)?,
                _ => None,
            },
        };
        self.stock.call(self.py, "evaluate", (object, usage)).map(drop)
    }

    /// `bool(value)`; a QuerySet is evaluated by the ORM room.
    pub fn truth(&mut self, value: &Value<'py>) -> PyResult<bool> {
        self.prepare(value)?;
        value.is_true()
    }

    /// What the template does with a source that a loop reads.
    fn usage_of_source(
        &mut self,
        p: &Program,
        id: NodeId,
        values: &Bound<'py, PyAny>,
        trail: Option<&Trail<'py>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        if let Some(usage) = self.usage_of_value(values)? {
            return Ok(Some(usage));
        }
        if let Some(trail) = trail
            && !trail.steps.is_empty()
            && let Some(usage) = self.usage_at(trail)?
        {
            return Ok(Some(usage));
        }
        self.composition_usage(|composition, py| composition.of_loop(py, p.key(), id))
    }

    /// What is done with a value that free variables of the template hold: the needs of all of them.
    fn usage_of_value(&mut self, value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(program) = self.root_program()? else { return Ok(None) };
        let composition = program.get().composition(self.py, &self.engine)?;
        let mut found: Option<Bound<'py, PyAny>> = None;
        for at in 0..composition.variables() {
            let name = composition.variable_name(self.py, at);
            let holds = match self.scopes.get(name)? {
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

    /// What is done with the relation that a trail ends in, seen from `all()`.
    fn usage_at(&mut self, trail: &Trail<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let place = self.extended_place(trail)?;
        let py = self.py;
        let root = self.root_state();
        let groups = root.groups.borrow();
        let Some(usage) = &groups.all[place.group].usage else { return Ok(None) };
        let path = PyTuple::new(py, place.path.iter().map(|step| step.bind(py).clone()))?;
        let usage = self.stock.call(py, "usage_below", (usage.bind(py), path))?;
        Ok(if usage.is_none() { None } else { Some(usage) })
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

fn read_accessor(found: &Bound<'_, PyAny>) -> PyResult<Accessor> {
    let Ok(found) = found.cast::<PyTuple>() else { return Ok(Accessor::Plain) };
    let kind = found.get_item(0)?;
    Ok(match kind.cast::<PyString>()?.to_str()? {
        "to_one" => Accessor::ToOne {
            cache: text(found, 1)?,
            prefetch: text(found, 2)?,
            direct: found.get_item(3)?.is_truthy()?,
        },
        "generic" => Accessor::ToOne { cache: text(found, 1)?, prefetch: text(found, 2)?, direct: false },
        "to_many" => Accessor::ToMany {
            cache: text(found, 1)?,
            prefetch: text(found, 2)?,
            direct: found.get_item(3)?.is_truthy()?,
        },
        "display" => {
            Accessor::Display { attribute: text(found, 1)?, labels: found.get_item(2)?.cast_into::<PyDict>()?.unbind() }
        }
        _ => Accessor::Plain,
    })
}
