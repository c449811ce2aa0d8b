//! Rows without instances: what the ORM room has fetched in row mode, and what a path finds in it.

use crate::lookup::Lookup;
use crate::program::Program;
use crate::render::Render;
use crate::stock::{Class, Stock, class_of};
use crate::stored::{Stored, StoredKind};
use crate::value::Value;
use djust_syntax::ast::{ExprId, Head, NameId};
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyInt, PyList, PyRange, PySlice, PyString, PyTuple, PyType};
use rustc_hash::FxHashMap;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

/// What an attribute is in a row.
enum Slot {
    /// A value of the row.
    Column(usize),
    /// The label of a value, as `get_FOO_display()` gives it.
    Display { at: usize, labels: Py<PyDict> },
    /// A file with this name, made by a function.
    File { at: usize, make: Py<PyAny> },
    /// A joined row, if the value is not NULL; otherwise `None`, or what the function gives to raise.
    One { at: usize, shape: u32, missing: Option<Py<PyAny>> },
    /// A row of a second query, by key. A function gives what is raised where there is none.
    Fetched { at: usize, missing: Option<Py<PyAny>>, is_forward: bool },
    /// The rows of a second query, by key.
    Many { at: usize, has_rows: bool, reads_rows: bool },
    /// Python code of the model answers, which runs on an instance made of the row. `columns`: positions by name.
    Call { model: Py<PyType>, columns: Py<PyDict> },
    /// There is no such attribute.
    Missing,
}

/// What a row of one model is made of.
struct Shape {
    /// By address of the name, which is interned and kept here.
    slots: Vec<(usize, Py<PyString>, Slot)>,
}

/// What the rows of a query are made of.
pub struct Level {
    shapes: Vec<Shape>,
}

/// Rows that were fetched together.
pub struct RowSet<'py> {
    object: Bound<'py, PyAny>,
    /// The rows: tuples.
    pub rows: Bound<'py, PyList>,
    level: Rc<Level>,
    /// By position, what a stored value still has to be made of; empty if all are ready.
    stored: Vec<Option<Stored<'py>>>,
    related: RefCell<FxHashMap<(u32, u32), Fetched<'py>>>,
    counts: RefCell<FxHashMap<(u32, u32), Bound<'py, PyDict>>>,
    windows: RefCell<FxHashMap<Window, Fetched<'py>>>,
}

/// Shape, slot, first row and the row after the last, if not all rows from there on are meant.
type Window = (u32, u32, usize, Option<usize>);

/// Rows of a second query, and where the rows of each key are.
type Fetched<'py> = (Rc<RowSet<'py>>, Bound<'py, PyDict>);

/// A row that stands for a model instance.
#[derive(Clone)]
pub struct Row<'py> {
    set: Rc<RowSet<'py>>,
    values: Bound<'py, PyTuple>,
    shape: u32,
}

/// The rows that stand for a collection of a row, or a part of them; fetched when they are read.
pub struct Rows<'py> {
    owner: Row<'py>,
    slot: u32,
    /// Only the rows from the first of these places to before the second.
    part: Option<(usize, Option<usize>)>,
    loaded: OnceCell<(Rc<RowSet<'py>>, Bound<'py, PyList>)>,
}

/// A value in a row, and the places and digits of a decimal that is still as it was stored.
type Cell<'py> = (Bound<'py, PyAny>, Option<(u32, u32)>);

/// Levels known at most before the table is emptied.
const MAX_LEVELS: usize = 1024;

type Levels = FxHashMap<usize, (Py<PyTuple>, Rc<Level>)>;

thread_local! {
    /// By address of their plain form, which is kept alive here.
    static LEVELS: RefCell<Levels> = RefCell::default();
}

impl Level {
    /// The level of a row set of the ORM room.
    fn of(bound: &Bound<'_, PyAny>) -> PyResult<Rc<Self>> {
        let wire = bound.getattr("wire")?.cast_into::<PyTuple>()?;
        let key = wire.as_ptr() as usize;
        if let Some(known) = LEVELS.with(|levels| levels.borrow().get(&key).map(|(_, level)| Rc::clone(level))) {
            return Ok(known);
        }
        let shapes = wire.iter().map(|shape| Shape::read(shape.cast::<PyTuple>()?)).collect::<PyResult<_>>()?;
        let level = Rc::new(Self { shapes });
        LEVELS.with(|levels| {
            let mut levels = levels.borrow_mut();
            if levels.len() >= MAX_LEVELS {
                levels.clear();
            }
            levels.insert(key, (wire.unbind(), Rc::clone(&level)));
        });
        Ok(level)
    }
}

impl Shape {
    fn read(wire: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let mut slots = Vec::with_capacity(wire.len());
        for slot in wire.iter() {
            let slot = slot.cast::<PyTuple>()?;
            let name = PyString::intern(wire.py(), slot.get_item(0)?.cast::<PyString>()?.to_str()?);
            slots.push((name.as_ptr() as usize, name.unbind(), read_slot(slot)?));
        }
        Ok(Self { slots })
    }

    fn find(&self, name: &Bound<'_, PyString>) -> Option<(u32, &Slot)> {
        let key = name.as_ptr() as usize;
        let at = self.slots.iter().position(|(known, ..)| *known == key)?;
        Some((at as u32, &self.slots[at].2))
    }
}

/// `(name, kind, position, shape, has_level, how, more)`, see `Bound.wire` of the ORM room.
fn read_slot(wire: &Bound<'_, PyTuple>) -> PyResult<Slot> {
    let kind = wire.get_item(1)?;
    let kind = kind.cast::<PyString>()?.to_str()?;
    // -1 where a slot has no place of its own.
    let at = usize::try_from(wire.get_item(2)?.extract::<i64>()?).unwrap_or_default();
    let has_level = wire.get_item(4)?.is_truthy()?;
    let how = wire.get_item(5)?;
    let how = how.cast::<PyString>()?.to_str()?;
    let more = wire.get_item(6)?;
    let missing = || (!more.is_none()).then(|| more.clone().unbind());
    Ok(match kind {
        "column" => Slot::Column(at),
        "display" => Slot::Display { at, labels: more.cast_into::<PyDict>()?.unbind() },
        "file" => Slot::File { at, make: more.unbind() },
        "one" => Slot::One { at, shape: wire.get_item(3)?.extract()?, missing: missing() },
        "fetched" => Slot::Fetched { at, missing: missing(), is_forward: how == "forward" },
        "call" => {
            let (model, columns) = more.extract::<(Bound<'_, PyType>, Bound<'_, PyDict>)>()?;
            Slot::Call { model: model.unbind(), columns: columns.unbind() }
        }
        "many" => Slot::Many { at, has_rows: has_level, reads_rows: how == "rows" },
        _ => Slot::Missing,
    })
}

impl<'py> RowSet<'py> {
    /// A row set of the ORM room.
    pub fn of(object: Bound<'py, PyAny>) -> PyResult<Rc<Self>> {
        let rows = object.getattr("rows")?.cast_into::<PyList>()?;
        let level = Level::of(&object.getattr("bound")?)?;
        let mut stored = Vec::new();
        for column in object.getattr("stored")?.try_iter()? {
            let (at, column) = Stored::read(&column?)?;
            stored.resize_with(stored.len().max(at + 1), || None);
            stored[at] = Some(column);
        }
        Ok(Rc::new(Self {
            object,
            rows,
            level,
            stored,
            related: RefCell::default(),
            counts: RefCell::default(),
            windows: RefCell::default(),
        }))
    }

    /// The row of this number.
    pub fn row(self: &Rc<Self>, row: Bound<'py, PyAny>) -> PyResult<Row<'py>> {
        Ok(Row { set: Rc::clone(self), values: row.cast_into::<PyTuple>()?, shape: 0 })
    }

    /// How a value at a position is to be made ready, if it is not.
    fn stored(&self, at: usize, value: &Bound<'py, PyAny>) -> Option<&Stored<'py>> {
        self.stored.get(at)?.as_ref().filter(|stored| stored.is_meant(value))
    }

    /// The related rows of all rows: fetched when they are asked for first.
    fn related(&self, shape: u32, slot: u32) -> PyResult<Fetched<'py>> {
        if let Some((set, index)) = self.related.borrow().get(&(shape, slot)) {
            return Ok((Rc::clone(set), index.clone()));
        }
        let found = self.object.call_method1("related", (shape, slot))?;
        let (set, index): (Bound<'py, PyAny>, Bound<'py, PyDict>) = found.extract()?;
        let found = (RowSet::of(set)?, index);
        self.related.borrow_mut().insert((shape, slot), (Rc::clone(&found.0), found.1.clone()));
        Ok(found)
    }

    /// Some rows of each key: fetched when they are asked for first.
    fn window(&self, window: Window) -> PyResult<Fetched<'py>> {
        if let Some((set, index)) = self.windows.borrow().get(&window) {
            return Ok((Rc::clone(set), index.clone()));
        }
        let found = self.object.call_method1("window", window)?;
        let (set, index): (Bound<'py, PyAny>, Bound<'py, PyDict>) = found.extract()?;
        let found = (RowSet::of(set)?, index);
        self.windows.borrow_mut().insert(window, (Rc::clone(&found.0), found.1.clone()));
        Ok(found)
    }

    /// The number of related rows by key.
    fn counts(&self, shape: u32, slot: u32) -> PyResult<Bound<'py, PyDict>> {
        if let Some(known) = self.counts.borrow().get(&(shape, slot)) {
            return Ok(known.clone());
        }
        let found = self.object.call_method1("counts", (shape, slot))?.cast_into::<PyDict>()?;
        self.counts.borrow_mut().insert((shape, slot), found.clone());
        Ok(found)
    }
}

impl<'py> Row<'py> {
    /// The value at a position, as the driver gave it.
    fn at(&self, at: usize) -> PyResult<&Bound<'py, PyAny>> {
        self.values.as_slice().get(at).ok_or_else(|| PyIndexError::new_err("row without this column"))
    }

    /// The value at a position, as an instance would have it.
    fn value(&self, at: usize) -> PyResult<Bound<'py, PyAny>> {
        let value = self.at(at)?;
        match self.set.stored(at, value) {
            Some(stored) => stored.ready(value),
            None => Ok(value.clone()),
        }
    }

    fn slot(&self, name: &Bound<'_, PyString>) -> Option<(u32, &Slot)> {
        self.set.level.shapes[self.shape as usize].find(name)
    }

    /// What stands for the row in a dictionary that Python may look into.
    pub fn proxy(&self, stock: &Stock) -> PyResult<Bound<'py, PyAny>> {
        let none = self.values.py().None();
        stock.RowProxy.bind(self.values.py()).call1((&self.set.object, &self.values, self.shape, none))
    }

    /// The model instance that the row stands for: what Python code is given.
    pub fn instance(&self) -> PyResult<Bound<'py, PyAny>> {
        self.set.object.call_method1("instance", (&self.values, self.shape))
    }
}

impl<'py> Rows<'py> {
    fn lazy(owner: &Row<'py>, slot: u32) -> Self {
        Self { owner: owner.clone(), slot, part: None, loaded: OnceCell::new() }
    }

    /// What stands for the rows in a dictionary that Python may look into.
    pub fn proxy(&self, stock: &Stock) -> PyResult<Bound<'py, PyAny>> {
        let owner = &self.owner;
        if self.part.is_some() {
            self.load()?;
        }
        let part = self.loaded.get().map(|(set, rows)| (set.object.clone(), rows.clone()));
        let more = (self.slot, part);
        stock.RowProxy.bind(owner.values.py()).call1((&owner.set.object, &owner.values, owner.shape, more))
    }

    fn slot(&self) -> &Slot {
        &self.owner.set.level.shapes[self.owner.shape as usize].slots[self.slot as usize].2
    }

    fn key(&self) -> PyResult<Bound<'py, PyAny>> {
        match self.slot() {
            Slot::Many { at, .. } => self.owner.values.get_item(*at),
            _ => Ok(self.owner.values.py().None().into_bound(self.owner.values.py())),
        }
    }

    /// The rows themselves, and the set that they belong to.
    pub fn load(&self) -> PyResult<(Rc<RowSet<'py>>, Bound<'py, PyList>)> {
        if let Some((set, rows)) = self.loaded.get() {
            return Ok((Rc::clone(set), rows.clone()));
        }
        if let Some((start, stop)) = self.part {
            let found = self.load_part(start, stop)?;
            return Ok(self.loaded.get_or_init(|| found).clone());
        }
        let (set, index) = self.owner.set.related(self.owner.shape, self.slot)?;
        let rows = match index.get_item(self.key()?)? {
            Some(rows) => rows.cast_into::<PyList>()?,
            None => PyList::empty(index.py()),
        };
        Ok(self.loaded.get_or_init(|| (set, rows)).clone())
    }

    /// How many there are, without the rows if nobody reads them anyway.
    fn len(&self, reads_rows: bool) -> PyResult<usize> {
        let is_fetched = self.owner.set.related.borrow().contains_key(&(self.owner.shape, self.slot));
        let wants_rows = match self.slot() {
            Slot::Many { has_rows, reads_rows: always, .. } => *has_rows && (*always || reads_rows || is_fetched),
            _ => true,
        };
        if self.loaded.get().is_some() || self.part.is_some() || wants_rows {
            return Ok(self.load()?.1.len());
        }
        let counts = self.owner.set.counts(self.owner.shape, self.slot)?;
        counts.get_item(self.key()?)?.map_or(Ok(0), |count| count.extract())
    }

    /// True if there is any; asked as stock asks, by reading all of them.
    pub fn is_any(&self) -> PyResult<bool> {
        Ok(self.len(true)? > 0)
    }

    /// The rows, or a range as long, for a filter that only asks how many there are.
    pub fn sized(&self) -> PyResult<Bound<'py, PyAny>> {
        if let (Slot::Many { has_rows: false, .. }, None) = (self.slot(), self.part) {
            let py = self.owner.values.py();
            return Ok(PyRange::new(py, 0, self.len(true)? as isize)?.into_any());
        }
        Ok(self.load()?.1.into_any())
    }

    /// The rows from `start` to `stop`, fetched for all owners at once when they are read. `None`: only Python can tell.
    pub fn part(&self, start: Option<i64>, stop: Option<i64>) -> Option<Rows<'py>> {
        let position = |number: i64| usize::try_from(number).ok();
        let start = position(start.unwrap_or(0))?;
        let stop = match stop.map(position) {
            Some(None) => return None,
            Some(stop) => stop,
            None => None,
        };
        let mut part = Rows::lazy(&self.owner, self.slot);
        if let Some((set, rows)) = self.loaded.get() {
            let stop = stop.map_or(rows.len(), |stop| stop.min(rows.len()));
            let _ = part.loaded.set((Rc::clone(set), rows.get_slice(start.min(stop), stop)));
            return Some(part);
        }
        let (outer, end) = self.part.unwrap_or_default();
        let stop = match (stop.map(|stop| outer + stop), end) {
            (Some(stop), Some(end)) => Some(stop.min(end)),
            (stop, end) => stop.or(end),
        };
        let start = outer + start;
        if stop.is_some_and(|stop| stop <= start) {
            // No rows: nobody asks the database for them.
            let _ = part.loaded.set((Rc::clone(&self.owner.set), PyList::empty(self.owner.values.py())));
        }
        part.part = Some((start, stop));
        Some(part)
    }

    fn load_part(&self, start: usize, stop: Option<usize>) -> PyResult<(Rc<RowSet<'py>>, Bound<'py, PyList>)> {
        let set = &self.owner.set;
        let is_fetched = set.related.borrow().contains_key(&(self.owner.shape, self.slot));
        let reads_rows = matches!(self.slot(), Slot::Many { reads_rows: true, .. });
        if reads_rows || is_fetched || (start == 0 && stop.is_none()) {
            let (set, rows) = Rows::lazy(&self.owner, self.slot).load()?;
            let stop = stop.map_or(rows.len(), |stop| stop.min(rows.len()));
            return Ok((set, rows.get_slice(start.min(stop), stop)));
        }
        let (part, index) = set.window((self.owner.shape, self.slot, start, stop))?;
        let rows = match index.get_item(self.key()?)? {
            Some(rows) => rows.cast_into::<PyList>()?,
            None => PyList::empty(index.py()),
        };
        Ok((part, rows))
    }

    fn with_rows(&self, found: (Rc<RowSet<'py>>, Bound<'py, PyList>)) -> Self {
        let part = Rows::lazy(&self.owner, self.slot);
        let _ = part.loaded.set(found);
        part
    }

    /// Every so many rows, of all that are read then. `None`: only Python can tell.
    pub fn stepped(&self, start: Option<i64>, stop: Option<i64>, by: Option<i64>) -> PyResult<Option<Rows<'py>>> {
        let is_plain = |number: Option<i64>| number.is_none_or(|number| number >= 0);
        if !is_plain(start) || !is_plain(stop) || by.is_some_and(|by| by < 1) {
            return Ok(None);
        }
        let (set, rows) = self.load()?;
        let slice = rows.py().get_type::<PySlice>().call1((start, stop, by))?;
        let rows = rows.as_any().get_item(slice)?.cast_into::<PyList>()?;
        Ok(Some(self.with_rows((set, rows))))
    }

    /// What Python code is given: the manager's `all()`, or a list of instances.
    pub fn collection(&self) -> PyResult<Bound<'py, PyAny>> {
        let py = self.owner.values.py();
        if self.part.is_some() {
            self.load()?;
        }
        if let Some((set, rows)) = self.loaded.get() {
            let list = PyList::empty(py);
            for row in rows.iter() {
                list.append(set.row(row)?.instance()?)?;
            }
            return Ok(list.into_any());
        }
        let name = &self.owner.set.level.shapes[self.owner.shape as usize].slots[self.slot as usize].1;
        self.owner.instance()?.getattr(name.bind(py))?.call_method0("all")
    }
}

/// A row set of the ORM room, and those of its rows that are meant.
type Part<'py> = Option<(Bound<'py, PyAny>, Bound<'py, PyList>)>;

/// The row, or the rows, that a proxy stands for.
pub fn of_proxy<'py>(proxy: &Bound<'py, PyAny>) -> PyResult<Value<'py>> {
    let parts = proxy.getattr("_row")?.cast_into::<PyTuple>()?;
    let set = RowSet::of(parts.get_item(0)?)?;
    let values = parts.get_item(1)?.cast_into::<PyTuple>()?;
    let row = Row { set, values, shape: parts.get_item(2)?.extract()? };
    let more = parts.get_item(3)?;
    if more.is_none() {
        return Ok(Value::Row(row));
    }
    let (slot, part): (u32, Part<'py>) = more.extract()?;
    let rows = Rows::lazy(&row, slot);
    if let Some((set, list)) = part {
        let _ = rows.loaded.set((RowSet::of(set)?, list));
    }
    Ok(Value::Rows(Rc::new(rows)))
}

impl<'py> Render<'py> {
    /// Writes the value of an expression that is nothing but a path to a column of a row; false if there is more to it.
    pub fn write_column(&mut self, p: &Program, id: ExprId) -> PyResult<bool> {
        match self.cell(p, id)? {
            Some((value, Some((places, digits)))) => self.write_stored_decimal(&value, places, digits),
            Some((value, None)) => {
                let class = class_of(self.stock, &value)?;
                // Anything else may be something that a template calls.
                let is_plain = !matches!(class, Class::Plain | Class::Special);
                if is_plain {
                    self.write_object(&value, class)?;
                }
                Ok(is_plain)
            }
            None => Ok(false),
        }
    }

    /// The value in a row, and the places and digits of a decimal that is still as it was stored.
    fn cell(&self, p: &Program, id: ExprId) -> PyResult<Option<Cell<'py>>> {
        let expr = &p.ast.exprs[id as usize];
        let Head::Path(names) = expr.head else { return Ok(None) };
        let names = p.ast.path(names);
        if names.len() < 2 || !expr.filters.is_empty() {
            return Ok(None);
        }
        let Some(row) = self.scopes.row(p.name(self.py, names[0])) else { return Ok(None) };
        let mut shape = &row.set.level.shapes[row.shape as usize];
        for (position, &name) in names[1..].iter().enumerate() {
            match shape.find(p.name(self.py, name)) {
                Some((_, Slot::One { at, shape: below, .. })) if !row.at(*at)?.is_none() => {
                    shape = &row.set.level.shapes[*below as usize];
                }
                Some((_, Slot::Column(at))) if position + 2 == names.len() => {
                    let value = row.at(*at)?.clone();
                    return Ok(Some(match row.set.stored(*at, &value) {
                        None => (value, None),
                        Some(Stored { kind: StoredKind::Decimal(places, digits), .. })
                            if value.is_exact_instance_of::<PyFloat>() || value.is_exact_instance_of::<PyInt>() =>
                        {
                            (value, Some((*places, *digits)))
                        }
                        Some(stored) => (stored.ready(&value)?, None),
                    }));
                }
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// A step from a row: the value, and how many names more it covers. `None`: there is no such attribute.
    pub fn row_step(&mut self, p: &Program, row: &Row<'py>, names: &[NameId]) -> PyResult<Option<(Value<'py>, usize)>> {
        let py = self.py;
        let Some((number, slot)) = row.slot(p.name(py, names[0])) else {
            let object = row.instance()?;
            return Ok(self.python_step(p, &Value::Py(object), names[0])?.map(|value| (value, 0)));
        };
        let value = match slot {
            Slot::Column(at) => {
                let value = row.value(*at)?;
                return self.called(Value::Py(value)).map(|value| Some((value, 0)));
            }
            Slot::Display { at, labels } => {
                let value = row.value(*at)?;
                let plain = value.is_none()
                    || value.is_exact_instance_of::<PyString>()
                    || value.is_exact_instance_of::<PyInt>();
                if plain {
                    // `force_str(label, strings_only=True)`; labels may be lazy translations.
                    let label = labels.bind(py).get_item(&value)?.unwrap_or(value);
                    let is_label =
                        label.is_none() || label.is_instance_of::<PyString>() || label.is_exact_instance_of::<PyInt>();
                    if is_label { Value::Py(label) } else { self.label_text(&label)? }
                } else {
                    Value::Py(self.stock.call(py, "display_label", (labels.bind(py), value))?)
                }
            }
            Slot::File { at, make } => Value::Py(make.bind(py).call1((row.values.get_item(*at)?,))?),
            Slot::One { at, shape, missing } => {
                if !row.at(*at)?.is_none() {
                    Value::Row(Row { set: Rc::clone(&row.set), values: row.values.clone(), shape: *shape })
                } else if let Some(missing) = missing {
                    return Err(PyErr::from_value(missing.bind(py).call0()?));
                } else {
                    Value::None
                }
            }
            Slot::Fetched { at, missing, is_forward } => {
                let key = row.at(*at)?;
                if key.is_none() && *is_forward {
                    Value::None
                } else {
                    let (set, index) = row.set.related(row.shape, number)?;
                    match index.get_item(key)? {
                        Some(found) => Value::Row(set.row(found)?),
                        None => match missing {
                            Some(missing) => return Err(PyErr::from_value(missing.bind(py).call0()?)),
                            None => Value::None,
                        },
                    }
                }
            }
            Slot::Many { .. } => {
                let rows = Rc::new(Rows::lazy(row, number));
                let next = names.get(1).map(|&id| p.name(py, id).to_str()).transpose()?;
                return match next {
                    Some("all") => Ok(Some((Value::Rows(rows), 1))),
                    Some("count") => Ok(Some((Value::Int(rows.len(false)? as i64), 1))),
                    Some("exists") => Ok(Some((Value::Bool(rows.len(false)? > 0), 1))),
                    // The manager itself, of which nothing else is asked.
                    _ => Ok(Some((Value::Rows(rows), 0))),
                };
            }
            Slot::Call { model, columns } => {
                let columns = columns.bind(py);
                let value = |column: &Bound<'py, PyString>| match columns.get_item(column)? {
                    Some(at) => row.value(at.extract()?).map(Some),
                    None => Ok(None),
                };
                let name = p.name(py, names[0]);
                if let Some(address) = self.method_address_of_row(model.bind(py), name, value)? {
                    return Ok(Some((Value::Text(address, false), 0)));
                }
                let object = row.instance()?;
                return Ok(self.python_step(p, &Value::Py(object), names[0])?.map(|value| (value, 0)));
            }
            Slot::Missing => return Ok(None),
        };
        Ok(Some((value, 0)))
    }

    /// A step from a collection of rows, or from its manager.
    pub fn rows_step(&mut self, p: &Program, rows: &Rc<Rows<'py>>, name: NameId) -> PyResult<Option<Value<'py>>> {
        match p.name(self.py, name).to_str()? {
            "all" => Ok(Some(Value::Rows(Rc::clone(rows)))),
            "count" => Ok(Some(Value::Int(rows.len(false)? as i64))),
            "exists" => Ok(Some(Value::Bool(rows.len(false)? > 0))),
            _ => {
                let object = rows.collection()?;
                self.python_step(p, &Value::Py(object), name)
            }
        }
    }

    fn python_step(&mut self, p: &Program, value: &Value<'py>, name: NameId) -> PyResult<Option<Value<'py>>> {
        match self.plain_step(p, value, name)? {
            Lookup::Found(value) => Ok(Some(value)),
            Lookup::Missing(..) => Ok(None),
        }
    }
}
