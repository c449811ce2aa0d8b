//! QuerySets of relations: of which instance's relation one has all rows or a slice, and how it gets them together with the
//! peers of the instance.

use crate::attributes::optional_attribute;
use crate::pushed::Part;
use crate::render::Render;
use crate::sources::Place;
use crate::stock::{Class, class_of};
use crate::value::Value;
use pyo3::prelude::*;
use pyo3::types::PyString;
use std::sync::Arc;

/// A walk over relations: the instance that it started from, and the accessors since.
#[derive(Clone)]
pub struct Trail<'py> {
    /// Where it started.
    pub root: Bound<'py, PyAny>,
    /// The accessors.
    pub steps: Vec<Arc<Py<PyString>>>,
    /// The path ends in `relation.all`, or a slice of it.
    all_of: Option<AllOf<'py>>,
}

#[derive(Clone)]
struct AllOf<'py> {
    owner: Bound<'py, PyAny>,
    cache: Bound<'py, PyString>,
    name: Bound<'py, PyString>,
    part: Option<Part>,
    /// The QuerySet itself, once the path is walked.
    queryset: Option<Bound<'py, PyAny>>,
}

/// A relation of an instance of which a QuerySet has the rows.
#[derive(Clone)]
pub struct Collection<'py> {
    /// The walk to the instance.
    pub trail: Trail<'py>,
    /// The instance.
    pub owner: Bound<'py, PyAny>,
    /// The relation's key in `_prefetched_objects_cache`.
    pub cache: Bound<'py, PyString>,
    /// The accessor.
    pub name: Bound<'py, PyString>,
    /// The QuerySet has only these of the rows.
    pub part: Option<Part>,
    /// The QuerySet is held by a name, so that it may be used again.
    pub is_named: bool,
}

/// The same, for a QuerySet that a name holds.
pub struct NamedCollection {
    /// Kept alive, because it is found by its address.
    _queryset: Py<PyAny>,
    root: Py<PyAny>,
    steps: Vec<Arc<Py<PyString>>>,
    owner: Py<PyAny>,
    cache: Py<PyString>,
    name: Py<PyString>,
    part: Option<Part>,
}

impl<'py> Trail<'py> {
    /// A walk that starts here.
    pub fn from(root: &Bound<'py, PyAny>) -> Self {
        Self { root: root.clone(), steps: Vec::new(), all_of: None }
    }

    /// The last step has led to a relation, and the next one is `all`.
    pub fn ends_in_all(
        &mut self,
        owner: &Bound<'py, PyAny>,
        cache: &Bound<'py, PyString>,
        name: &Bound<'py, PyString>,
    ) {
        let (owner, cache, name) = (owner.clone(), cache.clone(), name.clone());
        self.all_of = Some(AllOf { owner, cache, name, part: None, queryset: None });
    }

    /// The walk has led to this value.
    pub fn end(&mut self, value: &Value<'py>) {
        if let (Some(all_of), Value::Py(queryset)) = (&mut self.all_of, value) {
            all_of.queryset = Some(queryset.clone());
        }
    }

    /// The instance that the walk started from.
    pub fn root(&self) -> &Bound<'py, PyAny> {
        &self.root
    }

    /// The accessors since.
    pub fn path(&self) -> impl Iterator<Item = Bound<'py, PyAny>> {
        let py = self.root.py();
        self.steps.iter().map(move |step| step.bind(py).clone().into_any())
    }
}

impl<'py> Collection<'py> {
    /// The walk to the relation itself.
    fn whole_trail(&self) -> Trail<'py> {
        let mut trail = self.trail.clone();
        trail.steps.push(Arc::new(self.name.clone().unbind()));
        trail
    }
}

impl<'py> Render<'py> {
    /// Remembers what a QuerySet that a walk has led to, and that a name is going to hold, has the rows of.
    pub fn remember_collection(&self, queryset: &Bound<'py, PyAny>, trail: Trail<'py>) {
        let Some(AllOf { owner, cache, name, part, .. }) = trail.all_of else { return };
        let mut steps = trail.steps;
        steps.pop();
        let named = NamedCollection {
            _queryset: queryset.clone().unbind(),
            root: trail.root.unbind(),
            steps,
            owner: owner.unbind(),
            cache: cache.unbind(),
            name: name.unbind(),
            part,
        };
        self.root_state().groups.borrow_mut().relations.insert(queryset.as_ptr() as usize, named);
    }

    fn named_collection(&self, queryset: &Bound<'py, PyAny>) -> Option<Collection<'py>> {
        let root = self.root_state();
        let groups = root.groups.borrow();
        let named = groups.relations.get(&(queryset.as_ptr() as usize))?;
        let py = self.py;
        Some(Collection {
            trail: Trail { steps: named.steps.clone(), ..Trail::from(named.root.bind(py)) },
            owner: named.owner.bind(py).clone(),
            cache: named.cache.bind(py).clone(),
            name: named.name.bind(py).clone(),
            part: named.part,
            is_named: true,
        })
    }

    /// The relation of which a QuerySet has all rows or a slice: by the walk just made, or by a name that holds it.
    pub fn collection_behind(&self, queryset: &Bound<'py, PyAny>) -> Option<Collection<'py>> {
        if let Some(named) = self.named_collection(queryset) {
            return Some(named);
        }
        let walked = self.trail.as_ref()?;
        let all_of =
            walked.all_of.as_ref().filter(|all_of| all_of.queryset.as_ref().is_some_and(|q| q.is(queryset)))?;
        let mut trail = Trail { steps: walked.steps.clone(), ..Trail::from(&walked.root) };
        trail.steps.pop();
        let AllOf { owner, cache, name, part, .. } = all_of.clone();
        Some(Collection { trail, owner, cache, name, part, is_named: false })
    }

    /// The same for a QuerySet that nobody has read.
    pub fn unread_collection(&self, queryset: &Bound<'py, PyAny>) -> PyResult<Option<Collection<'py>>> {
        if class_of(self.stock, queryset)? != Class::QuerySet {
            return Ok(None);
        }
        let Some(collection) = self.collection_behind(queryset) else { return Ok(None) };
        Ok(self.is_unread(queryset)?.then_some(collection))
    }

    /// The walk that led to all rows of a relation: the one just made, or the one that a name holds the end of.
    pub fn trail_of(&self, queryset: &Bound<'py, PyAny>) -> Option<Trail<'py>> {
        if let Some(named) = self.named_collection(queryset) {
            return named.part.is_none().then(|| named.whole_trail());
        }
        self.trail.clone().filter(|trail| trail.all_of.as_ref().is_some_and(|all_of| all_of.part.is_none()))
    }

    /// Remembers of which relation an unread slice is a part. `of`: the relation behind what was sliced.
    pub fn remember_part(&mut self, of: Option<Collection<'py>>, slice: &Value<'py>) -> PyResult<()> {
        let (Some(of), Value::Py(queryset)) = (of, slice) else { return Ok(()) };
        if class_of(self.stock, queryset)? != Class::QuerySet || !self.is_unread(queryset)? {
            return Ok(());
        }
        let query = queryset.getattr("query")?;
        let start: usize = query.getattr("low_mark")?.extract()?;
        let stop: Option<usize> = query.getattr("high_mark")?.extract()?;
        // All rows are no part, and for no rows nobody asks the database.
        if (start == 0 && stop.is_none()) || stop == Some(start) {
            return Ok(());
        }
        let mut trail = of.whole_trail();
        let Collection { owner, cache, name, .. } = of;
        let part = Some(Part::new(start, stop));
        trail.all_of = Some(AllOf { owner, cache, name, part, queryset: Some(queryset.clone()) });
        self.trail = Some(trail);
        Ok(())
    }

    /// Has the rows of an unread QuerySet of a relation fetched for its peers as well; true if it has its own now.
    pub fn read_collection(&mut self, queryset: &Bound<'py, PyAny>) -> PyResult<bool> {
        let Some(of) = self.collection_behind(queryset) else { return Ok(false) };
        if of.part.is_some() {
            return self.fill_part(&of, queryset);
        }
        if self.prefetched(&of.owner, &of.cache)?.is_none() {
            if self.is_stale()? {
                return Ok(false);
            }
            self.load_many(&of.trail, &of.owner, of.name.as_unbound(), true)?;
        }
        self.stock.call(self.py, "adopt", (queryset, of.owner, of.cache))?.is_truthy()
    }

    /// Where the rows of a relation stand that was fetched for its peers: below the group of its owner.
    pub fn place_of_collection(
        &mut self,
        queryset: &Bound<'py, PyAny>,
        trail: Option<&Trail<'py>>,
    ) -> PyResult<Option<Place>> {
        if let Some(trail) = trail {
            if let Some(AllOf { owner, cache, part: None, .. }) = &trail.all_of
                && self.shares_rows(queryset, owner, cache)?
            {
                return self.extended_place(trail).map(Some);
            }
            return Ok(None);
        }
        let Some(named) = self.named_collection(queryset).filter(|named| named.part.is_none()) else {
            return Ok(None);
        };
        if self.is_unread(queryset)? {
            self.read_collection(queryset)?;
        }
        if !self.shares_rows(queryset, &named.owner, &named.cache)? {
            return Ok(None);
        }
        self.extended_place(&named.whole_trail()).map(Some)
    }

    /// Where the rows of an unread slice of a relation stand, which it is given first.
    pub fn place_of_part(&mut self, values: &Bound<'py, PyAny>) -> PyResult<Option<Place>> {
        let Some(collection) = self.unread_collection(values)? else { return Ok(None) };
        if !self.fill_part(&collection, values)? {
            return Ok(None);
        }
        let Some(first) = self.first_item(values, Class::QuerySet)? else { return Ok(None) };
        Ok(self.root_state().groups.borrow().place(&first))
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
}
