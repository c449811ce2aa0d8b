//! Calls of everything that takes a text; what runs away or panics with one is a defect.

use djust_text::date_names::Names;
use djust_text::dates::{Awareness, CompiledFormat, DateParts, Kind, Zone};
use djust_text::durations::{Moment, timesince};
use djust_text::numbers::{Number, NumberFormat};
use djust_text::{Series, html, humanize, js, markup, numbers, printf, text, truncate, urlize, urls, wrap};

/// Calls all of them with these.
pub fn call_everything(s: &str, other: &str, number: i64) {
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
