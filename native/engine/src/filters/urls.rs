//! Filters that quote parts of URLs.

use super::Native;
use super::subject::{Subject, string};
use crate::render::Render;
use crate::value::Value;
use djust_text::urls;
use pyo3::prelude::*;
use std::borrow::Cow;

/// `iriencode`
pub const IRIENCODE: Native = Native::Plain(|s| Some(Cow::Owned(urls::iriencode(s))));

/// `urlencode`
#[expect(clippy::unnecessary_wraps, reason = "the type of all string filters")]
pub fn urlencode<'py>(
    render: &mut Render<'py>,
    subject: Subject<'_>,
    arg: Option<&Value<'py>>,
) -> PyResult<Option<Value<'py>>> {
    let kept = match arg {
        None => None,
        Some(arg) if arg.is_none() => None,
        Some(arg) => match string(render.stock, arg) {
            Some(kept) => Some(kept.text),
            None => return Ok(None),
        },
    };
    let made = urls::urlencode(subject.text, kept);
    // An empty text is given back as it is.
    Ok(Some(Value::Text(made.into(), subject.safe && subject.text.is_empty())))
}
