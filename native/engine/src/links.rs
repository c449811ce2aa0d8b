//! The rules by which the installed Django makes links (`urlize`), as long as all of it is what was read.

use crate::attributes::own_dict;
use crate::filters::series;
use crate::stock::Stock;
use crate::watch::{Holder, all_hold, notes};
use djust_text::Series;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyList, PyTuple, PyType};
use std::cell::RefCell;

/// What Django's function is made of.
struct Links {
    notes: Vec<Holder>,
    /// `django.utils.html.urlizer`, and its class.
    urlizer: (Py<PyAny>, Py<PyType>),
    /// The attributes that it keeps of its own.
    kept: Py<PyTuple>,
    /// The module `warnings`.
    warnings: Py<PyAny>,
}

static LINKS: PyOnceLock<Links> = PyOnceLock::new();

/// Filters of warnings, and whether they ignore the warning of `urlize`.
type Heard = (Vec<Py<PyAny>>, bool);

thread_local! {
    static HEARD: RefCell<Option<Heard>> = const { RefCell::new(None) };
}

/// How links are made.
pub struct Rules {
    /// Whose they are.
    pub series: Series,
    /// The scheme of links without one. `None`: Django makes these, and warns.
    pub default_scheme: Option<&'static str>,
}

impl Links {
    fn get<'py>(py: Python<'py>, stock: &Stock) -> PyResult<&'py Self> {
        LINKS.get_or_try_init(py, || {
            let found = stock.call(py, "link_notes", ())?;
            let urlizer = found.get_item(1)?;
            Ok(Self {
                notes: notes(&found.get_item(0)?)?,
                urlizer: (urlizer.clone().unbind(), urlizer.get_type().unbind()),
                kept: found.get_item(2)?.cast_into::<PyTuple>()?.unbind(),
                warnings: found.get_item(3)?.unbind(),
            })
        })
    }

    fn are_known(&self, py: Python<'_>) -> PyResult<bool> {
        if !all_hold(py, &self.notes)? {
            return Ok(false);
        }
        let (urlizer, class) = (self.urlizer.0.bind(py), self.urlizer.1.bind(py));
        let Some(own) = own_dict(urlizer).filter(|_| urlizer.get_type().is(class)) else { return Ok(false) };
        let kept = self.kept.bind(py);
        for name in own.keys() {
            if !kept.contains(name)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// True if Python would do nothing about the warning that such links are going to have another scheme.
    fn is_warning_ignored(&self, py: Python<'_>, stock: &Stock) -> PyResult<bool> {
        let Some(names) = own_dict(self.warnings.bind(py)) else { return Ok(false) };
        let Some(filters) = current_filters(&names)? else { return Ok(false) };
        let known = HEARD.with(|heard| {
            let heard = heard.borrow();
            let (known, is_ignored) = heard.as_ref()?;
            let same = known.len() == filters.len() && filters.iter().zip(known).all(|(now, then)| now.is(then));
            same.then_some(*is_ignored)
        });
        if let Some(is_ignored) = known {
            return Ok(is_ignored);
        }
        let held = filters.iter().map(Bound::unbind).collect();
        let is_ignored = stock.call(py, "is_link_warning_ignored", (filters,))?.is_truthy()?;
        let replaced = HEARD.with(|heard| heard.replace(Some((held, is_ignored))));
        drop(replaced);
        Ok(is_ignored)
    }
}

fn current_filters<'py>(names: &Bound<'py, PyDict>) -> PyResult<Option<Bound<'py, PyList>>> {
    let filters = names.get_item(intern!(names.py(), "filters"))?;
    Ok(filters.and_then(|filters| filters.cast_into_exact::<PyList>().ok()))
}

/// The rules that hold now. `None`: they are not known, or somebody has changed them.
pub fn rules(py: Python<'_>, stock: &Stock) -> PyResult<Option<Rules>> {
    let Some(series) = series(py, stock)? else { return Ok(None) };
    let links = Links::get(py, stock)?;
    if !links.are_known(py)? {
        return Ok(None);
    }
    let default_scheme = if series == Series::Django52 {
        Some("http")
    } else {
        // Without the setting, or with one that is no truth value, Django is asked what comes of it.
        let assumes_https = stock.setting(py, intern!(py, "URLIZE_ASSUME_HTTPS")).ok();
        let assumes_https = assumes_https.as_ref().and_then(|value| value.cast_exact::<PyBool>().ok());
        match assumes_https.map(PyBoolMethods::is_true) {
            Some(true) => Some("https"),
            Some(false) => links.is_warning_ignored(py, stock)?.then_some("http"),
            None => None,
        }
    };
    Ok(Some(Rules { series, default_scheme }))
}
