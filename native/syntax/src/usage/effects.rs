//! TABLE: what each stock filter does with the value before the bar, and with its argument.

/// What a filter does with its operand, and what it gives on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Takes the plain value and makes a new one of it.
    Print,
    /// Asks for the length (or for a number).
    Count,
    /// Tests for truth.
    Truth,
    /// Gives the value on, or the argument if the value is false.
    Default,
    /// Gives the value on, or the argument if the value is `None`.
    DefaultIfNone,
    /// Sum of numbers, texts or lists: the items of both may go on.
    Add,
    /// Gives a part of the items on.
    Slice,
    /// Gives the item at a position on.
    Item(&'static str),
    /// Gives any of the items on.
    AnyItem,
    /// Prints all items.
    PrintItems,
    /// Sorts the items by the path in the argument, and gives them on.
    Sort,
    /// Looks at everything in the value.
    Escape,
}

use Effect::{Add, AnyItem, Count, Default, DefaultIfNone, Escape, Item, Print, PrintItems, Slice, Sort, Truth};

/// Name and effect of every filter of `defaultfilters`, `i18n`, `l10n`, `tz` and `humanize`, sorted by name.
pub const FILTERS: &[(&str, Effect)] = &[
    ("add", Add),
    ("addslashes", Print),
    ("apnumber", Print),
    ("capfirst", Print),
    ("center", Print),
    ("cut", Print),
    ("date", Print),
    ("default", Default),
    ("default_if_none", DefaultIfNone),
    ("dictsort", Sort),
    ("dictsortreversed", Sort),
    ("divisibleby", Print),
    ("escape", Print),
    ("escapejs", Print),
    ("escapeseq", PrintItems),
    ("filesizeformat", Print),
    ("first", Item("0")),
    ("floatformat", Print),
    ("force_escape", Print),
    ("get_digit", Print),
    ("intcomma", Print),
    ("intword", Print),
    ("iriencode", Print),
    ("join", PrintItems),
    ("json_script", Escape),
    ("language_bidi", Print),
    ("language_name", Print),
    ("language_name_local", Print),
    ("language_name_translated", Print),
    ("last", Item("-1")),
    ("length", Count),
    ("length_is", Count),
    ("linebreaks", Print),
    ("linebreaksbr", Print),
    ("linenumbers", Print),
    ("ljust", Print),
    ("localize", Print),
    ("localtime", Print),
    ("lower", Print),
    ("make_list", Print),
    ("naturalday", Print),
    ("naturaltime", Print),
    ("ordinal", Print),
    ("phone2numeric", Print),
    ("pluralize", Count),
    ("pprint", Escape),
    ("random", AnyItem),
    ("rjust", Print),
    ("safe", Print),
    ("safeseq", PrintItems),
    ("slice", Slice),
    ("slugify", Print),
    ("stringformat", Print),
    ("striptags", Print),
    ("time", Print),
    ("timesince", Print),
    ("timeuntil", Print),
    ("timezone", Print),
    ("title", Print),
    ("truncatechars", Print),
    ("truncatechars_html", Print),
    ("truncatewords", Print),
    ("truncatewords_html", Print),
    ("unlocalize", Print),
    ("unordered_list", PrintItems),
    ("upper", Print),
    ("urlencode", Print),
    ("urlize", Print),
    ("urlizetrunc", Print),
    ("utc", Print),
    ("wordcount", Print),
    ("wordwrap", Print),
    ("yesno", Truth),
];

/// The effect of the stock filter of this name.
pub fn of(name: &str) -> Option<Effect> {
    FILTERS.binary_search_by(|(known, _)| (*known).cmp(name)).ok().map(|i| FILTERS[i].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(FILTERS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
