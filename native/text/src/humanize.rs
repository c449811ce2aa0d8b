//! Number filters of `django.contrib.humanize`, and `filesizeformat`.

use crate::Series;
use crate::numbers::{FloatText, Number, NumberFormat, floatformat, format, repr};

/// The localized `intcomma`. `None` as for [`format()`], and for texts (Django tries to read them).
///
/// Since Django 6.0 whole numbers are formatted as decimals, which shortens those over 200 digits.
pub fn intcomma(number: Number<'_>, formats: &NumberFormat, series: Series) -> Option<String> {
    match number {
        Number::Text(_) => None,
        Number::Int(text) if series >= Series::Django60 => format(Number::Decimal(text), None, formats, true),
        _ => format(number, None, formats, true),
    }
}

/// `intcomma(value, use_l10n=False)` for `text = str(value)`. `None`: its digits are followed by a
/// non-ASCII character, which may be a digit, too.
pub fn intcomma_plain(text: &str) -> Option<String> {
    let sign = usize::from(text.starts_with('-'));
    let length = text[sign..].bytes().take_while(u8::is_ascii_digit).count();
    if text.as_bytes().get(sign + length).is_some_and(|byte| !byte.is_ascii()) {
        return None;
    }
    let mut out = String::with_capacity(text.len() + length / 3);
    for (at, c) in text.char_indices() {
        let digits_left = (sign + length).saturating_sub(at);
        if at > sign && digits_left > 0 && digits_left % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    Some(out)
}

/// The unit of a file size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum SizeUnit {
    Bytes,
    Kilobytes,
    Megabytes,
    Gigabytes,
    Terabytes,
    Petabytes,
}

/// What `filesizeformat` puts into its translated template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSize {
    /// A `-` goes before the filled template.
    pub negative: bool,
    /// Chooses the template: `%(size)d byte(s)`, `%s KB` ….
    pub unit: SizeUnit,
    /// What the template is filled with; for bytes also the plural count.
    pub number: String,
}

/// The `filesizeformat` filter up to its translated template (whose spaces become U+00A0 in the end).
///
/// `None` as for [`format()`].
#[expect(clippy::cast_precision_loss, reason = "Python's division rounds to a float, too")]
pub fn filesizeformat(bytes: i128, formats: &NumberFormat) -> Option<FileSize> {
    const UNITS: [(SizeUnit, u32); 5] = [
        (SizeUnit::Kilobytes, 10),
        (SizeUnit::Megabytes, 20),
        (SizeUnit::Gigabytes, 30),
        (SizeUnit::Terabytes, 40),
        (SizeUnit::Petabytes, 50),
    ];
    let negative = bytes < 0;
    let size = bytes.unsigned_abs();
    if size < 1 << 10 {
        return Some(FileSize { negative, unit: SizeUnit::Bytes, number: size.to_string() });
    }
    let fits = |&&(_, bits): &&(SizeUnit, u32)| bits == 50 || size >> bits < 1 << 10;
    let &(unit, bits) = UNITS.iter().find(fits)?;
    // Dividing by a power of two is exact, so only the conversion rounds, as in Python.
    let value = size as f64 / (1_u64 << bits) as f64;
    let rounded = format!("{value:.1}").parse().ok()?;
    let number = format(Number::Float(rounded), Some(1), formats, false)?;
    Some(FileSize { negative, unit, number })
}

/// What `intword` puts into its translated template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntWord {
    /// Chooses the template: 6 is million, 9 billion … 33 decillion, 100 googol.
    pub exponent: u32,
    /// What the template is filled with.
    pub number: String,
    /// The count that `ngettext` gets.
    pub count: i64,
}

/// The `intword` filter up to its translated template, for `decimal = str(int(value))`.
///
/// `None`: the filter gives the number back (too small or too big).
pub fn intword(decimal: &str, formats: &NumberFormat) -> Option<IntWord> {
    const EXPONENTS: [u32; 11] = [6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 100];
    let digits = decimal.strip_prefix('-').unwrap_or(decimal);
    if digits.len() < 7 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let exponent = EXPONENTS.into_iter().find(|&exponent| digits.len() <= exponent as usize + 3)?;
    // Reading the quotient as text rounds once, as Python's division of whole numbers does.
    let value: f64 = format!("{decimal}e-{exponent}").parse().ok()?;
    let FloatText::Number(number) = floatformat(&repr(value), 1, formats, false)? else {
        return None;
    };
    let distance = value - 1.0;
    let away = if distance < 0.0 { distance.floor() } else { distance.ceil() };
    Some(IntWord { exponent, number, count: (away as i64 + 1).abs() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_stay_inside_the_first_digits() {
        assert_eq!(intcomma_plain("-1234567.12345").as_deref(), Some("-1,234,567.12345"));
        assert_eq!(intcomma_plain("123").as_deref(), Some("123"));
        assert_eq!(intcomma_plain("-").as_deref(), Some("-"));
        assert_eq!(intcomma_plain("x1234").as_deref(), Some("x1234"));
        assert_eq!(intcomma_plain("１２３４"), None);
    }

    #[test]
    fn sizes_take_the_largest_unit_below_them() {
        let size = |bytes| filesizeformat(bytes, &NumberFormat::plain()).expect("a size");
        assert_eq!(size(1023).number, "1023");
        assert_eq!((size(1 << 20).unit, size((1 << 20) - 1).number.as_str()), (SizeUnit::Megabytes, "1024.0"));
        assert!(size(-2048).negative);
        assert_eq!(size(1 << 80).unit, SizeUnit::Petabytes);
    }

    #[test]
    fn words_for_large_numbers() {
        let word = |text| intword(text, &NumberFormat::plain());
        assert_eq!(word("999999"), None);
        let million = IntWord { exponent: 6, number: "1.2".to_owned(), count: 2 };
        assert_eq!(word("1200000"), Some(million));
        assert_eq!(word(&format!("1{}", "0".repeat(103))), None);
    }
}
