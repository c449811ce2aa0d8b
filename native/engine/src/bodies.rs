//! TABLE: functions of Django's that have a native body, by the tokens of `djust_backend.native_bodies`.

use crate::lazies::{CachedProperty, Gettext, LazyAttribute, LazyText, SettingsAttribute, WrappedAttribute};
use crate::media::MediaText;
use crate::stock::Stock;
use crate::vectorcall::give;
use pyo3::prelude::*;
use pyo3::types::{PyFunction, PyString};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// Reading Django's texts takes milliseconds, which the first pages of a process are better without.
const FIRST_RENDERS: u32 = 8;

static RENDERS: AtomicU32 = AtomicU32::new(0);
static ARE_GIVEN: AtomicBool = AtomicBool::new(false);
static IS_MEDIA_GIVEN: AtomicBool = AtomicBool::new(false);

/// Gives the functions their bodies, when Python code is about to run in a render and has in some before; those of forms
/// when forms have been imported.
pub fn give_all(py: Python<'_>, stock: &Stock) -> PyResult<()> {
    if RENDERS.load(Ordering::Relaxed) < FIRST_RENDERS {
        RENDERS.fetch_add(1, Ordering::Relaxed);
        return Ok(());
    }
    // Set before Python runs, which may let another thread come here.
    if !ARE_GIVEN.swap(true, Ordering::Relaxed) {
        give_each(&stock.call(py, "native_bodies", ())?, stock)?;
    }
    if !IS_MEDIA_GIVEN.load(Ordering::Relaxed) {
        let found = stock.call(py, "media_body", ())?;
        if !found.is_none() && !IS_MEDIA_GIVEN.swap(true, Ordering::Relaxed) {
            give_each(&found, stock)?;
        }
    }
    Ok(())
}

fn give_each(functions: &Bound<'_, PyAny>, stock: &Stock) -> PyResult<()> {
    let py = functions.py();
    let untouched = stock.bridge.bind(py).getattr("native_bodies")?.cast_into::<PyFunction>()?;
    for item in functions.try_iter()? {
        let (token, function): (Bound<'_, PyString>, Bound<'_, PyFunction>) = item?.extract()?;
        match token.to_str()? {
            "cached_property.__get__" => give::<CachedProperty>(&function, &untouched)?,
            "LazyObject.__getattribute__" => give::<LazyAttribute>(&function, &untouched)?,
            "LazyObject.__getattr__" => give::<WrappedAttribute>(&function, &untouched)?,
            "LazySettings.__getattr__" => give::<SettingsAttribute>(&function, &untouched)?,
            "gettext" => give::<Gettext>(&function, &untouched)?,
            "gettext_lazy.__str__" => give::<LazyText>(&function, &untouched)?,
            "Media.__str__" => give::<MediaText>(&function, &untouched)?,
            _ => false,
        };
    }
    Ok(())
}
