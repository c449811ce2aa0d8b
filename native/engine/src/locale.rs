//! Language and time zone as a render sees them: formats, names and translations, asked for once and kept per language.

use crate::render::Render;
use crate::stock::Stock;
use crate::surroundings::Surroundings;
use djust_syntax::ast::NameId;
use djust_text::date_names::{Names, Tables};
use djust_text::dates::CompiledFormat;
use djust_text::numbers::NumberFormat;
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyString, PyTuple};
use rustc_hash::FxHashMap;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

/// Languages, and texts of a language, that are kept at most.
const MAX_LOCALES: usize = 32;
const MAX_TEXTS: usize = 4096;

thread_local! {
    static LOCALES: RefCell<Vec<Rc<Locale>>> = const { RefCell::new(Vec::new()) };
}

/// What a language does to numbers, dates and texts. Valid as long as Django's own caches are the same objects.
pub struct Locale {
    language: String,
    language_text: OnceCell<Py<PyString>>,
    /// The translations that were active; `None` without translations.
    catalogue: Py<PyAny>,
    /// `django.utils.formats._format_cache`
    format_cache: Py<PyAny>,
    groups_thousands: bool,
    numbers: [OnceCell<Option<NumberFormat>>; 2],
    formats: [RefCell<FxHashMap<Box<str>, Rc<CompiledFormat>>>; 2],
    names: RefCell<Rc<Names>>,
    /// Those of them that are there.
    named: Cell<Tables>,
    texts: RefCell<FxHashMap<&'static str, Rc<str>>>,
    counted: RefCell<FxHashMap<(&'static str, i64), Rc<str>>>,
    /// Translations by message, as `gettext` gives them.
    messages: RefCell<FxHashMap<Box<str>, Rc<str>>>,
    /// Translated texts of `{% blocktranslate %}`, by program, node and count.
    phrases: RefCell<FxHashMap<PhraseKey, Rc<Phrase>>>,
    /// Translations of constant texts of templates, by the address of the constant, which is kept alive.
    translations: RefCell<Translations>,
}

/// Serial number of a program, its node, and the count if the phrase has one.
pub type PhraseKey = (u64, u32, Option<i64>);

/// A translated phrase of `{% blocktranslate %}`.
pub struct Phrase {
    /// What the translation gave.
    pub format: Py<PyAny>,
    /// Text and places for values; `None`: Python's `%` must format it.
    pub pieces: Option<Vec<PhrasePiece>>,
}

/// A piece of a phrase.
pub enum PhrasePiece {
    /// Text.
    Text(Box<str>),
    /// `%(name)s`
    Value(NameId),
}

/// What surrounds a render, until Python code runs that may change it.
#[derive(Clone)]
pub struct Ambient<'py> {
    /// `None`: no language is active.
    pub locale: Option<Rc<Locale>>,
    /// The setting `USE_TZ`.
    pub use_tz: bool,
    /// The current time zone.
    pub zone: Bound<'py, PyAny>,
    /// Whether that is UTC, of whatever class.
    pub is_utc: bool,
}

/// Constant and translation, by the address of the constant.
type Translations = FxHashMap<usize, (Py<PyAny>, Py<PyAny>)>;

/// What was found out, and from what.
type Found = (Surroundings, Option<Rc<Locale>>, bool, Py<PyAny>, bool);

/// A page that switches between so many languages and time zones finds each of them again.
const REMEMBERED: usize = 4;

thread_local! {
    /// What was found out last, the newest first.
    static LAST: RefCell<VecDeque<Found>> = const { RefCell::new(VecDeque::new()) };
}

fn remembered<'py>(py: Python<'py>, now: &Surroundings) -> Option<Ambient<'py>> {
    LAST.with(|last| {
        let last = last.borrow();
        let (_, locale, use_tz, zone, is_utc) = last.iter().find(|(known, ..)| known.is(now))?;
        Some(Ambient { locale: locale.clone(), use_tz: *use_tz, zone: zone.bind(py).clone(), is_utc: *is_utc })
    })
}

fn remember(found: Found) {
    // Dropping what is forgotten may run Python code, which may come here again.
    let _forgotten = LAST.with(|last| {
        let mut last = last.borrow_mut();
        last.push_front(found);
        if last.len() > REMEMBERED { last.pop_back() } else { None }
    });
}

impl Locale {
    fn find(language: &str, state: &Bound<'_, PyTuple>) -> PyResult<Rc<Self>> {
        let py = state.py();
        let (catalogue, format_cache) = (state.get_item(1)?, state.get_item(2)?);
        let groups_thousands = state.get_item(3)?.is_truthy()?;
        LOCALES.with(|locales| {
            let mut locales = locales.borrow_mut();
            let known = locales.iter().find(|locale| {
                locale.language == language
                    && locale.groups_thousands == groups_thousands
                    && locale.catalogue.bind(py).is(&catalogue)
                    && locale.format_cache.bind(py).is(&format_cache)
            });
            if let Some(known) = known {
                return Ok(Rc::clone(known));
            }
            if locales.len() >= MAX_LOCALES {
                locales.clear();
            }
            let made = Rc::new(Self {
                language: language.to_owned(),
                language_text: OnceCell::new(),
                catalogue: catalogue.unbind(),
                format_cache: format_cache.unbind(),
                groups_thousands,
                numbers: Default::default(),
                formats: Default::default(),
                names: RefCell::default(),
                named: Cell::new(0),
                texts: RefCell::default(),
                counted: RefCell::default(),
                messages: RefCell::default(),
                phrases: RefCell::default(),
                translations: RefCell::default(),
            });
            locales.push(Rc::clone(&made));
            Ok(made)
        })
    }

    /// The code of the language.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// The code of the language, as Python has it.
    pub fn language_text<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        self.language_text.get_or_init(|| PyString::new(py, &self.language).unbind()).bind(py).clone()
    }

    /// The translation of a constant, found by `translate` when it is asked for the first time.
    pub fn translation<'py>(
        &self,
        text: &Bound<'py, PyAny>,
        translate: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, key) = (text.py(), text.as_ptr() as usize);
        if let Some((_, known)) = self.translations.borrow().get(&key) {
            return Ok(known.bind(py).clone());
        }
        let found = translate()?;
        let mut translations = self.translations.borrow_mut();
        if translations.len() >= MAX_TEXTS {
            translations.clear();
        }
        translations.insert(key, (text.clone().unbind(), found.clone().unbind()));
        Ok(found)
    }

    /// The translation of a message, found by `translate` when it is asked for the first time.
    pub fn message(
        &self,
        message: &str,
        translate: impl FnOnce() -> PyResult<Option<Rc<str>>>,
    ) -> PyResult<Option<Rc<str>>> {
        if let Some(known) = self.messages.borrow().get(message) {
            return Ok(Some(Rc::clone(known)));
        }
        let Some(found) = translate()? else { return Ok(None) };
        let mut messages = self.messages.borrow_mut();
        if messages.len() >= MAX_TEXTS {
            messages.clear();
        }
        messages.insert(message.into(), Rc::clone(&found));
        Ok(Some(found))
    }

    /// A translated phrase, made by `translate` when it is asked for the first time.
    pub fn phrase(&self, key: PhraseKey, translate: impl FnOnce() -> PyResult<Phrase>) -> PyResult<Rc<Phrase>> {
        if let Some(known) = self.phrases.borrow().get(&key) {
            return Ok(Rc::clone(known));
        }
        let made = Rc::new(translate()?);
        let mut phrases = self.phrases.borrow_mut();
        if phrases.len() >= MAX_TEXTS {
            phrases.clear();
        }
        phrases.insert(key, Rc::clone(&made));
        Ok(made)
    }

    /// The number formats, or those of the settings. `None`: they are not what Django's documentation says.
    pub fn numbers(&self, py: Python<'_>, stock: &Stock, localized: bool) -> PyResult<Option<&NumberFormat>> {
        let cell = &self.numbers[usize::from(localized)];
        if cell.get().is_none() {
            let found =
                number_format(&stock.call(py, "number_formats", (localized,))?, localized && self.groups_thousands)?;
            let _ = cell.set(found);
        }
        Ok(cell.get().and_then(Option::as_ref))
    }

    /// `get_format(name)`, taken apart.
    pub fn date_format(
        &self,
        py: Python<'_>,
        stock: &Stock,
        name: &str,
        localized: bool,
    ) -> PyResult<Rc<CompiledFormat>> {
        let formats = &self.formats[usize::from(localized)];
        if let Some(known) = formats.borrow().get(name) {
            return Ok(Rc::clone(known));
        }
        let text = stock.call(py, "date_format_string", (name, localized))?;
        let made = Rc::new(CompiledFormat::parse(text.cast::<PyString>()?.to_str()?));
        let mut formats = formats.borrow_mut();
        if formats.len() >= MAX_TEXTS {
            formats.clear();
        }
        formats.insert(name.into(), Rc::clone(&made));
        Ok(made)
    }

    /// The names of months, days and halves of days; those of other tables than these may be missing.
    pub fn names(&self, py: Python<'_>, stock: &Stock, tables: Tables) -> PyResult<Rc<Names>> {
        let missing = tables & !self.named.get();
        if missing != 0 {
            let lists = stock.call(py, "date_names", (missing,))?.extract()?;
            Rc::make_mut(&mut self.names.borrow_mut()).put(missing, lists);
            self.named.set(self.named.get() | missing);
        }
        Ok(Rc::clone(&self.names.borrow()))
    }

    /// A translated text, by the name that `djust_backend.localisation` has for it.
    pub fn text(&self, py: Python<'_>, stock: &Stock, name: &'static str) -> PyResult<Rc<str>> {
        if let Some(known) = self.texts.borrow().get(name) {
            return Ok(Rc::clone(known));
        }
        let text = stock.call(py, "translated_text", (name,))?;
        let text: Rc<str> = text.cast::<PyString>()?.to_str()?.into();
        self.texts.borrow_mut().insert(name, Rc::clone(&text));
        Ok(text)
    }

    /// A translated text with a number in it.
    pub fn counted(&self, py: Python<'_>, stock: &Stock, name: &'static str, count: i64) -> PyResult<Rc<str>> {
        if let Some(known) = self.counted.borrow().get(&(name, count)) {
            return Ok(Rc::clone(known));
        }
        let text = stock.call(py, "counted_text", (name, count))?;
        let text: Rc<str> = text.cast::<PyString>()?.to_str()?.into();
        let mut counted = self.counted.borrow_mut();
        if counted.len() >= MAX_TEXTS {
            counted.clear();
        }
        counted.insert((name, count), Rc::clone(&text));
        Ok(text)
    }
}

fn number_format(found: &Bound<'_, PyAny>, use_grouping: bool) -> PyResult<Option<NumberFormat>> {
    let found = found.cast::<PyTuple>()?;
    let separator = |at: usize| -> PyResult<Option<String>> {
        let text = found.get_item(at)?;
        Ok(text.cast::<PyString>().ok().and_then(|text| text.to_str().ok()).map(str::to_owned))
    };
    let (Some(decimal_sep), Some(thousand_sep)) = (separator(0)?, separator(2)?) else { return Ok(None) };
    let grouping = found.get_item(1)?;
    let grouping = if grouping.is_exact_instance_of::<PyInt>() {
        match grouping.extract::<i64>() {
            Ok(0) => Vec::new(),
            Ok(size) => vec![size, 0],
            Err(_) => return Ok(None),
        }
    } else {
        match grouping.extract::<Vec<i64>>() {
            Ok(sizes) if !sizes.is_empty() => sizes,
            _ => return Ok(None),
        }
    };
    Ok(Some(NumberFormat { decimal_sep, thousand_sep, grouping, use_grouping }))
}

impl<'py> Render<'py> {
    /// What surrounds the render now.
    pub fn ambient(&mut self) -> PyResult<&Ambient<'py>> {
        if self.ambient.is_none() {
            let now = Surroundings::read(self.py, self.stock)?;
            if let Some(known) = now.as_ref().and_then(|now| remembered(self.py, now)) {
                self.ambient = Some(known);
                return self.ambient();
            }
            let state = self.stock.call(self.py, "ambient", ())?.cast_into::<PyTuple>()?;
            let language = state.get_item(0)?;
            let locale = match language.cast::<PyString>() {
                Ok(language) => match language.to_str() {
                    Ok(language) => Some(Locale::find(language, &state)?),
                    // A code with lone surrogates, which Python may have.
                    Err(_) => None,
                },
                Err(_) => None,
            };
            let zone = state.get_item(5)?;
            let is_utc = crate::filters::dates::is_utc(self.stock, &zone)?;
            let made = Ambient { locale, use_tz: state.get_item(4)?.is_truthy()?, zone, is_utc };
            if let Some(now) = now {
                remember((now, made.locale.clone(), made.use_tz, made.zone.clone().unbind(), is_utc));
            }
            self.ambient = Some(made);
        }
        match &self.ambient {
            Some(ambient) => Ok(ambient),
            None => Err(pyo3::exceptions::PyRuntimeError::new_err("the surroundings of the render are gone")),
        }
    }

    /// Says that Python code has run, which may have changed language, time zone or settings.
    pub fn forget_ambient(&mut self) {
        self.ambient = None;
        self.addresses = None;
        self.static_place = None;
        self.groups_thousands.set(None);
        self.forms = crate::forms::State::after_python();
    }

    /// The active language. `None`: there is none.
    pub fn locale(&mut self) -> PyResult<Option<Rc<Locale>>> {
        self.ambient().map(|ambient| ambient.locale.clone())
    }

    /// `str()` of what `gettext_lazy` made of a string, and whether it is safe. `None`: the object must be asked.
    pub fn lazy_message(&mut self, object: &Bound<'py, PyAny>) -> PyResult<Option<(Rc<str>, bool)>> {
        if !object.get_type().is(&self.stock.GettextProxy) {
            return Ok(None);
        }
        let Some(values) = crate::attributes::own_dict(object) else { return Ok(None) };
        let py = self.py;
        let Some(args) = values.get_item(pyo3::intern!(py, "_args"))? else { return Ok(None) };
        let Some(keywords) = values.get_item(pyo3::intern!(py, "_kw"))? else { return Ok(None) };
        let (Ok(args), false) = (args.cast_into::<PyTuple>(), keywords.is_truthy()?) else { return Ok(None) };
        if args.len() != 1 {
            return Ok(None);
        }
        let message = args.get_item(0)?;
        let Some(message) = crate::filters::subject::object_string(self.stock, &message) else { return Ok(None) };
        let Some(locale) = self.locale()? else { return Ok(None) };
        let translate = || Ok(object.str()?.to_str().ok().map(Into::into));
        Ok(locale.message(message.text, translate)?.map(|text| (text, message.safe)))
    }

    /// `gettext(message)` of a plain string. `None`: it is something else, or no language is active.
    pub fn translated_string(&mut self, message: &Bound<'py, PyAny>) -> PyResult<Option<Rc<str>>> {
        let Ok(text) = message.cast_exact::<PyString>() else { return Ok(None) };
        let Ok(text) = text.to_str() else { return Ok(None) };
        let Some(locale) = self.locale()? else { return Ok(None) };
        locale.message(text, || {
            let text = self.stock.call(self.py, "translate_text", (self.py.None(), message, false))?.str()?;
            Ok(text.to_str().ok().map(Into::into))
        })
    }

    /// A translated text of Django's filters. `None`: no language is active.
    pub fn translated_text(&mut self, name: &'static str) -> PyResult<Option<Rc<str>>> {
        let Some(locale) = self.locale()? else { return Ok(None) };
        locale.text(self.py, self.stock, name).map(Some)
    }
}
