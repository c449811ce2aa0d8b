//! Form renderers: their templates, rendered without a way through Python where the engine is ours.

use super::known::{Kind, Known, Method};
use crate::attributes::{class_has_this, optional_attribute, own_dict};
use crate::py::entry::fresh;
use crate::py::frame::{Frame, RootState};
use crate::py::program::{NativeProgram, native_program};
use crate::render::Render;
use crate::scopes::Layer;
use crate::stock::Stock;
use crate::tags::inheritance::Level;
use crate::value::Value;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString, PyType};
use std::sync::Arc;

/// What the face's backend is known by.
struct Face {
    /// `DjustTemplates.get_template`
    get_template: Py<PyAny>,
    /// The class of the templates that it gives, and what they are rendered by.
    template_class: Py<PyType>,
    render: Py<PyAny>,
}

static FACE: PyOnceLock<Face> = PyOnceLock::new();

/// Levels that a template of a form counts for: on stock its render takes more of Python's own stack.
const LEVELS: usize = 12;

/// The engine that a renderer has its templates from.
pub struct FormEngine<'py> {
    renderer: Bound<'py, PyAny>,
    backend: Bound<'py, PyAny>,
    templates: Bound<'py, PyDict>,
    autoescape: bool,
}

/// Tells the native side how the face's backend gives templates.
#[pyfunction]
pub fn set_backend(get_template: &Bound<'_, PyAny>, template_class: &Bound<'_, PyType>) -> PyResult<()> {
    let py = get_template.py();
    let face = Face {
        get_template: get_template.clone().unbind(),
        template_class: template_class.clone().unbind(),
        render: template_class.getattr(intern!(py, "render"))?.unbind(),
    };
    // A second class (a reloaded module) is not ours: Python asks it.
    let _ = FACE.set(py, face);
    Ok(())
}

/// The templates that a backend has loaded, by name, and its `autoescape`. `None`: it must be asked itself, for it is not
/// ours, or not as it was made.
pub fn loaded_templates<'py>(
    stock: &Stock,
    backend: &Bound<'py, PyAny>,
) -> PyResult<Option<(Bound<'py, PyDict>, bool)>> {
    let py = backend.py();
    let Some(face) = FACE.get(py) else { return Ok(None) };
    let name = intern!(py, "get_template");
    let is_ours = class_has_this(backend, name, face.get_template.bind(py)) && own_item(backend, name)?.is_none();
    let gives = own_item(backend, intern!(py, "_template_class"))?;
    if !is_ours || !gives.is_some_and(|class| class.is(&face.template_class)) {
        return Ok(None);
    }
    let Some(engine) = own_item(backend, intern!(py, "engine"))? else { return Ok(None) };
    let templates = optional_attribute(&engine, intern!(py, "template_cache"))?;
    let Some(templates) = templates.and_then(|found| found.cast_into_exact::<PyDict>().ok()) else {
        return Ok(None);
    };
    Ok(Some((templates, engine.getattr(stock.autoescape.bind(py))?.is_truthy()?)))
}

/// True if the templates of our backend are rendered by what the face has for it.
pub fn renders_as_made(py: Python<'_>) -> PyResult<bool> {
    let Some(face) = FACE.get(py) else { return Ok(false) };
    Ok(face.template_class.bind(py).getattr(intern!(py, "render"))?.is(&face.render))
}

impl<'py> Render<'py> {
    /// `mark_safe(renderer.render(template, context))`
    pub(super) fn render_with(
        &mut self,
        known: &Known,
        renderer: &Bound<'py, PyAny>,
        name: &Bound<'py, PyAny>,
        context: Bound<'py, PyDict>,
    ) -> PyResult<Value<'py>> {
        let py = self.py;
        if let Some((template, program)) = self.form_template(known, renderer, name)? {
            let result = self.render_alone(&template, &program, context);
            return result.map_err(|error| self.backend_error(error));
        }
        let text = renderer.call_method1(intern!(py, "render"), (name, context));
        let text = self.outside(text)?;
        crate::helpers::mark_safe(&text).map(Value::Py)
    }

    /// The template of this name, if the renderer's engine is ours and has it ready.
    fn form_template(
        &mut self,
        known: &Known,
        renderer: &Bound<'py, PyAny>,
        name: &Bound<'py, PyAny>,
    ) -> PyResult<Option<(Bound<'py, PyAny>, Bound<'py, NativeProgram>)>> {
        if !name.is_instance_of::<PyString>() || !crate::watch::contexts_are_stock(self.stock, self.py)? {
            return Ok(None);
        }
        if !self.forms.engine.as_ref().is_some_and(|engine| engine.renderer.is(renderer)) {
            self.forms.engine = self.form_engine(known, renderer)?;
        }
        let Some(engine) = &self.forms.engine else { return Ok(None) };
        let Some(template) = engine.templates.get_item(name)? else { return Ok(None) };
        Ok(native_program(self.stock, &template)?.map(|program| (template, program)))
    }

    fn form_engine(&self, known: &Known, renderer: &Bound<'py, PyAny>) -> PyResult<Option<FormEngine<'py>>> {
        let py = self.py;
        let methods = self.methods(known, renderer, Kind::Renderer)?;
        if !methods.has(Method::RendererRender) {
            return Ok(None);
        }
        let backend = if methods.has(Method::OfEngine) {
            own_item(renderer, intern!(py, "engine"))?
        } else if methods.has(Method::OfSettings) {
            self.first_engine(known)?
        } else {
            None
        };
        let Some(backend) = backend else { return Ok(None) };
        let Some((templates, autoescape)) = loaded_templates(self.stock, &backend)? else { return Ok(None) };
        Ok(Some(FormEngine { renderer: renderer.clone(), backend, templates, autoescape }))
    }

    /// The first of the site's engines, which `django.template.loader.get_template` asks first.
    fn first_engine(&self, known: &Known) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = self.py;
        let engines = known.engines.bind(py);
        let wanted = [Method::EnginesAll, Method::EnginesIter, Method::EnginesItem];
        if !self.methods(known, engines, Kind::Slots)?.all(&wanted) {
            return Ok(None);
        }
        let Some(entries) = own_item(engines, intern!(py, "templates"))? else { return Ok(None) };
        let Some(made) = own_item(engines, intern!(py, "_engines"))? else { return Ok(None) };
        let (Ok(entries), Ok(made)) = (entries.cast_into_exact::<PyDict>(), made.cast_into_exact::<PyDict>()) else {
            return Ok(None);
        };
        match entries.keys().get_item(0) {
            Ok(alias) => made.get_item(alias),
            Err(_) => Ok(None),
        }
    }

    /// A template in a render of its own, without white space around it.
    fn render_alone(
        &mut self,
        template: &Bound<'py, PyAny>,
        program: &Bound<'py, NativeProgram>,
        context: Bound<'py, PyDict>,
    ) -> PyResult<Value<'py>> {
        let _levels = Level::enter_many(self.py, LEVELS)?;
        let mut render = fresh(self.py, self.stock, template)?;
        render.autoescape = self.forms.engine.as_ref().is_none_or(|engine| engine.autoescape);
        render.scopes.layers.push(Layer::Builtins);
        render.scopes.layers.push(Layer::Dict(context));
        render.frames.push(Frame::new(template.clone(), Arc::<RootState>::default()));
        render.forms = self.forms.inherit();
        render.ambient.clone_from(&self.ambient);
        let render = NativeProgram::run(program, render)?;
        if render.forms.is_disturbed {
            self.forget_ambient();
        }
        NativeProgram::stripped(program, render)
    }

    /// An error of a template, as the backend's `Template.render` raises it.
    fn backend_error(&mut self, error: PyErr) -> PyErr {
        let missing = self.stock.TemplateDoesNotExist.bind(self.py);
        let Some(engine) = self.forms.engine.as_ref().filter(|_| error.is_instance(self.py, missing)) else {
            return error;
        };
        match self.stock.call(self.py, "reraise_missing", (error.value(self.py), &engine.backend)) {
            Ok(_) => error,
            Err(raised) => raised,
        }
    }
}

/// An entry of an object's own dictionary.
pub fn own_item<'py>(object: &Bound<'py, PyAny>, name: &Bound<'py, PyString>) -> PyResult<Option<Bound<'py, PyAny>>> {
    own_dict(object).map_or(Ok(None), |own| own.get_item(name))
}
