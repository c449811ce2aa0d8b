//! What of an object belongs into a key, as Python says it: a recipe for a class, rules for what its attributes hold.
//!
//! Recipes and rules come as tuples whose first item is a name (`djust_backend/orm/query_keys.py` writes them).

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};

/// What of an attribute's value counts.
pub enum Rule {
    /// What the recipe of its class says.
    Any,
    /// Which object it is.
    Same,
    /// Nothing: a true value has no key.
    Empty,
    /// Nothing: any value but `None` has no key.
    Nothing,
    /// Nothing at all.
    Skipped,
    /// Whether it is true.
    Truth,
    /// The names in a dictionary of numbers, and which of these are positive.
    Positive,
    /// What the rule says, with the recipes of another grammar.
    Within(usize, Box<Rule>),
    /// These attributes of it, whatever its class is.
    Through(Vec<(Option<Py<PyString>>, Rule)>),
    /// The same, and what a function makes of the object and of the names of references that were met.
    Named(Vec<(Option<Py<PyString>>, Rule)>, Py<PyAny>),
    /// Nothing if it is a value that becomes a parameter of its owner, the value itself if it is written out.
    Parameter(Parameters),
    /// That these classes are as they were when their recipes were asked for.
    Classes(usize, Vec<Py<PyType>>),
}

/// The values that become parameters.
pub struct Parameters {
    /// The classes of such values.
    pub kinds: Vec<Py<PyType>>,
    /// Single values do.
    pub takes_one: bool,
    /// Lists do.
    pub takes_lists: bool,
    /// True and false are written out.
    pub takes_truth: bool,
}

/// Attributes with their rules; no name stands for the object itself.
pub type Attributes = Vec<(Option<Py<PyString>>, Rule)>;

/// What of an object of a class counts.
pub enum Recipe {
    /// Nobody knows.
    Unknown,
    /// These attributes.
    Parts(Attributes),
    /// Everything in its dictionary; a rule for some names, and one for all others. `is_reference`: its name is noted.
    Dictionary { named: Py<PyDict>, rules: Vec<Rule>, others: Option<Box<Rule>>, is_reference: bool },
    /// Which object it is.
    Same,
    /// What it is equal to.
    Equal,
    /// Which object it is among those of the tree.
    Numbered,
    /// Which object it is if it has the attribute, else what a function says.
    Owned(Py<PyString>, Py<PyAny>),
}

/// A recipe, and whether it depends on nothing that may change in a class.
pub struct Told {
    pub recipe: Recipe,
    pub is_for_good: bool,
}

/// Reads `(recipe, is_for_good)`. `ValueError` for what is no recipe.
pub fn told(value: &Bound<'_, PyAny>) -> PyResult<Told> {
    let (value, is_for_good): (Bound<'_, PyAny>, bool) = value.extract()?;
    Ok(Told { recipe: if value.is_none() { Recipe::Unknown } else { recipe(&value)? }, is_for_good })
}

fn wrong(value: &Bound<'_, PyAny>) -> PyErr {
    PyValueError::new_err(format!("{value} is no rule"))
}

fn recipe(value: &Bound<'_, PyAny>) -> PyResult<Recipe> {
    let items = value.cast::<PyTuple>()?;
    let name: String = items.get_item(0)?.extract()?;
    Ok(match name.as_str() {
        "parts" => Recipe::Parts(attributes(&items.get_item(1)?)?),
        "same" => Recipe::Same,
        "equal" => Recipe::Equal,
        "numbered" => Recipe::Numbered,
        "owned" => Recipe::Owned(items.get_item(1)?.extract()?, items.get_item(2)?.unbind()),
        "dictionary" => dictionary(items)?,
        _ => return Err(wrong(value)),
    })
}

fn dictionary(items: &Bound<'_, PyTuple>) -> PyResult<Recipe> {
    let py = items.py();
    let named = PyDict::new(py);
    let mut rules = Vec::new();
    for (name, value) in items.get_item(1)?.cast::<PyDict>()? {
        named.set_item(name, rules.len())?;
        rules.push(rule(&value)?);
    }
    let others = items.get_item(2)?;
    let others = if others.is_none() { None } else { Some(Box::new(rule(&others)?)) };
    let is_reference = items.get_item(3)?.is_truthy()?;
    Ok(Recipe::Dictionary { named: named.unbind(), rules, others, is_reference })
}

fn attributes(value: &Bound<'_, PyAny>) -> PyResult<Attributes> {
    let mut found = Vec::new();
    for item in value.try_iter()? {
        let (name, value): (Option<Bound<'_, PyString>>, Bound<'_, PyAny>) = item?.extract()?;
        let name = name.map(|name| PyString::intern(value.py(), &name.to_string_lossy()).unbind());
        found.push((name, rule(&value)?));
    }
    Ok(found)
}

/// Reads a rule. `ValueError` for what is none.
pub fn rule(value: &Bound<'_, PyAny>) -> PyResult<Rule> {
    let items = value.cast::<PyTuple>()?;
    let name: String = items.get_item(0)?.extract()?;
    Ok(match name.as_str() {
        "any" => Rule::Any,
        "same" => Rule::Same,
        "empty" => Rule::Empty,
        "nothing" => Rule::Nothing,
        "skipped" => Rule::Skipped,
        "truth" => Rule::Truth,
        "positive" => Rule::Positive,
        "within" => Rule::Within(items.get_item(1)?.extract()?, Box::new(rule(&items.get_item(2)?)?)),
        "through" => Rule::Through(attributes(&items.get_item(1)?)?),
        "named" => Rule::Named(attributes(&items.get_item(1)?)?, items.get_item(2)?.unbind()),
        "classes" => Rule::Classes(items.get_item(1)?.extract()?, items.get_item(2)?.extract()?),
        "parameter" => Rule::Parameter(Parameters {
            kinds: items.get_item(1)?.extract()?,
            takes_one: items.get_item(2)?.is_truthy()?,
            takes_lists: items.get_item(3)?.is_truthy()?,
            takes_truth: items.get_item(4)?.is_truthy()?,
        }),
        _ => return Err(wrong(value)),
    })
}
