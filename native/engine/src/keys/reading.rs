//! Reading: the walk over a tree of objects by the recipes of their classes.

use super::key::{ObjectKey, Parts};
use super::recipes::{self, Attributes, Parameters, Recipe, Rule};
use crate::attributes::own_dict;
use crate::classes::Met;
use crate::shared::Shared;
use crate::watch::{type_version, version_of};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFrozenSet, PyInt, PyList, PySet, PyString, PyTuple, PyType};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Longer texts and sequences have no key: keys are kept.
const LONGEST: usize = 200;
/// Objects within objects; more have no key.
const DEEPEST: usize = 48;
/// Classes that a grammar knows.
const REMEMBERED: usize = 4096;

/// What stands for values that no class with a recipe has.
#[derive(Clone, Copy)]
enum Mark {
    Nothing,
    False,
    True,
    Integer,
    Tuple,
    List,
    Dictionary,
    Set,
    Parameter,
    Attributes,
    End,
    Number,
}

/// Why there is no key.
enum Stop {
    Unknown,
    Raised(PyErr),
}

impl From<PyErr> for Stop {
    fn from(error: PyErr) -> Self {
        Self::Raised(error)
    }
}

type Read = Result<(), Stop>;

/// A class that was met, with its recipe and the version for which that was told; `None`: for all versions.
struct Known {
    class: Met,
    version: Option<u32>,
    recipe: Arc<Recipe>,
}

type Grammar = FxHashMap<usize, Known>;

/// Makes keys of trees of objects.
#[pyclass(frozen, module = "djust_backend._native")]
pub struct KeyReader {
    ask: Py<PyAny>,
    grammars: Shared<Vec<Grammar>>,
}

#[pymethods]
impl KeyReader {
    /// `ask(grammar, class)` gives a recipe, and whether changes of the class do not matter to it; grammars are numbered.
    #[new]
    fn new(ask: Py<PyAny>, grammars: usize) -> Self {
        Self { ask, grammars: Shared::new((0..grammars).map(|_| Grammar::default()).collect()) }
    }

    /// The key of some values, by the recipes of a grammar, and the owners of parameters in the order in which they were
    /// met; `None` if a value has no key. Raises what reading attributes raises.
    fn read<'py>(
        &self,
        grammar: usize,
        values: &Bound<'py, PyTuple>,
    ) -> PyResult<Option<(ObjectKey, Bound<'py, PyList>)>> {
        let py = values.py();
        let mut reading = Reading {
            reader: self,
            py,
            grammar,
            parts: Parts::new(),
            owners: PyList::empty(py),
            names: Vec::new(),
            numbered: Vec::new(),
            depth: 0,
        };
        for value in values.iter_borrowed() {
            match reading.value(&value) {
                Ok(()) => {}
                Err(Stop::Unknown) => return Ok(None),
                Err(Stop::Raised(error)) => return Err(error),
            }
        }
        Ok(Some((reading.parts.finish(), reading.owners)))
    }
}

impl KeyReader {
    /// The recipe of a class, and its version (none if that does not matter).
    fn recipe(&self, grammar: usize, class: &Bound<'_, PyType>) -> PyResult<(Arc<Recipe>, Option<u32>)> {
        let place = class.as_ptr() as usize;
        if let Some(known) = self.grammars.borrow().get(grammar).and_then(|known| known.get(&place))
            && known.class.is(class.as_type_ptr())
            // A class that has lost its version has changed.
            && known.version.is_none_or(|version| version != 0 && version == type_version(class))
        {
            return Ok((Arc::clone(&known.recipe), known.version));
        }
        let now = version_of(class)?;
        let told = recipes::told(&self.ask.bind(class.py()).call1((grammar, class))?)?;
        let version = if told.is_for_good { None } else { Some(now) };
        let recipe = if version == Some(0) { Arc::new(Recipe::Unknown) } else { Arc::new(told.recipe) };
        let known = Known { class: Met::new(class)?, version, recipe: Arc::clone(&recipe) };
        let mut grammars = self.grammars.borrow_mut();
        let old = grammars.get_mut(grammar).map(|classes| {
            let all = if classes.len() >= REMEMBERED { std::mem::take(classes) } else { Grammar::default() };
            (all, classes.insert(place, known))
        });
        // What goes may run code when nobody works with the grammars.
        drop(grammars);
        drop(old);
        Ok((recipe, version))
    }
}

/// One walk.
struct Reading<'a, 'py> {
    reader: &'a KeyReader,
    py: Python<'py>,
    grammar: usize,
    parts: Parts,
    owners: Bound<'py, PyList>,
    /// Names of references that were met.
    names: Vec<Bound<'py, PyAny>>,
    numbered: Vec<usize>,
    depth: usize,
}

impl<'py> Reading<'_, 'py> {
    fn mark(&mut self, mark: Mark) {
        self.parts.number(mark as u64);
    }

    /// Marks the beginning of so many values.
    fn begin(&mut self, mark: Mark, length: usize) -> Read {
        if length > LONGEST {
            return Err(Stop::Unknown);
        }
        self.mark(mark);
        self.parts.number(length as u64);
        Ok(())
    }

    fn value(&mut self, value: &Bound<'py, PyAny>) -> Read {
        if let Ok(text) = value.cast_exact::<PyString>() {
            if text.len()? > LONGEST {
                return Err(Stop::Unknown);
            }
            return Ok(self.parts.equal(value)?);
        }
        if value.is_none() {
            self.mark(Mark::Nothing);
        } else if let Ok(truth) = value.cast_exact::<PyBool>() {
            self.mark(if truth.is_true() { Mark::True } else { Mark::False });
        } else if let Ok(number) = value.cast_exact::<PyInt>() {
            let Ok(number) = number.extract::<i64>() else { return Err(Stop::Unknown) };
            self.mark(Mark::Integer);
            self.parts.number(number.cast_unsigned());
        } else {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err(Stop::Unknown);
            }
            if !self.collection(value)? {
                self.object(value)?;
            }
            self.depth -= 1;
        }
        Ok(())
    }

    /// What is in a collection; false if it is none of Python's own.
    fn collection(&mut self, value: &Bound<'py, PyAny>) -> Result<bool, Stop> {
        if let Ok(items) = value.cast_exact::<PyTuple>() {
            self.begin(Mark::Tuple, items.len())?;
            for item in items.iter() {
                self.value(&item)?;
            }
        } else if let Ok(items) = value.cast_exact::<PyList>() {
            self.begin(Mark::List, items.len())?;
            for item in items.iter() {
                self.value(&item)?;
            }
        } else if let Ok(items) = value.cast_exact::<PyDict>() {
            self.begin(Mark::Dictionary, items.len())?;
            for (name, item) in items.iter() {
                self.value(&name)?;
                self.value(&item)?;
            }
        } else if let Ok(items) = value.cast_exact::<PyFrozenSet>() {
            self.begin(Mark::Set, items.len())?;
            if !items.is_empty() {
                self.parts.equal(value)?;
            }
        } else if let Ok(items) = value.cast_exact::<PySet>() {
            self.begin(Mark::Set, items.len())?;
            if !items.is_empty() {
                self.parts.equal(PyFrozenSet::new(self.py, items.iter())?.as_any())?;
            }
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// An object, by the recipe of its class.
    fn object(&mut self, object: &Bound<'py, PyAny>) -> Read {
        let class = object.get_type();
        let recipe = self.class(self.grammar, &class)?;
        match &*recipe {
            Recipe::Unknown => return Err(Stop::Unknown),
            Recipe::Parts(attributes) => self.attributes(object, attributes)?,
            Recipe::Same => self.parts.same(object),
            Recipe::Equal => self.parts.equal(object)?,
            Recipe::Numbered => {
                let place = object.as_ptr() as usize;
                let number = self.numbered.iter().position(|known| *known == place).unwrap_or_else(|| {
                    self.numbered.push(place);
                    self.numbered.len() - 1
                });
                self.mark(Mark::Number);
                self.parts.number(number as u64);
            }
            Recipe::Owned(name, otherwise) => {
                if object.hasattr(name)? {
                    self.parts.same(object);
                } else {
                    self.asked(&otherwise.bind(self.py).call1((object,))?)?;
                }
            }
            Recipe::Dictionary { named, rules, others, is_reference } => {
                if *is_reference {
                    self.names.push(object.getattr(pyo3::intern!(self.py, "name"))?);
                }
                self.dictionary(object, named.bind(self.py), rules, others.as_deref())?;
            }
        }
        Ok(())
    }

    /// A class as it is now, and its recipe.
    fn class(&mut self, grammar: usize, class: &Bound<'py, PyType>) -> Result<Arc<Recipe>, Stop> {
        let (recipe, version) = self.reader.recipe(grammar, class)?;
        self.parts.same(class.as_any());
        if let Some(version) = version {
            self.parts.number(u64::from(version));
        }
        Ok(recipe)
    }

    fn dictionary(
        &mut self,
        object: &Bound<'py, PyAny>,
        named: &Bound<'py, PyDict>,
        rules: &[Rule],
        others: Option<&Rule>,
    ) -> Read {
        let Some(own) = own_dict(object) else { return Err(Stop::Unknown) };
        self.mark(Mark::Attributes);
        for (name, held) in own.iter() {
            let rule = match named.get_item(&name)? {
                Some(at) => rules.get(at.extract::<usize>()?),
                None => others,
            };
            match rule {
                None => return Err(Stop::Unknown),
                Some(Rule::Skipped) => {}
                Some(rule) => {
                    self.parts.equal(&name)?;
                    self.rule(&held, rule)?;
                }
            }
        }
        self.mark(Mark::End);
        Ok(())
    }

    fn attributes(&mut self, object: &Bound<'py, PyAny>, attributes: &Attributes) -> Read {
        for (name, rule) in attributes {
            match name {
                None => self.rule(object, rule)?,
                Some(name) => {
                    let held = object.getattr(name.bind(self.py))?;
                    if let Rule::Parameter(parameters) = rule {
                        self.parameter(object, &held, parameters)?;
                    } else {
                        self.rule(&held, rule)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn rule(&mut self, value: &Bound<'py, PyAny>, rule: &Rule) -> Read {
        match rule {
            Rule::Any => self.value(value)?,
            Rule::Same => self.parts.same(value),
            Rule::Empty if value.is_truthy()? => return Err(Stop::Unknown),
            Rule::Nothing if !value.is_none() => return Err(Stop::Unknown),
            Rule::Empty | Rule::Nothing | Rule::Skipped => {}
            Rule::Truth => {
                let is_true = value.is_truthy()?;
                self.mark(if is_true { Mark::True } else { Mark::False });
            }
            Rule::Positive => self.positive(value)?,
            Rule::Within(grammar, rule) => {
                let (outer, names) = (std::mem::replace(&mut self.grammar, *grammar), self.names.len());
                self.rule(value, rule)?;
                self.grammar = outer;
                self.names.truncate(names);
            }
            Rule::Through(attributes) => self.attributes(value, attributes)?,
            Rule::Named(attributes, function) => {
                let outer = std::mem::take(&mut self.names);
                self.attributes(value, attributes)?;
                let names = std::mem::replace(&mut self.names, outer);
                self.asked(&function.bind(self.py).call1((value, names))?)?;
            }
            // It is one of an owner's attributes.
            Rule::Parameter(_) => return Err(Stop::Unknown),
            Rule::Classes(grammar, classes) => {
                for class in classes {
                    let recipe = self.class(*grammar, class.bind(self.py))?;
                    if matches!(*recipe, Recipe::Unknown) {
                        return Err(Stop::Unknown);
                    }
                }
            }
        }
        Ok(())
    }

    /// What a function has said of an object: something that can be a key itself, or nothing.
    fn asked(&mut self, said: &Bound<'py, PyAny>) -> Read {
        if said.is_none() {
            return Err(Stop::Unknown);
        }
        Ok(self.parts.equal(said)?)
    }

    fn positive(&mut self, value: &Bound<'py, PyAny>) -> Read {
        let Ok(counts) = value.cast_exact::<PyDict>() else { return Err(Stop::Unknown) };
        self.begin(Mark::Dictionary, counts.len())?;
        for (name, count) in counts.iter() {
            self.parts.equal(&name)?;
            let is_positive = count.gt(0)?;
            self.mark(if is_positive { Mark::True } else { Mark::False });
        }
        Ok(())
    }

    fn parameter(&mut self, owner: &Bound<'py, PyAny>, value: &Bound<'py, PyAny>, rule: &Parameters) -> Read {
        let is_one_of = |value: &Bound<'py, PyAny>| {
            let class = value.get_type_ptr();
            rule.kinds.iter().any(|kind| std::ptr::eq(kind.as_ptr().cast(), class))
        };
        let is_parameter = match value.cast_exact::<PyList>() {
            Ok(values) => rule.takes_lists && values.iter().all(|value| is_one_of(&value)),
            Err(_) => rule.takes_one && is_one_of(value),
        };
        if is_parameter {
            self.mark(Mark::Parameter);
            return Ok(self.owners.append(owner)?);
        }
        match value.cast_exact::<PyBool>() {
            Ok(truth) if rule.takes_truth => {
                self.mark(if truth.is_true() { Mark::True } else { Mark::False });
                Ok(())
            }
            _ => Err(Stop::Unknown),
        }
    }
}
