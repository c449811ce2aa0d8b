//! What a render asks about collections for all peers of an instance at once: how many rows there are, whether there
//! are any, and the first of them.
//!
//! The answers live here and never on instances, where Python code could see them. They hold until somebody writes to
//! the database.

use crate::accessors::Accessor;
use crate::attributes::is_callable;
use crate::collections::{Collection, Trail};
use crate::filters::{Asks, FilterEntry};
use crate::render::Render;
use crate::sources::Place;
use crate::value::Value;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyList, PyString, PyTuple};
use rustc_hash::FxHashMap;

/// A question about the rows of a relation of an instance; `djust_backend.orm.pushed` has the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Question {
    Count,
    Exists,
    /// As `Count`, of a QuerySet that is read for nothing else.
    Length,
    /// As `Exists`, of a QuerySet that is read for nothing else.
    Truth,
    Part(Part),
}

/// The rows `[start:stop]` of a relation; `by_key`: as `first()` orders them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Part {
    start: usize,
    stop: Option<usize>,
    by_key: bool,
}

enum Answer<'py> {
    Count(i64),
    Exists(bool),
    Rows(Bound<'py, PyList>),
}

/// What is known of a relation of an instance.
struct Known {
    /// These two keep alive by whose addresses this is found.
    _owner: Py<PyAny>,
    _name: Py<PyString>,
    count: Option<i64>,
    exists: Option<bool>,
    parts: Vec<(Part, Py<PyList>)>,
}

/// All answers of a render.
#[derive(Default)]
pub struct Pushed {
    /// `djust_backend.orm.Answers`
    asker: Option<Py<PyAny>>,
    known: FxHashMap<(usize, usize), Known>,
    /// A QuerySet that is known to have no row at this place.
    without: Option<(Py<PyAny>, i64)>,
}

impl Pushed {
    /// Has the connections left as they were found.
    pub fn stop(self, py: Python<'_>) -> PyResult<()> {
        match self.asker {
            Some(asker) => asker.bind(py).call_method0("stop").map(drop),
            None => Ok(()),
        }
    }
}

impl Part {
    /// The rows `[start:stop]`, in their own order.
    pub fn new(start: usize, stop: Option<usize>) -> Self {
        Self { start, stop, by_key: false }
    }

    /// `rows[start:stop]` of rows whose first one is at `self.start`; `None` if it does not have them all.
    fn cut<'py>(self, rows: &Bound<'py, PyList>, wanted: Self) -> Option<Bound<'py, PyList>> {
        let ends = self.stop.is_none_or(|mine| wanted.stop.is_some_and(|theirs| theirs <= mine));
        if self.by_key != wanted.by_key || wanted.start < self.start || !ends {
            return None;
        }
        let stop = wanted.stop.map_or(rows.len(), |stop| stop - self.start);
        Some(rows.get_slice(wanted.start - self.start, stop.min(rows.len())))
    }
}

impl Question {
    fn to_py(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let word = match self {
            Self::Count => "count",
            Self::Exists => "exists",
            Self::Length => "length",
            Self::Truth => "truth",
            Self::Part(part) => return Ok((part.start, part.stop, part.by_key).into_pyobject(py)?.into_any()),
        };
        Ok(PyString::intern(py, word).into_any())
    }
}

impl Known {
    fn answer<'py>(&self, py: Python<'py>, question: Question) -> Option<Answer<'py>> {
        match question {
            Question::Count | Question::Length => self.count.map(Answer::Count),
            Question::Exists | Question::Truth => self.exists.or(self.count.map(|count| count > 0)).map(Answer::Exists),
            Question::Part(part) => {
                self.parts.iter().find_map(|(known, rows)| known.cut(rows.bind(py), part)).map(Answer::Rows)
            }
        }
    }

    fn learn(&mut self, question: Question, answer: &Bound<'_, PyAny>) -> PyResult<()> {
        match question {
            Question::Part(part) => self.parts.push((part, answer.cast::<PyList>()?.clone().unbind())),
            _ if answer.is_instance_of::<PyBool>() => self.exists = Some(answer.extract()?),
            _ => self.count = Some(answer.extract()?),
        }
        Ok(())
    }
}

impl<'py> Render<'py> {
    /// `manager.count`, `.exists`, `.first`, with or without an `.all` before, and `.all.0`: the value, and how many names
    /// more than the relation's own it covers. `steps`: the walk to the owner; `rest`: the names after the relation's.
    pub fn pushed_step(
        &mut self,
        steps: &Trail<'py>,
        owner: &Bound<'py, PyAny>,
        accessor: &Accessor,
        rest: &[&Bound<'py, PyString>],
    ) -> PyResult<Option<(Value<'py>, usize)>> {
        let Accessor::ToMany { cache, prefetch, .. } = accessor else { return Ok(None) };
        let Some((question, covered)) = asked_by(rest)? else { return Ok(None) };
        let py = self.py;
        let collection = Collection {
            trail: steps.clone(),
            owner: owner.clone(),
            cache: cache.bind(py).clone(),
            name: prefetch.bind(py).clone(),
            part: None,
            is_named: false,
        };
        let Some(answer) = self.ask(&collection, question)? else { return Ok(None) };
        let rows = match answer {
            Answer::Count(count) => return Ok(Some((Value::Int(count), covered))),
            Answer::Exists(exists) => return Ok(Some((Value::Bool(exists), covered))),
            Answer::Rows(rows) => rows,
        };
        match (question, rows.get_item(0)) {
            (_, Ok(row)) if is_callable(&row) => Ok(None),
            (_, Ok(row)) => Ok(Some((Value::Py(row), covered))),
            (Question::Part(Part { by_key: true, .. }), Err(_)) => Ok(Some((Value::None, covered))),
            (Question::Part(part), Err(_)) => {
                // The step fails on the QuerySet that stock has there.
                let all = owner.getattr(prefetch.bind(py))?.call_method0("all")?;
                let without = Some((all.clone().unbind(), part.start as i64));
                self.root_state().pushed.borrow_mut().without = without;
                Ok(Some((Value::Py(all), covered - 1)))
            }
            _ => Ok(None),
        }
    }

    /// True if a QuerySet is known to have no row at this place, without having been read.
    pub fn has_no_row(&self, queryset: &Bound<'py, PyAny>, index: i64) -> bool {
        let root = self.root_state();
        let pushed = root.pushed.borrow();
        pushed.without.as_ref().is_some_and(|(known, at)| known.is(queryset) && *at == index)
    }

    /// What a filter that asks a collection for its size or its first row gives: the length for `length`, and for filters
    /// of a number that they take in place of a list.
    pub fn pushed_operand(&mut self, entry: &FilterEntry, of: &Collection<'py>) -> PyResult<Option<Value<'py>>> {
        let question = match (entry.asks, of.part) {
            (Some(Asks::Length | Asks::Size), None) if !of.is_named => Question::Length,
            (Some(Asks::First), None) => Question::Part(Part { start: 0, stop: Some(1), by_key: false }),
            (Some(Asks::First), Some(part)) => Question::Part(part),
            _ => return Ok(None),
        };
        Ok(match self.ask(of, question)? {
            Some(Answer::Count(count)) => Some(Value::Int(count)),
            Some(Answer::Rows(rows)) => Some(rows.get_item(0).map_or_else(|_| Value::text(""), Value::Py)),
            _ => None,
        })
    }

    /// `bool(queryset)` of all rows of a relation, if that is all that the page does with them.
    pub fn pushed_truth(&mut self, value: &Value<'py>) -> PyResult<Option<bool>> {
        let Value::Py(queryset) = value else { return Ok(None) };
        let Some(collection) = self.unread_collection(queryset)? else { return Ok(None) };
        if collection.part.is_some() || collection.is_named {
            return Ok(None);
        }
        Ok(match self.ask(&collection, Question::Truth)? {
            Some(Answer::Exists(exists)) => Some(exists),
            _ => None,
        })
    }

    /// Gives an unread slice of a relation its rows; true if it has them now.
    pub fn fill_part(&mut self, collection: &Collection<'py>, queryset: &Bound<'py, PyAny>) -> PyResult<bool> {
        let Some(part) = collection.part else { return Ok(false) };
        let Some(Answer::Rows(rows)) = self.ask(collection, Question::Part(part))? else { return Ok(false) };
        self.stock.call(self.py, "fill", (queryset, rows))?.is_truthy()
    }

    /// True if somebody has written to the database since the first question: then each instance asks for itself.
    pub fn is_stale(&self) -> PyResult<bool> {
        let root = self.root_state();
        let asker = root.pushed.borrow().asker.as_ref().map(|asker| asker.bind(self.py).clone());
        let stale = asker.map_or(Ok(false), |asker| asker.getattr("stale")?.is_truthy())?;
        if stale {
            let known = std::mem::take(&mut root.pushed.borrow_mut().known);
            drop(known);
        }
        Ok(stale)
    }

    fn ask(&mut self, collection: &Collection<'py>, question: Question) -> PyResult<Option<Answer<'py>>> {
        let py = self.py;
        let root = self.root_state();
        if self.is_stale()? {
            return Ok(None);
        }
        let key = (collection.owner.as_ptr() as usize, collection.name.as_ptr() as usize);
        let known = root.pushed.borrow().known.get(&key).and_then(|known| known.answer(py, question));
        if known.is_some() {
            return Ok(known);
        }
        let place = self.place_of(collection.trail.root())?;
        let (instances, usage) = root.groups.borrow().group_at(&place, py);
        let name = collection.name.clone().into_any();
        let path = place.path(py).chain(collection.trail.path()).chain([name]);
        let group = (instances, PyTuple::new(py, path.collect::<Vec<_>>())?, usage);
        let found = self.stock.call(py, "ask", (self.asker()?, group, &collection.owner, question.to_py(py)?))?;
        if found.is_none() {
            return Ok(None);
        }
        let (answers, needs) = found.extract::<(Bound<'py, PyList>, Bound<'py, PyAny>)>()?;
        self.learn(collection, question, &answers)?;
        if matches!(question, Question::Part(_)) {
            self.place_rows(&answers, needs)?;
        }
        let pushed = root.pushed.borrow();
        Ok(pushed.known.get(&key).and_then(|known| known.answer(py, question)))
    }

    fn asker(&self) -> PyResult<Bound<'py, PyAny>> {
        let root = self.root_state();
        if let Some(asker) = &root.pushed.borrow().asker {
            return Ok(asker.bind(self.py).clone());
        }
        let asker = self.stock.call(self.py, "answers", ())?;
        root.pushed.borrow_mut().asker = Some(asker.clone().unbind());
        Ok(asker)
    }

    fn learn(&self, collection: &Collection<'py>, question: Question, answers: &Bound<'py, PyList>) -> PyResult<()> {
        let root = self.root_state();
        let mut pushed = root.pushed.borrow_mut();
        for item in answers.iter() {
            let (owner, answer) = item.extract::<(Bound<'py, PyAny>, Bound<'py, PyAny>)>()?;
            let key = (owner.as_ptr() as usize, collection.name.as_ptr() as usize);
            let known = pushed.known.entry(key).or_insert_with(|| Known {
                _owner: owner.unbind(),
                _name: collection.name.clone().unbind(),
                count: None,
                exists: None,
                parts: Vec::new(),
            });
            known.learn(question, &answer)?;
        }
        Ok(())
    }

    /// The rows of all owners were fetched together.
    fn place_rows(&self, answers: &Bound<'py, PyList>, needs: Bound<'py, PyAny>) -> PyResult<()> {
        let all = PyList::empty(self.py);
        for item in answers.iter() {
            for row in item.get_item(1)?.try_iter()? {
                all.append(row?)?;
            }
        }
        let needs = Some(needs).filter(|needs| !needs.is_none());
        let place: Place = self.new_group(all.clone(), needs, true);
        for row in all.iter() {
            self.put_in_place(&row, &place);
        }
        Ok(())
    }
}

/// What the names after that of a relation ask, and how many of them.
fn asked_by(rest: &[&Bound<'_, PyString>]) -> PyResult<Option<(Question, usize)>> {
    let Some((first, more)) = rest.split_first() else { return Ok(None) };
    let (name, covered) = match (first.to_str()?, more.first()) {
        ("all", Some(next)) => (next.to_str()?, 2),
        ("all", None) => return Ok(None),
        (name, _) => (name, 1),
    };
    let question = match name {
        "count" => Question::Count,
        "exists" => Question::Exists,
        "first" => Question::Part(Part { start: 0, stop: Some(1), by_key: true }),
        digits if covered == 2 => {
            let Ok(at) = digits.parse::<u32>() else { return Ok(None) };
            let start = at as usize;
            Question::Part(Part { start, stop: Some(start + 1), by_key: false })
        }
        _ => return Ok(None),
    };
    Ok(Some((question, covered)))
}
