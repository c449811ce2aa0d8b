//! Numbers as text: Python's `repr` of floats, Django's number formats, `floatformat`, `widthratio`.

use std::fmt::Write as _;

use crate::decimal::Decimal;

/// Above this Django writes numbers with an exponent, or leaves them alone.
const MAX_EXTENT: usize = 200;
/// More places than this are left to Python.
const MAX_PLACES: usize = 1_000;
/// Digits of the decimal context, to which Python rounds when it compares.
const CONTEXT_DIGITS: usize = 28;

/// The number formats of one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberFormat {
    /// `DECIMAL_SEPARATOR`.
    pub decimal_sep: String,
    /// `THOUSAND_SEPARATOR`.
    pub thousand_sep: String,
    /// `NUMBER_GROUPING` as a list: a plain `n` is `[n, 0]`, and 0 is the empty list.
    pub grouping: Vec<i64>,
    /// `USE_THOUSAND_SEPARATOR`, and numbers are localized.
    pub use_grouping: bool,
}

impl NumberFormat {
    /// A point, and no grouping: what `use_l10n=False` gives under default settings.
    pub fn plain() -> Self {
        Self { decimal_sep: ".".to_owned(), thousand_sep: ",".to_owned(), grouping: Vec::new(), use_grouping: false }
    }
}

/// A number as Python has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number<'a> {
    /// `str()` of an int.
    Int(&'a str),
    /// A float.
    Float(f64),
    /// `str()` of a finite `Decimal`.
    Decimal(&'a str),
    /// A text that `number_format` takes as it is.
    Text(&'a str),
}

/// The significant digits of a finite float's `repr`, without sign and point, and the exponent of the first.
fn shortest_digits(value: f64) -> (String, i32) {
    /// Two shortest texts can be equally near only with this many digits: their distance is at most
    /// the one between neighbouring floats.
    const TIE_DIGITS: usize = 16;
    let mut shortest = format!("{:e}", value.abs());
    let length = shortest.bytes().take_while(|&byte| byte != b'e').filter(u8::is_ascii_digit).count();
    if length >= TIE_DIGITS {
        // Of two equally near texts Python takes the one with the even last digit, Rust the larger one.
        // Rounding to this length knows that rule, but may miss the float next to a power of two.
        let rounded = format!("{:.*e}", length - 1, value.abs());
        if rounded.parse() == Ok(value.abs()) {
            shortest = rounded;
        }
    }
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    (mantissa.replace('.', ""), exponent.parse().unwrap_or(0))
}

/// Append Python's `repr` of a float.
pub fn repr_into(value: f64, out: &mut String) {
    if value.is_nan() {
        out.push_str("nan");
        return;
    }
    if value.is_sign_negative() {
        out.push('-');
    }
    if value.is_infinite() {
        out.push_str("inf");
        return;
    }
    let (digits, exponent) = shortest_digits(value);
    match exponent {
        -4..0 => {
            out.push_str("0.");
            out.extend(std::iter::repeat_n('0', exponent.unsigned_abs() as usize - 1));
            out.push_str(&digits);
        }
        0..16 => {
            let whole = exponent.unsigned_abs() as usize + 1;
            let (head, tail) = digits.split_at(whole.min(digits.len()));
            out.push_str(head);
            out.extend(std::iter::repeat_n('0', whole - head.len()));
            out.push('.');
            out.push_str(if tail.is_empty() { "0" } else { tail });
        }
        _ => {
            let (head, tail) = digits.split_at(1);
            out.push_str(head);
            if !tail.is_empty() {
                out.push('.');
                out.push_str(tail);
            }
            let sign = if exponent < 0 { '-' } else { '+' };
            // Writing into a String cannot fail.
            let _ = write!(out, "e{sign}{:02}", exponent.unsigned_abs());
        }
    }
}

/// Python's `repr` of a float.
pub fn repr(value: f64) -> String {
    let mut out = String::new();
    repr_into(value, &mut out);
    out
}

/// `whole` with the thousand separator between its groups.
fn grouped(whole: &str, format: &NumberFormat) -> String {
    let mut intervals = format.grouping.iter().copied();
    let mut active = intervals.next().unwrap_or(0);
    let mut groups = Vec::new();
    let mut end = whole.len();
    let mut count = 0;
    // `at` runs over the ends of the characters, from the right.
    let starts: Vec<usize> = whole.char_indices().map(|(at, _)| at).collect();
    for &start in starts.iter().rev() {
        if count > 0 && count == active {
            let cut = start + whole[start..].chars().next().map_or(0, char::len_utf8);
            groups.push(&whole[cut..end]);
            end = cut;
            count = 0;
            active = intervals.next().filter(|&next| next != 0).unwrap_or(active);
        }
        count += 1;
    }
    groups.push(&whole[..end]);
    groups.reverse();
    groups.join(&format.thousand_sep)
}

/// `numberformat.format` of a text. `None`: it has several points, which Python cannot unpack.
fn format_text(text: &str, places: Option<usize>, format: &NumberFormat, force_grouping: bool) -> Option<String> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", text),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    if fraction.contains('.') {
        return None;
    }
    let kept = match places {
        Some(places) => fraction.char_indices().nth(places).map_or(fraction, |(end, _)| &fraction[..end]),
        None => fraction,
    };
    let padding = places.unwrap_or(0).saturating_sub(kept.chars().count());
    let mut out = String::with_capacity(text.len() + padding + 8);
    out.push_str(sign);
    if (format.use_grouping || force_grouping) && !format.grouping.is_empty() {
        out.push_str(&grouped(whole, format));
    } else {
        out.push_str(whole);
    }
    if !kept.is_empty() || padding > 0 {
        out.push_str(&format.decimal_sep);
        out.push_str(kept);
        out.extend(std::iter::repeat_n('0', padding));
    }
    Some(out)
}

fn format_decimal(
    mut number: Decimal,
    places: Option<usize>,
    format: &NumberFormat,
    force_grouping: bool,
) -> Option<String> {
    if let Some(places) = places {
        if number.digits.len() > CONTEXT_DIGITS && number.adjusted() < 0 {
            return None;
        }
        // Django compares with 0.1 for no places, too. A number below the last place counts as zero.
        if number.is_zero() || number.adjusted() < -(places.max(1) as i64) {
            number = Decimal { negative: false, digits: "0".to_owned(), exponent: 0 };
        }
    }
    if number.extent() <= MAX_EXTENT {
        return format_text(&number.plain(), places, format, force_grouping);
    }
    let (coefficient, exponent) = number.scientific();
    let coefficient = format_text(&coefficient, places, format, force_grouping)?;
    Some(format!("{coefficient}e{exponent}"))
}

/// `django.utils.numberformat.format` (and, without `places`, the localized form of a variable).
///
/// `None`: the number isn't written plainly (a non-finite `Decimal`), has more than 28 digits after the
/// point, or too many places are asked for.
pub fn format(
    number: Number<'_>,
    places: Option<usize>,
    format: &NumberFormat,
    force_grouping: bool,
) -> Option<String> {
    if places.is_some_and(|places| places > MAX_PLACES) {
        return None;
    }
    match number {
        Number::Text("") => Some(String::new()),
        Number::Text(text) | Number::Int(text) => format_text(text, places, format, force_grouping),
        Number::Decimal(text) => format_decimal(Decimal::parse(text)?, places, format, force_grouping),
        Number::Float(value) => {
            let text = repr(value);
            if text.contains('e') {
                format_decimal(Decimal::parse(&text)?, places, format, force_grouping)
            } else {
                format_text(&text, places, format, force_grouping)
            }
        }
    }
}

/// True if a plain number is written as it is.
pub fn is_plain(format: &NumberFormat) -> bool {
    format.decimal_sep == "." && !format.use_grouping
}

/// What `floatformat` makes of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FloatText {
    /// A formatted number, safe in HTML.
    Number(String),
    /// `str(value)` unchanged, and not marked safe: too long, or not finite.
    Unchanged,
}

/// The `floatformat` filter for `text = str(value)` and `p = int(arg)` (suffixes taken off).
///
/// `None`: `text` isn't a plain decimal number (Django tries `float(value)` then), or `p` is huge.
pub fn floatformat(text: &str, p: i64, format: &NumberFormat, force_grouping: bool) -> Option<FloatText> {
    if matches!(text, "nan" | "inf" | "-inf" | "NaN" | "Infinity" | "-Infinity") {
        return Some(FloatText::Unchanged);
    }
    let number = Decimal::parse(text)?;
    if number.extent() > MAX_EXTENT {
        return Some(FloatText::Unchanged);
    }
    let places = usize::try_from(p.unsigned_abs()).ok().filter(|&places| places <= MAX_PLACES)?;
    let formatted = if p <= 0 && number.is_integral() {
        format_text(&number.whole(), Some(0), format, force_grouping)
    } else {
        format_text(&number.rounded(places), Some(places), format, force_grouping)
    };
    formatted.map(FloatText::Number)
}

/// Below this a whole float is a whole number of the machine.
const EXACT_FLOAT: f64 = 9_007_199_254_740_992.0;

/// What `{% widthratio %}` writes for its two floats and its whole width.
#[expect(clippy::cast_precision_loss, reason = "Python converts the width to a float, too")]
pub fn widthratio(value: f64, max_value: f64, max_width: i64) -> String {
    if max_value == 0.0 {
        return "0".to_owned();
    }
    let ratio = value / max_value * max_width as f64;
    if !ratio.is_finite() {
        return String::new();
    }
    let rounded = ratio.round_ties_even();
    if rounded.abs() < EXACT_FLOAT {
        return (rounded as i64).to_string();
    }
    // Adding zero turns the negative zero, which Python's int doesn't have, into the other one.
    format!("{:.0}", rounded + 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn german() -> NumberFormat {
        NumberFormat {
            decimal_sep: ",".to_owned(),
            thousand_sep: ".".to_owned(),
            grouping: vec![3, 0],
            use_grouping: true,
        }
    }

    #[test]
    fn floats_look_like_pythons() {
        let cases = [
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (0.1, "0.1"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e-5, "1.5e-05"),
            (0.0001, "0.0001"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (791_100_764_292_614.0 + 0.25, "791100764292614.2"),
            (791_100_764_292_614.0 + 0.75, "791100764292614.8"),
            (f64::NAN, "nan"),
            (-f64::NAN, "nan"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (value, want) in cases {
            assert_eq!(repr(value), want);
        }
    }

    #[test]
    fn groups_follow_the_locale() {
        let format_int = |text, format: &NumberFormat| super::format(Number::Int(text), None, format, false);
        assert_eq!(format_int("-1234567", &german()).as_deref(), Some("-1.234.567"));
        let indian = NumberFormat { grouping: vec![3, 2, 0], ..german() };
        assert_eq!(format_int("123456789", &indian).as_deref(), Some("12.34.56.789"));
        assert_eq!(format_int("123", &german()).as_deref(), Some("123"));
        let float = super::format(Number::Float(1e300), Some(1), &german(), false);
        assert_eq!(float.as_deref(), Some("1,0e+300"));
    }

    #[test]
    fn floatformat_rounds_half_up() {
        let text = |value, p| floatformat(value, p, &NumberFormat::plain(), false);
        let number = |text: &str| Some(FloatText::Number(text.to_owned()));
        assert_eq!(text("34.23234", -1), number("34.2"));
        assert_eq!(text("34.000", -3), number("34"));
        assert_eq!(text("34", 3), number("34.000"));
        assert_eq!(text("-0.04", 1), number("0.0"));
        assert_eq!(text("1e199", 1), number(&format!("1{}.0", "0".repeat(199))));
        assert_eq!(text("1e200", 1), Some(FloatText::Unchanged));
        assert_eq!(text("nan", 1), Some(FloatText::Unchanged));
        assert_eq!(text("abc", 1), None);
    }

    #[test]
    fn widthratio_rounds_half_to_even() {
        assert_eq!(widthratio(50.0, 100.0, 1), "0");
        assert_eq!(widthratio(-1.0, 100.0, 1), "0");
        assert_eq!(widthratio(150.0, 100.0, 1), "2");
        assert_eq!(widthratio(1.0, 0.0, 1), "0");
        assert_eq!(widthratio(f64::NAN, 1.0, 1), "");
    }
}
