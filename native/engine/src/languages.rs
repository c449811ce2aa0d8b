//! Switching languages as `{% language %}` does, and what Django knows of a language, without Django's Python functions.
//!
//! Where anything of these is not as Django made it, `None` is returned, and Python does it.

use crate::attributes::own_dict;
use crate::render::Render;
use crate::stock::{Class, Stock, class_of};
use crate::surroundings;
use crate::watch;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// A language that is active until its scope is left.
pub enum LanguageScope<'py> {
    /// The code of the language to go back to.
    Native(Bound<'py, PyAny>),
    /// Django's context manager, entered.
    Python(Bound<'py, PyAny>),
}

/// The values of a module.
fn names_of<'py>(py: Python<'py>, module: &Py<PyAny>) -> Option<Bound<'py, PyDict>> {
    own_dict(module.bind(py))
}

/// The translations of a language, if they are loaded and switching to them is left to Django's own functions.
fn loaded<'py>(stock: &Stock, code: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = code.py();
    let Some(names) = names_of(py, &stock.trans_real) else { return Ok(None) };
    // Without translations these are `trans_null`'s, and before the first use they are not there.
    let Some(chosen) = own_dict(stock.trans.bind(py)) else { return Ok(None) };
    for name in [intern!(py, "activate"), intern!(py, "get_language")] {
        match (chosen.get_item(name)?, names.get_item(name)?) {
            (Some(chosen), Some(own)) if chosen.is(&own) => {}
            _ => return Ok(None),
        }
    }
    match names.get_item(intern!(py, "_translations"))? {
        Some(known) => Ok(known.cast_exact::<PyDict>().ok().map(|known| known.get_item(code)).transpose()?.flatten()),
        None => Ok(None),
    }
}

impl<'py> Render<'py> {
    /// `translation.override(code).__enter__()`
    pub fn enter_language(&mut self, code: &Bound<'py, PyAny>) -> PyResult<LanguageScope<'py>> {
        let old = self.switch_language(code)?;
        self.forget_ambient();
        if let Some(old) = old {
            return Ok(LanguageScope::Native(old));
        }
        let scope = self.stock.call(self.py, "override_language", (code,))?;
        scope.call_method0("__enter__")?;
        Ok(LanguageScope::Python(scope))
    }

    /// `translation.override(…).__exit__()`
    pub fn leave_language(&mut self, scope: &LanguageScope<'py>) -> PyResult<()> {
        let left = match scope {
            LanguageScope::Native(old) => match self.switch_language(old)? {
                Some(_) => Ok(()),
                None => self.stock.call(self.py, "activate_language", (old,)).map(drop),
            },
            LanguageScope::Python(scope) => {
                let none = self.py.None();
                scope.call_method1("__exit__", (&none, &none, &none)).map(drop)
            }
        };
        self.forget_ambient();
        left
    }

    /// Activates a language; gives back the code of the one before.
    fn switch_language(&self, code: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let (py, stock) = (self.py, self.stock);
        let is_code = matches!(class_of(stock, code)?, Class::Str | Class::Safe) && code.is_truthy()?;
        if !is_code || !watch::languages_are_stock(stock, py)? {
            return Ok(None);
        }
        let Some(translations) = loaded(stock, code)? else { return Ok(None) };
        let Some(sources) = surroundings::Sources::get(py, stock)? else { return Ok(None) };
        let old = match sources.language(py)? {
            Some(active) if active.bind(py).get_type().is(stock.DjangoTranslation.bind(py)) => {
                active.bind(py).getattr(intern!(py, "_DjangoTranslation__to_language"))?
            }
            Some(_) => return Ok(None),
            None => stock.setting(py, intern!(py, "LANGUAGE_CODE"))?,
        };
        // The code of a language to go back to: `None` would say that there is none.
        if !matches!(class_of(stock, &old)?, Class::Str | Class::Safe) || !old.is_truthy()? {
            return Ok(None);
        }
        Ok(if sources.set_language(&translations)? { Some(old) } else { None })
    }

    /// `translation.get_language_info(code)`
    ///
    /// `None`: the language is not known by this code, or the function is not Django's.
    pub fn language_info(&mut self, code: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let (py, stock) = (self.py, self.stock);
        let is_code = matches!(class_of(stock, code)?, Class::Str | Class::Safe);
        if !is_code || !watch::languages_are_stock(stock, py)? {
            return Ok(None);
        }
        let Some(names) = names_of(py, &stock.locales) else { return Ok(None) };
        let Some(known) = names.get_item(intern!(py, "LANG_INFO"))? else { return Ok(None) };
        let Ok(known) = known.cast_exact::<PyDict>() else { return Ok(None) };
        let Some(info) = known.get_item(code)? else { return Ok(None) };
        let Ok(info) = info.cast_into_exact::<PyDict>() else { return Ok(None) };
        // Without a name it is another language's.
        let Some(name) = info.get_item(intern!(py, "name"))? else { return Ok(None) };
        info.set_item(intern!(py, "name_translated"), lazy_translation(stock, &name)?)?;
        Ok(Some(info))
    }
}

/// `gettext_lazy(message)`
fn lazy_translation<'py>(stock: &Stock, message: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = message.py();
    stock.GettextProxy.bind(py).call1(((message,), PyDict::new(py)))
}
