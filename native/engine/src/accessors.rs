//! What the attributes of model classes are to us: columns, relations and their caches; asked of the ORM room once.

use crate::addresses::AddressMethod;
use crate::attributes::{Member, has_getitem, member};
use crate::render::Render;
use crate::stock::Class;
use crate::value::Value;
use crate::watch::{type_version, version_of, version_of_type};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyList, PyString, PyTuple, PyType};
use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What a step on a model instance is, as `djust_backend.orm.accessor` says.
pub enum Accessor {
    /// No relation: an ordinary attribute.
    Plain,
    /// Code that may walk relations: a property, a method, `__str__`.
    Code,
    /// `get_FOO_display` as Django makes it: the attribute it reads, and the label of each value.
    Display {
        /// The attribute that is read.
        attribute: Py<PyString>,
        /// Value to label.
        labels: Py<PyDict>,
        /// The choices that they are of.
        choices: Choices,
    },
    /// A method that does nothing but `return reverse(…)`.
    Address(AddressMethod),
    /// A single related object, cached under `cache` in `_state.fields_cache`.
    ToOne {
        /// Key of the cache.
        cache: Py<PyString>,
        /// The accessor, as a prefetch takes it.
        prefetch: Py<PyString>,
        /// The attribute gives what the cache has.
        direct: bool,
        /// Attributes of the related object that a column of the instance answers for.
        keys: RefCell<Keys>,
    },
    /// Many related objects, prefetched under `cache` in `_prefetched_objects_cache`.
    ToMany {
        /// Key of the cache.
        cache: Py<PyString>,
        /// The accessor, as a prefetch takes it.
        prefetch: Py<PyString>,
        /// `all()` gives what the cache has.
        direct: bool,
        /// The columns without which there is no manager: getting it raises.
        columns: Vec<Py<PyString>>,
    },
}

/// The list of a field's choices, and what was in it.
pub struct Choices {
    field: Py<PyDict>,
    list: Py<PyList>,
    items: Vec<Py<PyAny>>,
}

impl Choices {
    fn read(field: &Bound<'_, PyAny>, list: &Bound<'_, PyAny>) -> PyResult<Self> {
        let list = list.cast::<PyList>()?;
        Ok(Self {
            field: field.cast::<PyDict>()?.clone().unbind(),
            items: list.iter().map(Bound::unbind).collect(),
            list: list.clone().unbind(),
        })
    }

    /// True if the field still has this list, and the list what it had: a site may replace one or the other.
    pub fn are_current(&self, py: Python<'_>) -> PyResult<bool> {
        let (field, list) = (self.field.bind(py), self.list.bind(py));
        // What `Field.choices` gives.
        let now = field.get_item(pyo3::intern!(py, "_choices"))?;
        Ok(now.is_some_and(|now| now.is(list))
            && list.len() == self.items.len()
            && list.iter().zip(&self.items).all(|(now, known)| now.is(known)))
    }
}

/// What answers for an attribute of the related object.
pub struct KeyColumn {
    /// Its name, which is kept alive.
    _key: Py<PyString>,
    /// The column of the instance; `None`: none does.
    column: Option<Py<PyString>>,
    /// The class of the related object, and the version for which this was found.
    target: Option<(Py<PyType>, u32)>,
}

impl KeyColumn {
    /// True as long as the class of the related object stays as it was.
    fn is_current(&self, py: Python<'_>) -> bool {
        self.target.as_ref().is_none_or(|(class, version)| *version != 0 && *version == type_version(class.bind(py)))
    }
}

/// By address of the name of an attribute of the related object.
pub type Keys = FxHashMap<usize, KeyColumn>;

/// A class and a name, with the version of the class for which the accessor is.
type Accessors = FxHashMap<(usize, usize), (Py<PyType>, u32, Py<PyString>, Rc<Accessor>)>;

/// Steps known at most before the table is emptied: it must not keep model classes alive that are made on the fly.
const MAX_ACCESSORS: usize = 8192;

/// The addresses of a class and of a name, and the version of the class.
type Direct = (usize, usize, u32);

/// No class has this version.
const NO_STEP: Direct = (0, 0, 0);

/// So many steps are found without a table.
const RECENT_STEPS: usize = 64;

thread_local! {
    static ACCESSORS: RefCell<Accessors> = RefCell::default();
    /// Of the steps above, recent ones that [`is_direct_step`] is true of.
    static DIRECT: [Cell<Direct>; RECENT_STEPS] = const { [const { Cell::new(NO_STEP) }; RECENT_STEPS] };
}

/// Where a step stands among the recent ones.
fn direct_place((class, name): (usize, usize)) -> usize {
    // Objects stand at multiples of 16, and strings of a few letters, made one after the other, of 64.
    ((class >> 4) ^ (name >> 4) ^ (name >> 10)) % RECENT_STEPS
}

/// True if a step is known to be an attribute of a model instance that its class has: no item, relation, property or
/// method that may walk relations.
#[inline]
pub fn is_direct_step(object: &Bound<'_, PyAny>, name: &Bound<'_, PyString>) -> bool {
    let key = (object.get_type_ptr() as usize, name.as_ptr() as usize);
    // No two classes ever have the same version, nor has a class that has been changed its old one.
    DIRECT.with(|steps| steps[direct_place(key)].get() == (key.0, key.1, version_of_type(object)))
}

fn text(tuple: &Bound<'_, PyTuple>, at: usize) -> PyResult<Py<PyString>> {
    let item = tuple.get_item(at)?;
    Ok(PyString::intern(tuple.py(), item.cast::<PyString>()?.to_str()?).unbind())
}

impl<'py> Render<'py> {
    /// What the step `name` means on a model instance.
    pub fn accessor(&self, object: &Bound<'py, PyAny>, name: &Bound<'py, PyString>) -> PyResult<Rc<Accessor>> {
        self.accessor_of(&object.get_type(), name)
    }

    /// True if the step `name` on an object of this class is not one by Python's rules alone.
    pub fn has_rules(&self, class: Class, object: &Bound<'py, PyAny>, name: &Bound<'py, PyString>) -> PyResult<bool> {
        Ok(match class {
            Class::Model => !self.is_plain_step(object, name)?,
            Class::QuerySet | Class::Form | Class::Block => true,
            _ => false,
        })
    }

    /// True if the step `name` on a model instance is neither a relation nor code.
    fn is_plain_step(&self, object: &Bound<'py, PyAny>, name: &Bound<'py, PyString>) -> PyResult<bool> {
        let is_plain = match known_accessor(&object.get_type(), name, |found| is_plain(found)) {
            Some(known) => known,
            None => self.accessor(object, name).map(|found| is_plain(&found))?,
        };
        if is_plain && member(object, name) == Member::Other && !has_getitem(object) {
            let key = (object.get_type_ptr() as usize, name.as_ptr() as usize);
            let version = version_of_type(object);
            // Only what is in the table, which keeps the name alive.
            if version != 0 && ACCESSORS.with(|known| known.borrow().contains_key(&key)) {
                DIRECT.with(|steps| steps[direct_place(key)].set((key.0, key.1, version)));
            }
        }
        Ok(is_plain)
    }

    /// What the step `name` means on instances of a model class.
    pub fn accessor_of(&self, kind: &Bound<'py, PyType>, name: &Bound<'py, PyString>) -> PyResult<Rc<Accessor>> {
        if let Some(found) = known_accessor(kind, name, Rc::clone) {
            return Ok(found);
        }
        // Before the class is asked: what changes meanwhile is seen.
        let version = version_of(kind)?;
        let found = self.stock.call(self.py, "model_step", (kind, name))?;
        let found = Rc::new(read_accessor(&found)?);
        let key = (kind.as_ptr() as usize, name.as_ptr() as usize);
        ACCESSORS.with(|known| {
            let mut known = known.borrow_mut();
            if known.len() >= MAX_ACCESSORS {
                known.clear();
                DIRECT.with(|steps| steps.iter().for_each(|step| step.set(NO_STEP)));
            }
            known.insert(key, (kind.clone().unbind(), version, name.clone().unbind(), Rc::clone(&found)));
        });
        Ok(found)
    }

    /// `str(label)` of a choice.
    pub fn label_text(&mut self, label: &Bound<'py, PyAny>) -> PyResult<Value<'py>> {
        Ok(match self.lazy_message(label)? {
            Some((text, safe)) => Value::Text(text, safe),
            None => Value::Py(label.str()?.into_any()),
        })
    }

    /// `object.name.key` from the object's own columns, if they are as the database has them and the related row is
    /// sure to exist.
    pub fn related_key(
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
        let known = keys
            .borrow()
            .get(&at)
            .filter(|known| known.is_current(py))
            .map(|known| known.column.as_ref().map(|column| column.bind(py).clone()));
        let column = if let Some(column) = known {
            column
        } else {
            let found = self.stock.call(py, "key_column", (object, name, key))?;
            let (column, target): (Option<Bound<'py, PyString>>, Option<Bound<'py, PyType>>) = found.extract()?;
            let target = match target {
                Some(class) => Some((class.clone().unbind(), version_of(&class)?)),
                None => None,
            };
            let kept = KeyColumn { _key: key.clone().unbind(), column: column.clone().map(Bound::unbind), target };
            let replaced = keys.borrow_mut().insert(at, kept);
            drop(replaced);
            column
        };
        let Some(column) = column else { return Ok(None) };
        let columns = object.getattr(pyo3::intern!(py, "__dict__"))?;
        let value = columns.cast::<PyDict>()?.get_item(column)?;
        // Anything else was not put there by the database.
        Ok(value.filter(Bound::is_exact_instance_of::<PyInt>))
    }
}

/// What is remembered of a step, as long as the class stays as it is.
fn known_accessor<R>(
    kind: &Bound<'_, PyType>,
    name: &Bound<'_, PyString>,
    read: impl FnOnce(&Rc<Accessor>) -> R,
) -> Option<R> {
    let key = (kind.as_ptr() as usize, name.as_ptr() as usize);
    ACCESSORS.with(|known| {
        let known = known.borrow();
        let (_, version, _, found) = known.get(&key)?;
        (*version != 0 && *version == type_version(kind)).then(|| read(found))
    })
}

/// Asks the ORM room about a step again, next time.
pub fn forget_accessor(kind: &Bound<'_, PyType>, name: &Bound<'_, PyString>) {
    let key = (kind.as_ptr() as usize, name.as_ptr() as usize);
    DIRECT.with(|steps| steps[direct_place(key)].set(NO_STEP));
    let forgotten = ACCESSORS.with(|known| known.borrow_mut().remove(&key));
    drop(forgotten);
}

/// True if an instance has a value in each of these columns.
pub fn has_values(object: &Bound<'_, PyAny>, columns: &[Py<PyString>]) -> PyResult<bool> {
    let py = object.py();
    let values = object.getattr(pyo3::intern!(py, "__dict__"))?.cast_into::<PyDict>()?;
    for column in columns {
        if values.get_item(column)?.is_none_or(|value| value.is_none()) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_plain(accessor: &Accessor) -> bool {
    matches!(accessor, Accessor::Plain)
}

fn read_accessor(found: &Bound<'_, PyAny>) -> PyResult<Accessor> {
    let Ok(found) = found.cast::<PyTuple>() else { return Ok(Accessor::Plain) };
    let kind = found.get_item(0)?;
    Ok(match kind.cast::<PyString>()?.to_str()? {
        "to_one" => Accessor::ToOne {
            cache: text(found, 1)?,
            prefetch: text(found, 2)?,
            direct: found.get_item(3)?.is_truthy()?,
            keys: RefCell::default(),
        },
        "generic" => Accessor::ToOne {
            cache: text(found, 1)?,
            prefetch: text(found, 2)?,
            direct: false,
            keys: RefCell::default(),
        },
        "to_many" => Accessor::ToMany {
            cache: text(found, 1)?,
            prefetch: text(found, 2)?,
            direct: found.get_item(3)?.is_truthy()?,
            columns: found.get_item(4)?.extract()?,
        },
        "code" => Accessor::Code,
        "address" => Accessor::Address(AddressMethod::load(found)?),
        "display" => Accessor::Display {
            attribute: text(found, 1)?,
            labels: found.get_item(2)?.cast_into::<PyDict>()?.unbind(),
            choices: Choices::read(&found.get_item(3)?, &found.get_item(4)?)?,
        },
        _ => Accessor::Plain,
    })
}
