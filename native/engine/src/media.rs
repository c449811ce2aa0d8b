//! The elements of a form's or a component's `Media`: its lists merged and written, as `str(media)` does it.

use crate::attributes::own_dict;
use crate::out::Out;
use crate::py::entry::detached;
use crate::render::Render;
use crate::stock::Stock;
use crate::vectorcall::{Arguments, Body, Place};
use crate::watch::{Holder, all_hold, notes, safe_text_is_stock};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyString, PyTuple, PyType};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;

/// What Django's class is made of.
struct Known {
    class: Py<PyType>,
    notes: Vec<Holder>,
}

static KNOWN: PyOnceLock<Known> = PyOnceLock::new();

/// `Media.__str__`
pub struct MediaText;

impl Body for MediaText {
    fn place() -> &'static Place {
        static PLACE: Place = Place::new();
        &PLACE
    }

    fn run<'py>(stock: &'py Stock, arguments: &Arguments<'_, 'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = arguments.py();
        let (Some(media), 1) = (arguments.get(0), arguments.len()) else { return Ok(None) };
        let known = KNOWN.get_or_try_init(py, || {
            let found = stock.call(py, "media_notes", ())?;
            let class = found.get_item(0)?.cast_into::<PyType>()?.unbind();
            PyResult::Ok(Known { class, notes: notes(&found.get_item(1)?)? })
        })?;
        if !media.get_type().is(&known.class) || !all_hold(py, &known.notes)? || !safe_text_is_stock(stock, py)? {
            return Ok(None);
        }
        let Some(lists) = lists_of(&media)? else { return Ok(None) };
        let mut out = Out::default();
        if !lists.write(&mut detached(py, stock), &mut out)? {
            return Ok(None);
        }
        stock.SafeString.bind(py).call1((out.finish(py)?,)).map(Some)
    }
}

/// Texts in the order of a list.
type Paths<'py> = Vec<Bound<'py, PyString>>;

/// What a `Media` consists of: by medium, and scripts.
struct Lists<'py> {
    css: Vec<(Bound<'py, PyString>, Vec<Paths<'py>>)>,
    js: Vec<Paths<'py>>,
}

/// `None`: there is something in it that only Django's code knows.
fn lists_of<'py>(media: &Bound<'py, PyAny>) -> PyResult<Option<Lists<'py>>> {
    let py = media.py();
    // Anything else of its own might be a method.
    let Some(own) = own_dict(media).filter(|own| own.len() == 2) else { return Ok(None) };
    let (css, js) = (own.get_item(intern!(py, "_css_lists"))?, own.get_item(intern!(py, "_js_lists"))?);
    let (Some(css), Some(js)) = (css, js) else { return Ok(None) };
    let (Ok(css), Ok(js)) = (css.cast_into_exact::<PyList>(), js.cast_into_exact::<PyList>()) else { return Ok(None) };
    let mut found = Lists { css: Vec::new(), js: Vec::with_capacity(js.len()) };
    for list in js.iter() {
        let Some(paths) = paths_of(&list)? else { return Ok(None) };
        found.js.push(paths);
    }
    for media in css.iter() {
        let Ok(media) = media.cast_into_exact::<PyDict>() else { return Ok(None) };
        for (medium, list) in media.iter() {
            let Ok(medium) = medium.cast_into_exact::<PyString>() else { return Ok(None) };
            let (Ok(text), Some(paths)) = (medium.to_str(), paths_of(&list)?) else { return Ok(None) };
            let known = found.css.iter_mut().find(|(known, _)| known.to_str().is_ok_and(|known| known == text));
            match known {
                Some((_, lists)) => lists.push(paths),
                None => found.css.push((medium, vec![paths])),
            }
        }
    }
    Ok(Some(found))
}

/// The items of a list or a tuple, all of them plain strings. `None`: it is something else.
fn paths_of<'py>(list: &Bound<'py, PyAny>) -> PyResult<Option<Paths<'py>>> {
    if !list.is_exact_instance_of::<PyList>() && !list.is_exact_instance_of::<PyTuple>() {
        return Ok(None);
    }
    let mut paths = Vec::with_capacity(list.len()?);
    for path in list.try_iter()? {
        let Ok(path) = path?.cast_into_exact::<PyString>() else { return Ok(None) };
        if path.to_str().is_err() {
            return Ok(None);
        }
        paths.push(path);
    }
    Ok(Some(paths))
}

impl<'py> Lists<'py> {
    /// `Media.render()`. False: left to Django.
    fn write(mut self, render: &mut Render<'py>, out: &mut Out) -> PyResult<bool> {
        // By their characters, as Python compares them.
        self.css
            .sort_by(|(one, _), (other, _)| one.to_str().unwrap_or_default().cmp(other.to_str().unwrap_or_default()));
        let mut elements = Vec::new();
        for (medium, lists) in &self.css {
            let Some(paths) = merged(lists) else { return Ok(false) };
            elements.extend(paths.into_iter().map(|path| (path, Some(medium))));
        }
        let Some(scripts) = merged(&self.js) else { return Ok(false) };
        elements.extend(scripts.into_iter().map(|path| (path, None)));
        for (at, (path, medium)) in elements.into_iter().enumerate() {
            if at > 0 {
                out.push_str("\n");
            }
            out.push_str(if medium.is_some() { "<link href=\"" } else { "<script src=\"" });
            if is_absolute(path) {
                out.push_py(path, true)?;
            } else {
                let Some(address) = render.static_address(path.as_any())? else { return Ok(false) };
                out.push_escaped(&address);
            }
            if let Some(medium) = medium {
                out.push_str("\" media=\"");
                out.push_py(medium, true)?;
                out.push_str("\" rel=\"stylesheet\">");
            } else {
                out.push_str("\"></script>");
            }
        }
        Ok(true)
    }
}

/// `Media.absolute_path` returns such a path as it is.
fn is_absolute(path: &Bound<'_, PyString>) -> bool {
    path.to_str().is_ok_and(|path| ["http://", "https://", "/"].iter().any(|start| path.starts_with(start)))
}

/// `Media.merge`: all paths once, in an order that no list contradicts. `None`: there is none, and Django warns.
fn merged<'a, 'py>(lists: &'a [Paths<'py>]) -> Option<Vec<&'a Bound<'py, PyString>>> {
    // What `graphlib.TopologicalSorter` keeps of each node, in the order in which they were added.
    let mut numbers: FxHashMap<&str, usize> = FxHashMap::default();
    let mut nodes: Vec<(&Bound<'py, PyString>, usize, Vec<usize>)> = Vec::new();
    for list in lists {
        let mut head = None;
        for path in list {
            let number = *numbers.entry(path.to_str().ok()?).or_insert_with(|| {
                nodes.push((path, 0, Vec::new()));
                nodes.len() - 1
            });
            if let Some(head) = head
                && head != number
            {
                nodes[number].1 += 1;
                let before: &mut (_, _, Vec<usize>) = &mut nodes[head];
                before.2.push(number);
            }
            head = Some(number);
        }
    }
    // The batches of `static_order` one after the other are the order of a queue.
    let mut ready: VecDeque<usize> = (0..nodes.len()).filter(|&number| nodes[number].1 == 0).collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(number) = ready.pop_front() {
        order.push(nodes[number].0);
        for next in std::mem::take(&mut nodes[number].2) {
            nodes[next].1 -= 1;
            if nodes[next].1 == 0 {
                ready.push_back(next);
            }
        }
    }
    (order.len() == nodes.len()).then_some(order)
}
