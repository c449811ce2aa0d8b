//! Which methods of an object are Django's own.

use crate::attributes::own_dict;
use crate::classes::Met;
use crate::render::Render;
use crate::watch::{Holder, all_hold, notes, type_version};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyString, PyTuple, PyType};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// Classes known at most before the table is emptied.
const MAX_CLASSES: usize = 2048;

macro_rules! methods {
    ($($name:ident = $token:literal),* $(,)?) => {
        /// A method as Django wrote it, by the token that `djust_backend.form_methods.CHAINS` has for it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u32)]
        pub enum Method { $(#[allow(missing_docs)] $name),* }

        const TOKENS: &[(&str, Method)] = &[$(($token, Method::$name)),*];
    };
}

methods! {
    FormItem = "form.__getitem__", FormIter = "form.__iter__", FormErrors = "form.errors",
    NonFieldErrors = "form.non_field_errors", BoundItems = "form._bound_items", FormContext = "form.get_context",
    FormTemplate = "form.template_name", AddPrefix = "form.add_prefix", AddInitialPrefix = "form.add_initial_prefix",
    WidgetDataValue = "form._widget_data_value", InitialForField = "form.get_initial_for_field",
    HiddenFields = "form.hidden_fields", VisibleFields = "form.visible_fields", AsP = "form.as_p",
    AsTable = "form.as_table", AsUl = "form.as_ul", AsDiv = "form.as_div",
    Render = "render", RenderedText = "render.__str__",
    BoundInit = "bound.__init__", BoundItem = "bound.__getitem__", BoundText = "bound.__str__",
    AsFieldGroup = "bound.as_field_group", BoundErrors = "bound.errors", BoundTemplate = "bound.template_name",
    BoundContext = "bound.get_context", AsWidget = "bound.as_widget", BoundData = "bound.data",
    BoundValue = "bound.value", LabelTag = "bound.label_tag", LegendTag = "bound.legend_tag",
    CssClasses = "bound.css_classes", BoundHidden = "bound.is_hidden", AutoId = "bound.auto_id",
    BoundIdForLabel = "bound.id_for_label", BoundInitial = "bound.initial", WidgetAttrs = "bound.build_widget_attrs",
    DescribedBy = "bound.aria_describedby", UseFieldset = "bound.use_fieldset",
    GetBoundField = "field.get_bound_field", FieldData = "field.bound_data", PrepareValue = "field.prepare_value",
    WidgetRender = "widget.render", WidgetOwnRender = "widget._render", WidgetHidden = "widget.is_hidden",
    BuildAttrs = "widget.build_attrs", ContextPlain = "context.plain", ContextInput = "context.input",
    ContextPassword = "context.password", ContextCheckbox = "context.checkbox", ContextChoice = "context.choice", ContextRelated = "context.related", RelatedUrl = "related.get_related_url",
    RelatedHidden = "related.is_hidden",
    ContextSelect = "context.select", FormatPlain = "format.plain", FormatCheckbox = "format.checkbox",
    FormatChoice = "format.choice", IdPlain = "id.plain", IdChoice = "id.choice", IdRadio = "id.radio",
    RequiredPlain = "required.plain", RequiredSelect = "required.select", RequiredNever = "required.never",
    DataPlain = "data.plain", DataCheckbox = "data.checkbox", DataChoice = "data.choice",
    Choices = "choice.choices", OptGroups = "choice.optgroups", CreateOption = "choice.create_option",
    HasEmptyValue = "choice._choice_has_empty_value",
    ErrorsInit = "errors.__init__", ErrorsLen = "errors.__len__", ErrorsIter = "errors.__iter__",
    ErrorsItem = "errors.__getitem__", ErrorsCopy = "errors.copy", ErrorsContext = "errors.get_context", ErrorIter = "error.__iter__",
    ValuesGet = "values.get", ValuesItem = "values.__getitem__",
    RendererRender = "renderer.render", OfEngine = "renderer.of_engine", OfSettings = "renderer.of_settings",
    EnginesAll = "engines.all", EnginesIter = "engines.__iter__", EnginesItem = "engines.__getitem__",
}

/// The kinds of object; an object's own attributes of these names go before the methods of its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `BaseForm`
    Form,
    /// `BoundField`
    Bound,
    /// `Field`
    Field,
    /// `Widget`
    Widget,
    /// `ErrorList`
    Errors,
    /// A form renderer.
    Renderer,
    /// Anything else that is only asked by the slots of its class.
    Slots,
}

const FORM: &[&str] = &[
    "as_p",
    "as_table",
    "as_ul",
    "as_div",
    "render",
    "get_context",
    "_bound_items",
    "non_field_errors",
    "add_prefix",
    "add_initial_prefix",
    "_widget_data_value",
    "get_initial_for_field",
    "hidden_fields",
    "visible_fields",
];
const BOUND: &[&str] = &[
    "get_context",
    "as_widget",
    "value",
    "label_tag",
    "legend_tag",
    "css_classes",
    "build_widget_attrs",
    "render",
    "as_field_group",
];
const FIELD: &[&str] = &["get_bound_field", "bound_data", "prepare_value"];
const WIDGET: &[&str] = &[
    "render",
    "_render",
    "get_context",
    "format_value",
    "build_attrs",
    "id_for_label",
    "use_required_attribute",
    "value_from_datadict",
    "optgroups",
    "create_option",
    "_choice_has_empty_value",
    "get_related_url",
];
const ERRORS: &[&str] = &["render", "get_context", "copy"];
const RENDERER: &[&str] = &["render", "get_template"];

/// The methods of a class that are Django's own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Methods(u128);

impl Methods {
    /// True if the class has this method.
    pub fn has(self, method: Method) -> bool {
        self.0 & (1 << method as u32) != 0
    }

    /// True if the class has all of these.
    pub fn all(self, methods: &[Method]) -> bool {
        methods.iter().all(|&method| self.has(method))
    }
}

/// What else of Django's forms is known.
pub struct Known {
    /// `BoundField`
    pub bound_field: Py<PyType>,
    /// `ErrorList`
    pub error_list: Py<PyType>,
    /// `OrderedDict`
    pub ordered_dict: Py<PyType>,
    /// `ValidationError`
    pub validation_error: Py<PyType>,
    /// `widgets.boolean_check`
    pub boolean_check: Py<PyAny>,
    /// `django.template.engines`
    pub engines: Py<PyAny>,
    /// `get_default_renderer`
    pub default_renderer: Py<PyAny>,
    /// `NON_FIELD_ERRORS`
    pub non_field_errors: Py<PyAny>,
    /// The characters after which a label gets no suffix.
    pub punctuation: Py<PyAny>,
    /// Labels have a dictionary of attributes as soon as they have an id.
    pub labels_have_attrs: bool,
    /// All names that methods have.
    all_names: Py<PyAny>,
    notes: Vec<Holder>,
    names: [Vec<Py<PyString>>; 7],
}

static KNOWN: PyOnceLock<Known> = PyOnceLock::new();

/// A class, the version at which it was judged, and its methods.
type Judged = (Met, u32, Methods);

thread_local! {
    /// By address of the class.
    static CLASSES: RefCell<FxHashMap<usize, Judged>> = RefCell::default();
}

impl Known {
    fn load(pieces: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = pieces.py();
        let class = |name| Ok::<_, PyErr>(pieces.get_item(name)?.cast_into::<PyType>()?.unbind());
        let object = |name| Ok::<_, PyErr>(pieces.get_item(name)?.unbind());
        let interned = |names: &[&str]| names.iter().map(|name| PyString::intern(py, name).unbind()).collect();
        Ok(Self {
            bound_field: class("BoundField")?,
            error_list: class("ErrorList")?,
            ordered_dict: class("OrderedDict")?,
            validation_error: class("ValidationError")?,
            boolean_check: object("boolean_check")?,
            engines: object("engines")?,
            default_renderer: object("get_default_renderer")?,
            non_field_errors: object("non_field_errors")?,
            punctuation: object("punctuation")?,
            labels_have_attrs: pieces.get_item("labels_have_attrs")?.is_truthy()?,
            all_names: object("names")?,
            notes: notes(&pieces.get_item("notes")?)?,
            names: [FORM, BOUND, FIELD, WIDGET, ERRORS, RENDERER, &[]].map(interned),
        })
    }
}

/// What is known of Django's forms, if a form was met before.
pub fn loaded(py: Python<'_>) -> Option<&Known> {
    KNOWN.get(py)
}

/// What a render knows of forms, as long as no Python code runs.
#[derive(Default)]
pub struct State<'py> {
    /// The helpers that Django's methods name are Django's.
    holds: Option<bool>,
    /// The engine of the renderer that was used last.
    pub engine: Option<super::renderers::FormEngine<'py>>,
    /// Python code has run in this render that may have changed what surrounds it.
    pub is_disturbed: bool,
}

impl State<'_> {
    /// What a render within this one may know.
    pub fn inherit(&self) -> Self {
        Self { holds: self.holds, engine: None, is_disturbed: false }
    }

    /// What is left when Python code has run.
    pub fn after_python() -> Self {
        Self { is_disturbed: true, ..Self::default() }
    }
}

impl<'py> Render<'py> {
    /// Django's forms. `None`: something that its methods name has been replaced.
    pub fn forms(&mut self) -> PyResult<Option<&'py Known>> {
        let py = self.py;
        let known = KNOWN.get_or_try_init(py, || Known::load(&self.stock.call(py, "form_pieces", ())?))?;
        let holds = match self.forms.holds {
            Some(holds) => holds,
            None => all_hold(py, &known.notes)?,
        };
        self.forms.holds = Some(holds);
        Ok(holds.then_some(known))
    }

    /// The methods of an object that are Django's own; none if it has attributes of such names itself.
    pub fn methods(&self, known: &Known, object: &Bound<'py, PyAny>, kind: Kind) -> PyResult<Methods> {
        let methods = self.methods_of_class(&object.get_type())?;
        let names = &known.names[kind as usize];
        if methods.0 == 0 || names.is_empty() {
            return Ok(methods);
        }
        let Some(own) = own_dict(object) else { return Ok(Methods::default()) };
        for name in names {
            if own.contains(name)? {
                return Ok(Methods::default());
            }
        }
        Ok(methods)
    }

    /// The methods of a class that are Django's own.
    pub fn methods_of_class(&self, class: &Bound<'py, PyType>) -> PyResult<Methods> {
        let key = class.as_ptr() as usize;
        let version = type_version(class);
        let known = CLASSES.with(|classes| {
            let classes = classes.borrow();
            let found = classes.get(&key).filter(|(met, at, _)| *at == version && met.is(class.as_type_ptr()));
            found.map(|(.., methods)| *methods)
        });
        if let Some(methods) = known.filter(|_| version != 0) {
            return Ok(methods);
        }
        let at = version;
        let methods = match self.inherited_methods(class)? {
            Some(inherited) => inherited,
            None => self.asked_methods(class)?,
        };
        // Looking an attribute up gives the class a version, if it has none.
        class.getattr(intern!(self.py, "__init__"))?;
        let version = type_version(class);
        if at != 0 && at != version {
            // The class was changed meanwhile.
            return Ok(Methods::default());
        }
        let met = Met::new(class)?;
        CLASSES.with(|classes| {
            let mut classes = classes.borrow_mut();
            if classes.len() >= MAX_CLASSES {
                classes.clear();
            }
            classes.insert(key, (met, version, methods));
        });
        Ok(if version == 0 { Methods::default() } else { methods })
    }

    /// The methods of the only base of a class that adds none: many are made while a page is.
    fn inherited_methods(&self, class: &Bound<'py, PyType>) -> PyResult<Option<Methods>> {
        let py = self.py;
        let Some(known) = loaded(py) else { return Ok(None) };
        let bases = class.getattr(intern!(py, "__bases__"))?.cast_into::<PyTuple>()?;
        let names = class.getattr(intern!(py, "__dict__"))?;
        if bases.len() != 1
            || !known.all_names.bind(py).call_method1(intern!(py, "isdisjoint"), (names,))?.is_truthy()?
        {
            return Ok(None);
        }
        let base = bases.get_item(0)?.cast_into::<PyType>()?;
        let (mro, of_base) = (class.mro(), base.mro());
        let is_same = mro.len() == of_base.len() + 1 && mro.iter().skip(1).zip(of_base.iter()).all(|(a, b)| a.is(&b));
        if is_same { self.methods_of_class(&base).map(Some) } else { Ok(None) }
    }

    fn asked_methods(&self, class: &Bound<'py, PyType>) -> PyResult<Methods> {
        let mut methods = Methods::default();
        for token in self.stock.call(self.py, "form_methods_of", (class,))?.try_iter()? {
            let token = token?;
            let token = token.cast::<PyString>()?.to_str()?;
            if let Some((_, method)) = TOKENS.iter().find(|(known, _)| *known == token) {
                methods.0 |= 1 << *method as u32;
            }
        }
        Ok(methods)
    }
}
