//! The arithmetic of `timesince` and `timeuntil`: how many of which units lie between two moments.

use crate::dates::days_from_civil;

/// A wall-clock moment, without its zone.
///
/// Both moments of a question are in the same zone (Django moves one into the other's first, and
/// Python then subtracts wall-clock times). A date stands for its midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
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
}

/// A unit of `timesince`, largest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Unit {
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
}

const UNITS: [Unit; 6] = [Unit::Year, Unit::Month, Unit::Week, Unit::Day, Unit::Hour, Unit::Minute];
const MICROSECONDS: i64 = 1_000_000;
const CHUNKS: [i64; 4] = [604_800, 86_400, 3_600, 60];
/// Django's table: February always has 28 days here.
const MONTH_DAYS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

impl Moment {
    /// Microseconds since the Unix epoch, as if the zone were UTC.
    fn microseconds(self) -> i64 {
        let days = days_from_civil(self.year, self.month, self.day);
        let seconds = i64::from(self.hour * 3600 + self.minute * 60 + self.second);
        (days * 86_400 + seconds) * MICROSECONDS + i64::from(self.microsecond)
    }

    fn time(self) -> (u32, u32, u32, u32) {
        (self.hour, self.minute, self.second, self.microsecond)
    }

    /// This moment some months later, on a day Django's table has, without microseconds.
    fn pivot(self, months: i64) -> Self {
        let index = i64::from(self.month - 1) + months;
        let month = index.rem_euclid(12) as u32 + 1;
        let year = self.year + index.div_euclid(12) as i32;
        let day = self.day.min(MONTH_DAYS[month as usize - 1]);
        Self { year, month, day, microsecond: 0, ..self }
    }

    fn is_valid(self) -> bool {
        (1..=9999).contains(&self.year)
            && (1..=12).contains(&self.month)
            && (1..=31).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60
            && self.microsecond < 1_000_000
    }
}

/// The adjacent non-zero units between `from` and `to`, at most `depth` of them.
///
/// `timesince(d, now)` asks for `(d, now)`, `timeuntil(d, now)` for `(now, d)`. Nothing or less in between
/// gives zero minutes. `None`: `depth` is 0 (Django raises) or a moment is no calendar time.
pub fn timesince(from: Moment, to: Moment, depth: usize) -> Option<Vec<(Unit, i64)>> {
    const NOTHING: (Unit, i64) = (Unit::Minute, 0);
    if depth == 0 || !from.is_valid() || !to.is_valid() {
        return None;
    }
    if (to.microseconds() - from.microseconds()).div_euclid(MICROSECONDS) <= 0 {
        return Some(vec![NOTHING]);
    }
    let mut months = i64::from(to.year - from.year) * 12 + i64::from(to.month) - i64::from(from.month);
    if from.day > to.day || (from.day == to.day && from.time() > to.time()) {
        months -= 1;
    }
    let pivot = if months == 0 { from } else { from.pivot(months) };
    let mut remaining = to.microseconds() - pivot.microseconds();
    let mut counts = [months.div_euclid(12), months.rem_euclid(12), 0, 0, 0, 0];
    for (count, chunk) in counts[2..].iter_mut().zip(CHUNKS) {
        *count = remaining.div_euclid(chunk * MICROSECONDS);
        remaining -= *count * chunk * MICROSECONDS;
    }
    let parts: Vec<_> = UNITS
        .into_iter()
        .zip(counts)
        .skip_while(|&(_, count)| count == 0)
        .take(depth)
        .take_while(|&(_, count)| count != 0)
        .collect();
    Some(if parts.is_empty() { vec![NOTHING] } else { parts })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(year: i32, month: u32, day: u32, hour: u32, minute: u32) -> Moment {
        Moment { year, month, day, hour, minute, second: 0, microsecond: 0 }
    }

    #[test]
    fn months_have_their_own_lengths() {
        let since = |from, to| timesince(from, to, 2).expect("valid moments");
        assert_eq!(since(at(2013, 2, 10, 0, 0), at(2014, 3, 10, 0, 0)), [(Unit::Year, 1), (Unit::Month, 1)]);
        assert_eq!(since(at(2024, 1, 31, 9, 0), at(2024, 3, 1, 9, 0)), [(Unit::Month, 1)]);
        assert_eq!(since(at(2024, 1, 1, 9, 0), at(2024, 1, 1, 9, 0)), [(Unit::Minute, 0)]);
        assert_eq!(since(at(2024, 1, 1, 9, 0), at(2024, 1, 9, 10, 0)), [(Unit::Week, 1), (Unit::Day, 1)]);
        assert_eq!(timesince(at(2024, 1, 1, 9, 0), at(2024, 1, 9, 10, 0), 0), None);
    }
}
