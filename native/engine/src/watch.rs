//! Whether Django is as we know it: pieces of its engine that a site has replaced are noticed, and Django's way wins.

use crate::host::NativeTags;
use crate::modules;
use crate::stock::Stock;
use djust_syntax::tags::COMPILE_FUNCTIONS;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyModule, PyTuple, PyType};
use rustc_hash::FxHashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

static TEMPLATE_CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static WATCHED: PyOnceLock<Watched> = PyOnceLock::new();
/// Every state of replacement that was met.
static GENERATIONS: LazyLock<Mutex<FxHashMap<Replaced, u64>>> = LazyLock::new(Mutex::default);
/// The value of `tag_re` that was looked at last, and what it says.
static TAG_RE: Mutex<Option<(Py<PyAny>, Option<bool>)>> = Mutex::new(None);
static TAGS: Mutex<Option<(Vec<usize>, Arc<NativeTags>)>> = Mutex::new(None);

/// One attribute whose value was noted when `djust_backend` was imported.
struct Note {
    holder: Py<PyAny>,
    name: Py<pyo3::types::PyString>,
    value: Py<PyAny>,
}

impl Note {
    fn load(item: &Bound<'_, PyAny>) -> PyResult<Self> {
        let item = item.cast::<PyTuple>()?;
        Ok(Self {
            holder: item.get_item(0)?.unbind(),
            name: item.get_item(1)?.cast::<pyo3::types::PyString>()?.clone().unbind(),
            value: item.get_item(2)?.unbind(),
        })
    }

    /// `own`: a module's own values, which come before anything that its `__getattr__` may say.
    fn holds(&self, py: Python<'_>, own: Option<&Bound<'_, PyDict>>) -> PyResult<bool> {
        if let Some(own) = own
            && let Some(now) = own.get_item(self.name.bind(py))?
        {
            return Ok(now.is(self.value.bind(py)));
        }
        let now = crate::attributes::optional_attribute(self.holder.bind(py), self.name.bind(py))?;
        Ok(now.is_some_and(|now| now.is(self.value.bind(py))))
    }
}

/// The notes on one holder, and the version of the holder at which they were last seen to hold.
pub struct Holder {
    notes: Vec<Note>,
    /// The dictionary of a module, which it keeps for good.
    own: Option<Py<PyDict>>,
    /// A change of that dictionary is heard.
    is_heard: bool,
    version: AtomicU64,
}

impl Holder {
    fn holds(&self, py: Python<'_>) -> PyResult<bool> {
        let Some(first) = self.notes.first() else { return Ok(true) };
        let version = self.current_version(py, first);
        if version != 0 && version == self.version.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let holder = first.holder.bind(py);
        let own = match &self.own {
            Some(own) => Some(own.bind(py).clone()),
            None if holder.is_instance_of::<PyType>() => None,
            None => crate::attributes::own_dict(holder),
        };
        for note in &self.notes {
            if !note.holds(py, own.as_ref())? {
                return Ok(false);
            }
        }
        // Looking attributes up has given the type a version, if it had none. What has changed a module meanwhile is seen later.
        let seen = if self.own.is_some() { version } else { self.current_version(py, first) };
        self.version.store(seen, Ordering::Relaxed);
        Ok(true)
    }

    /// The version of the holder, which CPython changes with every change. 0: it has none.
    fn current_version(&self, py: Python<'_>, first: &Note) -> u64 {
        match &self.own {
            Some(own) if self.is_heard => modules::version(own.bind(py)),
            Some(_) => 0,
            None => first.holder.bind(py).cast::<PyType>().map_or(0, |class| u64::from(type_version(class))),
        }
    }
}

/// `Py_TPFLAGS_VALID_VERSION_TAG`: until CPython 3.11 the version counts only together with this flag.
const VALID_VERSION_TAG: std::ffi::c_ulong = 1 << 19;

/// The version of a class, which CPython changes with every change of the class or its bases. 0: it has none.
pub fn type_version(class: &Bound<'_, PyType>) -> u32 {
    // SAFETY: a live type object.
    unsafe { version_at(class.as_type_ptr()) }
}

/// The version of an object's class, see [`type_version`].
#[inline]
pub fn version_of_type(object: &Bound<'_, PyAny>) -> u32 {
    // SAFETY: the type of a live object.
    unsafe { version_at(object.get_type_ptr()) }
}

/// # Safety
/// A live type object.
#[inline]
unsafe fn version_at(kind: *const pyo3::ffi::PyTypeObject) -> u32 {
    // SAFETY: both fields are plain numbers.
    let (version, flags) = unsafe { ((*kind).tp_version_tag, (*kind).tp_flags) };
    if cfg!(Py_3_12) || flags & VALID_VERSION_TAG != 0 { version } else { 0 }
}

/// The version of a class, which is given one if it had none and CPython has any left. 0: it has none.
pub fn version_of(class: &Bound<'_, PyType>) -> PyResult<u32> {
    let version = type_version(class);
    if version != 0 {
        return Ok(version);
    }
    // Looking an attribute up gives a class a version; no metaclass answers for this one.
    class.getattr(pyo3::intern!(class.py(), "__init__"))?;
    Ok(type_version(class))
}

/// The versions of classes, which change with every change of a class or of its bases; `None` if one of them has none.
#[pyfunction]
pub fn class_versions<'py>(classes: &Bound<'py, PyTuple>) -> PyResult<Option<Bound<'py, PyTuple>>> {
    let mut versions = Vec::with_capacity(classes.len());
    for class in classes.iter() {
        let class = class.cast::<PyType>()?;
        let version = version_of(class)?;
        if version == 0 {
            return Ok(None);
        }
        versions.push(version);
    }
    PyTuple::new(classes.py(), versions).map(Some)
}

/// Whether classes have the versions that `class_versions` told of them; no class has the version 0.
#[pyfunction]
pub fn classes_stay(classes: &Bound<'_, PyTuple>, versions: &Bound<'_, PyTuple>) -> PyResult<bool> {
    for (class, version) in classes.iter_borrowed().zip(versions.iter_borrowed()) {
        let class = class.cast::<PyType>()?;
        let now = type_version(&class);
        if now == 0 || version.extract::<u32>()? != now {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What was noted.
struct Watched {
    /// Pieces that every template is compiled and rendered with.
    engine: Vec<Holder>,
    /// `Template._render` and `Template.render`.
    template: Vec<Holder>,
    /// Contexts and the functions that make them.
    contexts: Vec<Holder>,
    /// What the keys of `{% cache %}` are made with.
    fragment_keys: Vec<Holder>,
    /// What CSRF tokens are made with.
    tokens: Vec<Holder>,
    /// Django's lexers.
    lexers: Vec<Holder>,
    /// What `reverse` is made of.
    addresses: Vec<Holder>,
    /// What switches languages, and tells about them.
    languages: Vec<Holder>,
    /// What `format_html` and `mark_safe` are made of.
    safe_text: Vec<Holder>,
    /// What the wrappers that `stringfilter` makes are made of.
    string_filters: Vec<Holder>,
    /// What `json_script` is made of besides.
    json: Vec<Holder>,
    /// What renders a partial.
    partials: Vec<Holder>,
    /// By what QuerySets, instances and relations are read.
    sources: Vec<Holder>,
    /// `sources` were as they are when [`generation`] has looked last.
    sources_hold: AtomicBool,
    /// Beside `COMPILE_FUNCTIONS`: the function (if this Django has it) and what its nodes are made of.
    tags: Vec<Option<(Py<PyAny>, Vec<Holder>)>>,
    /// What is in `engine` and `tags`, by holder: as a rule all of it holds.
    everything: Vec<Holder>,
    signs_in_names: bool,
    /// All classes of `engine`, `sources` and `tags`, with the version at which [`generation`] has seen them last.
    classes: Vec<(Py<PyType>, AtomicU32)>,
    generation: AtomicU64,
}

/// Notes by their holders.
pub fn notes(list: &Bound<'_, PyAny>) -> PyResult<Vec<Holder>> {
    let mut holders: Vec<Holder> = Vec::new();
    for item in list.try_iter()? {
        let note = Note::load(&item?)?;
        let known = holders.iter_mut().find(|holder| holder.notes[0].holder.is(&note.holder));
        if let Some(holder) = known {
            holder.notes.push(note);
            continue;
        }
        let module = note.holder.bind(list.py()).cast_exact::<PyModule>();
        let own = module.map(PyModuleMethods::dict).ok();
        let is_heard = own.as_ref().is_some_and(modules::watch);
        let own = own.map(Bound::unbind);
        holders.push(Holder { notes: vec![note], own, is_heard, version: AtomicU64::new(0) });
    }
    Ok(holders)
}

fn classes_of(
    py: Python<'_>,
    engine: &[Holder],
    sources: &[Holder],
    tags: &[Option<(Py<PyAny>, Vec<Holder>)>],
) -> Vec<(Py<PyType>, AtomicU32)> {
    let tags = tags.iter().flatten().flat_map(|(_, holders)| holders);
    let holders = engine.iter().chain(sources).chain(tags).filter_map(|holder| holder.notes.first());
    let classes = holders.filter_map(|note| note.holder.bind(py).cast::<PyType>().ok());
    classes.map(|class| (class.clone().unbind(), AtomicU32::new(0))).collect()
}

fn watched<'py>(py: Python<'py>, stock: &Stock) -> PyResult<&'py Watched> {
    WATCHED.get_or_try_init(py, || {
        let table = PyList::empty(py);
        for (_, module, function, classes) in COMPILE_FUNCTIONS {
            table.append((*module, *function, PyTuple::new(py, *classes)?))?;
        }
        let found = stock.call(py, "watch", (table,))?;
        let mut tags = Vec::new();
        let all_notes = PyList::empty(py);
        all_notes.call_method1("extend", (found.get_item("engine")?,))?;
        for item in found.get_item("tags")?.try_iter()? {
            let item = item?;
            if !item.is_none() {
                all_notes.call_method1("extend", (item.get_item(1)?,))?;
            }
            tags.push(if item.is_none() {
                None
            } else {
                Some((item.get_item(0)?.unbind(), notes(&item.get_item(1)?)?))
            });
        }
        let engine = notes(&found.get_item("engine")?)?;
        let sources = notes(&found.get_item("sources")?)?;
        let classes = classes_of(py, &engine, &sources, &tags);
        // Until it is looked at, and told.
        let sources_hold = AtomicBool::new(true);
        Ok(Watched {
            engine,
            template: notes(&found.get_item("template")?)?,
            contexts: notes(&found.get_item("contexts")?)?,
            fragment_keys: notes(&found.get_item("fragment_keys")?)?,
            tokens: notes(&found.get_item("tokens")?)?,
            lexers: notes(&found.get_item("lexers")?)?,
            addresses: notes(&found.get_item("addresses")?)?,
            languages: notes(&found.get_item("languages")?)?,
            safe_text: notes(&found.get_item("safe_text")?)?,
            string_filters: notes(&found.get_item("string_filters")?)?,
            json: notes(&found.get_item("json")?)?,
            partials: notes(&found.get_item("partials")?)?,
            sources,
            sources_hold,
            tags,
            everything: notes(all_notes.as_any())?,
            signs_in_names: found.get_item("signs_in_names")?.is_truthy()?,
            classes,
            generation: AtomicU64::new(u64::MAX),
        })
    })
}

/// True if everything noted is as it was.
pub fn all_hold(py: Python<'_>, holders: &[Holder]) -> PyResult<bool> {
    for holder in holders {
        if !holder.holds(py)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Notes everything now. Called when `djust_backend` is imported.
pub fn install(py: Python<'_>, stock: &Stock) -> PyResult<()> {
    watched(py, stock).map(drop)
}

/// The face's `Template` class.
pub fn set_template_class(class: &Bound<'_, PyType>) {
    // A second class (a reloaded module) is not ours: its templates are rendered by Django.
    let _ = TEMPLATE_CLASS.set(class.py(), class.clone().unbind());
}

/// True for a template of exactly the face's class.
pub fn is_our_template(template: &Bound<'_, PyAny>) -> bool {
    let class = TEMPLATE_CLASS.get(template.py());
    class.is_some_and(|class| template.get_type().is(class.bind(template.py())))
}

/// True if rendering a template is neither watched (tests, toolbar) nor replaced.
pub fn template_methods_are_stock(stock: &Stock, py: Python<'_>) -> PyResult<bool> {
    all_hold(py, &watched(py, stock)?.template)
}

/// True if contexts are made as we know it.
pub fn contexts_are_stock(stock: &Stock, py: Python<'_>) -> PyResult<bool> {
    all_hold(py, &watched(py, stock)?.contexts)
}

/// True if addresses of views are made as we know it.
pub fn addresses_are_stock(stock: &Stock, py: Python<'_>) -> PyResult<bool> {
    all_hold(py, &watched(py, stock)?.addresses)
}

/// True if languages are switched, and known, as we know it.
pub fn languages_are_stock(stock: &Stock, py: Python<'_>) -> PyResult<bool> {
    all_hold(py, &watched(py, stock)?.languages)
}

/// True if `format_html` and `mark_safe` do what we know.
pub fn safe_text_is_stock(stock: &Stock, py: Python<'_>) -> PyResult<bool> {
    all_hold(py, &watched(py, stock)?.safe_text)
}

/// True if the wrappers that `stringfilter` makes do what we know.
pub fn string_filters_are_stock(stock: &Stock, py: Python<'_>) -> PyResult<bool> {
    all_hold(py, &watched(py, stock)?.string_filters)
}

/// True if values become JSON as we know it.
pub fn json_is_stock(stock: &Stock, py: Python<'_>) -> PyResult<bool> {
    all_hold(py, &watched(py, stock)?.json)
}

/// True if rendering a partial is neither watched nor replaced.
pub fn partials_are_stock(stock: &Stock, py: Python<'_>) -> PyResult<bool> {
    all_hold(py, &watched(py, stock)?.partials)
}

/// True if the keys of `{% cache %}` are made as we know it.
pub fn fragment_keys_are_stock(stock: &Stock, py: Python<'_>) -> PyResult<bool> {
    all_hold(py, &watched(py, stock)?.fragment_keys)
}

/// True if CSRF tokens are made as we know it.
pub fn tokens_are_stock(stock: &Stock, py: Python<'_>) -> PyResult<bool> {
    all_hold(py, &watched(py, stock)?.tokens)
}

/// Names in expressions may hold signs.
pub fn signs_in_names(py: Python<'_>, stock: &Stock) -> PyResult<bool> {
    Ok(watched(py, stock)?.signs_in_names)
}

/// Whether tags may go on over the ends of lines for Django's lexers, by `django.template.base.tag_re`.
///
/// `None`: they are not Django's own any more, or a site has put another expression there.
pub fn tags_span_lines(py: Python<'_>, stock: &Stock) -> PyResult<Option<bool>> {
    if !all_hold(py, &watched(py, stock)?.lexers)? {
        return Ok(None);
    }
    let now = stock.django_base.bind(py).getattr(intern!(py, "tag_re"))?;
    let known = || TAG_RE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some((tag_re, answer)) = &*known()
        && tag_re.is(&now)
    {
        return Ok(*answer);
    }
    // Python code may let another thread go on, which must not wait for the lock with the interpreter in its hands.
    let answer = stock.call(py, "tags_span_lines", (&now,))?.extract()?;
    let _before = known().replace((now.unbind(), answer));
    Ok(answer)
}

/// Which pieces are replaced: numbers of tags, and `None` for those that every template needs.
type Replaced = (bool, Vec<usize>);

fn replaced(py: Python<'_>, watched: &Watched) -> PyResult<Replaced> {
    if all_hold(py, &watched.everything)? {
        return Ok((false, Vec::new()));
    }
    let mut tags = Vec::new();
    for (at, tag) in watched.tags.iter().enumerate() {
        if let Some((_, notes)) = tag
            && !all_hold(py, notes)?
        {
            tags.push(at);
        }
    }
    Ok((!all_hold(py, &watched.engine)?, tags))
}

/// A number for what is replaced in Django's classes: a program that was compiled under another number must not be used.
///
/// Reads the versions of some sixty classes; functions of modules are looked at when a template is compiled.
pub fn generation(py: Python<'_>, stock: &Stock) -> PyResult<u64> {
    let watched = watched(py, stock)?;
    let same = watched.classes.iter().all(|(class, scanned)| {
        let version = type_version(class.bind(py));
        version != 0 && version == scanned.load(Ordering::Relaxed)
    });
    if same {
        return Ok(watched.generation.load(Ordering::Relaxed));
    }
    let found = replaced(py, watched)?;
    let hold = all_hold(py, &watched.sources)?;
    if watched.sources_hold.swap(hold, Ordering::Relaxed) && !hold {
        stock.call(py, "tell_replaced_sources", ())?;
    }
    let mut known = GENERATIONS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let next = known.len() as u64;
    let number = *known.entry(found).or_insert(next);
    watched.generation.store(number, Ordering::Relaxed);
    for (class, scanned) in &watched.classes {
        scanned.store(type_version(class.bind(py)), Ordering::Relaxed);
    }
    Ok(number)
}

/// True if QuerySets, instances and relations are read as we know it, when [`generation`] was asked last.
pub fn sources_are_stock(py: Python<'_>, stock: &Stock) -> PyResult<bool> {
    Ok(watched(py, stock)?.sources_hold.load(Ordering::Relaxed))
}

/// Methods by which a context is read and written; a class with others of its own is not read natively.
const CONTEXT_METHODS: [&str; 12] = [
    "__contains__",
    "__getitem__",
    "__iter__",
    "__setitem__",
    "flatten",
    "get",
    "new",
    "pop",
    "push",
    "set_upward",
    "setdefault",
    "update",
];

/// True if a context is read and written as Django's are.
pub fn context_is_stock(stock: &Stock, context: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = context.py();
    if !contexts_are_stock(stock, py)? {
        return Ok(false);
    }
    let kind = context.get_type();
    let (base, with_request) = (stock.Context.bind(py), stock.RequestContext.bind(py));
    if kind.is(base) || kind.is(with_request) {
        return Ok(true);
    }
    if !kind.is_subclass(base)? {
        return Ok(false);
    }
    let model = if kind.is_subclass(with_request)? { with_request } else { base };
    for name in CONTEXT_METHODS {
        if !kind.getattr(name)?.is(&model.getattr(name)?) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The tags that may be parsed natively now. `None`: lexer, parser, expressions or templates have been replaced.
pub fn native_tags(py: Python<'_>, stock: &Stock) -> PyResult<Option<Arc<NativeTags>>> {
    let watched = watched(py, stock)?;
    let (is_engine_replaced, replaced) = replaced(py, watched)?;
    if is_engine_replaced {
        return Ok(None);
    }
    let mut known = TAGS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some((for_replaced, tags)) = &*known
        && *for_replaced == replaced
    {
        return Ok(Some(Arc::clone(tags)));
    }
    let mut tags = NativeTags::default();
    for (at, tag) in watched.tags.iter().enumerate() {
        if let Some((function, _)) = tag
            && !replaced.contains(&at)
        {
            tags.insert(function.as_ptr() as usize, COMPILE_FUNCTIONS[at].0);
        }
    }
    let tags = Arc::new(tags);
    *known = Some((replaced, Arc::clone(&tags)));
    Ok(Some(tags))
}
