//! No input makes a function panic or run away.

use djust_text::dates::{Awareness, CompiledFormat, DateParts, Kind, Names, Zone};
use djust_text::durations::{Moment, timesince};
use djust_text::numbers::{Number, NumberFormat};
use djust_text::{Series, html, humanize, js, markup, numbers, printf, text, truncate, urlize, urls, wrap};

/// A small generator of reproducible numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn text(&mut self) -> String {
        const PIECES: [&str; 40] = [
            "<", ">", "</", "/>", "<!--", "-->", "&", ";", "#", "&amp;", "&#x", "=", "\"", "'", "(", ")", "[", "]",
            ".", ",", ":", "@", "://", "http", "www.", ".com", "%", "%4", "\\", "-", "+", "e", "0", "9", "\n", " ",
            "\u{a0}", "ß", "İ", "😀",
        ];
        let length = self.below(24);
        let mut out = String::new();
        for _ in 0..length {
            if self.below(8) == 0 {
                out.extend(char::from_u32(self.below(0x11_0000) as u32));
            } else {
                out.push_str(PIECES[self.below(PIECES.len() as u64) as usize]);
            }
        }
        out
    }
}

fn call_everything(s: &str, other: &str, number: i64) {
    for series in [Series::Django52, Series::Django60, Series::Django61] {
        js::escapejs(s, series);
        text::center(s, number % 100, series);
        for autoescape in [false, true] {
            let limit = Some(number);
            let options = urlize::Options { limit, nofollow: true, autoescape, series, default_scheme: Some("http") };
            urlize::urlize(s, &options);
        }
        humanize::intcomma(Number::Decimal(s), &NumberFormat::plain(), series);
    }
    html::escape(s);
    html::linebreaks(s, true);
    html::linebreaksbr(s, false);
    html::linenumbers(s, true);
    html::spaceless(s);
    markup::striptags(s);
    js::json_script_into(s, &mut String::new());
    let answers = [
        text::lower(s),
        text::upper(s),
        text::title(s),
        text::slugify(s),
        text::phone2numeric(s),
        wrap::wordwrap(s, number),
        truncate::truncatechars(s, number, other),
        truncate::truncatechars_html(s, number, "%(truncated_text)s…"),
        truncate::truncatewords_html(s, number),
        humanize::intcomma_plain(s),
    ];
    drop(answers);
    text::addslashes(s);
    text::capfirst(s);
    text::cut(s, other);
    text::get_digit(s, number);
    text::pluralize(s, true);
    text::yesno(s, None);
    truncate::truncatewords(s, number);
    urls::urlencode(s, Some(other));
    urls::iriencode(s);
    urls::query_string([(s, other)]);
    call_numbers(s, number);
    call_dates(s, number);
}

fn call_numbers(s: &str, number: i64) {
    let formats = NumberFormat {
        decimal_sep: s.to_owned(),
        thousand_sep: s.to_owned(),
        grouping: vec![number, 1, -1],
        use_grouping: true,
    };
    let places = usize::try_from(number).ok();
    for kind in
        [Number::Int(s), Number::Decimal(s), Number::Text(s), Number::Float(f64::from_bits(number.cast_unsigned()))]
    {
        numbers::format(kind, places, &formats, true);
    }
    numbers::floatformat(s, number, &formats, true);
    numbers::widthratio(f64::from_bits(number.cast_unsigned()), 3.0, number);
    humanize::filesizeformat(i128::from(number) << 60, &formats);
    humanize::filesizeformat(i128::MIN, &formats);
    humanize::intword(&number.to_string(), &formats);
    humanize::intword(s, &formats);
    for value in [printf::Value::Int(s), printf::Value::Text(s), printf::Value::Float(0.1)] {
        printf::stringformat(value, s);
        printf::stringformat(value, &format!("{number}.{number}f"));
    }
}

fn call_dates(s: &str, number: i64) {
    let [year, month, day] = [number % 12_000, number % 14, number % 33].map(|part| part as i32);
    let (month, day) = (month.unsigned_abs(), day.unsigned_abs());
    let clock = number.unsigned_abs() as u32;
    let zone = Zone { offset: number as i32, name: None, dst: true };
    for kind in [Kind::Date, Kind::Time, Kind::DateTime] {
        let parts = DateParts {
            kind,
            year,
            month,
            day,
            hour: clock % 25,
            minute: clock % 61,
            second: clock % 60,
            microsecond: clock,
            awareness: Awareness::Aware(Some(zone)),
            ambiguous: false,
            timestamp: None,
        };
        CompiledFormat::parse(s).render(&parts, &Names::english(), &mut String::new());
        let all = CompiledFormat::parse("aAbBcdDeEfFgGhHiIjlLmMnNoOPrsStTuUwWyYzZ");
        all.render(&parts, &Names::english(), &mut String::new());
    }
    let moment = Moment { year, month, day, hour: clock, minute: 0, second: 0, microsecond: 0 };
    timesince(moment, Moment { year: 2024, month: 2, day: 29, hour: 1, ..moment }, usize::MAX);
    timesince(moment, Moment { hour: 0, ..moment }, 2);
}

#[test]
fn random_texts_and_numbers_are_answered() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for round in 0..4_000_u64 {
        let (s, other) = (random.text(), random.text());
        let number = match round % 4 {
            0 => random.below(40) as i64 - 10,
            1 => [i64::MIN, i64::MAX, 0, -1, 1000][(round / 4 % 5) as usize],
            _ => random.below(u64::MAX) as i64,
        };
        call_everything(&s, &other, number);
    }
}

#[test]
fn long_monotonous_texts_take_linear_time() {
    // Quadratic work on any of these would take minutes.
    for unit in ["<", "<a", "<a ", "<a b=\"", "&", "&;", "&amp", ".", ";)", "a;&;", ")a.", "<!--", "> ", "\n", "é."] {
        let text = unit.repeat(300_000 / unit.len());
        call_everything(&text, "x", 7);
    }
}
