//! What the ORM room lends to this thread's connections while Python code may read QuerySets: compilers that remember.

use crate::attributes::own_dict;
use crate::render::Render;
use crate::shared::Shared;
use crate::stock::Stock;
use crate::threads;
use pyo3::intern;
use pyo3::prelude::*;
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};

/// A connection is looked for again after so many renders that have lent something, as new ones may have come.
const RENEWED: u32 = 64;

/// The operations of a connection, what they remember as their module of compilers, and ours.
struct Place {
    operations: Py<PyAny>,
    own: Py<PyAny>,
    ours: Py<PyAny>,
}

impl Place {
    /// Puts one module in the place of another; false if another is there.
    fn replace(&self, py: Python<'_>, now: &Py<PyAny>, by: &Py<PyAny>) -> PyResult<bool> {
        let name = intern!(py, "_cache");
        let Some(own) = own_dict(self.operations.bind(py)) else { return Ok(false) };
        let is_there = own.get_item(name)?.is_some_and(|found| found.is(now));
        if is_there {
            own.set_item(name, by)?;
        }
        Ok(is_there)
    }

    fn clone_ref(&self, py: Python<'_>) -> Self {
        Self { operations: self.operations.clone_ref(py), own: self.own.clone_ref(py), ours: self.ours.clone_ref(py) }
    }
}

/// The places of a thread, and how often something has been lent there.
#[derive(Default)]
struct Known {
    places: Vec<Place>,
    lent: u32,
}

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
}

/// What a render has lent, and gives back when it is over.
#[derive(Default)]
pub struct Lent {
    is_asked: AtomicBool,
    places: Shared<Vec<Place>>,
}

impl Lent {
    /// Leaves everything as it was found.
    pub fn take_back(&self, py: Python<'_>) -> PyResult<()> {
        self.is_asked.store(false, Ordering::Relaxed);
        let places = self.places.replace(Vec::new());
        places.iter().try_for_each(|place| place.replace(py, &place.ours, &place.own).map(drop))
    }
}

impl Drop for Lent {
    /// A node that is rendered by itself belongs to no render that would give back what it has lent.
    fn drop(&mut self) {
        if !self.places.borrow().is_empty() {
            Python::try_attach(|py| {
                if let Err(error) = self.take_back(py) {
                    error.write_unraisable(py, None);
                }
            });
        }
    }
}

/// The places of this thread.
fn places(py: Python<'_>, stock: &Stock) -> PyResult<Vec<Place>> {
    if !threads::are_the_interpreters(py)? {
        // The next render's connections are others, and these may live no longer than this one.
        return find(py, stock);
    }
    let is_new = KNOWN.with(|known| {
        let mut known = known.borrow_mut();
        known.lent = known.lent.wrapping_add(1);
        known.lent % RENEWED == 1
    });
    if is_new {
        let found = find(py, stock)?;
        let old = KNOWN.with(|known| std::mem::replace(&mut known.borrow_mut().places, found));
        drop(old);
    }
    Ok(KNOWN.with(|known| known.borrow().places.iter().map(|place| place.clone_ref(py)).collect()))
}

fn find(py: Python<'_>, stock: &Stock) -> PyResult<Vec<Place>> {
    let found = stock.call(py, "lendings", ())?;
    found
        .try_iter()?
        .map(|item| item?.extract().map(|(operations, own, ours)| Place { operations, own, ours }))
        .collect()
}

impl Render<'_> {
    /// Python code is about to run that may read QuerySets: they are compiled by what remembers, until the page is done.
    #[inline]
    pub fn lend_compilers(&self) -> PyResult<()> {
        let lent = &self.frame().state.root.lent;
        if lent.is_asked.load(Ordering::Relaxed) { Ok(()) } else { self.lend_now(lent) }
    }

    #[cold]
    #[inline(never)]
    fn lend_now(&self, lent: &Lent) -> PyResult<()> {
        lent.is_asked.store(true, Ordering::Relaxed);
        crate::bodies::give_all(self.py, self.stock)?;
        for place in places(self.py, self.stock)? {
            // An outer render, or another thread that has the same connection, may have lent it.
            if place.replace(self.py, &place.own, &place.ours)? {
                lent.places.borrow_mut().push(place);
            }
        }
        Ok(())
    }
}
