//! Addresses of views and static files: what `reverse` would try for a name, kept for each resolver, and filled in here.
//!
//! A table holds as long as resolver, language and script prefix are the same. Whatever it can't tell for sure is asked
//! of Django's own functions, which also know how to complain.

use crate::accessors::Accessor;
use crate::render::Render;
use crate::stock::Stock;
use crate::surroundings::local_value;
use crate::watch;
use djust_text::urls::quote_into;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple, PyType};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;

/// What `URLResolver` keeps as it is.
const URL_SAFE: &str = "!$&'()*+,;=/~:@";

/// Tables, names of a table, and addresses of files that are kept at most.
const MAX_TABLES: usize = 64;
const MAX_NAMES: usize = 4096;

thread_local! {
    static SOURCES: RefCell<Option<Rc<Option<Sources>>>> = const { RefCell::new(None) };
    static TABLES: RefCell<Vec<Rc<Table>>> = const { RefCell::new(Vec::new()) };
    static FILES: RefCell<(Box<str>, Files)> = RefCell::default();
    static PLACE: RefCell<Option<(Place, Evidence)>> = const { RefCell::new(None) };
}

/// What the addresses of static files depend on, besides their paths.
#[derive(Clone)]
pub enum Place {
    /// This text stands for it.
    Known(Rc<str>),
    /// Nobody knows: Django's function must be asked each time.
    Unknown,
}

/// What a place was told from: values of objects' own, and versions of classes.
struct Evidence {
    values: Vec<(Py<PyAny>, Py<PyString>, Py<PyAny>)>,
    classes: Vec<(Py<PyType>, u32)>,
}

impl Evidence {
    fn load(found: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut values = Vec::new();
        for value in found.get_item(0)?.try_iter()? {
            let (holder, name, value): (Py<PyAny>, Py<PyString>, Py<PyAny>) = value?.extract()?;
            values.push((holder, name, value));
        }
        let mut classes = Vec::new();
        for class in found.get_item(1)?.try_iter()? {
            let class = class?.cast_into::<PyType>()?;
            classes.push((class.clone().unbind(), watch::type_version(&class)));
        }
        Ok(Self { values, classes })
    }

    fn holds(&self, py: Python<'_>) -> PyResult<bool> {
        for (class, version) in &self.classes {
            if *version == 0 || watch::type_version(class.bind(py)) != *version {
                return Ok(false);
            }
        }
        for (holder, name, value) in &self.values {
            let Some(own) = crate::attributes::own_dict(holder.bind(py)) else { return Ok(false) };
            if !own.get_item(name.bind(py))?.is_some_and(|now| now.is(value)) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The place of static files now.
fn static_place(py: Python<'_>, stock: &Stock) -> PyResult<Place> {
    let known = PLACE.with(|known| {
        let known = known.borrow();
        match &*known {
            Some((place, evidence)) => evidence.holds(py).map(|holds| holds.then(|| place.clone())),
            None => Ok(None),
        }
    })?;
    if let Some(place) = known {
        return Ok(place);
    }
    let found = stock.call(py, "static_place", ())?;
    let place: Option<String> = found.get_item(0)?.extract()?;
    let place = place.map_or(Place::Unknown, |place| Place::Known(place.into()));
    let evidence = Evidence::load(&found.get_item(1)?)?;
    PLACE.with(|known| known.replace(Some((place.clone(), evidence))));
    Ok(place)
}

/// Addresses of static files by path.
type Files = FxHashMap<Box<str>, Rc<str>>;

/// Where Django keeps what addresses depend on.
struct Sources {
    base: Py<PyAny>,
    resolvers: Py<PyAny>,
    urlconfs: (Py<PyAny>, Py<PyAny>),
    prefixes: (Py<PyAny>, Py<PyAny>),
}

impl Sources {
    /// `None` inside: they are not where they are expected.
    fn get(py: Python<'_>, stock: &Stock) -> PyResult<Rc<Option<Self>>> {
        if let Some(known) = SOURCES.with(|known| known.borrow().clone()) {
            return Ok(known);
        }
        let found = stock.call(py, "address_sources", ())?;
        let found = if found.is_none() {
            None
        } else {
            let item = |at: usize| found.get_item(at).map(Bound::unbind);
            Some(Self {
                base: item(0)?,
                resolvers: item(1)?,
                urlconfs: (item(2)?, item(3)?),
                prefixes: (item(4)?, item(5)?),
            })
        };
        let found = Rc::new(found);
        SOURCES.with(|known| known.replace(Some(Rc::clone(&found))));
        Ok(found)
    }

    /// The resolver of the thread's URLs, and its script prefix. `None`: they are not where they are expected.
    fn now<'py>(&self, py: Python<'py>, stock: &Stock) -> PyResult<Option<(Bound<'py, PyAny>, Bound<'py, PyAny>)>> {
        let base = self.base.bind(py);
        let same = |name: &Bound<'py, PyString>, local: &Py<PyAny>| base.getattr(name).map(|now| now.is(local));
        if !same(intern!(py, "_urlconfs"), &self.urlconfs.0)? || !same(intern!(py, "_prefixes"), &self.prefixes.0)? {
            return Ok(None);
        }
        let names = [intern!(py, "data"), intern!(py, "thread_id"), intern!(py, "value")];
        let value = |variable: &Py<PyAny>| local_value(variable.bind(py), names);
        let urlconf = match value(&self.urlconfs.1)? {
            Some(urlconf) if !urlconf.is_none(py) => urlconf.into_bound(py),
            _ => stock.setting(py, intern!(py, "ROOT_URLCONF"))?,
        };
        let prefix = match value(&self.prefixes.1)? {
            Some(prefix) => prefix.into_bound(py),
            None => intern!(py, "/").clone().into_any(),
        };
        let resolver = self.resolvers.bind(py).getattr(intern!(py, "_get_cached_resolver"))?.call1((urlconf,))?;
        Ok(Some((resolver, prefix)))
    }
}

/// What `reverse` tries for names, under one resolver, language and script prefix.
pub struct Table {
    resolver: Py<PyAny>,
    language: String,
    prefix: String,
    views: RefCell<FxHashMap<Box<str>, Known>>,
}

/// By current application.
type Known = Vec<(Option<Box<str>>, Rc<View>)>;

/// The forms of a view's address. `None`: `reverse` itself must be asked.
type View = Option<Vec<Form>>;

/// A form of an address.
struct Form {
    pieces: Vec<Piece>,
    parameters: Vec<(Py<PyString>, Converter)>,
    /// The search that an address must pass; `None`: it does if each parameter passes its own.
    search: Option<Py<PyAny>>,
    /// The address of a form without parameters.
    constant: Option<Rc<str>>,
}

enum Piece {
    Text(String),
    Parameter(usize),
}

/// A converter of Django's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Converter {
    None,
    Int,
    Str,
    Slug,
    Path,
    Uuid,
}

impl Converter {
    fn of(name: &str) -> Self {
        match name {
            "int" => Self::Int,
            "str" => Self::Str,
            "slug" => Self::Slug,
            "path" => Self::Path,
            "uuid" => Self::Uuid,
            _ => Self::None,
        }
    }

    /// True if the converter's pattern matches the whole text.
    fn matches(self, text: &str) -> bool {
        let bytes = text.as_bytes();
        !bytes.is_empty()
            && match self {
                Self::None => false,
                Self::Int => bytes.iter().all(u8::is_ascii_digit),
                Self::Str => !bytes.contains(&b'/'),
                Self::Slug => bytes.iter().all(|&b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'),
                Self::Path => !bytes.contains(&b'\n'),
                Self::Uuid => is_uuid(bytes),
            }
    }
}

fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, &byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        })
}

impl Form {
    fn load(prefix: &str, form: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut pieces = Vec::new();
        for piece in form.get_item(0)?.try_iter()? {
            let piece = piece?;
            pieces.push(match piece.cast::<PyString>() {
                Ok(text) => Piece::Text(text.to_str()?.to_owned()),
                Err(_) => Piece::Parameter(piece.get_item(0)?.extract()?),
            });
        }
        let mut parameters = Vec::new();
        for (name, kind) in form.get_item(1)?.try_iter()?.zip(form.get_item(2)?.try_iter()?) {
            let (name, kind) = (name?.cast_into::<PyString>()?, kind?);
            let kind = Converter::of(kind.cast::<PyString>()?.to_str()?);
            parameters.push((PyString::intern(form.py(), name.to_str()?).unbind(), kind));
        }
        let search = form.get_item(3)?;
        let mut made =
            Self { pieces, parameters, search: (!search.is_none()).then(|| search.unbind()), constant: None };
        if made.parameters.is_empty() && made.search.is_none() {
            made.constant = Some(quoted(&made.filled(prefix, &[])).into());
        }
        Ok(made)
    }

    fn filled(&self, prefix: &str, texts: &[&str]) -> String {
        let mut path = prefix.to_owned();
        for piece in &self.pieces {
            path.push_str(match piece {
                Piece::Text(text) => text,
                Piece::Parameter(at) => texts[*at],
            });
        }
        path
    }

    /// True if the texts alone say whether the address matches the pattern.
    fn is_certain(&self, texts: &[&str]) -> bool {
        self.search.is_some() || self.parameters.iter().zip(texts).all(|((_, converter), text)| converter.matches(text))
    }

    /// The address for texts of the parameters. `None`: it does not match the pattern.
    fn address(&self, py: Python<'_>, prefix: &str, texts: &[&str]) -> PyResult<Option<Rc<str>>> {
        if let Some(constant) = &self.constant {
            return Ok(Some(Rc::clone(constant)));
        }
        let path = self.filled(prefix, texts);
        if let Some(search) = &self.search
            && search.bind(py).call1((&path,))?.is_none()
        {
            return Ok(None);
        }
        Ok(Some(quoted(&path).into()))
    }
}

/// `escape_leading_slashes(quote(path, …))`
fn quoted(path: &str) -> String {
    let mut url = String::with_capacity(path.len() + 8);
    quote_into(path, URL_SAFE, &mut url);
    match url.strip_prefix("//") {
        Some(rest) => format!("/%2F{rest}"),
        None => url,
    }
}

impl Table {
    fn find(resolver: &Bound<'_, PyAny>, language: &str, prefix: &str) -> Rc<Self> {
        TABLES.with(|tables| {
            let mut tables = tables.borrow_mut();
            let known =
                tables.iter().find(|t| resolver.is(&t.resolver) && t.language == language && t.prefix == prefix);
            if let Some(known) = known {
                return Rc::clone(known);
            }
            if tables.len() >= MAX_TABLES {
                tables.clear();
            }
            let made = Rc::new(Self {
                resolver: resolver.clone().unbind(),
                language: language.to_owned(),
                prefix: prefix.to_owned(),
                views: RefCell::default(),
            });
            tables.push(Rc::clone(&made));
            made
        })
    }

    fn view(&self, py: Python<'_>, stock: &Stock, name: &str, current_app: Option<&str>) -> PyResult<Rc<View>> {
        if let Some(known) = self.views.borrow().get(name)
            && let Some((_, view)) = known.iter().find(|(app, _)| app.as_deref() == current_app)
        {
            return Ok(Rc::clone(view));
        }
        let found = stock.call(py, "routes", (&self.resolver, name, current_app, &self.prefix))?;
        let view = if found.is_none() {
            None
        } else {
            let forms = found.cast::<PyList>()?.iter().map(|form| Form::load(&self.prefix, &form));
            Some(forms.collect::<PyResult<_>>()?)
        };
        let view = Rc::new(view);
        let mut views = self.views.borrow_mut();
        if views.len() >= MAX_NAMES {
            views.clear();
        }
        views.entry(name.into()).or_default().push((current_app.map(Into::into), Rc::clone(&view)));
        Ok(view)
    }
}

/// A method of a model that does nothing but `return reverse(…)`.
pub struct AddressMethod {
    function: Py<PyAny>,
    code: Py<PyAny>,
    view: Py<PyAny>,
    /// Keys of the instance's dictionary.
    columns: Vec<Py<PyString>>,
    /// Names of the arguments, if they have names.
    keywords: Vec<Py<PyString>>,
}

impl AddressMethod {
    /// From what `djust_backend.address_methods` says, after the kind of the step.
    pub fn load(found: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let names = |at: usize| -> PyResult<Vec<Py<PyString>>> {
            let names = found.get_item(at)?;
            let names = names.try_iter()?.map(|name| {
                let name = name?;
                Ok(PyString::intern(found.py(), name.cast::<PyString>()?.to_str()?).unbind())
            });
            names.collect()
        };
        Ok(Self {
            function: found.get_item(1)?.unbind(),
            code: found.get_item(2)?.unbind(),
            view: found.get_item(3)?.unbind(),
            columns: names(4)?,
            keywords: names(5)?,
        })
    }

    /// True if a call would still run this function, as it was, with Django's `reverse`.
    fn is_current(&self, stock: &Stock, class: &Bound<'_, PyType>, name: &Bound<'_, PyString>) -> PyResult<bool> {
        let py = class.py();
        if !crate::attributes::leads_to(class, name, self.function.bind(py)) {
            return Ok(false);
        }
        let function = self.function.bind(py);
        if !function.getattr(intern!(py, "__code__"))?.is(&self.code) {
            return Ok(false);
        }
        let globals = function.getattr(intern!(py, "__globals__"))?;
        let reverse = globals.cast::<PyDict>()?.get_item(intern!(py, "reverse"))?;
        Ok(reverse.is_some_and(|reverse| reverse.is(&stock.reverse)))
    }
}

/// The arguments of a `{% url %}`, with the texts that they are in an address.
pub enum Arguments<'a, 'py> {
    /// By place.
    Placed(&'a [Bound<'py, PyAny>]),
    /// By name, which is interned.
    Named(&'a [(Bound<'py, PyString>, Bound<'py, PyAny>)]),
}

impl<'py> Render<'py> {
    /// What `reverse` would try now. `None`: it must be asked each time.
    fn address_table(&mut self) -> PyResult<Option<Rc<Table>>> {
        if let Some(table) = &self.addresses {
            return Ok(Some(Rc::clone(table)));
        }
        let (py, stock) = (self.py, self.stock);
        if !watch::addresses_are_stock(stock, py)? {
            return Ok(None);
        }
        let Some(locale) = self.locale()? else { return Ok(None) };
        let sources = Sources::get(py, stock)?;
        let Some(sources) = &*sources else { return Ok(None) };
        let Some((resolver, prefix)) = sources.now(py, stock)? else { return Ok(None) };
        let Ok(prefix) = prefix.cast_exact::<PyString>() else { return Ok(None) };
        let table = Table::find(&resolver, locale.language(), prefix.to_str()?);
        self.addresses = Some(Rc::clone(&table));
        Ok(Some(table))
    }

    /// `reverse(name, …)`. `None`: Django's function must be asked.
    pub fn reversed(
        &mut self,
        name: &Bound<'py, PyAny>,
        arguments: &Arguments<'_, 'py>,
        current_app: Option<&str>,
    ) -> PyResult<Option<Rc<str>>> {
        let Some(name) = crate::filters::subject::object_string(self.stock, name) else { return Ok(None) };
        let Some(table) = self.address_table()? else { return Ok(None) };
        let view = table.view(self.py, self.stock, name.text, current_app)?;
        let Some(forms) = &*view else { return Ok(None) };
        for form in forms {
            let Some(values) = ordered(form, arguments) else { continue };
            let mut texts = Vec::with_capacity(values.len());
            for value in values {
                let Some(text) = self.address_part(value)? else { return Ok(None) };
                texts.push(text);
            }
            let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
            if !form.is_certain(&texts) {
                return Ok(None);
            }
            if let Some(address) = form.address(self.py, &table.prefix, &texts)? {
                return Ok(Some(address));
            }
        }
        Ok(None)
    }

    /// What a method that reverses returns for an instance. `None`: it must be called.
    pub fn method_address(
        &mut self,
        object: &Bound<'py, PyAny>,
        name: &Bound<'py, PyString>,
        method: &AddressMethod,
    ) -> PyResult<Option<Rc<str>>> {
        if !method.is_current(self.stock, &object.get_type(), name)? {
            return Ok(None);
        }
        let Some(own) = crate::attributes::own_dict(object) else { return Ok(None) };
        // An attribute of the instance's own hides the method.
        if own.contains(name)? {
            return Ok(None);
        }
        self.address_by(method, |column| own.get_item(column))
    }

    /// The same for a row that stands for an instance of a model class; `value`: that of a column, if the row has it.
    pub fn method_address_of_row(
        &mut self,
        class: &Bound<'py, PyType>,
        name: &Bound<'py, PyString>,
        value: impl Fn(&Bound<'py, PyString>) -> PyResult<Option<Bound<'py, PyAny>>>,
    ) -> PyResult<Option<Rc<str>>> {
        match &*self.accessor_of(class, name)? {
            Accessor::Address(method) if method.is_current(self.stock, class, name)? => self.address_by(method, value),
            _ => Ok(None),
        }
    }

    fn address_by(
        &mut self,
        method: &AddressMethod,
        value: impl Fn(&Bound<'py, PyString>) -> PyResult<Option<Bound<'py, PyAny>>>,
    ) -> PyResult<Option<Rc<str>>> {
        let py = self.py;
        let mut values = Vec::with_capacity(method.columns.len());
        for column in &method.columns {
            let Some(value) = value(column.bind(py))? else { return Ok(None) };
            values.push(value);
        }
        let view = method.view.bind(py);
        if method.keywords.is_empty() {
            return self.reversed(view, &Arguments::Placed(&values), None);
        }
        let keywords = method.keywords.iter().map(|name| name.bind(py).clone());
        let named: Vec<_> = keywords.zip(values).collect();
        self.reversed(view, &Arguments::Named(&named), None)
    }

    /// The text of an argument. `None`: only its own class knows.
    fn address_part<'a>(&self, value: &'a Bound<'py, PyAny>) -> PyResult<Option<std::borrow::Cow<'a, str>>> {
        use crate::stock::{Class, class_of};
        if let Some(text) = crate::filters::subject::object_string(self.stock, value) {
            return Ok(Some(text.text.into()));
        }
        if class_of(self.stock, value)? != Class::Int {
            return Ok(None);
        }
        Ok(crate::filters::subject::small_int(value).map(|number| number.to_string().into()))
    }

    /// The address of a static file. `None`: Django's function must be asked, now and each time.
    pub fn static_address(&mut self, path: &Bound<'py, PyAny>) -> PyResult<Option<Rc<str>>> {
        let Some(text) = crate::filters::subject::object_string(self.stock, path) else { return Ok(None) };
        let place = if let Some(place) = &self.static_place {
            place.clone()
        } else {
            let found = static_place(self.py, self.stock)?;
            self.static_place = Some(found.clone());
            found
        };
        let Place::Known(place) = place else { return Ok(None) };
        let known = FILES.with(|files| {
            let mut files = files.borrow_mut();
            if *files.0 != *place || files.1.len() >= MAX_NAMES {
                *files = (Box::from(&*place), Files::default());
            }
            files.1.get(text.text).cloned()
        });
        if known.is_some() {
            return Ok(known);
        }
        let made = self.stock.call(self.py, "static_url", (path,))?;
        let Ok(made) = made.cast_exact::<PyString>() else { return Ok(None) };
        let made: Rc<str> = made.to_str()?.into();
        FILES.with(|files| files.borrow_mut().1.insert(text.text.into(), Rc::clone(&made)));
        Ok(Some(made))
    }

    /// The application whose instance of a namespace is preferred, as `{% url %}` finds it.
    pub fn current_app(&self) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = self.py;
        let attribute = crate::attributes::optional_attribute;
        let request = match &self.context {
            Some(context) => attribute(context, self.stock.request.bind(py))?,
            None => self.request.clone(),
        };
        let Some(request) = request else { return Ok(None) };
        if let Some(app) = attribute(&request, intern!(py, "current_app"))? {
            return Ok(Some(app));
        }
        let Some(found) = attribute(&request, intern!(py, "resolver_match"))? else { return Ok(None) };
        attribute(&found, intern!(py, "namespace"))
    }
}

/// The values in the order of a form's parameters. `None`: they are not those of the form.
fn ordered<'a, 'py>(form: &Form, arguments: &Arguments<'a, 'py>) -> Option<Vec<&'a Bound<'py, PyAny>>> {
    match arguments {
        Arguments::Placed(values) => (values.len() == form.parameters.len()).then(|| values.iter().collect()),
        Arguments::Named(values) => {
            if values.len() != form.parameters.len() {
                return None;
            }
            let find = |name: &Py<PyString>| values.iter().find(|(known, _)| known.is(name)).map(|(_, value)| value);
            form.parameters.iter().map(|(name, _)| find(name)).collect()
        }
    }
}
