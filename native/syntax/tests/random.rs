//! Random sources: nothing panics, tokens cover the source, and what parses can be analysed.

#![allow(clippy::unwrap_used, reason = "a failing unwrap fails the test")]

mod support;

use djust_syntax::ast::Text;
use djust_syntax::usage::compose;
use djust_syntax::{TokenKind, tokenize};

/// A linear congruential generator: the same sources on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const BITS: &[&str] = &[
    "{",
    "}",
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    " ",
    "\n",
    "\u{85}",
    "é",
    "字",
    "\u{301}",
    "|",
    ":",
    ".",
    "..",
    ",",
    "=",
    "==",
    "\"",
    "'",
    "\\",
    "_(",
    ")",
    "-",
    "+",
    "1",
    "1e5",
    ".5",
    "x",
    "_y",
    "for",
    "in",
    "if",
    "not",
    "is",
    "and",
    "or",
    "else",
    "endif",
    "with",
    "as",
    "endwith",
    "block",
    "endblock",
    "extends",
    "include",
    "only",
    "cycle",
    "filter",
    "endfilter",
    "verbatim",
    "endverbatim",
    "comment",
    "endcomment",
    "plural",
    "count",
    "blocktrans",
    "endblocktrans",
    "regroup",
    "by",
    "now",
    "url",
    "load",
    "from",
    "static",
    "firstof",
    "partialdef",
    "endpartialdef",
    "partial",
    "default",
    "join",
    "super",
    "silent",
    "using=",
    "./",
    "../",
];

const NAMES: &[&str] =
    &["a", "b.c", "x.y.z", "xs", "item", "block.super", "forloop.parentloop.counter", "a.0.b", "'t'"];
const FILTERS: &[&str] = &["", "", "|length", "|default:b", "|dictsort:'a.b'", "|first", "|slice:':2'", "|my_filter:x"];

fn expression(random: &mut Random) -> String {
    format!("{}{}{}", random.pick(NAMES), random.pick(FILTERS), random.pick(FILTERS))
}

/// A template that parses, mostly.
fn nested(random: &mut Random, depth: usize, out: &mut String, blocks: &mut usize) {
    for _ in 0..=random.below(3) {
        let e = expression(random);
        let kind = if depth == 0 { random.below(5) } else { random.below(14) };
        let (open, close) = match kind {
            0 => (format!("{{{{ {e} }}}}"), ""),
            1 => ("text".to_owned(), ""),
            2 => (format!("{{% url 'n' {e} as u %}}{{{{ u }}}}"), ""),
            3 => (format!("{{% cycle {e} b as c %}}"), ""),
            4 => (format!("{{% include {e} with q={e} %}}{{% include 'main.html' %}}"), ""),
            5 => (format!("{{% if {e} and not b.c %}}"), "{% endif %}"),
            6 => (format!("{{% if a %}}{{{{ a.b }}}}{{% elif {e} == b %}}"), "{% else %}{{ x.y }}{% endif %}"),
            7 => (format!("{{% for item in {e} %}}"), "{% empty %}{{ a }}{% endfor %}"),
            8 => (format!("{{% for a, b in {e} %}}"), "{% endfor %}"),
            9 => (format!("{{% with a={e} b=a %}}"), "{% endwith %}"),
            10 => {
                *blocks += 1;
                (format!("{{% block b{blocks} %}}"), "{% endblock %}")
            }
            11 => (format!("{{% regroup {e} by b.c as g %}}{{% for a in g %}}{{{{ a.grouper.x }}}}"), "{% endfor %}"),
            12 => (format!("{{% pyblock {e} %}}"), "{% endpyblock %}"),
            _ => (format!("{{% ifchanged {e} %}}"), "{% else %}{{ b }}{% endifchanged %}"),
        };
        out.push_str(&open);
        if !close.is_empty() {
            nested(random, depth - 1, out, blocks);
            out.push_str(close);
        }
    }
}

fn analyse(source: &str) -> bool {
    let tokens = tokenize(source, false);
    let mut at = 0;
    for token in &tokens {
        assert_eq!(token.start, at, "{source:?}");
        let Text::Source(from, to) = token.contents else { panic!("{source:?}") };
        assert!(token.start <= from && from <= to && to <= token.end, "{source:?}");
        assert!(token.kind != TokenKind::Text || token.start < token.end);
        at = token.end;
    }
    assert_eq!(at as usize, source.len(), "{source:?}");
    let Ok(template) = support::parse(source, Some("main.html")) else { return false };
    let mut templates = support::Templates::default();
    templates.0.insert("main.html".to_owned(), template.clone());
    let found = compose(template, Some("main.html"), &mut templates);
    let _ = found.paths();
    true
}

#[test]
fn random_characters_never_panic() {
    let mut random = Random(7);
    for _ in 0..30_000 {
        let length = 1 + random.below(30);
        let source: String = (0..length).map(|_| random.pick(BITS)).collect();
        analyse(&source);
        analyse(&format!("{{{{ {source} }}}}{{% if {source} %}}{{% endif %}}"));
    }
}

#[test]
fn random_templates_never_panic() {
    let mut random = Random(11);
    let mut parsed = 0;
    for _ in 0..1_500 {
        let mut source = String::new();
        nested(&mut random, 5, &mut source, &mut 0);
        parsed += usize::from(analyse(&source));
    }
    assert!(parsed > 1_000, "only {parsed} parsed");
}

#[test]
fn deep_nesting_is_refused_and_not_a_crash() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(5_000), close.repeat(5_000));
    assert!(!analyse(&deep("{% if a %}", "{% endif %}")));
    assert!(!analyse(&deep("{% pyblock %}", "{% endpyblock %}")));
    assert!(!analyse(&format!("{{% if {} a %}}{{% endif %}}", "not ".repeat(5_000))));
    assert!(analyse(&deep("{% verbatim %}", "")) || tokenize("{% verbatim %}", false).len() == 1);
}
