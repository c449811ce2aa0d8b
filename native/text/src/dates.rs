//! Django's date format language: compiled once, rendered for a value and a set of translated names.

use crate::date_names::{MONTHS, Names, Tables, WEEKDAYS, tables_of};
use std::fmt::Write as _;

/// Specifiers that also work on times; on a plain date they raise in Python.
const TIME_SPECIFIERS: &[u8] = b"aAefgGhHiOPsTuZ";
/// Specifiers of dates.
const DATE_SPECIFIERS: &[u8] = b"bcdDEFIjlLmMnNorStUwWyYz";

/// Whether a specifier works on times.
const IS_TIME: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0;
    while at < TIME_SPECIFIERS.len() {
        table[TIME_SPECIFIERS[at] as usize] = true;
        at += 1;
    }
    table
};

/// Which Python class a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `datetime.date` itself.
    Date,
    /// `datetime.time`.
    Time,
    /// `datetime.datetime`.
    DateTime,
}

/// What a time zone says about a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone<'a> {
    /// `utcoffset()` in seconds; leave the zone unknown when it has fractions.
    pub offset: i32,
    /// `tzname()`.
    pub name: Option<&'a str>,
    /// Whether `dst()` is truthy.
    pub dst: bool,
}

/// Whether a value carries a time zone; `None` inside: the caller hasn't looked it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awareness<'a> {
    /// No zone of its own; inside is what the default time zone says.
    Naive(Option<Zone<'a>>),
    /// The value's own zone.
    Aware(Option<Zone<'a>>),
}

/// A date, time or datetime taken apart. Fields its [`Kind`] lacks are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateParts<'a> {
    /// Which class it is.
    pub kind: Kind,
    /// 1 to 9999.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 59.
    pub second: u32,
    /// 0 to 999999.
    pub microsecond: u32,
    /// Its time zone.
    pub awareness: Awareness<'a>,
    /// The wall clock shows this time twice or never (`_datetime_ambiguous_or_imaginary`).
    pub ambiguous: bool,
    /// `int(timestamp())` where that depends on the machine: naive datetimes, and the midnight of a date.
    pub timestamp: Option<i64>,
}

/// Whether `year` is a leap year.
const fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn month_length(year: i32, month: u32) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar.
pub(crate) fn days_from_civil(year: i32, month: u32, day: u32) -> i64 {
    // Years start in March here, so that the leap day is the last of its year.
    let shifted = i64::from(year) - i64::from(month <= 2);
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * (i64::from(month) + if month > 2 { -3 } else { 9 }) + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

impl DateParts<'_> {
    fn is_valid(&self) -> bool {
        let date = (1..=9999).contains(&self.year)
            && (1..=12).contains(&self.month)
            && (1..=month_length(self.year, self.month)).contains(&self.day);
        let time = self.hour < 24 && self.minute < 60 && self.second < 60 && self.microsecond < 1_000_000;
        match self.kind {
            Kind::Date => date,
            Kind::Time => time,
            Kind::DateTime => date && time,
        }
    }

    fn days(&self) -> i64 {
        days_from_civil(self.year, self.month, self.day)
    }

    /// 0 is Monday.
    fn weekday(&self) -> usize {
        (self.days() + 3).rem_euclid(7) as usize
    }

    fn day_of_year(&self) -> u32 {
        (self.days() - days_from_civil(self.year, 1, 1) + 1).unsigned_abs() as u32
    }

    /// ISO year and week.
    fn iso_week(&self) -> (i32, u32) {
        let monday_of_first = |year: i32| {
            let fourth = days_from_civil(year, 1, 4);
            fourth - (fourth + 3).rem_euclid(7)
        };
        let days = self.days();
        let year = if days < monday_of_first(self.year) {
            self.year - 1
        } else if days >= monday_of_first(self.year + 1) {
            self.year + 1
        } else {
            self.year
        };
        (year, ((days - monday_of_first(year)) / 7 + 1).unsigned_abs() as u32)
    }

    /// Whether Django's formatter keeps a time zone for this value.
    fn has_zone(&self) -> bool {
        self.kind == Kind::DateTime && !self.ambiguous
    }

    /// The value's zone, or the default one for naive values. `None`: unknown.
    fn zone(&self) -> Option<Zone<'_>> {
        let (Awareness::Naive(zone) | Awareness::Aware(zone)) = self.awareness;
        zone
    }

    /// `int(value.timestamp())`.
    fn unix_timestamp(&self) -> Option<i64> {
        let Awareness::Aware(zone) = self.awareness else {
            return self.timestamp;
        };
        if self.kind != Kind::DateTime {
            return self.timestamp;
        }
        let clock = i64::from(self.hour * 3600 + self.minute * 60 + self.second);
        let seconds = self.days() * 86_400 + clock - i64::from(zone?.offset);
        let microseconds = seconds * 1_000_000 + i64::from(self.microsecond);
        // Python divides into a float first, which may round up to the next second.
        let exact: f64 = format!("{microseconds}e-6").parse().ok()?;
        Some(exact as i64)
    }
}

/// Append `+HH:MM` or `+HH:MM:SS` with `separator` in between.
fn push_offset(offset: i32, separator: &str, out: &mut String) {
    let sign = if offset < 0 { '-' } else { '+' };
    let seconds = offset.unsigned_abs();
    let _ = write!(out, "{sign}{:02}{separator}{:02}", seconds / 3600, seconds / 60 % 60);
    let rest = seconds % 60;
    if rest > 0 {
        let _ = write!(out, "{separator}{rest:02}");
    }
}

/// Append `value.isoformat(sep)`. `None`: no valid value, or its zone is unknown; `out` is then unchanged.
pub fn isoformat_into(parts: &DateParts<'_>, sep: char, out: &mut String) -> Option<()> {
    if !parts.is_valid() {
        return None;
    }
    let zone = match parts.awareness {
        Awareness::Aware(zone) if parts.kind != Kind::Date => Some(zone?),
        _ => None,
    };
    if parts.kind != Kind::Time {
        let _ = write!(out, "{:04}-{:02}-{:02}", parts.year, parts.month, parts.day);
    }
    if parts.kind == Kind::DateTime {
        out.push(sep);
    }
    if parts.kind != Kind::Date {
        let _ = write!(out, "{:02}:{:02}:{:02}", parts.hour, parts.minute, parts.second);
        if parts.microsecond != 0 {
            let _ = write!(out, ".{:06}", parts.microsecond);
        }
    }
    if let Some(zone) = zone {
        push_offset(zone.offset, ":", out);
    }
    Some(())
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Specifier(u8),
}

/// A format string taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompiledFormat {
    pieces: Vec<Piece>,
    needs_zone: bool,
    tables: Tables,
}

/// A run of literal text without the backslashes that escape.
fn unescaped(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            // The pattern's dot does not match a newline, so such a backslash stays.
            Some('\n') => out.push_str("\\\n"),
            Some(escaped) => out.push(escaped),
            None => out.push('\\'),
        }
    }
    out
}

impl CompiledFormat {
    /// Take a format string apart; every string is a format.
    pub fn parse(format: &str) -> Self {
        let mut pieces = Vec::new();
        let mut literal = 0;
        let bytes = format.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            let known = TIME_SPECIFIERS.contains(byte) || DATE_SPECIFIERS.contains(byte);
            // Only the character before counts, even where that backslash is itself escaped.
            if !known || (at > 0 && bytes[at - 1] == b'\\') {
                continue;
            }
            if literal < at {
                pieces.push(Piece::Literal(unescaped(&format[literal..at])));
            }
            pieces.push(Piece::Specifier(*byte));
            literal = at + 1;
        }
        if literal < bytes.len() {
            pieces.push(Piece::Literal(unescaped(&format[literal..])));
        }
        let mut made = Self { pieces, needs_zone: false, tables: 0 };
        made.needs_zone = made.uses(b"ceIOTrUZ");
        for piece in &made.pieces {
            if let Piece::Specifier(byte) = piece {
                made.tables |= tables_of(*byte);
            }
        }
        made
    }

    fn uses(&self, set: &[u8]) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Specifier(byte) if set.contains(byte)))
    }

    /// Whether the `time` filter can render it: `time_format` knows all its specifiers.
    pub fn is_time_only(&self) -> bool {
        !self.uses(DATE_SPECIFIERS)
    }

    /// The names that rendering reads.
    pub fn tables(&self) -> Tables {
        self.tables
    }

    /// Whether rendering looks at [`DateParts::awareness`] or [`DateParts::ambiguous`].
    pub fn needs_zone(&self) -> bool {
        self.needs_zone
    }

    /// Whether rendering looks at [`DateParts::timestamp`] for naive values and dates.
    pub fn needs_timestamp(&self) -> bool {
        self.uses(b"U")
    }

    /// Append what `dateformat.format(value, format)` gives.
    ///
    /// `None`: a specifier raises for this kind of value, or needs a zone or timestamp that `parts`
    /// doesn't know; `out` is then unchanged.
    pub fn render(&self, parts: &DateParts<'_>, names: &Names, out: &mut String) -> Option<()> {
        let start = out.len();
        let done = parts.is_valid().then_some(()).and_then(|()| {
            self.pieces.iter().try_for_each(|piece| match piece {
                Piece::Literal(text) => {
                    out.push_str(text);
                    Some(())
                }
                Piece::Specifier(byte) => push_specifier(*byte, parts, names, out),
            })
        });
        if done.is_none() {
            out.truncate(start);
        }
        done
    }
}

/// Append one specifier's text.
fn push_specifier(byte: u8, parts: &DateParts<'_>, names: &Names, out: &mut String) -> Option<()> {
    let is_time = IS_TIME[usize::from(byte)];
    match parts.kind {
        Kind::Date if is_time => None,
        Kind::Time if !is_time => None,
        _ => match byte {
            b'e' | b'I' | b'O' | b'T' | b'Z' => push_zone(byte, parts, out),
            b'c' => isoformat_into(parts, 'T', out),
            b'r' => push_rfc5322(parts, out),
            b'U' => {
                let _ = write!(out, "{}", parts.unix_timestamp()?);
                Some(())
            }
            _ => {
                match byte {
                    _ if is_time => push_time(byte, parts, names, out),
                    b'b' | b'D' | b'E' | b'F' | b'l' | b'M' | b'N' => push_name(byte, parts, names, out),
                    _ => push_date(byte, parts, out),
                }
                Some(())
            }
        },
    }
}

fn push_time(byte: u8, parts: &DateParts<'_>, names: &Names, out: &mut String) {
    let half = usize::from(parts.hour > 11);
    let hour = (parts.hour + 11) % 12 + 1;
    match byte {
        b'a' => out.push_str(&names.day_halves[half]),
        b'A' => out.push_str(&names.day_halves_upper[half]),
        b'f' if parts.minute == 0 => push_number(hour, 1, out),
        b'f' => {
            push_number(hour, 1, out);
            out.push(':');
            push_number(parts.minute, 2, out);
        }
        b'g' => push_number(hour, 1, out),
        b'G' => push_number(parts.hour, 1, out),
        b'h' => push_number(hour, 2, out),
        b'H' => push_number(parts.hour, 2, out),
        b'i' => push_number(parts.minute, 2, out),
        b'P' if parts.minute == 0 && parts.hour == 0 => out.push_str(&names.twelve[0]),
        b'P' if parts.minute == 0 && parts.hour == 12 => out.push_str(&names.twelve[1]),
        b'P' => {
            push_time(b'f', parts, names, out);
            out.push(' ');
            out.push_str(&names.day_halves[half]);
        }
        b's' => push_number(parts.second, 2, out),
        _ => push_number(parts.microsecond, 6, out),
    }
}

fn push_name(byte: u8, parts: &DateParts<'_>, names: &Names, out: &mut String) {
    let month = parts.month as usize - 1;
    out.push_str(match byte {
        b'b' => &names.months_abbr[month],
        b'D' => &names.weekdays_abbr[parts.weekday()],
        b'E' => &names.months_alt[month],
        b'F' => &names.months[month],
        b'l' => &names.weekdays[parts.weekday()],
        b'M' => &names.months_abbr_title[month],
        _ => &names.months_ap[month],
    });
}

const fn ordinal_suffix(day: u32) -> &'static str {
    match (day, day % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

fn push_date(byte: u8, parts: &DateParts<'_>, out: &mut String) {
    let (number, width) = match byte {
        b'L' => return out.push_str(if is_leap(parts.year) { "True" } else { "False" }),
        b'S' => return out.push_str(ordinal_suffix(parts.day)),
        b'd' => (parts.day, 2),
        b'j' => (parts.day, 1),
        b'm' => (parts.month, 2),
        b'n' => (parts.month, 1),
        b'o' => (parts.iso_week().0.unsigned_abs(), 1),
        b't' => (month_length(parts.year, parts.month), 1),
        b'w' => ((parts.weekday() as u32 + 1) % 7, 1),
        b'W' => (parts.iso_week().1, 1),
        b'y' => (parts.year.unsigned_abs() % 100, 2),
        b'Y' => (parts.year.unsigned_abs(), 4),
        _ => (parts.day_of_year(), 1),
    };
    push_number(number, width, out);
}

/// Append a number with zeros before it, up to a width of six.
fn push_number(number: u32, width: u32, out: &mut String) {
    let mut unit = 10_u32.pow(width - 1);
    while number / unit >= 10 {
        unit *= 10;
    }
    while unit > 0 {
        out.push(char::from(b'0' + (number / unit % 10) as u8));
        unit /= 10;
    }
}

fn push_zone(byte: u8, parts: &DateParts<'_>, out: &mut String) -> Option<()> {
    // A naive value has no zone name, whatever the default zone says.
    let nameless = byte == b'e' && matches!(parts.awareness, Awareness::Naive(_));
    if nameless || !parts.has_zone() {
        return Some(());
    }
    let zone = parts.zone()?;
    let _ = match byte {
        b'e' => out.write_str(zone.name.unwrap_or("")),
        b'I' => out.write_char(if zone.dst { '1' } else { '0' }),
        b'O' => {
            let seconds = zone.offset.unsigned_abs();
            let sign = if zone.offset < 0 { '-' } else { '+' };
            write!(out, "{sign}{:02}{:02}", seconds / 3600, seconds / 60 % 60)
        }
        b'T' => out.write_str(zone.name.unwrap_or("None")),
        _ => write!(out, "{}", zone.offset),
    };
    Some(())
}

/// Append the RFC 5322 date, whose names are never translated.
fn push_rfc5322(parts: &DateParts<'_>, out: &mut String) -> Option<()> {
    if parts.kind != Kind::DateTime {
        return None;
    }
    let offset = parts.zone()?.offset;
    let (weekday, month) = (WEEKDAYS[parts.weekday()], MONTHS[parts.month as usize - 1]);
    let _ = write!(out, "{}, {:02} {} {:04} ", &weekday[..3], parts.day, &month[..3], parts.year);
    let _ = write!(out, "{:02}:{:02}:{:02} ", parts.hour, parts.minute, parts.second);
    push_offset(offset, "", out);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> DateParts<'static> {
        DateParts {
            kind: Kind::DateTime,
            year: 2008,
            month: 1,
            day: 2,
            hour: 10,
            minute: 30,
            second: 0,
            microsecond: 123,
            awareness: Awareness::Aware(Some(Zone { offset: -16_200, name: Some("X"), dst: false })),
            ambiguous: false,
            timestamp: None,
        }
    }

    fn render(format: &str, parts: &DateParts<'_>) -> Option<String> {
        let mut out = String::new();
        CompiledFormat::parse(format).render(parts, &Names::english(), &mut out)?;
        Some(out)
    }

    #[test]
    fn backslashes_escape_the_next_character_only() {
        assert_eq!(render(r"\Y \\Y Y\", &parts()).as_deref(), Some(r"Y \Y 2008\"));
        assert_eq!(render("jS \\o\\f F", &parts()).as_deref(), Some("2nd of January"));
    }

    #[test]
    fn zones_are_written_in_every_form() {
        let want = "2008-01-02T10:30:00.000123-04:30|Wed, 02 Jan 2008 10:30:00 -0430|-0430|-16200|X|0|1199286000";
        assert_eq!(render("c|r|O|Z|T|I|U", &parts()).as_deref(), Some(want));
    }

    #[test]
    fn what_python_refuses_is_not_rendered() {
        let date = DateParts { kind: Kind::Date, ..parts() };
        let time = DateParts { kind: Kind::Time, ..parts() };
        assert_eq!(render("Y H", &date), None);
        assert_eq!(render("Y H", &time), None);
        assert_eq!(render("P", &time).as_deref(), Some("10:30 a.m."));
        assert_eq!(render("N j, Y", &date).as_deref(), Some("Jan. 2, 2008"));
        assert_eq!(render("Y", &DateParts { day: 31, month: 2, ..date }), None);
    }
}
