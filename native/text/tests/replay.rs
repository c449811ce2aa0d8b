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

/// Compare each case; gives the number of cases, and of those decided here, by function.
fn replay(series: Series, cases: &str) -> BTreeMap<String, (usize, usize)> {
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
        if result != "\\N" {
            *decided += 1;
            assert_eq!(result, want, "{question}");
        }
    }
    tally
}

fn replay_random(series: Series, cases: &str) {
    for (name, (all, decided)) in replay(series, cases) {
        let least = if COMPLETE.contains(&name.as_str()) { all } else { all / 3 };
        assert!(decided >= least, "{name} decides only {decided} of {all} cases");
    }
}

#[test]
fn django_52_cases_give_the_recorded_bytes() {
    replay_random(Series::Django52, include_str!("cases/django52.tsv"));
}

#[test]
fn django_60_cases_give_the_recorded_bytes() {
    replay_random(Series::Django60, include_str!("cases/django60.tsv"));
}

#[test]
fn django_61_cases_give_the_recorded_bytes() {
    replay_random(Series::Django61, include_str!("cases/django61.tsv"));
}

#[test]
fn characters_of_common_scripts_follow_pythons_database() {
    for (name, (_, decided)) in replay(Series::Django52, include_str!("cases/unicode.tsv")) {
        // Latin and Cyrillic alone are more than this.
        assert!(decided > 600, "{name} decides only {decided} characters");
    }
}
