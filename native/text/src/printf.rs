//! The `stringformat` filter: Python's `%` formatting of one value.

/// Wider or more precise results are left to Python.
const MAX_SIZE: usize = 1_000;

/// A value as `%` sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// `str()` of an int.
    Int(&'a str),
    /// A float.
    Float(f64),
    /// A text.
    Text(&'a str),
}

/// A conversion without its leading `%`, like `-08.2f`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "Python's flags are independent of each other")]
struct Conversion {
    left: bool,
    plus: bool,
    space: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
    kind: u8,
}

/// Take the digits at the start of `rest`. `None`: too large.
fn take_number(rest: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    while let Some((digit, tail)) = rest.split_first().filter(|(digit, _)| digit.is_ascii_digit()) {
        number = number * 10 + usize::from(digit - b'0');
        if number > MAX_SIZE {
            return None;
        }
        *rest = tail;
    }
    Some(number)
}

impl Conversion {
    /// Read an argument that is one plain conversion and nothing else.
    fn parse(argument: &str) -> Option<Self> {
        let mut rest = argument.as_bytes();
        let mut conversion = Self::default();
        while let Some((flag, tail)) = rest.split_first() {
            match flag {
                b'-' => conversion.left = true,
                b'+' => conversion.plus = true,
                b' ' => conversion.space = true,
                b'0' => conversion.zero = true,
                _ => break,
            }
            rest = tail;
        }
        conversion.width = take_number(&mut rest)?;
        if let Some(tail) = rest.strip_prefix(b".") {
            rest = tail;
            conversion.precision = Some(take_number(&mut rest)?);
        }
        let [kind] = rest else {
            return None;
        };
        conversion.kind = *kind;
        Some(conversion)
    }

    /// `digits` with their sign, filled up to the width.
    fn signed(&self, negative: bool, digits: &str, may_zero: bool) -> String {
        let sign = match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            _ => "",
        };
        let missing = self.width.saturating_sub(sign.len() + digits.len());
        if self.left {
            format!("{sign}{digits}{}", " ".repeat(missing))
        } else if self.zero && may_zero {
            format!("{sign}{}{digits}", "0".repeat(missing))
        } else {
            format!("{}{sign}{digits}", " ".repeat(missing))
        }
    }

    fn text(&self, text: &str) -> String {
        let end = self.precision.and_then(|precision| text.char_indices().nth(precision));
        let kept = end.map_or(text, |(end, _)| &text[..end]);
        let missing = " ".repeat(self.width.saturating_sub(kept.chars().count()));
        if self.left { format!("{kept}{missing}") } else { format!("{missing}{kept}") }
    }

    fn whole(&self, decimal: &str) -> Option<String> {
        let digits = decimal.strip_prefix('-').unwrap_or(decimal);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let zeros = self.precision.unwrap_or(0).saturating_sub(digits.len());
        let padded = format!("{}{digits}", "0".repeat(zeros));
        Some(self.signed(decimal.starts_with('-'), &padded, true))
    }

    fn real(&self, value: f64) -> Option<String> {
        if !value.is_finite() {
            return None;
        }
        let precision = self.precision.unwrap_or(6);
        let digits = match self.kind {
            b'f' | b'F' => format!("{:.precision$}", value.abs()),
            _ => exponential(value.abs(), precision),
        };
        let digits = if self.kind == b'E' { digits.to_ascii_uppercase() } else { digits };
        Some(self.signed(value.is_sign_negative(), &digits, true))
    }
}

/// `value` with an exponent of at least two digits.
fn exponential(value: f64, precision: usize) -> String {
    let text = format!("{value:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    format!("{mantissa}e{sign}{digits:0>2}")
}

/// The `stringformat` filter: `("%" + argument) % value`.
///
/// `None`: the argument isn't a single plain conversion (`d i u f F e E s`, with flags except `#`), it
/// doesn't fit the value, or the value is not finite.
pub fn stringformat(value: Value<'_>, argument: &str) -> Option<String> {
    let conversion = Conversion::parse(argument)?;
    match (conversion.kind, value) {
        (b's', Value::Text(text) | Value::Int(text)) => Some(conversion.text(text)),
        (b's', Value::Float(value)) => Some(conversion.text(&crate::numbers::repr(value))),
        (b'd' | b'i' | b'u', Value::Int(text)) => conversion.whole(text),
        (b'd' | b'i' | b'u', Value::Float(value)) if value.is_finite() => {
            // Adding zero drops the sign of a negative zero, which a whole number doesn't have.
            conversion.whole(&format!("{:.0}", value.trunc() + 0.0))
        }
        (b'f' | b'F' | b'e' | b'E', Value::Float(value)) => conversion.real(value),
        (b'f' | b'F' | b'e' | b'E', Value::Int(text)) => {
            let value: f64 = text.parse().ok()?;
            // Python converts whole numbers exactly as reading their digits does, or raises.
            conversion.real(value)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_conversions() {
        let format = |value, argument| stringformat(value, argument).expect("a plain conversion");
        assert_eq!(format(Value::Int("-7"), "03d"), "-07");
        assert_eq!(format(Value::Int("7"), "+.3i"), "+007");
        assert_eq!(format(Value::Float(2.675), ".2f"), "2.67");
        assert_eq!(format(Value::Float(-0.5), "d"), "0");
        assert_eq!(format(Value::Float(12345.678), "12.3e"), "   1.235e+04");
        assert_eq!(format(Value::Text("äbc"), "-6.2s"), "äb    ");
    }

    #[test]
    fn other_conversions_are_left_to_python() {
        for argument in ["", "x", "#x", ".2", "d items", "%", "(a)s", "*d", "99999d", "r", "g", "ld"] {
            assert_eq!(stringformat(Value::Int("1"), argument), None, "{argument}");
        }
        assert_eq!(stringformat(Value::Text("a"), "d"), None);
        assert_eq!(stringformat(Value::Float(f64::NAN), "f"), None);
    }
}
