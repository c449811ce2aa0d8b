//! Tokens, AST and usage as text.
#![allow(dead_code, clippy::unwrap_used, reason = "each test binary uses its part; writing to a String cannot fail")]

use super::support::Shared;
use djust_syntax::ast::{Ast, Bindings, Cond, ExprId, Head, ListId, NameId, NodeKind, Piece};
use djust_syntax::tokenize;
use djust_syntax::usage::{Composition, Names, Usage};
use std::fmt::Write;

pub fn tokens(source: &str, out: &mut String) {
    for token in tokenize(source, false) {
        let contents = token.contents(source);
        writeln!(out, "{:>3} {:<7} {contents:?}", token.line, format!("{:?}", token.kind)).unwrap();
    }
}

pub fn ast(template: &Shared, out: &mut String) {
    list(template, template.0.ast.root, 0, out);
}

fn list(template: &Shared, id: ListId, depth: usize, out: &mut String) {
    for node in template.0.ast.list(id) {
        let kind = &template.0.ast.nodes[*node as usize].kind;
        let (head, bodies) = describe(template, kind);
        writeln!(out, "{}{head}", "  ".repeat(depth)).unwrap();
        for (label, body) in bodies {
            if !label.is_empty() {
                writeln!(out, "{}- {label}", "  ".repeat(depth)).unwrap();
            }
            list(template, body, depth + 1, out);
        }
    }
}

struct Show<'a>(&'a Ast);

impl Show<'_> {
    fn name(&self, name: NameId) -> &str {
        self.0.name_text(name)
    }
    fn expr(&self, expr: ExprId) -> String {
        let expr = &self.0.exprs[expr as usize];
        let mut text = format!("{:?}", self.0.head_text(expr));
        for call in self.0.calls(expr.filters) {
            write!(text, " |{}", self.name(call.name)).unwrap();
            match call.arg {
                Some(Head::Path(path)) => write!(text, ":Path({:?})", self.0.path(path)).unwrap(),
                Some(arg) => write!(text, ":{arg:?}").unwrap(),
                None => {}
            }
        }
        text
    }
    fn exprs(&self, exprs: &[ExprId]) -> String {
        exprs.iter().map(|expr| self.expr(*expr)).collect::<Vec<_>>().join(", ")
    }
    fn bindings(&self, bindings: &Bindings) -> String {
        let show = |(name, expr): &(NameId, ExprId)| format!("{}={}", self.name(*name), self.expr(*expr));
        bindings.iter().map(show).collect::<Vec<_>>().join(", ")
    }
    fn asvar(&self, name: Option<NameId>) -> String {
        name.map_or_else(String::new, |name| format!(" as {}", self.name(name)))
    }
    fn cond(&self, cond: &Cond) -> String {
        match cond {
            Cond::Value(expr) => self.expr(*expr),
            Cond::Not(inner) => format!("(not {})", self.cond(inner)),
            Cond::Binary(op, left, right) => format!("({} {op:?} {})", self.cond(left), self.cond(right)),
        }
    }
    fn pieces(&self, pieces: &[Piece]) -> String {
        let show = |piece: &Piece| match piece {
            Piece::Text(text) => format!("{text:?}"),
            Piece::Var(name) => self.name(*name).to_owned(),
        };
        pieces.iter().map(show).collect::<Vec<_>>().join(" ")
    }
}

fn describe(template: &Shared, kind: &NodeKind) -> (String, Vec<(String, ListId)>) {
    let show = Show(&template.0.ast);
    let one = |head: String, body: &ListId| (head, vec![(String::new(), *body)]);
    match kind {
        NodeKind::Text(from, to) => {
            (format!("text {:?}", &template.0.source[*from as usize..*to as usize]), Vec::new())
        }
        NodeKind::Var(expr) => (format!("var {}", show.expr(*expr)), Vec::new()),
        NodeKind::For { vars, sequence, reversed, body, empty } => {
            let vars: Vec<_> = vars.iter().map(|v| show.name(*v)).collect();
            let reversed = if *reversed { " reversed" } else { "" };
            let mut bodies = vec![(String::new(), *body)];
            bodies.extend(empty.map(|list| ("empty".to_owned(), list)));
            (format!("for {} in {}{reversed}", vars.join(", "), show.expr(*sequence)), bodies)
        }
        NodeKind::If(branches) => {
            let label = |cond: &Option<Cond>| cond.as_ref().map_or("else".to_owned(), |cond| show.cond(cond));
            ("if".to_owned(), branches.iter().map(|(cond, body)| (label(cond), *body)).collect())
        }
        NodeKind::With { bindings, body } => one(format!("with {}", show.bindings(bindings)), body),
        NodeKind::Block { name, body } => one(format!("block {}", show.name(*name)), body),
        NodeKind::Extends { parent, body } => one(format!("extends {}", show.expr(*parent)), body),
        NodeKind::Filter { expr, body } => one(format!("filter {}", show.expr(*expr)), body),
        NodeKind::Autoescape { on, body } => one(format!("autoescape {on}"), body),
        NodeKind::Localize { on, body } => one(format!("localize {on}"), body),
        NodeKind::LocalTime { on, body } => one(format!("localtime {on}"), body),
        NodeKind::Language { expr, body } => one(format!("language {}", show.expr(*expr)), body),
        NodeKind::TimeZone { expr, body } => one(format!("timezone {}", show.expr(*expr)), body),
        NodeKind::Spaceless(body) => one("spaceless".to_owned(), body),
        NodeKind::Verbatim(body) => one("verbatim".to_owned(), body),
        NodeKind::PartialDef { name, inline, body } => {
            one(format!("partialdef {} inline={inline}", show.name(*name)), body)
        }
        NodeKind::IfChanged { vars, body, unchanged } => {
            let mut bodies = vec![(String::new(), *body)];
            bodies.extend(unchanged.map(|list| ("else".to_owned(), list)));
            (format!("ifchanged {}", show.exprs(vars)), bodies)
        }
        NodeKind::Cache { expire, fragment, vary, using, body } => {
            let using = using.map_or_else(String::new, |using| format!(" using {}", show.expr(using)));
            one(format!("cache {} {fragment} [{}]{using}", show.expr(*expire), show.exprs(vary)), body)
        }
        NodeKind::Foreign { bodies, exprs, .. } => {
            let bodies = bodies.iter().map(|body| ("body".to_owned(), *body)).collect();
            (format!("python [{}]", show.exprs(exprs)), bodies)
        }
        kind => (plain(&show, kind), Vec::new()),
    }
}

/// Tags without bodies.
fn plain(show: &Show<'_>, kind: &NodeKind) -> String {
    match kind {
        NodeKind::Include { template, bindings, only } => {
            format!("include {} [{}] only={only}", show.expr(*template), show.bindings(bindings))
        }
        NodeKind::Cycle(id) => {
            let cycle = &show.0.cycles[*id as usize];
            format!("cycle [{}]{} silent={}", show.exprs(&cycle.values), show.asvar(cycle.name), cycle.silent)
        }
        NodeKind::FirstOf { vars, asvar } => format!("firstof [{}]{}", show.exprs(vars), show.asvar(*asvar)),
        NodeKind::Regroup { target, expression, name } => {
            format!("regroup {} by {} as {}", show.expr(*target), show.expr(*expression), show.name(*name))
        }
        NodeKind::Url { view, args, kwargs, asvar } => {
            let (args, kwargs) = (show.exprs(args), show.bindings(kwargs));
            format!("url {} [{args}] [{kwargs}]{}", show.expr(*view), show.asvar(*asvar))
        }
        NodeKind::WidthRatio { value, max, width, asvar } => {
            format!("widthratio {}{}", show.exprs(&[*value, *max, *width]), show.asvar(*asvar))
        }
        NodeKind::Translate { expr, noop, asvar, context } => {
            let context = context.map_or_else(String::new, |context| format!(" context {}", show.expr(context)));
            format!("translate {} noop={noop}{context}{}", show.expr(*expr), show.asvar(*asvar))
        }
        NodeKind::BlockTranslate(tag) => {
            let count =
                tag.count.map_or_else(String::new, |(n, e)| format!(" count {}={}", show.name(n), show.expr(e)));
            let (one, many) = (show.pieces(&tag.singular), show.pieces(&tag.plural));
            let (bindings, asvar) = (show.bindings(&tag.bindings), show.asvar(tag.asvar));
            format!("blocktranslate [{bindings}]{count} trimmed={}{asvar}: {one} / {many}", tag.trimmed)
        }
        NodeKind::Static { path, asvar } => format!("static {}{}", show.expr(*path), show.asvar(*asvar)),
        NodeKind::Partial { name } => format!("partial {}", show.name(*name)),
        NodeKind::Ambient { what, name } => format!("{what:?} as {}", show.name(*name)),
        NodeKind::Now { format, asvar } => format!("now {format:?}{}", show.asvar(*asvar)),
        kind => format!("{kind:?}"),
    }
}

const BITS: [&str; 9] =
    ["reached", "printed", "truth", "iterated", "counted", "sliced", "indexed", "compared", "escaped"];

/// The names of the bits of a usage; those that may happen in brackets.
pub fn bits(usage: &Usage) -> String {
    let names = |set: u32| BITS.iter().enumerate().filter(move |(i, _)| set >> i & 1 == 1).map(|(_, name)| *name);
    let mut words: Vec<String> = names(usage.always).map(str::to_owned).collect();
    words.extend(names(usage.maybe).map(|name| format!("({name})")));
    words.join(" ")
}

pub fn usage(usage: &Usage, names: &Names, depth: usize, out: &mut String) {
    for (name, below) in &usage.fields {
        writeln!(out, "{}.{}: {}", "  ".repeat(depth), names.text(*name), bits(below)).unwrap();
        self::usage(below, names, depth + 1, out);
    }
    if let Some(each) = &usage.each {
        writeln!(out, "{}[]: {}", "  ".repeat(depth), bits(each)).unwrap();
        self::usage(each, names, depth + 1, out);
    }
}

pub fn composition(found: &Composition, out: &mut String) {
    for (name, variable) in &found.variables {
        writeln!(out, "{}: {}", found.names.text(*name), bits(variable)).unwrap();
        usage(variable, &found.names, 1, out);
    }
    let mut loops: Vec<_> = found.loops.iter().collect();
    loops.sort_by_key(|(place, _)| **place);
    for ((template, node), element) in loops {
        writeln!(out, "loop {node} of {}: {}", found.templates[*template as usize], bits(element)).unwrap();
        usage(element, &found.names, 1, out);
    }
    for (name, paths) in found.paths() {
        writeln!(out, "paths {name}: {}", paths.join(", ")).unwrap();
    }
    writeln!(out, "templates: {}", found.templates.join(", ")).unwrap();
    let flags = (found.dynamic, found.opaque, found.truncated);
    writeln!(out, "unresolved: {:?}; dynamic, opaque, truncated: {flags:?}", found.unresolved).unwrap();
}
