//! Decimal numbers as digits and an exponent, read from and rounded like Python's `decimal`.

/// Exponents beyond this are left to Python, which has limits of its own.
const MAX_EXPONENT: i32 = 100_000;

/// A finite decimal number: `(-1)^negative * digits * 10^exponent`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub negative: bool,
    /// ASCII digits without leading zeros; `0` for zero.
    pub digits: String,
    pub exponent: i32,
}

impl Decimal {
    /// Read what `Decimal(text)` accepts, in its plain ASCII form. `None`: anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |s: &str| s.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let places = i32::try_from(fraction.len()).ok().filter(|&places| places <= MAX_EXPONENT)?;
        let mut digits = String::with_capacity(whole.len() + fraction.len());
        digits.push_str(whole);
        digits.push_str(fraction);
        let significant = digits.trim_start_matches('0');
        let digits = if significant.is_empty() { "0" } else { significant }.to_owned();
        Some(Self { negative: text.starts_with('-'), digits, exponent: exponent - places })
    }

    pub fn is_zero(&self) -> bool {
        self.digits == "0"
    }

    /// Number of digits plus the size of the exponent, Django's measure of "too big to write out".
    pub fn extent(&self) -> usize {
        self.digits.len() + self.exponent.unsigned_abs() as usize
    }

    /// Whether the number is whole.
    pub fn is_integral(&self) -> bool {
        let zeros = self.digits.len() - self.digits.trim_end_matches('0').len();
        self.is_zero() || self.exponent >= 0 || self.exponent.unsigned_abs() as usize <= zeros
    }

    /// The power of ten of the first digit.
    pub fn adjusted(&self) -> i64 {
        self.digits.len() as i64 + i64::from(self.exponent) - 1
    }

    /// The digits before and after the point when written without an exponent.
    fn split(&self) -> (String, String) {
        if self.exponent >= 0 {
            let zeros = if self.is_zero() { 0 } else { self.exponent.unsigned_abs() as usize };
            return (format!("{}{}", self.digits, "0".repeat(zeros)), String::new());
        }
        let places = self.exponent.unsigned_abs() as usize;
        let padded = format!("{}{}", "0".repeat((places + 1).saturating_sub(self.digits.len())), self.digits);
        let (whole, fraction) = padded.split_at(padded.len() - places);
        (whole.to_owned(), fraction.to_owned())
    }

    /// `"{:f}".format(self)`.
    pub fn plain(&self) -> String {
        let (whole, fraction) = self.split();
        let sign = if self.negative { "-" } else { "" };
        let point = if fraction.is_empty() { "" } else { "." };
        format!("{sign}{whole}{point}{fraction}")
    }

    /// `"{:e}".format(self)` as coefficient and exponent.
    pub fn scientific(&self) -> (String, String) {
        let sign = if self.negative { "-" } else { "" };
        let (first, rest) = self.digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        (format!("{sign}{first}{point}{rest}"), format!("{:+}", self.adjusted()))
    }

    /// The whole part as `"%d" % int(self)`.
    pub fn whole(&self) -> String {
        let (whole, _) = self.split();
        let sign = if self.negative && whole.bytes().any(|byte| byte != b'0') { "-" } else { "" };
        format!("{sign}{whole}")
    }

    /// The number with exactly `places` places, half away from zero; zero has no sign.
    pub fn rounded(&self, places: usize) -> String {
        let (whole, mut fraction) = self.split();
        let round_up = fraction.as_bytes().get(places).is_some_and(|&byte| byte >= b'5');
        fraction.truncate(places);
        let padding = places - fraction.len();
        let whole_length = whole.len();
        let mut digits = format!("{whole}{fraction}{}", "0".repeat(padding)).into_bytes();
        let mut carry = round_up;
        for digit in digits.iter_mut().rev().take_while(|_| round_up) {
            if !carry {
                break;
            }
            carry = *digit == b'9';
            *digit = if carry { b'0' } else { *digit + 1 };
        }
        let is_zero = !carry && digits.iter().all(|&digit| digit == b'0');
        let mut out = String::with_capacity(digits.len() + 3);
        if self.negative && !is_zero {
            out.push('-');
        }
        if carry {
            out.push('1');
        }
        for (at, &digit) in digits.iter().enumerate() {
            if at == whole_length {
                out.push('.');
            }
            out.push(digit as char);
        }
        out
    }
}

fn parse_exponent(text: &str) -> Option<i32> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|exponent: &i32| exponent.abs() <= MAX_EXPONENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).expect("a decimal")
    }

    #[test]
    fn rounding_carries_into_a_new_digit() {
        assert_eq!(decimal("9.995").rounded(2), "10.00");
        assert_eq!(decimal("-0.004").rounded(2), "0.00");
        assert_eq!(decimal("-0.005").rounded(2), "-0.01");
        assert_eq!(decimal("1e3").rounded(1), "1000.0");
        assert_eq!(decimal("0.5").rounded(0), "1");
    }

    #[test]
    fn notations_follow_python() {
        assert_eq!(decimal("-0.00").plain(), "-0.00");
        assert_eq!(decimal("12e2").plain(), "1200");
        assert_eq!(decimal("0E+3").plain(), "0");
        assert_eq!(decimal("1234e-10").scientific(), ("1.234".to_owned(), "-7".to_owned()));
        assert!(decimal("1.00").is_integral() && !decimal("1.01").is_integral());
        for odd in ["", ".", "1_0", " 1", "nan", "1e", "1e999999999", "١"] {
            assert_eq!(Decimal::parse(odd), None);
        }
    }
}
