//! Who compiled and rendered how many templates: the proof that pages went through the native renderer.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

static NATIVE_TEMPLATES: AtomicU64 = AtomicU64::new(0);
static NATIVE_RENDERS: AtomicU64 = AtomicU64::new(0);
static STOCK_TEMPLATES: AtomicU64 = AtomicU64::new(0);
static STOCK_RENDERS: AtomicU64 = AtomicU64::new(0);
static COUNTS: AtomicBool = AtomicBool::new(true);
static REASONS: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());

/// Reasons that are told apart at most.
const MAX_REASONS: usize = 1000;

/// A template was compiled natively.
pub fn native_template() {
    count(&NATIVE_TEMPLATES);
}

/// Rust rendered a template or a node list that Python had asked for.
pub fn native_render() {
    count(&NATIVE_RENDERS);
}

/// Says whether templates and renders are counted from now on: not those of no page of the site's.
#[pyfunction]
pub fn count_renders(counts: bool) {
    COUNTS.store(counts, Ordering::Relaxed);
}

fn count(counter: &AtomicU64) {
    if COUNTS.load(Ordering::Relaxed) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// Counts a template that Django compiled, with the reason.
#[pyfunction]
pub fn count_stock_template(reason: String) {
    if !COUNTS.load(Ordering::Relaxed) {
        return;
    }
    STOCK_TEMPLATES.fetch_add(1, Ordering::Relaxed);
    let mut reasons = REASONS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if reasons.len() < MAX_REASONS || reasons.contains_key(&reason) {
        *reasons.entry(reason).or_insert(0) += 1;
    }
}

/// Counts a render that Django did.
#[pyfunction]
pub fn count_stock_render() {
    count(&STOCK_RENDERS);
}

/// All counts since the start of the process: templates and renders, native and stock, and the reasons for stock ones.
#[pyfunction]
pub fn render_counters(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let counters = PyDict::new(py);
    counters.set_item("native_templates", NATIVE_TEMPLATES.load(Ordering::Relaxed))?;
    counters.set_item("native_renders", NATIVE_RENDERS.load(Ordering::Relaxed))?;
    counters.set_item("stock_templates", STOCK_TEMPLATES.load(Ordering::Relaxed))?;
    counters.set_item("stock_renders", STOCK_RENDERS.load(Ordering::Relaxed))?;
    let reasons = REASONS.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
    counters.set_item("stock_reasons", reasons)?;
    Ok(counters)
}
