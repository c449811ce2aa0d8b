//! Filters of dates and times, and dates as the page shows them.

use super::subject::{object_string, string};
use crate::render::{Render, Tri};
use crate::stock::{Class, Stock, class_of};
use crate::value::Value;
use djust_text::dates::{Awareness, CompiledFormat, DateParts, Kind, Zone};
use djust_text::durations::{self, Moment, Unit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyDate, PyDateAccess, PyDateTime, PyDelta, PyDeltaAccess, PyString, PyTime, PyTimeAccess, PyTzInfoAccess,
};

type Made<'py> = PyResult<Option<Value<'py>>>;

/// What the zone of an aware datetime says.
struct ZoneFacts {
    offset: i32,
    name: Option<String>,
    dst: bool,
    ambiguous: bool,
}

/// True for the time zones that Python itself brings along.
pub(super) fn is_plain_zone(stock: &Stock, zone: &Bound<'_, PyAny>) -> bool {
    let kind = zone.get_type();
    kind.is(&stock.ZoneInfo) || kind.is(&stock.FixedZone)
}

/// True for UTC as a zone that Python itself brings along: always without offset, and of this name.
pub fn is_utc(stock: &Stock, zone: &Bound<'_, PyAny>) -> PyResult<bool> {
    if !is_plain_zone(stock, zone) {
        return Ok(false);
    }
    // Only a zone whose offset never changes tells it without a time.
    let nothing = (zone.py().None(),);
    let offset = zone.call_method1(intern!(zone.py(), "utcoffset"), &nothing)?;
    if offset.is_none() || seconds(&offset)? != Some(0) {
        return Ok(false);
    }
    let name = zone.call_method1(intern!(zone.py(), "tzname"), nothing)?;
    name.eq(intern!(zone.py(), "UTC"))
}

/// The time zone of a datetime.
enum ZoneOf<'py> {
    Naive,
    Plain(Bound<'py, PyAny>),
    /// One that only Python can judge.
    Other,
}

impl<'py> ZoneOf<'py> {
    fn of(stock: &Stock, datetime: &Bound<'py, PyAny>) -> PyResult<Self> {
        Ok(match datetime.cast::<PyDateTime>()?.get_tzinfo().map(Bound::into_any) {
            None => Self::Naive,
            Some(zone) if is_plain_zone(stock, &zone) => Self::Plain(zone),
            Some(_) => Self::Other,
        })
    }
}

/// Seconds of a `timedelta` (or `None`). `None`: with fractions.
fn seconds(delta: &Bound<'_, PyAny>) -> PyResult<Option<i32>> {
    let delta = delta.cast::<PyDelta>()?;
    Ok((delta.get_microseconds() == 0).then(|| delta.get_days() * 86_400 + delta.get_seconds()))
}

fn zone_facts(datetime: &Bound<'_, PyAny>) -> PyResult<Option<ZoneFacts>> {
    let offset = datetime.call_method0("utcoffset")?;
    if offset.is_none() {
        return Ok(None);
    }
    let kwargs = pyo3::types::PyDict::new(datetime.py());
    kwargs.set_item("fold", i32::from(!datetime.cast::<PyDateTime>()?.get_fold()))?;
    let other = datetime.call_method("replace", (), Some(&kwargs))?;
    let ambiguous = !other.call_method0("utcoffset")?.eq(&offset)?;
    let Some(offset) = seconds(&offset)? else { return Ok(None) };
    let name = datetime.call_method0("tzname")?;
    let name = if name.is_none() { None } else { Some(name.cast::<PyString>()?.to_str()?.to_owned()) };
    let dst = datetime.call_method0("dst")?.is_truthy()?;
    Ok(Some(ZoneFacts { offset, name, dst, ambiguous }))
}

const MIDNIGHT: Moment = Moment { year: 1, month: 1, day: 1, hour: 0, minute: 0, second: 0, microsecond: 0 };

/// Year to microsecond of a date, time or datetime.
fn moment(object: &Bound<'_, PyAny>, kind: Kind) -> PyResult<Moment> {
    let mut made = MIDNIGHT;
    if kind != Kind::Time {
        let date = object.cast::<PyDate>()?;
        made.year = date.get_year();
        made.month = u32::from(date.get_month());
        made.day = u32::from(date.get_day());
    }
    let (hour, minute, second, microsecond) = match kind {
        Kind::Date => return Ok(made),
        Kind::Time => {
            let time = object.cast::<PyTime>()?;
            (time.get_hour(), time.get_minute(), time.get_second(), time.get_microsecond())
        }
        Kind::DateTime => {
            let time = object.cast::<PyDateTime>()?;
            (time.get_hour(), time.get_minute(), time.get_second(), time.get_microsecond())
        }
    };
    made.hour = u32::from(hour);
    made.minute = u32::from(minute);
    made.second = u32::from(second);
    made.microsecond = microsecond;
    Ok(made)
}

fn kind_of(stock: &Stock, object: &Bound<'_, PyAny>) -> PyResult<Option<Kind>> {
    Ok(match class_of(stock, object)? {
        Class::DateTime | Class::ZonedDateTime => Some(Kind::DateTime),
        Class::Date => Some(Kind::Date),
        Class::Time => Some(Kind::Time),
        _ => None,
    })
}

impl<'py> Render<'py> {
    /// `template_localtime(datetime)`. `None`: left to Django.
    pub fn local_time(&mut self, datetime: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let zone = match ZoneOf::of(self.stock, datetime)? {
            ZoneOf::Plain(zone) if self.use_tz != Tri::No => zone,
            ZoneOf::Plain(_) | ZoneOf::Naive => return Ok(Some(datetime.clone())),
            ZoneOf::Other => return Ok(None),
        };
        if class_of(self.stock, datetime)? == Class::ZonedDateTime {
            let flag = crate::attributes::own_dict(datetime)
                .and_then(|own| own.get_item(intern!(self.py, "convert_to_local_time")).transpose());
            return Ok(flag
                .transpose()?
                .filter(|flag| flag.is(&*PyBool::new(self.py, false)))
                .map(|_| datetime.clone()));
        }
        let asked = self.use_tz == Tri::Yes;
        let ambient = self.ambient()?;
        if !(asked || ambient.use_tz) || zone.is(&ambient.zone) {
            return Ok(Some(datetime.clone()));
        }
        let moved = datetime.call_method1("astimezone", (&ambient.zone,))?;
        Ok(if is_plain_zone(self.stock, &self.ambient()?.zone.clone()) { Some(moved) } else { None })
    }

    /// As [`Self::local_time`], for a text of the datetime: all that it says is the same, but the object of its zone.
    pub fn local_clock(&mut self, datetime: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        if class_of(self.stock, datetime)? == Class::DateTime
            && datetime.cast::<PyDateTime>()?.get_tzinfo().is_some_and(|zone| zone.is(&self.stock.utc))
            && self.ambient()?.is_utc
        {
            return Ok(Some(datetime.clone()));
        }
        self.local_time(datetime)
    }

    /// `formats.localize(date)`; a datetime is in local time already.
    pub fn localized_date(&mut self, object: &Bound<'py, PyAny>, localized: Tri) -> PyResult<Option<String>> {
        let Some(kind) = kind_of(self.stock, object)? else { return Ok(None) };
        let name = match kind {
            Kind::DateTime => "DATETIME_FORMAT",
            Kind::Date => "DATE_FORMAT",
            Kind::Time => "TIME_FORMAT",
        };
        self.formatted(object, kind, name, localized != Tri::No)
    }

    /// `dateformat.format(object, get_format(name))`, or `time_format` for times. `None`: left to Django.
    fn formatted(
        &mut self,
        object: &Bound<'py, PyAny>,
        kind: Kind,
        name: &str,
        localized: bool,
    ) -> PyResult<Option<String>> {
        let Some(locale) = self.locale()? else { return Ok(None) };
        let format = locale.date_format(self.py, self.stock, name, localized)?;
        let names = locale.names(self.py, self.stock, format.tables())?;
        let Some(text) = with_parts(self.stock, object, kind, &format, |parts| {
            let mut out = String::new();
            format.render(parts, &names, &mut out).map(|()| out)
        })?
        else {
            return Ok(None);
        };
        Ok(Some(text))
    }
}

impl Render<'_> {
    /// What `{% now %}` shows: the time as the module of the tag knows it. `None`: left to Django.
    pub fn formatted_now(&mut self, format: &str) -> PyResult<Option<String>> {
        let py = self.py;
        let Some(clock) = self.stock.call_native_clock(py)? else { return Ok(None) };
        let ambient = self.ambient()?;
        let zone = ambient.use_tz.then(|| ambient.zone.clone());
        if zone.as_ref().is_some_and(|zone| !is_plain_zone(self.stock, zone)) {
            return Ok(None);
        }
        let now = clock.call_method1(intern!(py, "now"), (zone,))?;
        let name = if format.is_empty() { "DATE_FORMAT" } else { format };
        self.formatted(&now, Kind::DateTime, name, true)
    }
}

/// Takes a date apart as far as the format needs it. `None`: left to Django.
fn with_parts(
    stock: &Stock,
    object: &Bound<'_, PyAny>,
    kind: Kind,
    format: &CompiledFormat,
    work: impl FnOnce(&DateParts<'_>) -> Option<String>,
) -> PyResult<Option<String>> {
    let at = moment(object, kind)?;
    let mut facts = None;
    let mut aware = false;
    match kind {
        Kind::DateTime => match ZoneOf::of(stock, object)? {
            ZoneOf::Other => return Ok(None),
            ZoneOf::Naive => {}
            ZoneOf::Plain(_) => {
                aware = true;
                if format.needs_zone() {
                    facts = zone_facts(object)?;
                }
            }
        },
        // Formats with time zones do not look at that of a time, except for its ISO form.
        Kind::Time if object.cast::<PyTime>()?.get_tzinfo().is_some() => return Ok(None),
        Kind::Time | Kind::Date => {}
    }
    let ambiguous = facts.as_ref().is_some_and(|facts| facts.ambiguous);
    let zone = facts.as_ref().map(|facts| Zone { offset: facts.offset, name: facts.name.as_deref(), dst: facts.dst });
    let parts = DateParts {
        kind,
        year: at.year,
        month: at.month,
        day: at.day,
        hour: at.hour,
        minute: at.minute,
        second: at.second,
        microsecond: at.microsecond,
        awareness: if aware { Awareness::Aware(zone) } else { Awareness::Naive(None) },
        ambiguous,
        timestamp: None,
    };
    Ok(work(&parts))
}

/// `value in (None, "")`
fn is_nothing(render: &Render<'_>, value: &Value<'_>) -> bool {
    value.is_none() || string(render.stock, value).is_some_and(|subject| subject.text.is_empty())
}

fn date_filter<'py>(render: &mut Render<'py>, value: &Value<'py>, arg: Option<&Value<'py>>, times: bool) -> Made<'py> {
    if is_nothing(render, value) {
        return Ok(Some(Value::text("")));
    }
    let Value::Py(object) = value else { return Ok(None) };
    let Some(kind) = kind_of(render.stock, object)? else { return Ok(None) };
    let default = if times { "TIME_FORMAT" } else { "DATE_FORMAT" };
    let name = match arg.filter(|arg| !arg.is_none()) {
        None => default,
        Some(arg) => match string(render.stock, arg) {
            Some(subject) if subject.text.is_empty() => default,
            Some(subject) => subject.text,
            None => return Ok(None),
        },
    };
    let local = if kind == Kind::DateTime { render.local_clock(object)? } else { Some(object.clone()) };
    let Some(local) = local else { return Ok(None) };
    if times && kind != Kind::Time {
        // The formatter of times knows fewer specifiers than that of dates.
        let Some(locale) = render.locale()? else { return Ok(None) };
        if !locale.date_format(render.py, render.stock, name, true)?.is_time_only() {
            return Ok(None);
        }
    }
    Ok(render.formatted(&local, kind, name, true)?.map(Value::text))
}

/// `date`
pub fn date<'py>(render: &mut Render<'py>, value: &Value<'py>, arg: Option<&Value<'py>>) -> Made<'py> {
    date_filter(render, value, arg, false)
}

/// `time`
pub fn time<'py>(render: &mut Render<'py>, value: &Value<'py>, arg: Option<&Value<'py>>) -> Made<'py> {
    date_filter(render, value, arg, true)
}

/// A date or datetime for `timesince`: with its zone.
fn point<'py>(render: &Render<'py>, value: &Value<'py>) -> PyResult<Option<(Moment, Option<Bound<'py, PyAny>>)>> {
    let Value::Py(object) = value else { return Ok(None) };
    match kind_of(render.stock, object)? {
        Some(Kind::DateTime) => {
            let zone = match ZoneOf::of(render.stock, object)? {
                ZoneOf::Naive => None,
                ZoneOf::Plain(zone) => Some(zone),
                ZoneOf::Other => return Ok(None),
            };
            Ok(Some((moment(object, Kind::DateTime)?, zone)))
        }
        Some(Kind::Date) => Ok(Some((moment(object, Kind::Date)?, None))),
        _ => Ok(None),
    }
}

/// Both ends of a `timesince`, in the zone of the first; without an argument the second is now.
pub(super) fn ends<'py>(
    render: &Render<'py>,
    value: &Value<'py>,
    arg: Option<&Value<'py>>,
) -> PyResult<Option<(Moment, Moment)>> {
    let Some((at, zone)) = point(render, value)? else { return Ok(None) };
    let other = match arg {
        Some(arg) => arg.clone(),
        None => Value::Py(render.stock.call(render.py, "now_like", (zone.clone(),))?),
    };
    let Some((mut now, now_zone)) = point(render, &other)? else { return Ok(None) };
    match (zone, now_zone) {
        (Some(zone), Some(now_zone)) => {
            if !zone.is(&now_zone)
                && let Value::Py(object) = &other
            {
                let moved = object.call_method1("astimezone", (zone,))?;
                now = moment(&moved, Kind::DateTime)?;
            }
        }
        (None, None) => {}
        // Python refuses to compare these.
        _ => return Ok(None),
    }
    Ok(Some((at, now)))
}

/// The texts of a unit by name: of `timesince`, and of `naturaltime` before and after now.
pub(super) const fn unit_names(unit: Unit) -> [&'static str; 3] {
    match unit {
        Unit::Year => ["year", "delta-past-year", "delta-future-year"],
        Unit::Month => ["month", "delta-past-month", "delta-future-month"],
        Unit::Week => ["week", "delta-past-week", "delta-future-week"],
        Unit::Day => ["day", "delta-past-day", "delta-future-day"],
        Unit::Hour => ["hour", "delta-past-hour", "delta-future-hour"],
        Unit::Minute => ["minute", "delta-past-minute", "delta-future-minute"],
    }
}

fn duration<'py>(render: &mut Render<'py>, value: &Value<'py>, arg: Option<&Value<'py>>, until: bool) -> Made<'py> {
    if is_nothing(render, value) {
        return Ok(Some(Value::text("")));
    }
    let arg = arg.filter(|arg| !is_nothing(render, arg));
    let Some((at, now)) = ends(render, value, arg)? else { return Ok(None) };
    let parts = if until { durations::timesince(now, at, 2) } else { durations::timesince(at, now, 2) };
    let (Some(parts), Some(locale)) = (parts, render.locale()?) else { return Ok(None) };
    let mut out = String::new();
    for (position, (unit, count)) in parts.into_iter().enumerate() {
        if position > 0 {
            out.push_str(&locale.text(render.py, render.stock, "comma")?);
        }
        out.push_str(&locale.counted(render.py, render.stock, unit_names(unit)[0], count)?);
    }
    Ok(Some(Value::text(out)))
}

/// `datetime` in a zone, as `do_timezone` makes it.
fn in_zone<'py>(render: &mut Render<'py>, value: &Value<'py>, zone: &Bound<'py, PyAny>) -> Made<'py> {
    let Value::Py(object) = value else { return Ok(None) };
    if !matches!(class_of(render.stock, object)?, Class::DateTime | Class::ZonedDateTime) {
        return Ok(None);
    }
    if !matches!(ZoneOf::of(render.stock, object)?, ZoneOf::Plain(_)) || !is_plain_zone(render.stock, zone) {
        return Ok(None);
    }
    let py = render.py;
    let moved = object.call_method1(intern!(py, "astimezone"), (zone,))?;
    let at = moment(&moved, Kind::DateTime)?;
    let parts = (at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond, zone);
    let made = render.stock.ZonedDateTime.bind(py).call1(parts)?;
    made.setattr(intern!(py, "convert_to_local_time"), false)?;
    Ok(Some(Value::Py(made)))
}

/// `utc`
pub fn utc<'py>(render: &mut Render<'py>, value: &Value<'py>, _: Option<&Value<'py>>) -> Made<'py> {
    let zone = render.stock.utc.bind(render.py).clone();
    in_zone(render, value, &zone)
}

/// `localtime`
pub fn localtime<'py>(render: &mut Render<'py>, value: &Value<'py>, _: Option<&Value<'py>>) -> Made<'py> {
    let zone = render.ambient()?.zone.clone();
    in_zone(render, value, &zone)
}

/// `timezone`
pub fn timezone<'py>(render: &mut Render<'py>, value: &Value<'py>, arg: Option<&Value<'py>>) -> Made<'py> {
    let Some(Value::Py(arg)) = arg else { return Ok(None) };
    if is_plain_zone(render.stock, arg) {
        return in_zone(render, value, arg);
    }
    let Some(name) = object_string(render.stock, arg) else { return Ok(None) };
    // A name that is no zone's is left to Django, which knows what comes of it.
    let Ok(zone) = render.stock.ZoneInfo.bind(render.py).call1((name.text,)) else { return Ok(None) };
    in_zone(render, value, &zone)
}

/// `timesince`
pub fn timesince<'py>(render: &mut Render<'py>, value: &Value<'py>, arg: Option<&Value<'py>>) -> Made<'py> {
    duration(render, value, arg, false)
}

/// `timeuntil`
pub fn timeuntil<'py>(render: &mut Render<'py>, value: &Value<'py>, arg: Option<&Value<'py>>) -> Made<'py> {
    duration(render, value, arg, true)
}
