//! Rows of the admin's change lists: what `results` and `items_for_result` make (`djust_backend.admin_columns`).

use crate::addresses::Arguments;
use crate::attributes::{asked_attribute, is_callable, is_property, optional_attribute};
use crate::helpers::{mark_safe, push_escaped};
use crate::out::Out;
use crate::py::entry::detached;
use crate::render::{Render, Tri};
use crate::stock::{Class, Stock, class_of};
use crate::value::Value;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple, PyType};

/// `results` of the admin's lists, in a namespace of ours.
#[pyclass(frozen, module = "djust_backend._native")]
pub struct AdminRows {
    pieces: Py<PyDict>,
    is_later: bool,
}

/// How the cells of a column are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `name(row)`
    Called,
    /// An attribute of the admin or of the row.
    Attribute,
    /// The checkbox for actions.
    Checkbox,
    /// A field that Django has added.
    Plain,
    Related,
    Choices,
    Boolean,
    DateTime,
    Date,
    Decimal,
    Number,
    /// Any other field whose values are shown as they are.
    Value,
    /// What only `display_for_field` knows.
    Python,
}

/// A column of the list.
struct Column<'py> {
    name: Bound<'py, PyAny>,
    css: Bound<'py, PyString>,
    field: Bound<'py, PyAny>,
    kind: Kind,
    /// Labels of choices, or a number of decimal places.
    more: Bound<'py, PyAny>,
    nowrap: bool,
}

/// What a cell shows.
enum Shown<'py> {
    Object(Bound<'py, PyAny>),
    Text(String),
}

/// View, application and key of the addresses of rows.
type Address<'py> = (Bound<'py, PyAny>, String, Bound<'py, PyString>);

/// One list while its rows are made.
struct List<'a, 'py> {
    rows: &'a AdminRows,
    render: Render<'py>,
    cl: Bound<'py, PyAny>,
    admin: Bound<'py, PyAny>,
    /// View, application and key of the addresses of rows, if they are made as Django makes them.
    address: Option<Address<'py>>,
}

#[pymethods]
impl AdminRows {
    /// `pieces`: functions of the namespace by name, and `columns`, which describes the columns of a list.
    #[staticmethod]
    fn of(pieces: &Bound<'_, PyDict>) -> PyResult<Self> {
        let later = pieces.as_any().get_item("is_later")?;
        Ok(Self { pieces: pieces.clone().unbind(), is_later: later.is_truthy()? })
    }

    /// `results(cl)`
    fn __call__<'py>(&self, py: Python<'py>, cl: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        if cl.getattr(intern!(py, "formset"))?.is_truthy()? {
            return self.piece(py, "results")?.call1((cl,));
        }
        let admin = cl.getattr(intern!(py, "model_admin"))?;
        let address = self.address(&cl)?;
        let mut list = List { rows: self, render: detached(py, Stock::get(py)?), cl, admin, address };
        let found = PyList::empty(py);
        let mut known: Option<(Bound<'py, PyType>, Vec<Column<'py>>)> = None;
        let result_list = list.cl.getattr(intern!(py, "result_list"))?;
        for row in result_list.try_iter()? {
            let row = row?;
            if !known.as_ref().is_some_and(|(class, _)| class.is(row.get_type())) {
                let described = self.piece(py, "columns")?.call1((&list.cl, row.get_type()))?;
                if described.is_none() {
                    return self.piece(py, "results")?.call1((&list.cl,));
                }
                let columns = described.try_iter()?.map(|one| column(&one?)).collect::<PyResult<_>>()?;
                known = Some((row.get_type(), columns));
            }
            let Some((_, columns)) = &known else { continue };
            let items = list.items(&row, columns)?;
            found.append(self.piece(py, "ResultList")?.call1((py.None(), items))?)?;
        }
        Ok(found.into_any())
    }

    fn __traverse__(&self, visit: pyo3::PyVisit<'_>) -> Result<(), pyo3::PyTraverseError> {
        visit.call(&self.pieces)
    }
}

impl AdminRows {
    fn piece<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        self.pieces.bind(py).as_any().get_item(name)
    }

    fn address<'py>(&self, cl: &Bound<'py, PyAny>) -> PyResult<Option<Address<'py>>> {
        let found = self.piece(cl.py(), "address")?.call1((cl,))?;
        let Ok(found) = found.cast_into::<PyTuple>() else { return Ok(None) };
        let key = found.get_item(2)?.cast_into::<PyString>()?;
        Ok(Some((found.get_item(0)?, found.get_item(1)?.extract()?, key)))
    }
}

fn column<'py>(described: &Bound<'py, PyAny>) -> PyResult<Column<'py>> {
    let described = described.cast::<PyTuple>()?;
    let kind = match described.get_item(3)?.cast::<PyString>()?.to_str()? {
        "called" => Kind::Called,
        "attribute" => Kind::Attribute,
        "checkbox" => Kind::Checkbox,
        "plain" => Kind::Plain,
        "related" => Kind::Related,
        "choices" => Kind::Choices,
        "boolean" => Kind::Boolean,
        "datetime" => Kind::DateTime,
        "date" => Kind::Date,
        "decimal" => Kind::Decimal,
        "number" => Kind::Number,
        "value" => Kind::Value,
        _ => Kind::Python,
    };
    Ok(Column {
        name: described.get_item(0)?,
        css: described.get_item(1)?.cast_into::<PyString>()?,
        field: described.get_item(2)?,
        kind,
        more: described.get_item(4)?,
        nowrap: described.get_item(5)?.is_truthy()?,
    })
}

impl<'py> List<'_, 'py> {
    /// `items_for_result(cl, row, None)` as a list.
    fn items(&mut self, row: &Bound<'py, PyAny>, columns: &[Column<'py>]) -> PyResult<Bound<'py, PyList>> {
        let py = self.render.py;
        let pk = self.cl.getattr(intern!(py, "lookup_opts"))?.getattr(intern!(py, "pk"))?;
        let pk = pk.getattr(intern!(py, "attname"))?;
        let items = PyList::empty(py);
        let mut is_first = true;
        for column in columns {
            let mut empty = self.empty_value()?;
            let links = self.links_to(is_first, &column.name)?;
            let mut css = vec![column.css.clone()];
            let shown = match self.found(row, column) {
                Ok(found) => self.shown((row, column), found, (&mut empty, &mut css), links)?,
                Err(error) if error.is_instance(py, &self.rows.piece(py, "ObjectDoesNotExist")?) => {
                    Shown::Object(empty)
                }
                Err(error) => return Err(error),
            };
            let mut out = Out::with_capacity(128);
            let tag = if links && is_first { "th" } else { "td" };
            for part in ["<", tag, " class=\""] {
                out.push_str(part);
            }
            for (at, class) in css.iter().enumerate() {
                out.push_str(if at > 0 { " " } else { "" });
                out.push_py(class, false)?;
            }
            out.push_str("\">");
            if links {
                is_first = false;
                self.push_link(&mut out, row, &pk, &shown)?;
            } else {
                self.push_shown(&mut out, &shown)?;
            }
            for part in ["</", tag, ">"] {
                out.push_str(part);
            }
            items.append(self.render.stock.SafeString.bind(py).call1((out.finish(py)?,))?)?;
        }
        Ok(items)
    }

    /// `BaseModelAdmin.get_empty_value_display`
    fn empty_value(&self) -> PyResult<Bound<'py, PyAny>> {
        let name = intern!(self.render.py, "empty_value_display");
        match optional_attribute(&self.admin, name)? {
            Some(value) => mark_safe(&value),
            None => mark_safe(&self.admin.getattr(intern!(self.render.py, "admin_site"))?.getattr(name)?),
        }
    }

    fn links_to(&self, is_first: bool, name: &Bound<'py, PyAny>) -> PyResult<bool> {
        let links = self.cl.getattr(intern!(self.render.py, "list_display_links"))?;
        if links.is_none() {
            return Ok(false);
        }
        Ok(is_first && !links.is_truthy()? || links.contains(name)?)
    }

    /// What `lookup_field` finds: the attribute, if it is no field, and the value.
    fn found(
        &mut self,
        row: &Bound<'py, PyAny>,
        column: &Column<'py>,
    ) -> PyResult<(Option<Bound<'py, PyAny>>, Bound<'py, PyAny>)> {
        let py = self.render.py;
        if column.kind == Kind::Checkbox
            && let Some(found) = self.checkbox(row)?
        {
            return Ok((None, found));
        }
        if !matches!(column.kind, Kind::Called | Kind::Attribute | Kind::Checkbox) {
            return Ok((None, row.getattr(column.name.cast::<PyString>()?)?));
        }
        let called = if column.kind == Kind::Called {
            Some(column.name.clone())
        } else {
            let name = column.name.cast::<PyString>()?;
            let is_text = name.to_str().is_ok_and(|name| name == "__str__");
            if is_text { None } else { asked_attribute(&self.admin, name)? }
        };
        if let Some(called) = called {
            let value = called.call1((row,));
            self.render.forget_ambient();
            return Ok((Some(called), value?));
        }
        let name = column.name.cast::<PyString>()?;
        let Some(mut attr) = optional_attribute(row, name)? else {
            let found = self.rows.piece(py, "lookup_field")?.call1((name, row, &self.admin));
            self.render.forget_ambient();
            let found = found?;
            return Ok((Some(found.get_item(1)?), found.get_item(2)?));
        };
        let value = if is_callable(&attr) { attr.call0() } else { Ok(attr.clone()) };
        self.render.forget_ambient();
        let value = value?;
        if let Some(model) = optional_attribute(&self.admin, intern!(py, "model"))?
            && let Some(of_class) = optional_attribute(&model, name)?
        {
            attr = of_class;
        }
        Ok((Some(attr), value))
    }

    /// The checkbox of a row. `None`: the admin must be asked.
    fn checkbox(&mut self, row: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = self.render.py;
        if self.render.forms()?.is_none() {
            return Ok(None);
        }
        let made = self.rows.piece(py, "checkbox")?.call1((row,));
        self.render.forget_ambient();
        let made = made?.cast_into::<PyTuple>()?;
        let text = self.render.lone_widget(&made.get_item(0)?, &made.get_item(1)?, &made.get_item(2)?)?;
        text.to_py(py, self.render.stock).map(Some)
    }

    /// `cl.url_for_result(row)`, with filters that are kept: the address of the page of a row, if it is simple.
    fn simple_address(&mut self, row: &Bound<'py, PyAny>) -> PyResult<Option<std::rc::Rc<str>>> {
        let py = self.render.py;
        let Some((view, app, key)) = &self.address else { return Ok(None) };
        let pk = row.getattr(key)?;
        if class_of(self.render.stock, &pk)? != Class::Int {
            return Ok(None);
        }
        let found = self.render.reversed(view, &Arguments::Placed(&[pk]), Some(app.as_str()))?;
        let is_kept = self.rows.piece(py, "adds_nothing")?.is_truthy()?
            && !self.cl.getattr(intern!(py, "preserved_filters"))?.is_truthy()?;
        let is_simple = |address: &std::rc::Rc<str>| {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '.');
            address.starts_with('/') && !address.starts_with("//") && address.chars().all(plain)
        };
        Ok(found.filter(|address| is_kept && is_simple(address)))
    }

    /// What a cell shows for a value, by `display_for_value` or `display_for_field`.
    fn shown(
        &mut self,
        (row, column): (&Bound<'py, PyAny>, &Column<'py>),
        (attr, value): (Option<Bound<'py, PyAny>>, Bound<'py, PyAny>),
        (empty, css): (&mut Bound<'py, PyAny>, &mut Vec<Bound<'py, PyString>>),
        links: bool,
    ) -> PyResult<Shown<'py>> {
        let py = self.render.py;
        let name = intern!(py, "empty_value_display");
        let of_none = match &attr {
            Some(attr) => optional_attribute(attr, name)?,
            None => None,
        };
        if let Some(of_attr) = of_none {
            *empty = of_attr;
        }
        let value = if self.rows.is_later { value } else { self.without_blanks(value)? };
        if matches!(column.kind, Kind::Called | Kind::Attribute | Kind::Checkbox | Kind::Plain) {
            if column
                .name
                .cast::<PyString>()
                .is_ok_and(|name| name.to_str().is_ok_and(|name| name == "action_checkbox"))
            {
                *css = vec![intern!(py, "action-checkbox").clone()];
            }
            let is_boolean = match &attr {
                Some(attr) => is_boolean(attr)?,
                None => false,
            };
            let shown = if is_boolean {
                self.asked_value(&value, empty, true)?
            } else {
                self.shown_value(value.clone(), empty)?
            };
            let stock = self.render.stock;
            if value.is_instance(stock.date.bind(py))? || value.is_instance(stock.time.bind(py))? {
                css.push(intern!(py, "nowrap").clone());
            }
            return Ok(shown);
        }
        let shown = self.shown_field((row, column), value, empty, links)?;
        if column.nowrap {
            css.push(intern!(py, "nowrap").clone());
        }
        Ok(shown)
    }

    /// A text of white space alone as none (until Django 6.0).
    fn without_blanks(&self, value: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = self.render.py;
        let Ok(text) = value.cast::<PyString>() else { return Ok(value) };
        let is_blank = match text.to_str() {
            Ok(text) if value.is_exact_instance_of::<PyString>() => {
                text.chars().all(djust_syntax::lexer::is_python_space)
            }
            _ => text.call_method0(intern!(py, "strip"))?.eq("")?,
        };
        Ok(if is_blank { intern!(py, "").clone().into_any() } else { value })
    }

    /// `display_for_field(value, field, empty, avoid_link=links)`, and relations as `items_for_result` shows them.
    fn shown_field(
        &mut self,
        (row, column): (&Bound<'py, PyAny>, &Column<'py>),
        value: Bound<'py, PyAny>,
        empty: &Bound<'py, PyAny>,
        links: bool,
    ) -> PyResult<Shown<'py>> {
        let py = self.render.py;
        let class = class_of(self.render.stock, &value)?;
        match (column.kind, class) {
            (Kind::Related, _) => {
                let value = if self.rows.is_later {
                    value
                } else {
                    row.getattr(column.field.getattr(intern!(py, "name"))?.cast::<PyString>()?)?
                };
                return Ok(Shown::Object(if value.is_none() { empty.clone() } else { value }));
            }
            (Kind::Choices, Class::Str | Class::Int | Class::Bool | Class::None | Class::Float) => {
                if let Ok(labels) = column.more.cast::<PyDict>() {
                    return Ok(Shown::Object(labels.get_item(&value)?.unwrap_or_else(|| empty.clone())));
                }
            }
            (Kind::Boolean, Class::Bool | Class::None) => {
                return self.rows.piece(py, "_boolean_icon")?.call1((value,)).map(Shown::Object);
            }
            (Kind::Choices | Kind::Boolean | Kind::Python, _) => {}
            (_, Class::None) => return Ok(Shown::Object(empty.clone())),
            (_, Class::Str | Class::Safe) if !value.is_truthy()? => return Ok(Shown::Object(empty.clone())),
            (Kind::DateTime | Kind::Date, Class::DateTime | Class::Date | Class::Time) => {
                if let Some(shown) = self.localized_date(&value, class, column.kind == Kind::DateTime)? {
                    return Ok(shown);
                }
            }
            (Kind::Decimal | Kind::Number, Class::Int | Class::Float | Class::Decimal) => {
                if let Some(text) = self.number(&value, &column.more)? {
                    return Ok(Shown::Text(text));
                }
            }
            (Kind::Value, Class::Str | Class::Safe | Class::Bool | Class::Int | Class::Float | Class::Decimal) => {
                return self.shown_value(value, empty);
            }
            _ => {}
        }
        let arguments = PyDict::new(py);
        arguments.set_item(intern!(py, "avoid_link"), links)?;
        let display = self.rows.piece(py, "display_for_field")?;
        let shown = display.call((value, &column.field, empty), Some(&arguments));
        self.render.forget_ambient();
        shown.map(Shown::Object)
    }

    /// `display_for_value(value, empty)`
    fn shown_value(&mut self, value: Bound<'py, PyAny>, empty: &Bound<'py, PyAny>) -> PyResult<Shown<'py>> {
        let class = class_of(self.render.stock, &value)?;
        match class {
            Class::None => return Ok(Shown::Object(empty.clone())),
            Class::Str if self.rows.is_later => {
                if let Some(text) = stripped(&value)? {
                    return Ok(Shown::Object(if text.is_truthy()? { text } else { empty.clone() }));
                }
            }
            Class::Str | Class::Safe => {
                return Ok(Shown::Object(if value.is_truthy()? { value } else { empty.clone() }));
            }
            Class::Bool => return value.str().map(|text| Shown::Object(text.into_any())),
            Class::DateTime | Class::Date | Class::Time => {
                if let Some(shown) = self.localized_date(&value, class, class == Class::DateTime)? {
                    return Ok(shown);
                }
            }
            Class::Int | Class::Float | Class::Decimal => {
                if let Some(text) = self.number(&value, &self.render.py.None().into_bound(self.render.py))? {
                    return Ok(Shown::Text(text));
                }
            }
            _ => {}
        }
        self.asked_value(&value, empty, false)
    }

    fn asked_value(
        &mut self,
        value: &Bound<'py, PyAny>,
        empty: &Bound<'py, PyAny>,
        is_boolean: bool,
    ) -> PyResult<Shown<'py>> {
        let shown = self.rows.piece(self.render.py, "display_for_value")?.call1((value, empty, is_boolean));
        self.render.forget_ambient();
        shown.map(Shown::Object)
    }

    /// `formats.localize(value)`, of a local time if it `is_moment`.
    fn localized_date(
        &mut self,
        value: &Bound<'py, PyAny>,
        class: Class,
        is_moment: bool,
    ) -> PyResult<Option<Shown<'py>>> {
        let local =
            if is_moment && class == Class::DateTime { self.render.local_clock(value)? } else { Some(value.clone()) };
        let Some(local) = local else { return Ok(None) };
        Ok(self.render.localized_date(&local, Tri::Unset)?.map(Shown::Text))
    }

    /// `formats.number_format(value, places)`
    fn number(&mut self, value: &Bound<'py, PyAny>, places: &Bound<'py, PyAny>) -> PyResult<Option<String>> {
        if places.is_none() {
            return self.render.localized_number(&Value::Py(value.clone()), Tri::Unset);
        }
        let Ok(places) = places.extract::<usize>() else { return Ok(None) };
        self.render.number_with_places(value, places)
    }

    fn push_shown(&self, out: &mut Out, shown: &Shown<'py>) -> PyResult<()> {
        match shown {
            Shown::Object(object) => push_escaped(self.render.stock, out, object),
            Shown::Text(text) => {
                out.push_escaped(text);
                Ok(())
            }
        }
    }

    /// The address of the page of a row, with the filters of the list. `None`: rows have no pages.
    fn asked_address(&mut self, row: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = self.render.py;
        let address = self.cl.call_method1(intern!(py, "url_for_result"), (row,));
        self.render.forget_ambient();
        let address = match address {
            Ok(address) => address,
            Err(error) if error.is_instance(py, &self.rows.piece(py, "NoReverseMatch")?) => return Ok(None),
            Err(error) => return Err(error),
        };
        let filters = PyDict::new(py);
        filters.set_item(intern!(py, "preserved_filters"), self.cl.getattr(intern!(py, "preserved_filters"))?)?;
        filters.set_item(intern!(py, "opts"), self.cl.getattr(intern!(py, "opts"))?)?;
        self.rows.piece(py, "add_preserved_filters")?.call1((filters, address)).map(Some)
    }

    /// The link to the page of a row, or what stands in its place.
    fn push_link(
        &mut self,
        out: &mut Out,
        row: &Bound<'py, PyAny>,
        pk: &Bound<'py, PyAny>,
        shown: &Shown<'py>,
    ) -> PyResult<()> {
        let py = self.render.py;
        let address = match self.simple_address(row)? {
            Some(address) => PyString::new(py, &address).into_any(),
            None => match self.asked_address(row)? {
                Some(address) => address,
                None => return self.push_shown(out, shown),
            },
        };
        let to_field = self.cl.getattr(intern!(py, "to_field"))?;
        let attr = if to_field.is_truthy()? { to_field.str()?.into_any() } else { pk.clone() };
        let value = row.call_method1(intern!(py, "serializable_value"), (attr,))?;
        out.push_str("<a href=\"");
        push_escaped(self.render.stock, out, &address)?;
        out.push_str("\"");
        if self.cl.getattr(intern!(py, "is_popup"))?.is_truthy()? {
            out.push_str(" data-popup-opener=\"");
            push_escaped(self.render.stock, out, &value)?;
            out.push_str("\"");
        }
        out.push_str(">");
        self.push_shown(out, shown)?;
        out.push_str("</a>");
        Ok(())
    }
}

/// `text.strip()`. `None`: the text has lone surrogates.
fn stripped<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Ok(text) = value.cast::<PyString>()?.to_str() else { return Ok(None) };
    let trimmed = text.trim_matches(djust_syntax::lexer::is_python_space);
    let same = trimmed.len() == text.len();
    Ok(Some(if same { value.clone() } else { PyString::new(value.py(), trimmed).into_any() }))
}

/// The flag `boolean` of a method, or of the function of a property.
fn is_boolean(attr: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = attr.py();
    let name = intern!(py, "boolean");
    let of_function = if is_property(attr) { optional_attribute(attr, intern!(py, "fget"))? } else { None };
    let holder = of_function.as_ref().unwrap_or(attr);
    optional_attribute(holder, name)?.map_or(Ok(false), |flag| flag.is_truthy())
}
