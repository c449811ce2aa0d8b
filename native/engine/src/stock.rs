//! What this crate knows of Django: types, exceptions and functions, handed in once by `djust_backend.bridge`.

use crate::classes::{Met, refers_to};
use pyo3::exceptions::PyRuntimeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyInt, PyString, PyType};
use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};

static STOCK: PyOnceLock<Stock> = PyOnceLock::new();

macro_rules! stock {
    (types: $($type:ident),*; objects: $($object:ident),*; names: $($name:ident = $text:literal),*;) => {
        #[expect(non_snake_case, reason = "the names of Django's classes")]
        /// Django as seen from here. Attributes of modules that sites may patch are looked up through `bridge` at call time.
        pub struct Stock {
            $(#[allow(missing_docs)] pub $type: Py<PyType>,)*
            $(#[allow(missing_docs)] pub $object: Py<PyAny>,)*
            $(#[allow(missing_docs)] pub $name: Py<PyString>,)*
            /// The module of callbacks.
            pub bridge: Py<PyAny>,
        }

        impl Stock {
            fn load(bridge: &Bound<'_, PyAny>) -> PyResult<Self> {
                Ok(Self {
                    $($type: bridge.getattr(stringify!($type))?.cast::<PyType>()?.clone().unbind(),)*
                    $($object: bridge.getattr(stringify!($object))?.unbind(),)*
                    $($name: PyString::intern(bridge.py(), $text).unbind(),)*
                    bridge: bridge.clone().unbind(),
                })
            }
        }
    };
}

stock! {
    types: GettextProxy, SafeData, SafeString, Promise, BaseContext, Context, RequestContext, ContextDict, Node, TextNode, SimpleNode,
        InclusionNode, BaseTemplate, Decimal, datetime, date, time, VariableDoesNotExist, TemplateDoesNotExist, TemplateSyntaxError, Undefined,
        QueryDict, DjangoTranslation, ZoneInfo, FixedZone, ZonedDateTime, BlockNode, RowProxy, LazyObject, cached_property;
    objects: reverse, django_escape, django_conditional_escape, django_json_script, django_get_token, md5, trans, trans_real, locales, language_info, django_format_html, django_mark_safe, PartialTemplate, cache_tags, utc, defaulttags, django_base, date_filter, settings, logger, Token, token_types, group_result, simple_lazy, empty, token_code, render_to_string, static_function;
    names: autoescape = "autoescape", use_l10n = "use_l10n", use_tz = "use_tz", template = "template",
        template_name = "template_name", template_cache = "template_cache", render_context = "render_context", dicts = "dicts", engine = "engine",
        string_if_invalid = "string_if_invalid", debug = "debug", render = "render", render_annotated = "render_annotated",
        forloop = "forloop", block = "block", do_not_call_in_templates = "do_not_call_in_templates",
        alters_data = "alters_data", silent_variable_failure = "silent_variable_failure", html = "__html__",
        program = "_program", request = "request", origin = "origin", dunder_len = "__len__", dunder_new = "__new__", dunder_class = "__class__",
        dunder_dict = "__dict__", dunder_dir = "__dir__", dunder_getattr = "__getattr__", dunder_str = "__str__", csrf_token = "csrf_token",
        use_thousand_separator = "USE_THOUSAND_SEPARATOR", private_render = "_render", var = "var",
        prefetched_objects_cache = "_prefetched_objects_cache", result_cache = "_result_cache", state = "_state", fields_cache = "fields_cache",
        block_context = "block_context", token = "token", nodelist = "nodelist", context = "context";
}

impl Stock {
    /// Makes Django known. Called once, when `djust_backend` is imported.
    pub fn install(bridge: &Bound<'_, PyAny>) -> PyResult<()> {
        let stock = Self::load(bridge)?;
        // A second install of the same process (a reloaded module) keeps the first: types must stay comparable.
        let _ = STOCK.set(bridge.py(), stock);
        Ok(())
    }

    /// The one instance. Error: `djust_backend` was not imported as a package.
    pub fn get(py: Python<'_>) -> PyResult<&Self> {
        STOCK.get(py).ok_or_else(|| PyRuntimeError::new_err("djust_backend.bridge has not been installed"))
    }

    /// A setting: read from where `LazySettings` keeps what it was asked for before, else asked of it.
    pub fn setting<'py>(&self, py: Python<'py>, name: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
        let settings = self.settings.bind(py);
        // `LazySettings` wraps the generic access in Python, to hide methods: its values are never hidden.
        if let Some(value) = crate::attributes::own_dict(settings)
            && let Some(value) = value.get_item(name)?
        {
            return Ok(value);
        }
        settings.getattr(name)
    }

    /// `datetime` as the module of `{% now %}` has it, if it and the filter that the tag uses are as Django made them.
    pub fn call_native_clock<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(names) = crate::attributes::own_dict(self.defaulttags.bind(py)) else { return Ok(None) };
        let date = names.get_item(pyo3::intern!(py, "date"))?;
        if !date.is_some_and(|date| date.is(&self.date_filter)) {
            return Ok(None);
        }
        let clock = names.get_item(pyo3::intern!(py, "datetime"))?;
        Ok(clock.filter(|clock| clock.is(&self.datetime)))
    }

    /// A function of the bridge module.
    ///
    /// Functions of the bridge are its own and never replaced, so that each is looked up once per thread.
    pub fn call<'py, A>(&self, py: Python<'py>, function: &'static str, args: A) -> PyResult<Bound<'py, PyAny>>
    where
        A: pyo3::call::PyCallArgs<'py>,
    {
        let key = function.as_ptr() as usize;
        let known = FUNCTIONS.with(|known| known.borrow().get(&key).map(|found| found.clone_ref(py)));
        if let Some(found) = known {
            return found.bind(py).call1(args);
        }
        let found = self.bridge.bind(py).getattr(function)?;
        FUNCTIONS.with(|known| known.borrow_mut().insert(key, found.clone().unbind()));
        found.call1(args)
    }
}

thread_local! {
    /// By address of the name, which is a constant of this crate.
    static FUNCTIONS: RefCell<FxHashMap<usize, Py<PyAny>>> = RefCell::default();
}

/// What a type is to the renderer. Decided once per type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// `str`
    Str,
    /// `SafeString`
    Safe,
    /// `int`
    Int,
    /// `bool`
    Bool,
    /// `NoneType`
    None,
    /// `float`
    Float,
    /// `Decimal`
    Decimal,
    /// `datetime`
    DateTime,
    /// What the filters of time zones make of a datetime: one that stays in its zone.
    ZonedDateTime,
    /// `date`
    Date,
    /// `time`
    Time,
    /// `dict`
    Dict,
    /// `list`
    List,
    /// `tuple`
    Tuple,
    /// A template context.
    Context,
    /// A Django model instance.
    Model,
    /// A `QuerySet`.
    QuerySet,
    /// A model manager.
    Manager,
    /// A paginator's `Page`.
    Page,
    /// A form or one of its bound fields.
    Form,
    /// `BlockNode`, exactly: what Python code sees of `block`.
    Block,
    /// A lazy string (`Promise`).
    Lazy,
    /// Any other object that is what its type says.
    Plain,
    /// Objects that only Python can judge: subclasses of strings, numbers and dates, lazy objects, proxies.
    Special,
}

/// Types known at most before the table is emptied.
const MAX_TYPES: usize = 4096;

/// Types that are found again without the table.
const RECENT_TYPES: usize = 64;

/// The address of a type, the weak reference that the table has to it, and its class.
type Recent = (usize, *mut ffi::PyObject, Class);

const NO_TYPE: Recent = (0, std::ptr::null_mut(), Class::None);

thread_local! {
    static RECENT: [Cell<Recent>; RECENT_TYPES] = const { [const { Cell::new(NO_TYPE) }; RECENT_TYPES] };
    static CLASSES: RefCell<FxHashMap<usize, (Met, Class)>> = RefCell::default();
    /// QuerySets, instances and relations are read as we know it.
    static SOURCES: Cell<bool> = const { Cell::new(true) };
}

/// Forgets the classes that were judged while QuerySets and instances were data sources and are none now, or are again.
pub fn judge_sources(are_sources: bool) {
    if SOURCES.with(|now| now.replace(are_sources)) == are_sources {
        return;
    }
    RECENT.with(|recent| recent.iter().for_each(|place| place.set(NO_TYPE)));
    let forgotten = CLASSES.with(|classes| std::mem::take(&mut *classes.borrow_mut()));
    drop(forgotten);
}

/// The class of an object's type.
pub fn class_of(stock: &Stock, object: &Bound<'_, PyAny>) -> PyResult<Class> {
    // Most values are of these types, which need no table.
    if object.is_exact_instance_of::<PyString>() {
        return Ok(Class::Str);
    }
    if object.is_exact_instance_of::<PyDict>() {
        return Ok(Class::Dict);
    }
    if object.is_exact_instance_of::<PyInt>() {
        return Ok(Class::Int);
    }
    class_of_type(stock, object)
}

fn class_of_type(stock: &Stock, object: &Bound<'_, PyAny>) -> PyResult<Class> {
    let kind = object.get_type_ptr();
    let key = kind as usize;
    let (known, weak, class) = RECENT.with(|recent| recent[recent_place(key)].get());
    // SAFETY: the table holds the weak reference: where another takes its place, it does here as well.
    if known == key && unsafe { refers_to(weak, kind) } {
        return Ok(class);
    }
    class_in_table(stock, object)
}

/// Where a type stands among the recent ones: the addresses of types are multiples of 16.
fn recent_place(key: usize) -> usize {
    (key >> 4) % RECENT_TYPES
}

// Not inlined: what is asked for most often must not save registers for it.
#[inline(never)]
fn class_in_table(stock: &Stock, object: &Bound<'_, PyAny>) -> PyResult<Class> {
    let kind = object.get_type_ptr();
    let key = kind as usize;
    let known = CLASSES.with(|classes| {
        let classes = classes.borrow();
        let found = classes.get(&key).filter(|(met, _)| met.is(kind));
        found.map(|(met, class)| (key, met.as_ptr(), *class))
    });
    let recent = match known {
        Some(known) => known,
        None => learned(stock, &object.get_type())?,
    };
    RECENT.with(|places| places[recent_place(key)].set(recent));
    Ok(recent.2)
}

/// Judges a type and keeps the answer.
fn learned(stock: &Stock, kind: &Bound<'_, PyType>) -> PyResult<Recent> {
    let class = judge(stock, kind)?;
    let met = Met::new(kind)?;
    let recent = (kind.as_ptr() as usize, met.as_ptr(), class);
    let replaced = CLASSES.with(|classes| {
        let mut classes = classes.borrow_mut();
        if classes.len() >= MAX_TYPES {
            classes.clear();
            RECENT.with(|recent| recent.iter().for_each(|place| place.set(NO_TYPE)));
        }
        classes.insert(recent.0, (met, class))
    });
    drop(replaced);
    Ok(recent)
}

fn judge(stock: &Stock, kind: &Bound<'_, PyType>) -> PyResult<Class> {
    use pyo3::types::{PyBool, PyFloat, PyList, PyNone, PyTuple};
    let py = kind.py();
    let exact = [
        (py.get_type::<PyString>(), Class::Str),
        (stock.SafeString.bind(py).clone(), Class::Safe),
        (py.get_type::<PyInt>(), Class::Int),
        (py.get_type::<PyBool>(), Class::Bool),
        (py.get_type::<PyNone>(), Class::None),
        (py.get_type::<PyFloat>(), Class::Float),
        (stock.Decimal.bind(py).clone(), Class::Decimal),
        (stock.datetime.bind(py).clone(), Class::DateTime),
        (stock.ZonedDateTime.bind(py).clone(), Class::ZonedDateTime),
        (stock.date.bind(py).clone(), Class::Date),
        (stock.time.bind(py).clone(), Class::Time),
        (py.get_type::<PyDict>(), Class::Dict),
        (py.get_type::<PyList>(), Class::List),
        (py.get_type::<PyTuple>(), Class::Tuple),
        (stock.BlockNode.bind(py).clone(), Class::Block),
    ];
    if let Some((_, class)) = exact.iter().find(|(known, _)| known.is(kind)) {
        return Ok(*class);
    }
    for base in [&stock.Decimal, &stock.date, &stock.time] {
        if kind.is_subclass(base.bind(py))? {
            return Ok(Class::Special);
        }
    }
    if kind.is_subclass_of::<PyString>()? || kind.is_subclass_of::<PyInt>()? || kind.is_subclass_of::<PyFloat>()? {
        return Ok(Class::Special);
    }
    if kind.is_subclass(stock.Promise.bind(py))? {
        return Ok(Class::Lazy);
    }
    if kind.is_subclass(stock.BaseContext.bind(py))? {
        return Ok(Class::Context);
    }
    // An object that lies about its class (SimpleLazyObject) must be asked in Python's own way.
    let plain_class = py.get_type::<PyAny>().getattr("__dict__")?.get_item("__class__")?;
    for base in kind.mro() {
        if let Ok(found) = base.getattr("__dict__")?.get_item("__class__") {
            if !found.is(&plain_class) {
                return Ok(Class::Special);
            }
            break;
        }
    }
    let are_sources = SOURCES.with(Cell::get);
    Ok(match stock.call(py, "kind", (kind,))?.extract::<u8>()? {
        5 => Class::Form,
        _ if !are_sources => Class::Plain,
        1 => Class::Model,
        2 => Class::QuerySet,
        3 => Class::Manager,
        4 => Class::Page,
        _ => Class::Plain,
    })
}
