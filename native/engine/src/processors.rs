//! What context processors give to a page: those of Django's own are asked for the names that the page reads, and no
//! others; everybody else's are called as stock calls them.

use crate::py::entry::update_from;
use crate::render::Render;
use crate::stock::Stock;
use crate::value::Value;
use crate::watch::{Holder, all_hold, notes};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;

/// A processor of Django's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Csrf,
    Debug,
    I18n,
    Media,
    Request,
    Static,
    Tz,
    Auth,
    Messages,
}

/// What is known of a processor function: its kind, and the pieces of Django that it is made with.
struct Known {
    /// Kept, so that its address stays its own.
    function: Py<PyAny>,
    kind: Option<(Kind, Vec<Holder>)>,
}

thread_local! {
    static KNOWN: RefCell<FxHashMap<usize, Rc<Known>>> = RefCell::default();
}

/// Processors that are kept at most.
const MAX_KNOWN: usize = 1024;

impl Known {
    fn of(stock: &Stock, function: &Bound<'_, PyAny>) -> PyResult<Rc<Self>> {
        let key = function.as_ptr() as usize;
        if let Some(known) = KNOWN.with(|known| known.borrow().get(&key).cloned()) {
            return Ok(known);
        }
        let found = stock.call(function.py(), "processor_kind", (function,))?;
        let kind = if found.is_none() {
            None
        } else {
            let name = found.get_item(0)?;
            let kind = match name.cast::<PyString>()?.to_str()? {
                "csrf" => Some(Kind::Csrf),
                "debug" => Some(Kind::Debug),
                "i18n" => Some(Kind::I18n),
                "media" => Some(Kind::Media),
                "request" => Some(Kind::Request),
                "static" => Some(Kind::Static),
                "tz" => Some(Kind::Tz),
                "auth" => Some(Kind::Auth),
                "messages" => Some(Kind::Messages),
                _ => None,
            };
            kind.map(|kind| notes(&found.get_item(1)?).map(|notes| (kind, notes))).transpose()?
        };
        let made = Rc::new(Self { function: function.clone().unbind(), kind });
        KNOWN.with(|known| {
            let mut known = known.borrow_mut();
            if known.len() >= MAX_KNOWN {
                known.clear();
            }
            known.insert(key, Rc::clone(&made));
        });
        Ok(made)
    }
}

/// Names, interned, and their values.
type Named<'py> = Vec<(Bound<'py, PyString>, Late<'py>)>;

/// What one processor gives.
enum Given<'py> {
    /// Names and values as the processor returned them.
    Values(Bound<'py, PyDict>),
    /// The names of a processor of Django's, with the values that it would have read.
    Named(Named<'py>),
}

/// A value that is made when it is asked for, of what the processor would have seen at the start of the page.
#[derive(Clone)]
enum Late<'py> {
    Ready(Bound<'py, PyAny>),
    /// `PermWrapper(user)`
    Perms {
        class: Bound<'py, PyAny>,
        user: Bound<'py, PyAny>,
    },
    /// `get_language_bidi()` in a language.
    Bidi(Bound<'py, PyAny>),
    /// `get_current_timezone_name()` in a zone.
    Zone(Bound<'py, PyAny>),
    /// The lazy object of the processor `csrf`, which is called for it.
    Token(Bound<'py, PyAny>),
    /// A token that `{% csrf_token %}` has made.
    Made(Bound<'py, PyString>),
}

/// The second dictionary of a page's context.
pub struct Processed<'py> {
    request: Bound<'py, PyAny>,
    given: RefCell<Vec<Given<'py>>>,
}

/// A value of an instance's own, which no attribute of its class hides.
fn own_value<'py>(object: &Bound<'py, PyAny>, name: &Bound<'py, PyString>) -> PyResult<Option<Bound<'py, PyAny>>> {
    if crate::attributes::class_has(object, name) {
        return Ok(None);
    }
    let Some(values) = crate::attributes::optional_attribute(object, intern!(object.py(), "__dict__"))? else {
        return Ok(None);
    };
    match values.cast::<PyDict>() {
        Ok(values) => values.get_item(name),
        Err(_) => Ok(None),
    }
}

impl<'py> Render<'py> {
    /// `RequestContext.bind_template`: what the processors give.
    pub fn processed(&mut self, request: &Bound<'py, PyAny>) -> PyResult<Processed<'py>> {
        let mut given = Vec::new();
        for processor in self.engine.getattr(intern!(self.py, "template_context_processors"))?.try_iter()? {
            let processor = processor?;
            let known = Known::of(self.stock, &processor)?;
            debug_assert!(processor.is(&known.function));
            let late = match &known.kind {
                Some((kind, notes)) if all_hold(self.py, notes)? => self.late(*kind, &processor, request)?,
                _ => None,
            };
            given.push(if let Some(late) = late {
                Given::Named(late)
            } else {
                let values = processor.call1((request,))?;
                self.forget_ambient();
                let dict = PyDict::new(self.py);
                update_from(self.stock, &dict, &processor, &values)?;
                Given::Values(dict)
            });
        }
        Ok(Processed { request: request.clone(), given: RefCell::new(given) })
    }

    /// What a processor of Django's would give. `None`: it must be called.
    fn late(
        &mut self,
        kind: Kind,
        processor: &Bound<'py, PyAny>,
        request: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Named<'py>>> {
        let py = self.py;
        let stock = self.stock;
        let setting = |name: &Bound<'py, PyString>| stock.setting(py, name).map(Late::Ready);
        let module = || processor.getattr(intern!(py, "__globals__"));
        Ok(Some(match kind {
            Kind::Csrf => vec![(intern!(py, "csrf_token").clone(), Late::Token(processor.clone()))],
            Kind::Debug if stock.setting(py, intern!(py, "DEBUG"))?.is_truthy()? => return Ok(None),
            Kind::Debug => Vec::new(),
            Kind::Media => vec![(intern!(py, "MEDIA_URL").clone(), setting(intern!(py, "MEDIA_URL"))?)],
            Kind::Static => vec![(intern!(py, "STATIC_URL").clone(), setting(intern!(py, "STATIC_URL"))?)],
            Kind::Request => vec![(intern!(py, "request").clone(), Late::Ready(request.clone()))],
            Kind::I18n => {
                let languages = setting(intern!(py, "LANGUAGES"))?;
                let Some(locale) = self.locale()? else { return Ok(None) };
                let language = locale.language_text(py).into_any();
                vec![
                    (intern!(py, "LANGUAGES").clone(), languages),
                    (intern!(py, "LANGUAGE_CODE").clone(), Late::Ready(language.clone())),
                    (intern!(py, "LANGUAGE_BIDI").clone(), Late::Bidi(language)),
                ]
            }
            Kind::Tz => vec![(intern!(py, "TIME_ZONE").clone(), Late::Zone(self.ambient()?.zone.clone()))],
            Kind::Auth => {
                let Some(user) = own_value(request, intern!(py, "user"))? else { return Ok(None) };
                let class = module()?.get_item(intern!(py, "PermWrapper"))?;
                let perms = Late::Perms { class, user: user.clone() };
                vec![(intern!(py, "user").clone(), Late::Ready(user)), (intern!(py, "perms").clone(), perms)]
            }
            Kind::Messages => {
                let Some(found) = own_value(request, intern!(py, "_messages"))? else { return Ok(None) };
                let levels = module()?.get_item(intern!(py, "DEFAULT_LEVELS"))?;
                vec![
                    (intern!(py, "messages").clone(), Late::Ready(found)),
                    (intern!(py, "DEFAULT_MESSAGE_LEVELS").clone(), Late::Ready(levels)),
                ]
            }
        }))
    }
}

impl<'py> Processed<'py> {
    /// The value of a name, which is interned.
    pub fn get(&self, name: &Bound<'py, PyString>) -> PyResult<Option<Value<'py>>> {
        let at = {
            let given = self.given.borrow();
            let mut found = None;
            for (at, given) in given.iter().enumerate().rev() {
                match given {
                    Given::Values(values) => {
                        if let Some(value) = values.get_item(name)? {
                            return Ok(Some(Value::Py(value)));
                        }
                    }
                    Given::Named(named) => {
                        if let Some(place) = named.iter().position(|(known, _)| known.is(name)) {
                            found = Some((at, place));
                            break;
                        }
                    }
                }
            }
            found
        };
        at.map(|at| self.ready(at).map(Value::Py)).transpose()
    }

    /// A value, made now if nobody has asked for it before.
    fn ready(&self, (at, place): (usize, usize)) -> PyResult<Bound<'py, PyAny>> {
        let late = match &self.given.borrow()[at] {
            Given::Named(named) => named[place].1.clone(),
            Given::Values(values) => return Ok(values.clone().into_any()),
        };
        let value = match late {
            Late::Ready(value) => return Ok(value),
            late => late.made(&self.request)?,
        };
        if let Given::Named(named) = &mut self.given.borrow_mut()[at] {
            named[place].1 = Late::Ready(value.clone());
        }
        Ok(value)
    }

    /// The token for `{% csrf_token %}`, if `csrf_token` is what Django's processor gives and nobody has read it yet.
    pub fn token(&self, stock: &Stock) -> PyResult<Option<Bound<'py, PyString>>> {
        let py = self.request.py();
        let name = stock.csrf_token.bind(py);
        for given in self.given.borrow_mut().iter_mut().rev() {
            match given {
                Given::Values(values) if values.contains(name)? => return Ok(None),
                Given::Values(_) => {}
                Given::Named(named) => {
                    let Some((_, late)) = named.iter_mut().find(|(known, _)| known.is(name)) else { continue };
                    if let Late::Made(token) = late {
                        return Ok(Some(token.clone()));
                    }
                    if !matches!(late, Late::Token(_)) {
                        return Ok(None);
                    }
                    let token = new_token(stock, &self.request)?;
                    if let Some(token) = &token {
                        *late = Late::Made(token.clone());
                    }
                    return Ok(token);
                }
            }
        }
        Ok(None)
    }

    /// The dictionary that stock's context has.
    pub fn dict(&self) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(self.request.py());
        let count = self.given.borrow().len();
        for at in 0..count {
            let names: Vec<_> = match &self.given.borrow()[at] {
                Given::Values(values) => {
                    dict.update(values.as_mapping())?;
                    continue;
                }
                Given::Named(named) => named.iter().map(|(name, _)| name.clone()).collect(),
            };
            for (place, name) in names.into_iter().enumerate() {
                dict.set_item(name, self.ready((at, place))?)?;
            }
        }
        Ok(dict)
    }
}

impl<'py> Late<'py> {
    fn made(self, request: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = request.py();
        let stock = Stock::get(py)?;
        match self {
            Self::Ready(value) => Ok(value),
            Self::Perms { class, user } => class.call1((user,)),
            Self::Bidi(language) => stock.call(py, "is_bidi", (language,)),
            Self::Zone(zone) => stock.call(py, "zone_name", (zone,)),
            Self::Token(processor) => processor.call1((request,))?.get_item(stock.csrf_token.bind(py)),
            Self::Made(token) => stock.call(py, "known_token", (token,)),
        }
    }
}

/// Letters and digits as `CSRF_ALLOWED_CHARS` has them.
const TOKEN_CHARACTERS: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const SECRET_LENGTH: usize = 32;

/// The token that a lazy object holds, made now if it is one of Django's processor that nobody has read yet.
/// `None`: the object must be asked.
pub fn lazy_token<'py>(stock: &Stock, lazy: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyString>>> {
    let py = lazy.py();
    if !lazy.get_type().is(&stock.simple_lazy) || !crate::watch::tokens_are_stock(stock, py)? {
        return Ok(None);
    }
    let Some(own) = crate::attributes::own_dict(lazy) else { return Ok(None) };
    let Some(wrapped) = own.get_item(intern!(py, "_wrapped"))? else { return Ok(None) };
    if !wrapped.is(&stock.empty) {
        return Ok(wrapped.cast_into_exact::<PyString>().ok());
    }
    let Some(setup) = own.get_item(intern!(py, "_setupfunc"))? else { return Ok(None) };
    let Some(request) = request_of(stock, &setup)? else { return Ok(None) };
    let token = new_token(stock, &request)?;
    if let Some(token) = &token {
        own.set_item(intern!(py, "_wrapped"), token)?;
    }
    Ok(token)
}

/// The request that the function inside of Django's processor `csrf` makes a token for. `None`: it is another function.
fn request_of<'py>(stock: &Stock, setup: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = setup.py();
    let code = stock.token_code.bind(py);
    if code.is_none()
        || !setup.get_type().is(code.get_item(0)?)
        || !setup.getattr(intern!(py, "__code__"))?.is(code.get_item(1)?)
    {
        return Ok(None);
    }
    let cell = setup.getattr(intern!(py, "__closure__"))?.get_item(0)?;
    cell.getattr_opt(intern!(py, "cell_contents"))
}

/// `get_token(request)`. `None`: Django's function must make it.
pub fn new_token<'py>(stock: &Stock, request: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyString>>> {
    let py = request.py();
    if !crate::watch::tokens_are_stock(stock, py)? {
        return Ok(None);
    }
    let meta = request.getattr(intern!(py, "META"))?;
    let Ok(meta) = meta.cast_exact::<PyDict>() else { return Ok(None) };
    let secret = if let Some(secret) = meta.get_item(intern!(py, "CSRF_COOKIE"))? {
        let Ok(secret) = secret.cast_exact::<PyString>() else { return Ok(None) };
        let Some(secret) = places(secret.to_str()?) else { return Ok(None) };
        secret
    } else {
        let secret = random_places(py)?;
        let text: String = secret.iter().map(|&place| char::from(TOKEN_CHARACTERS[place])).collect();
        meta.set_item(intern!(py, "CSRF_COOKIE"), text)?;
        secret
    };
    meta.set_item(intern!(py, "CSRF_COOKIE_NEEDS_UPDATE"), true)?;
    let mut token = [0u8; 2 * SECRET_LENGTH];
    for (at, (place, own)) in random_places(py)?.into_iter().zip(secret).enumerate() {
        token[at] = TOKEN_CHARACTERS[place];
        token[SECRET_LENGTH + at] = TOKEN_CHARACTERS[(own + place) % TOKEN_CHARACTERS.len()];
    }
    Ok(std::str::from_utf8(&token).ok().map(|token| PyString::new(py, token)))
}

/// The places of a secret's characters. `None`: it is no secret of the usual kind.
fn places(secret: &str) -> Option<[usize; SECRET_LENGTH]> {
    let secret: &[u8; SECRET_LENGTH] = secret.as_bytes().try_into().ok()?;
    let mut found = [0; SECRET_LENGTH];
    for (place, byte) in found.iter_mut().zip(secret) {
        *place = TOKEN_CHARACTERS.iter().position(|known| known == byte)?;
    }
    Some(found)
}

/// Places of characters, each as likely as any other, from the system's source of randomness that `secrets` uses.
fn random_places(py: Python<'_>) -> PyResult<[usize; SECRET_LENGTH]> {
    let urandom = py.import(intern!(py, "os"))?.getattr(intern!(py, "urandom"))?;
    let mut found = [0; SECRET_LENGTH];
    let mut count = 0;
    while count < SECRET_LENGTH {
        let bytes = urandom.call1((2 * SECRET_LENGTH,))?;
        for byte in bytes.cast::<PyBytes>()?.as_bytes() {
            let place = usize::from(byte & 63);
            if place < TOKEN_CHARACTERS.len() && count < SECRET_LENGTH {
                found[count] = place;
                count += 1;
            }
        }
    }
    Ok(found)
}
