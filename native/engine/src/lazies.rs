//! What Django's lazy objects and cached properties do, natively: `LazyObject`, `cached_property`, `gettext_lazy`.

use crate::attributes::{leads_to, own_dict, stored_attribute};
use crate::locale::Locale;
use crate::py::entry::detached;
use crate::site_functions::SiteFunction;
use crate::stock::Stock;
use crate::vectorcall::{Arguments, Body, Place};
use crate::watch;
use pyo3::exceptions::PyAttributeError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFunction, PyString, PyTuple, PyType};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;

/// A function that cached properties have called so often is looked at: it may call what is native.
const OFTEN: u32 = 8;

/// Functions and texts kept at most before they are forgotten.
const MAX_KEPT: usize = 2048;

/// Code of Django's and of sites that cached properties call, and how often they have.
type Functions = FxHashMap<usize, (u32, Rc<SiteFunction>)>;

/// What `gettext` has returned for a text that is written in code, by its address, and the text.
type Texts = FxHashMap<usize, (Py<PyString>, Py<PyAny>)>;

/// The language and the function `gettext` that texts are known for.
#[derive(Default)]
struct Translated {
    source: Option<(Rc<Locale>, Py<PyAny>)>,
    texts: Texts,
}

thread_local! {
    static FUNCTIONS: RefCell<Functions> = RefCell::default();
    static TRANSLATED: RefCell<Translated> = RefCell::default();
}

/// `cached_property.__get__`
pub struct CachedProperty;

impl Body for CachedProperty {
    fn place() -> &'static Place {
        static PLACE: Place = Place::new();
        &PLACE
    }

    fn run<'py>(stock: &'py Stock, arguments: &Arguments<'_, 'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = arguments.py();
        let (Some(property), Some(instance), 2..=3) = (arguments.get(0), arguments.get(1), arguments.len()) else {
            return Ok(None);
        };
        if !property.get_type().is(&stock.cached_property) {
            return Ok(None);
        }
        if instance.is_none() {
            return Ok(Some(property));
        }
        let (func, name) = (intern!(py, "func"), intern!(py, "name"));
        let Some(func) = stored_attribute(&property, func)? else { return Ok(None) };
        let value = call_often(stock, &func, &instance)?;
        instance.getattr(stock.dunder_dict.bind(py))?.set_item(property.getattr(name)?, &value)?;
        Ok(Some(value))
    }
}

/// `func(instance)`, with native helpers if this has been called often.
fn call_often<'py>(
    stock: &Stock,
    func: &Bound<'py, PyAny>,
    instance: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    if !func.is_exact_instance_of::<PyFunction>() {
        return func.call1((instance,));
    }
    let key = func.as_ptr() as usize;
    let (count, known, forgotten) = FUNCTIONS.with(|functions| {
        let mut functions = functions.borrow_mut();
        let forgotten =
            if functions.len() >= MAX_KEPT { std::mem::take(&mut *functions) } else { Functions::default() };
        let known = functions.entry(key).or_insert_with(|| (0, Rc::new(SiteFunction::plain(func))));
        known.0 = known.0.saturating_add(1);
        (known.0, Rc::clone(&known.1), forgotten)
    });
    // What goes with the last reference may run Python code, which may come here.
    drop(forgotten);
    if count != OFTEN {
        return known.callee(func.py()).call1((instance,));
    }
    let made = Rc::new(SiteFunction::new(stock, func)?);
    let replaced = FUNCTIONS.with(|functions| functions.borrow_mut().insert(key, (count, Rc::clone(&made))));
    drop(replaced);
    made.callee(func.py()).call1((instance,))
}

/// `LazyObject.__getattribute__`
pub struct LazyAttribute;

impl Body for LazyAttribute {
    fn place() -> &'static Place {
        static PLACE: Place = Place::new();
        &PLACE
    }

    fn run<'py>(stock: &'py Stock, arguments: &Arguments<'_, 'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = arguments.py();
        let (Some(object), Some(name), 2) = (arguments.get(0), arguments.get(1), arguments.len()) else {
            return Ok(None);
        };
        if !name.is_exact_instance_of::<PyString>() || !is_last_base(&object.get_type(), stock.LazyObject.bind(py)) {
            return Ok(None);
        }
        // SAFETY: live objects, the name a str; a new reference is returned, or null with an exception set.
        let value =
            unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyObject_GenericGetAttr(object.as_ptr(), name.as_ptr()))? };
        if name.cast::<PyString>()?.to_str().is_ok_and(|name| name == "_wrapped") {
            return Ok(Some(value));
        }
        match value.getattr_opt(intern!(py, "_mask_wrapped"))? {
            Some(flag) if !flag.is_truthy()? => Err(PyAttributeError::new_err(())),
            _ => Ok(Some(value)),
        }
    }
}

/// True if `super()` leads from a base to `object`.
fn is_last_base(class: &Bound<'_, PyType>, base: &Bound<'_, PyType>) -> bool {
    let mro = class.mro();
    mro.len().checked_sub(2).and_then(|at| mro.get_item(at).ok()).is_some_and(|found| found.is(base))
}

/// `LazyObject.__getattr__`
pub struct WrappedAttribute;

impl Body for WrappedAttribute {
    fn place() -> &'static Place {
        static PLACE: Place = Place::new();
        &PLACE
    }

    fn run<'py>(stock: &'py Stock, arguments: &Arguments<'_, 'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let (Some(object), Some(name), 2) = (arguments.get(0), arguments.get(1), arguments.len()) else {
            return Ok(None);
        };
        let Ok(name) = name.cast_into_exact::<PyString>() else { return Ok(None) };
        match wrapped_by(stock, &object)? {
            Some(wrapped) => wrapped.getattr(name).map(Some),
            None => Ok(None),
        }
    }
}

/// What a lazy object has made already, if its class keeps it as Django's does.
fn wrapped_by<'py>(stock: &Stock, object: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = object.py();
    let (class, wrapped) = (object.get_type(), intern!(py, "_wrapped"));
    let Some(getter) = LazyAttribute::place().function(py) else { return Ok(None) };
    if !leads_to(&class, intern!(py, "__getattribute__"), getter.as_any())
        || !leads_to(&class, wrapped, py.None().bind(py))
    {
        return Ok(None);
    }
    let Some(own) = own_dict(object) else { return Ok(None) };
    Ok(own.get_item(wrapped)?.filter(|found| !found.is(&stock.empty)))
}

/// Settings that `LazySettings.__getattr__` does something else with.
const SPECIAL_SETTINGS: [&str; 3] = ["MEDIA_URL", "STATIC_URL", "SECRET_KEY"];

/// `LazySettings.__getattr__`
pub struct SettingsAttribute;

impl Body for SettingsAttribute {
    fn place() -> &'static Place {
        static PLACE: Place = Place::new();
        &PLACE
    }

    fn run<'py>(stock: &'py Stock, arguments: &Arguments<'_, 'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let (Some(object), Some(name), 2) = (arguments.get(0), arguments.get(1), arguments.len()) else {
            return Ok(None);
        };
        let Ok(name) = name.cast_into_exact::<PyString>() else { return Ok(None) };
        let is_special = name.to_str().map_or(true, |name| SPECIAL_SETTINGS.contains(&name));
        if is_special || !object.is(&stock.settings) {
            return Ok(None);
        }
        let Some(wrapped) = wrapped_by(stock, &object)? else { return Ok(None) };
        let value = wrapped.getattr(&name)?;
        if let Some(own) = own_dict(&object) {
            own.set_item(name, &value)?;
        }
        Ok(Some(value))
    }
}

/// `__str__` of what `gettext_lazy` makes.
pub struct LazyText;

impl Body for LazyText {
    fn place() -> &'static Place {
        static PLACE: Place = Place::new();
        &PLACE
    }

    fn run<'py>(stock: &'py Stock, arguments: &Arguments<'_, 'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let (Some(object), 1) = (arguments.get(0), arguments.len()) else { return Ok(None) };
        match message_of(stock, &object)? {
            Some(message) => translated(stock, &message, || arguments.own(Self::place())),
            None => Ok(None),
        }
    }
}

/// `gettext`
pub struct Gettext;

impl Body for Gettext {
    fn place() -> &'static Place {
        static PLACE: Place = Place::new();
        &PLACE
    }

    fn run<'py>(stock: &'py Stock, arguments: &Arguments<'_, 'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let (Some(message), 1) = (arguments.get(0), arguments.len()) else { return Ok(None) };
        match plain(message) {
            Some(message) => translated(stock, &message, || arguments.own(Self::place())),
            None => Ok(None),
        }
    }
}

/// What `gettext` has returned for this very text in this language, or `ask` returns now. `None`: nobody knows the language.
fn translated<'py>(
    stock: &'py Stock,
    message: &Bound<'py, PyString>,
    ask: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = message.py();
    if !watch::languages_are_stock(stock, py)? {
        return Ok(None);
    }
    let Some(locale) = detached(py, stock).locale()? else { return Ok(None) };
    let Some(gettext) = own_dict(stock.trans.bind(py)).map_or(Ok(None), |own| own.get_item(intern!(py, "gettext")))?
    else {
        return Ok(None);
    };
    let key = message.as_ptr() as usize;
    let (is_same, known) = TRANSLATED.with(|translated| {
        let translated = translated.borrow();
        let source = translated.source.as_ref();
        let is_same = source.is_some_and(|(known, by)| Rc::ptr_eq(known, &locale) && by.is(&gettext));
        let found = translated.texts.get(&key).filter(|_| is_same);
        (is_same, found.map(|(_, text)| text.bind(py).clone()))
    });
    if known.is_some() {
        return Ok(known);
    }
    let text = ask()?;
    let old = TRANSLATED.with(|translated| {
        let mut translated = translated.borrow_mut();
        let is_full = translated.texts.len() >= MAX_KEPT;
        let old = if is_same && !is_full { Translated::default() } else { std::mem::take(&mut *translated) };
        translated.source = Some((locale, gettext.unbind()));
        translated.texts.insert(key, (message.clone().unbind(), text.clone().unbind()));
        old
    });
    // Python code may run for what goes with the last reference, and come here.
    drop(old);
    Ok(Some(text))
}

/// A text for which `gettext` returns the same object each time: code may look at that.
///
/// What is safe is marked so anew, and a text with returns is made anew.
fn plain(message: Bound<'_, PyAny>) -> Option<Bound<'_, PyString>> {
    let message = message.cast_into_exact::<PyString>().ok()?;
    message.to_str().is_ok_and(|text| !text.contains('\r')).then_some(message)
}

/// The text that `gettext_lazy` was called with. `None`: there is something else to it.
fn message_of<'py>(stock: &Stock, object: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyString>>> {
    let py = object.py();
    if !object.get_type().is(&stock.GettextProxy) {
        return Ok(None);
    }
    let Some(values) = own_dict(object) else { return Ok(None) };
    let Some(args) = values.get_item(intern!(py, "_args"))? else { return Ok(None) };
    let Some(keywords) = values.get_item(intern!(py, "_kw"))? else { return Ok(None) };
    let (Ok(args), Ok(keywords)) = (args.cast_into_exact::<PyTuple>(), keywords.cast_into_exact::<PyDict>()) else {
        return Ok(None);
    };
    if args.len() != 1 || !keywords.is_empty() {
        return Ok(None);
    }
    Ok(plain(args.get_item(0)?))
}
