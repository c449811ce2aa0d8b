//! Every recorded answer of Django is given here too, byte for byte, or left to Python.
//!
//! `tests/record_cases.py` writes the files.

use std::collections::BTreeMap;

use djust_text::Series;

mod dispatch;

/// Functions that decide every input they are given.
const COMPLETE: [&str; 16] = [
    "addslashes",
    "cut",
    "escape",
    "escapejs",
    "iriencode",
    "json_script",
    "linebreaks",
    "linebreaksbr",
    "linenumbers",
    "query_string",
    "repr",
    "spaceless",
    "truncatewords",
    "urlencode",
    "widthratio",
    "wordcount",
];

fn replay(series: Series, cases: &str) {
    let mut tally: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for line in cases.lines() {
        let (question, want) = line.rsplit_once('\t').expect("a result column");
        let fields = dispatch::fields(question);
        let result = dispatch::field(dispatch::call(series, &fields));
        if want == "\\E" {
            assert_eq!(result, "\\N", "Django raises: {question}");
            continue;
        }
        let (all, decided) = tally.entry(fields[0].clone()).or_default();
        *all += 1;
        if result == "\\N" {
            continue;
        }
        *decided += 1;
        assert_eq!(result, want, "{question}");
    }
    for (name, (all, decided)) in tally {
        let least = if COMPLETE.contains(&name.as_str()) { all } else { all / 2 };
        assert!(decided >= least, "{name} decides only {decided} of {all} cases");
    }
}

#[test]
fn django_52_cases_give_the_recorded_bytes() {
    replay(Series::Django52, include_str!("cases/django52.tsv"));
}

#[test]
fn django_61_cases_give_the_recorded_bytes() {
    replay(Series::Django61, include_str!("cases/django61.tsv"));
}
