//! Values as `SQLite` stores them, written as what Django makes of them.

/// `SQLite` keeps so many significant digits of a decimal; the rest is the float's inaccuracy.
const STORED_DIGITS: usize = 15;
/// With more places than this `str(Decimal)` may use an exponent.
const MAX_PLACES: u32 = 6;

/// Fewer units than this have no more digits than are kept.
const STORED_LIMIT: f64 = 1e15;
/// Sign, point, and the digits of the largest number.
const LONGEST: usize = 22;

/// A short number as text.
pub struct Digits {
    bytes: [u8; LONGEST],
    start: usize,
}

impl Digits {
    /// The text: ASCII digits, and sign and point if the number has them.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[self.start..]).unwrap_or_default()
    }

    /// `units` of `10^-places`.
    fn of(mut units: u64, places: u32, is_negative: bool) -> Self {
        let mut digits = Self { bytes: [0; LONGEST], start: LONGEST };
        let mut written = 0;
        while units > 0 || written <= places {
            if written == places && places > 0 {
                digits.push(b'.');
            }
            digits.push(b'0' + (units % 10) as u8);
            units /= 10;
            written += 1;
        }
        if is_negative {
            digits.push(b'-');
        }
        digits
    }

    fn push(&mut self, byte: u8) {
        self.start -= 1;
        self.bytes[self.start] = byte;
    }
}

/// `str()` of the `Decimal` that a stored float or integer stands for: to 15 digits, then to the places of its field, half
/// to even both times (`DatabaseOperations.get_decimalfield_converter` of the `SQLite` backend).
///
/// `None`: more digits than the field has, more than 6 places, or not finite.
pub fn decimal(value: f64, places: u32, max_digits: u32) -> Option<Digits> {
    if !value.is_finite() || places > MAX_PLACES {
        return None;
    }
    let units = match exact_units(value.abs(), places) {
        Some(units) => units,
        None => rounded_units(value.abs(), places)?,
    };
    let is_short = 10u64.checked_pow(max_digits).is_none_or(|limit| units < limit);
    is_short.then(|| Digits::of(units, places, value.is_sign_negative()))
}

/// How many units of `10^-places` a number is, if it is the float nearest to so many.
///
/// A decimal of up to 15 digits is what its float is rounded to, to so many digits. The quotient of two whole numbers that
/// floats hold exactly is the float nearest to it.
fn exact_units(value: f64, places: u32) -> Option<u64> {
    let unit = f64::from(10u32.pow(places));
    let units = (value * unit).round();
    #[expect(clippy::float_cmp, reason = "the very float is meant")]
    let is_exact = units < STORED_LIMIT && units / unit == value;
    #[expect(clippy::cast_sign_loss, reason = "no negative number is given")]
    is_exact.then_some(units as u64)
}

/// The same of any number: to 15 digits, then to the places.
fn rounded_units(value: f64, places: u32) -> Option<u64> {
    let text = format!("{:.*e}", STORED_DIGITS - 1, value);
    let (mantissa, exponent) = text.split_once('e')?;
    let digits: u64 =
        mantissa.bytes().filter(u8::is_ascii_digit).fold(0, |all, digit| all * 10 + u64::from(digit - b'0'));
    // The number is `digits * 10^(exponent - 14)`, and is wanted in units of `10^-places`.
    let shift = exponent.parse::<i64>().ok()? - (STORED_DIGITS as i64 - 1) + i64::from(places);
    if shift >= 0 {
        return digits.checked_mul(10u64.checked_pow(u32::try_from(shift).ok()?)?);
    }
    let dropped = u32::try_from(-shift).ok()?;
    // With more places dropped than there are, it is far less than half a unit.
    let Some(unit) = 10u64.checked_pow(dropped) else { return Some(0) };
    let (whole, rest) = (digits / unit, digits % unit);
    let is_up = rest > unit / 2 || (rest == unit / 2 && whole % 2 == 1);
    Some(whole + u64::from(is_up))
}

/// The parts of a date.
pub type Day = (i32, u8, u8);
/// The parts of a time of day: hour, minute, second, microsecond.
pub type Clock = (u8, u8, u8, u32);

/// A date as Django writes it for `SQLite`: `2026-03-02`. `None`: written otherwise.
pub fn date(text: &str) -> Option<Day> {
    let bytes = text.as_bytes();
    (bytes.len() == 10).then_some(())?;
    day(bytes)
}

/// A date and time as Django writes it for `SQLite`: `2026-03-02 10:30:00`, with up to six digits of a second behind a
/// point. `None`: written otherwise.
pub fn datetime(text: &str) -> Option<(Day, Clock)> {
    let bytes = text.as_bytes();
    let (head, fraction) = bytes.split_at_checked(19)?;
    let day = day(head)?;
    let is_separated = matches!(head[10], b' ' | b'T') && head[13] == b':' && head[16] == b':';
    let clock = (two(&head[11..])?, two(&head[14..])?, two(&head[17..])?);
    is_separated.then_some(())?;
    let micro = match fraction {
        [] => 0,
        [b'.', digits @ ..] if (1..=6).contains(&digits.len()) => {
            let number = digits.iter().try_fold(0, |all, &byte| Some(all * 10 + digit(byte)?))?;
            number * 10u32.pow(6 - digits.len() as u32)
        }
        _ => return None,
    };
    Some((day, (clock.0, clock.1, clock.2, micro)))
}

fn day(bytes: &[u8]) -> Option<Day> {
    (bytes[4] == b'-' && bytes[7] == b'-').then_some(())?;
    let year = i32::from(two(bytes)?) * 100 + i32::from(two(&bytes[2..])?);
    Some((year, two(&bytes[5..])?, two(&bytes[8..])?))
}

fn two(bytes: &[u8]) -> Option<u8> {
    Some(digit(bytes[0])? as u8 * 10 + digit(bytes[1])? as u8)
}

fn digit(byte: u8) -> Option<u32> {
    byte.is_ascii_digit().then(|| u32::from(byte - b'0'))
}

#[cfg(test)]
mod tests {
    use super::{Digits, date, datetime, decimal, exact_units, rounded_units};

    #[test]
    fn floats_become_the_decimals_that_were_stored() {
        // Answers of Django 5.2.
        for (value, places, answer) in [
            (0.1 + 0.2, 2, "0.30"),
            (-0.0, 2, "-0.00"),
            (0.125, 2, "0.12"),
            (0.375, 2, "0.38"),
            (-0.004, 2, "-0.00"),
            (1_234_567.891, 2, "1234567.89"),
            (2.5, 0, "2"),
            (3.5, 0, "4"),
            (1e-30, 6, "0.000000"),
            (999.995, 2, "1000.00"),
        ] {
            assert_eq!(decimal(value, places, 12).as_ref().map(Digits::as_str), Some(answer), "{value}");
        }
        for (value, places, digits) in [(123_456.0, 2, 7), (f64::NAN, 2, 7), (1e300, 2, 7), (1.0, 7, 9)] {
            assert!(decimal(value, places, digits).is_none(), "{value}");
        }
    }

    #[test]
    fn the_largest_decimals_have_room() {
        let text = |value, places| decimal(value, places, 40).map(|found| found.as_str().to_owned());
        assert_eq!(text(-1e13, 6).as_deref(), Some("-10000000000000.000000"));
        assert_eq!(text(-1e19, 0).as_deref(), Some("-10000000000000000000"));
        assert_eq!(text(1e20, 0), None);
    }

    #[test]
    fn units_told_at_once_are_those_of_rounding() {
        // Numbers of all lengths, the floats beside them, and halves of units.
        let mut seed: u64 = 20_260_302;
        let mut told = 0;
        for _ in 0..200_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let number = (seed >> 11) >> (seed % 53);
            for places in 0..=6 {
                #[expect(clippy::cast_precision_loss, reason = "there are fewer bits than that")]
                let near = number as f64 / f64::from(10u32.pow(places));
                for value in [near, near.next_up(), near.next_down().abs(), near + 0.5 / f64::from(10u32.pow(places))] {
                    if let Some(units) = exact_units(value, places) {
                        told += 1;
                        assert_eq!(Some(units), rounded_units(value, places), "{value} {places}");
                    }
                }
            }
        }
        assert!(told > 1_000_000, "{told}");
    }

    #[test]
    fn only_what_django_writes_is_a_date() {
        assert_eq!(date("2026-03-02"), Some((2026, 3, 2)));
        // Whether there is such a day is for others to say.
        assert_eq!(date("2026-13-99"), Some((2026, 13, 99)));
        for text in ["", "2026-3-2", "20260302", "2026-03-02 ", "2026/03/02", "२०२६-03-02", "-026-03-02"] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn only_what_django_writes_is_a_time() {
        let day = (2026, 3, 2);
        assert_eq!(datetime("2026-03-02 09:30:05"), Some((day, (9, 30, 5, 0))));
        assert_eq!(datetime("2026-03-02T09:30:05.000001"), Some((day, (9, 30, 5, 1))));
        assert_eq!(datetime("2026-03-02 09:30:05.5"), Some((day, (9, 30, 5, 500_000))));
        for text in [
            "",
            "2026-03-02",
            "2026-03-02 09:30",
            "2026-03-02 09:30:05.",
            "2026-03-02 09:30:05.1234567",
            "2026-03-02 09:30:05Z",
            "2026-03-02 09:30:05+02:00",
            "2026-03-02 09:30:05,5",
            "2026-03-02x09:30:05",
            "2026-03-02 09:30:0é",
        ] {
            assert_eq!(datetime(text), None, "{text}");
        }
    }
}
