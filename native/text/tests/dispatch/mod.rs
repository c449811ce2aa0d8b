//! The crate's functions by name, with text arguments: shared by the replay test and the stdin example.

// A name nobody knows and an undecided answer are different things.
#![allow(clippy::option_option)]

use djust_text::date_names::Names;
use djust_text::dates::{Awareness, CompiledFormat, DateParts, Kind, Zone};
use djust_text::durations::{Moment, timesince};
use djust_text::numbers::{FloatText, Number, NumberFormat};
use djust_text::{Series, html, humanize, js, markup, numbers, printf, text, truncate, urlize, urls, wrap};

const ELLIPSIS: &str = "%(truncated_text)s…";

/// A call: the arguments of one line, after the function's name.
struct Call<'a> {
    series: Series,
    args: &'a [String],
}

impl Call<'_> {
    fn text(&self, at: usize) -> &str {
        &self.args[at]
    }

    fn flag(&self, at: usize) -> bool {
        self.args[at] == "1"
    }

    fn number<T: std::str::FromStr>(&self, at: usize) -> T
    where
        T::Err: std::fmt::Debug,
    {
        self.args[at].parse().expect("a number argument")
    }

    fn optional<T: std::str::FromStr>(&self, at: usize) -> Option<T>
    where
        T::Err: std::fmt::Debug,
    {
        (!self.args[at].is_empty()).then(|| self.number(at))
    }
}

/// Split a line into fields and undo their escapes.
pub fn fields(line: &str) -> Vec<String> {
    line.split('\t').map(unescape).collect()
}

fn unescape(field: &str) -> String {
    let mut out = String::new();
    let mut chars = field.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => match chars.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                _ => '\\',
            },
            c => c,
        });
    }
    out
}

/// The result as a field: `\N` when the crate doesn't decide.
#[allow(dead_code)] // only the example writes fields
pub fn field(result: Option<String>) -> String {
    result.map_or_else(
        || "\\N".to_owned(),
        |text| text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r"),
    )
}

/// Call the function named by the first field.
pub fn call(series: Series, fields: &[String]) -> Option<String> {
    let call = Call { series, args: &fields[1..] };
    let name = fields[0].as_str();
    strings(name, &call)
        .or_else(|| markup_functions(name, &call))
        .or_else(|| number_functions(name, &call))
        .or_else(|| moments(name, &call))
        .unwrap_or_else(|| panic!("no function called {name}"))
}

fn strings(name: &str, call: &Call<'_>) -> Option<Option<String>> {
    let s = call.text(0);
    Some(match name {
        "addslashes" => Some(text::addslashes(s).into_owned()),
        "capfirst" => text::capfirst(s).map(std::borrow::Cow::into_owned),
        "lower" => text::lower(s),
        "upper" => text::upper(s),
        "title" => text::title(s),
        "python_title" => text::python_title(s),
        "cut" => Some(text::cut(s, call.text(1)).into_owned()),
        "center" => text::center(s, call.number(1), call.series),
        "ljust" => text::ljust(s, call.number(1)),
        "rjust" => text::rjust(s, call.number(1)),
        "slugify" => text::slugify(s),
        "phone2numeric" => text::phone2numeric(s),
        "wordcount" => Some(text::wordcount(s).to_string()),
        "make_list" => Some(text::characters(s).collect::<Vec<_>>().join("|")),
        "get_digit" => text::get_digit(s, call.number(1)).map(|digit| digit.to_string()),
        "pluralize" => Some(text::pluralize(s, call.flag(1)).to_owned()),
        "yesno" => {
            let truth = call.optional::<u8>(1).map(|truth| truth == 1);
            text::yesno(s, truth).map(str::to_owned)
        }
        "wordwrap" => wrap::wordwrap(s, call.number(1)),
        "truncatechars" => truncate::truncatechars(s, call.number(1), ELLIPSIS),
        "truncatewords" => Some(truncate::truncatewords(s, call.number(1))),
        "urlencode" => Some(urls::urlencode(s, call.args.get(1).map(String::as_str))),
        "iriencode" => Some(urls::iriencode(s)),
        "query_string" => {
            Some(urls::query_string(call.args.chunks_exact(2).map(|pair| (pair[0].as_str(), pair[1].as_str()))))
        }
        _ => return None,
    })
}

fn markup_functions(name: &str, call: &Call<'_>) -> Option<Option<String>> {
    let s = call.text(0);
    Some(match name {
        "escape" => Some(html::escape(s).into_owned()),
        "linebreaks" => Some(html::linebreaks(s, call.flag(1))),
        "linebreaksbr" => Some(html::linebreaksbr(s, call.flag(1))),
        "linenumbers" => Some(html::linenumbers(s, call.flag(1))),
        "spaceless" => Some(html::spaceless(s).into_owned()),
        "striptags" => markup::striptags(s).map(std::borrow::Cow::into_owned),
        "escapejs" => Some(js::escapejs(s, call.series)),
        "json_script" => {
            let mut out = String::new();
            js::json_script_into(s, &mut out);
            Some(out)
        }
        "truncatechars_html" => truncate::truncatechars_html(s, call.number(1), ELLIPSIS),
        "truncatewords_html" => truncate::truncatewords_html(s, call.number(1)),
        "urlize" => urlize::urlize(
            s,
            &urlize::Options {
                limit: call.optional(1),
                nofollow: true,
                autoescape: call.flag(2),
                series: call.series,
                default_scheme: Some("https").filter(|_| call.series >= Series::Django60).or(Some("http")),
            },
        ),
        _ => return None,
    })
}

/// The formats the cases name; the Python side has the same table.
fn number_format(name: &str) -> NumberFormat {
    let (decimal_sep, thousand_sep, grouping, use_grouping): (_, _, &[i64], _) = match name {
        "en" => (".", ",", &[3, 0], true),
        "de" => (",", ".", &[3, 0], false),
        "in" => (".", ",", &[3, 2, 0], true),
        "odd" => ("–,", "\u{a0}'", &[1, 4, 2], true),
        _ => (".", "", &[], false),
    };
    NumberFormat {
        decimal_sep: decimal_sep.to_owned(),
        thousand_sep: thousand_sep.to_owned(),
        grouping: grouping.to_vec(),
        use_grouping,
    }
}

fn number<'a>(kind: &str, text: &'a str) -> Number<'a> {
    match kind {
        "int" => Number::Int(text),
        "float" => Number::Float(text.parse().expect("a float")),
        "decimal" => Number::Decimal(text),
        _ => Number::Text(text),
    }
}

fn number_functions(name: &str, call: &Call<'_>) -> Option<Option<String>> {
    Some(match name {
        "repr" => Some(numbers::repr(call.number(0))),
        "format" => {
            let formats = number_format(call.text(3));
            numbers::format(number(call.text(0), call.text(1)), call.optional(2), &formats, call.flag(4))
        }
        "floatformat" => {
            let formats = number_format(call.text(2));
            numbers::floatformat(call.text(0), call.number(1), &formats, call.flag(3)).map(|made| match made {
                FloatText::Number(text) => format!("safe {text}"),
                FloatText::Unchanged => call.text(0).to_owned(),
            })
        }
        "widthratio" => Some(numbers::widthratio(call.number(0), call.number(1), call.number(2))),
        "intcomma" => {
            let formats = number_format(call.text(2));
            humanize::intcomma(number(call.text(0), call.text(1)), &formats, call.series)
        }
        "stringformat" => printf::stringformat(
            match number(call.text(0), call.text(1)) {
                Number::Float(value) => printf::Value::Float(value),
                Number::Int(text) => printf::Value::Int(text),
                Number::Decimal(text) | Number::Text(text) => printf::Value::Text(text),
            },
            call.text(2),
        ),
        "intcomma_plain" => humanize::intcomma_plain(call.text(0)),
        "filesizeformat" => {
            let size = humanize::filesizeformat(call.number(0), &number_format(call.text(1)));
            size.map(|size| format!("{}{} {:?}", if size.negative { "-" } else { "" }, size.number, size.unit))
        }
        "intword" => {
            let word = humanize::intword(call.text(0), &number_format(call.text(1)));
            word.map(|word| format!("{} {} {}", word.number, word.exponent, word.count))
        }
        _ => return None,
    })
}

fn moment(call: &Call<'_>, at: usize) -> Moment {
    Moment {
        year: call.number(at),
        month: call.number(at + 1),
        day: call.number(at + 2),
        hour: call.number(at + 3),
        minute: call.number(at + 4),
        second: call.number(at + 5),
        microsecond: call.number(at + 6),
    }
}

fn moments(name: &str, call: &Call<'_>) -> Option<Option<String>> {
    match name {
        "timesince" => {
            let parts = timesince(moment(call, 0), moment(call, 7), call.number(14));
            Some(parts.map(|parts| {
                let parts: Vec<_> = parts.iter().map(|(unit, count)| format!("{count} {unit:?}")).collect();
                parts.join(", ").to_lowercase()
            }))
        }
        "date" => Some(date(call)),
        _ => None,
    }
}

/// `date FORMAT KIND year … microsecond AWARE OFFSET NAME DST AMBIGUOUS TIMESTAMP`.
fn date(call: &Call<'_>) -> Option<String> {
    let at = moment(call, 2);
    let zone = call.optional(10).map(|offset| Zone {
        offset,
        name: Some(call.text(11)).filter(|name| !name.is_empty()),
        dst: call.flag(12),
    });
    let parts = DateParts {
        kind: match call.text(1) {
            "date" => Kind::Date,
            "time" => Kind::Time,
            _ => Kind::DateTime,
        },
        year: at.year,
        month: at.month,
        day: at.day,
        hour: at.hour,
        minute: at.minute,
        second: at.second,
        microsecond: at.microsecond,
        awareness: if call.flag(9) { Awareness::Aware(zone) } else { Awareness::Naive(zone) },
        ambiguous: call.flag(13),
        timestamp: call.optional(14),
    };
    let mut out = String::new();
    CompiledFormat::parse(call.text(0)).render(&parts, &Names::english(), &mut out)?;
    Some(out)
}
