//! Filters: which function a name means, and how it is called.

pub mod registry;
pub mod subject;

pub mod dates;
mod decorated;
mod html;
mod humanize;
mod i18n;
mod json;
mod lists;
mod logic;
mod numbers;
mod text;
mod urls;

use crate::attributes::{optional_attribute, own_dict};
use crate::calls::Arguments;
use crate::render::Render;
use crate::site_functions::SiteFunction;
use crate::stock::{Class, Stock, class_of};
use crate::value::Value;
use decorated::Decorated;
use djust_syntax::usage::effects::{self, Effect};
use djust_text::Series;
pub use json::json_element;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyString, PyTuple};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;
use subject::{Subject, Whole};

/// A filter that runs here. `None`: this value is left to Django's function.
pub type NativeFilter = for<'py> fn(&mut Render<'py>, &Value<'py>, Option<&Value<'py>>) -> PyResult<Option<Value<'py>>>;

/// A filter of `str(value)` that runs here.
pub type TextFilter = for<'py> fn(&mut Render<'py>, Subject<'_>, Option<&Value<'py>>) -> PyResult<Option<Value<'py>>>;

/// How a filter runs here.
#[derive(Clone, Copy)]
pub enum Native {
    /// `stringfilter`: text to text.
    Plain(for<'a> fn(&'a str) -> Option<Cow<'a, str>>),
    /// `stringfilter`: text and `int(argument)` to text.
    Sized(for<'a> fn(&'a str, i64) -> Option<Cow<'a, str>>),
    /// `stringfilter`, which needs more. A result that is not marked safe is so if `is_safe` says it.
    Text(TextFilter),
    /// Any other.
    Any(NativeFilter),
}

/// What a filter asks of a collection, where it takes less than all rows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// `length`
    Length,
    /// `pluralize`, which takes a number as well.
    Size,
    /// `first`
    First,
    /// `slice`
    Part,
}

/// A filter of a template.
#[expect(clippy::struct_excessive_bools, reason = "Django's flags are independent of each other")]
pub struct FilterEntry {
    /// Django's, or a library's, function.
    pub function: Py<PyAny>,
    facts: Arc<Facts>,
    native: Option<Native>,
    expects_localtime: bool,
    needs_autoescape: bool,
    is_safe: bool,
    /// Django's own default filter of that name.
    pub is_stock: bool,
    /// It reads all items of a collection.
    pub reads_all: bool,
    /// It reads all items, and not only to count them.
    pub reads_rows: bool,
    /// What it asks of a collection.
    pub asks: Option<Asks>,
    /// It asks a collection for nothing but its length or its truth.
    pub asks_size: bool,
    /// It is `length`.
    pub counts: bool,
    /// It is a function of a site's that gets the value and the argument as they are, and nothing else.
    pub is_bare: bool,
}

/// The flags of a filter function, as they are now.
struct Flags<'a, 'py> {
    function: &'a Bound<'py, PyAny>,
    /// The attributes of a Python function, which has no others: its class cannot be changed.
    own: Option<Bound<'py, PyDict>>,
}

impl<'a, 'py> Flags<'a, 'py> {
    fn of(function: &'a Bound<'py, PyAny>) -> Self {
        let own = if is_function(function) { own_dict(function) } else { None };
        Self { function, own }
    }

    fn has(&self, name: &Bound<'py, PyString>) -> PyResult<bool> {
        let flag = match &self.own {
            Some(own) => own.get_item(name)?,
            None => optional_attribute(self.function, name)?,
        };
        flag.map_or(Ok(false), |flag| flag.is_truthy())
    }
}

fn is_function(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: a live object.
    unsafe { ffi::PyFunction_Check(object.as_ptr()) != 0 }
}

/// What is known of a filter function that is called with a number of arguments.
struct Facts {
    /// It can be called so.
    takes: bool,
    native: Option<Native>,
    /// It is one of Django's default filters.
    is_default: bool,
    asks: Option<Asks>,
    effect: Option<Effect>,
    /// What is called; `None`: the function of the entry.
    called: Option<SiteFunction>,
    /// What its wrapper calls, if that is Django's.
    decorated: Option<Decorated>,
}

/// Functions known at most before the table is emptied: it must not keep functions alive that are made on the fly.
const MAX_FUNCTIONS: usize = 2048;

/// Function (by address) and number of arguments, to the function and what is known.
type Known = FxHashMap<(usize, usize), (Py<PyAny>, Arc<Facts>)>;

/// The name of the argument that says whether the context escapes.
static AUTOESCAPE: PyOnceLock<Py<PyTuple>> = PyOnceLock::new();

thread_local! {
    static FACTS: RefCell<Known> = RefCell::default();
}

impl Facts {
    fn find(stock: &Stock, name: &str, args: usize, function: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = function.py();
        let takes = stock.call(py, "filter_takes", (name, function, args))?.is_truthy()?;
        let stock_name = stock.call(py, "stock_filter_name", (function,))?;
        let stock_name = stock_name.cast::<PyString>().ok().map(|name| name.to_str()).transpose()?;
        // An argument of a filter that takes none binds to its `autoescape`: Python says what comes of it.
        let collides = args > 0 && takes && stock.call(py, "binds_autoescape", (function,))?.is_truthy()?;
        let decorated = match stock_name {
            None if is_function(function) => Decorated::find(stock, function)?,
            _ => None,
        };
        Ok(Self {
            takes,
            native: if collides { None } else { stock_name.and_then(registry::find) },
            is_default: stock_name.is_some_and(|name| !name.contains('.')),
            asks: match stock_name {
                Some("length") => Some(Asks::Length),
                Some("pluralize") => Some(Asks::Size),
                Some("first") => Some(Asks::First),
                Some("slice") => Some(Asks::Part),
                _ => None,
            },
            effect: stock_name.and_then(|name| effects::of(name.rsplit('.').next().unwrap_or(name))),
            called: match stock_name {
                None if decorated.is_none() => {
                    Some(SiteFunction::new(stock, function)?).filter(SiteFunction::is_helped)
                }
                _ => None,
            },
            decorated,
        })
    }

    /// What is known, asked of Python once for each function.
    fn of(stock: &Stock, name: &str, args: usize, function: &Bound<'_, PyAny>) -> PyResult<Arc<Self>> {
        // Whether another callable can be called may change with its class.
        if !is_function(function) {
            return Self::find(stock, name, args, function).map(Arc::new);
        }
        let key = (function.as_ptr() as usize, args);
        if let Some(facts) = FACTS.with(|known| known.borrow().get(&key).map(|(_, facts)| Arc::clone(facts))) {
            return Ok(facts);
        }
        let facts = Arc::new(Self::find(stock, name, args, function)?);
        let mut forgotten = Known::default();
        FACTS.with(|known| {
            let mut known = known.borrow_mut();
            if known.len() >= MAX_FUNCTIONS {
                forgotten = std::mem::take(&mut *known);
            }
            known.insert(key, (function.clone().unbind(), Arc::clone(&facts)));
        });
        Ok(facts)
    }
}

/// The entry of a filter function, checked for the number of arguments. `None`: wrong number.
pub fn entry(py: Python<'_>, name: &str, args: usize, function: Py<PyAny>) -> PyResult<Option<FilterEntry>> {
    let bound = function.bind(py);
    let facts = Facts::of(Stock::get(py)?, name, args, bound)?;
    if !facts.takes {
        return Ok(None);
    }
    let reads_rows = facts.effect.is_some_and(|effect| {
        matches!(effect, Effect::Truth | Effect::Default | Effect::PrintItems | Effect::Sort | Effect::AnyItem)
    });
    let flags = Flags::of(bound);
    let expects_localtime = flags.has(intern!(py, "expects_localtime"))?;
    let needs_autoescape = flags.has(intern!(py, "needs_autoescape"))?;
    let is_safe = flags.has(intern!(py, "is_safe"))?;
    let is_known = facts.native.is_some() || facts.effect.is_some() || facts.asks.is_some();
    let is_helped = facts.decorated.is_some() || facts.called.is_some();
    Ok(Some(FilterEntry {
        native: facts.native,
        is_stock: facts.is_default,
        counts: facts.asks == Some(Asks::Length),
        reads_all: reads_rows || facts.effect == Some(Effect::Count),
        reads_rows,
        asks: facts.asks,
        asks_size: matches!(facts.effect, Some(Effect::Count | Effect::Truth)),
        is_bare: !(is_known || is_helped || expects_localtime || needs_autoescape),
        expects_localtime,
        needs_autoescape,
        is_safe,
        facts,
        function,
    }))
}

/// The Django series whose rules apply. `None`: one that the text functions do not know apart.
pub fn series(py: Python<'_>, stock: &Stock) -> PyResult<Option<Series>> {
    static SERIES: PyOnceLock<Option<Series>> = PyOnceLock::new();
    SERIES
        .get_or_try_init(py, || {
            let version: (u32, u32) = stock.call(py, "version", ())?.extract()?;
            Ok(match version {
                (5, 2) => Some(Series::Django52),
                (6, 0) => Some(Series::Django60),
                (6, 1) => Some(Series::Django61),
                _ => None,
            })
        })
        .copied()
}

impl<'py> Render<'py> {
    /// Applies a filter.
    pub fn filter(&mut self, entry: &FilterEntry, value: Value<'py>, arg: Option<&Value<'py>>) -> PyResult<Value<'py>> {
        match entry.native {
            None => {}
            Some(Native::Any(native)) => {
                if let Some(result) = native(self, &value, arg)? {
                    return Ok(result);
                }
            }
            Some(native) => return self.string_filter(entry, native, value, arg),
        }
        self.python_filter(entry, &value, arg)
    }

    /// Applies one of Django's `stringfilter`s.
    fn string_filter(
        &mut self,
        entry: &FilterEntry,
        native: Native,
        value: Value<'py>,
        arg: Option<&Value<'py>>,
    ) -> PyResult<Value<'py>> {
        let Some(text) = self.stringified(&value)? else { return self.filter_of_text(entry, native, value, arg) };
        let result = self.filter_of_text(entry, native, text, arg)?;
        match &value {
            // What is safe may have a text that is not.
            Value::Py(object) if entry.is_safe && self.is_marked_safe(object)? => {
                let result = self.to_py(&result)?;
                self.stock.call(self.py, "mark_safe_if", (object, result)).map(Value::Py)
            }
            _ => Ok(result),
        }
    }

    /// `isinstance(object, SafeData)`
    fn is_marked_safe(&self, object: &Bound<'py, PyAny>) -> PyResult<bool> {
        match class_of(self.stock, object)? {
            Class::Safe => Ok(true),
            Class::Str | Class::Int | Class::Bool | Class::None | Class::Float | Class::Decimal | Class::DateTime => {
                Ok(false)
            }
            _ => object.is_instance(self.stock.SafeData.bind(self.py)),
        }
    }

    fn filter_of_text(
        &mut self,
        entry: &FilterEntry,
        native: Native,
        value: Value<'py>,
        arg: Option<&Value<'py>>,
    ) -> PyResult<Value<'py>> {
        if let Some((text, safe)) = subject::text(self.stock, &value)? {
            let made = match native {
                Native::Plain(filter) => filter(&text),
                Native::Sized(filter) => match arg.map(|arg| subject::whole(self.stock, arg)).transpose()? {
                    Some(Whole::Is(number)) => filter(&text, number),
                    _ => None,
                },
                Native::Text(filter) => {
                    let result = filter(self, Subject { text: &text, safe }, arg)?;
                    match result {
                        Some(Value::Text(text, false)) if safe && entry.is_safe => return Ok(Value::Text(text, true)),
                        Some(result) => return Ok(result),
                        None => None,
                    }
                }
                Native::Any(_) => None,
            };
            match made {
                Some(Cow::Owned(made)) => return Ok(Value::Text(made.into(), safe && entry.is_safe)),
                Some(Cow::Borrowed(same))
                    if same.len() == text.len()
                        && (!safe || entry.is_safe)
                        && subject::string(self.stock, &value).is_some() =>
                {
                    return Ok(value);
                }
                Some(Cow::Borrowed(made)) => return Ok(Value::Text(made.into(), safe && entry.is_safe)),
                None => {}
            }
        }
        self.python_filter(entry, &value, arg)
    }

    /// Calls the function of a filter that is bare.
    pub fn bare_filter(
        &mut self,
        entry: &FilterEntry,
        value: &Bound<'py, PyAny>,
        arg: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.reach_for_object(value)?;
        self.lend_compilers()?;
        let function = entry.function.bind(self.py);
        let result = match arg {
            None => function.call1((value,)),
            Some(arg) => {
                self.reach_for_object(arg)?;
                function.call1((value, arg))
            }
        };
        self.forget_ambient();
        if entry.is_safe { self.kept_safe(value, result?) } else { result }
    }

    /// The result of a filter that is safe for what is safe.
    fn kept_safe(&self, value: &Bound<'py, PyAny>, result: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        if self.is_marked_safe(value)? { self.stock.call(self.py, "mark_safe_if", (value, result)) } else { Ok(result) }
    }

    fn python_filter(
        &mut self,
        entry: &FilterEntry,
        value: &Value<'py>,
        arg: Option<&Value<'py>>,
    ) -> PyResult<Value<'py>> {
        let py = self.py;
        let mut object = self.to_py(value)?;
        if entry.expects_localtime {
            object = self.stock.call(py, "template_localtime", (object, self.use_tz.to_py(py)))?;
        }
        self.reach_for_argument(value)?;
        self.lend_compilers()?;
        let arg = match arg {
            Some(arg) => {
                self.reach_for_argument(arg)?;
                Some(self.to_py(arg)?)
            }
            None => None,
        };
        let result = self.call_filter(entry, &object, arg.as_ref());
        self.forget_ambient();
        let result = result?;
        if entry.is_safe { self.kept_safe(&object, result).map(Value::Py) } else { Ok(Value::Py(result)) }
    }

    /// Calls the function of a filter as `FilterExpression.resolve` does.
    fn call_filter(
        &self,
        entry: &FilterEntry,
        value: &Bound<'py, PyAny>,
        arg: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if let Some(result) = self.call_decorated(entry, value, arg)? {
            return Ok(result);
        }
        let function = match &entry.facts.called {
            Some(called) => called.callee(self.py),
            None => entry.function.bind(self.py),
        };
        self.call_function(entry, function, value, arg)
    }

    /// Calls what runs for a filter with the arguments of the filter.
    fn call_function(
        &self,
        entry: &FilterEntry,
        function: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
        arg: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if !entry.needs_autoescape {
            return match arg {
                Some(arg) => function.call1((value, arg)),
                None => function.call1((value,)),
            };
        }
        let mut args = Arguments::new();
        args.push(value.clone());
        if let Some(arg) = arg {
            args.push(arg.clone());
        }
        args.push(PyBool::new(self.py, self.autoescape).to_owned().into_any());
        let names = AUTOESCAPE.get_or_try_init(self.py, || {
            PyTuple::new(self.py, [self.stock.autoescape.bind(self.py)]).map(Bound::unbind)
        })?;
        args.call(function, Some(names.bind(self.py)))
    }
}
