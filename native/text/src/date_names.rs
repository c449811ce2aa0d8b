//! The names of months, days and halves of days that date formats print, in one language.

/// The names of one language, as `django.utils.dates` and `gettext` give them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// `MONTHS`, January first.
    pub months: [String; 12],
    /// `MONTHS_3`.
    pub months_abbr: [String; 12],
    /// `MONTHS_3` after `str.title()`.
    pub months_abbr_title: [String; 12],
    /// `MONTHS_AP`.
    pub months_ap: [String; 12],
    /// `MONTHS_ALT`.
    pub months_alt: [String; 12],
    /// `WEEKDAYS`, Monday first.
    pub weekdays: [String; 7],
    /// `WEEKDAYS_ABBR`.
    pub weekdays_abbr: [String; 7],
    /// Translations of `a.m.` and `p.m.`.
    pub day_halves: [String; 2],
    /// Translations of `AM` and `PM`.
    pub day_halves_upper: [String; 2],
    /// Translations of `midnight` and `noon`.
    pub twelve: [String; 2],
}

pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const MONTHS_AP: [&str; 12] =
    ["Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec."];
pub(crate) const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Some tables of [`Names`], a bit for each of its fields in their order.
pub type Tables = u16;

/// The tables that a specifier reads.
pub(crate) const fn tables_of(byte: u8) -> Tables {
    match byte {
        b'F' => 1,
        b'b' => 1 << 1,
        b'M' => 1 << 2,
        b'N' => 1 << 3,
        b'E' => 1 << 4,
        b'l' => 1 << 5,
        b'D' => 1 << 6,
        b'a' => 1 << 7,
        b'A' => 1 << 8,
        b'P' => 1 << 7 | 1 << 9,
        _ => 0,
    }
}

impl Names {
    /// The untranslated names.
    pub fn english() -> Self {
        Self {
            months: MONTHS.map(str::to_owned),
            months_abbr: MONTHS.map(|name| name[..3].to_ascii_lowercase()),
            months_abbr_title: MONTHS.map(|name| name[..3].to_owned()),
            months_ap: MONTHS_AP.map(str::to_owned),
            months_alt: MONTHS.map(str::to_owned),
            weekdays: WEEKDAYS.map(str::to_owned),
            weekdays_abbr: WEEKDAYS.map(|name| name[..3].to_owned()),
            day_halves: ["a.m.", "p.m."].map(str::to_owned),
            day_halves_upper: ["AM", "PM"].map(str::to_owned),
            twelve: ["midnight", "noon"].map(str::to_owned),
        }
    }

    /// Put names into these tables, a list for each.
    pub fn put(&mut self, tables: Tables, lists: Vec<Vec<String>>) {
        let mut lists = lists.into_iter();
        let fields: [&mut [String]; 10] = [
            &mut self.months,
            &mut self.months_abbr,
            &mut self.months_abbr_title,
            &mut self.months_ap,
            &mut self.months_alt,
            &mut self.weekdays,
            &mut self.weekdays_abbr,
            &mut self.day_halves,
            &mut self.day_halves_upper,
            &mut self.twelve,
        ];
        for (at, field) in fields.into_iter().enumerate() {
            if tables >> at & 1 == 1 {
                for (place, name) in field.iter_mut().zip(lists.next().unwrap_or_default()) {
                    *place = name;
                }
            }
        }
    }
}
