//! A host that knows Django's own tags and filters, and Python tags by their end tags.
#![allow(dead_code, clippy::unwrap_used, reason = "each test binary uses its part; a failing unwrap fails the test")]

use djust_syntax::ast::{Ast, FilterId, ForeignId};
use djust_syntax::error::Result;
use djust_syntax::usage::effects::FILTERS;
use djust_syntax::usage::{Composition, Resolver, Template, compose};
use djust_syntax::{Dialect, Foreign, Host, Parser, TagBinding, TagKind, Token, tokenize};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

const TAGS: &[(&str, TagKind)] = &[
    ("autoescape", TagKind::Autoescape),
    ("comment", TagKind::Comment),
    ("cycle", TagKind::Cycle),
    ("csrf_token", TagKind::CsrfToken),
    ("filter", TagKind::Filter),
    ("firstof", TagKind::FirstOf),
    ("for", TagKind::For),
    ("if", TagKind::If),
    ("ifchanged", TagKind::IfChanged),
    ("load", TagKind::Load),
    ("now", TagKind::Now),
    ("partialdef", TagKind::PartialDef),
    ("partial", TagKind::Partial),
    ("regroup", TagKind::Regroup),
    ("resetcycle", TagKind::ResetCycle),
    ("spaceless", TagKind::Spaceless),
    ("templatetag", TagKind::TemplateTag),
    ("url", TagKind::Url),
    ("verbatim", TagKind::Verbatim),
    ("widthratio", TagKind::WidthRatio),
    ("with", TagKind::With),
    ("block", TagKind::Block),
    ("extends", TagKind::Extends),
    ("include", TagKind::Include),
    ("trans", TagKind::Translate),
    ("translate", TagKind::Translate),
    ("blocktrans", TagKind::BlockTranslate),
    ("blocktranslate", TagKind::BlockTranslate),
    ("language", TagKind::Language),
    ("get_current_language", TagKind::GetCurrentLanguage),
    ("get_current_language_bidi", TagKind::GetCurrentLanguageBidi),
    ("get_available_languages", TagKind::GetAvailableLanguages),
    ("localize", TagKind::Localize),
    ("localtime", TagKind::LocalTime),
    ("timezone", TagKind::TimeZone),
    ("get_current_timezone", TagKind::GetCurrentTimeZone),
    ("cache", TagKind::Cache),
    ("static", TagKind::Static),
];

/// Python tags: name, end tag (empty if it has none), whether it takes the whole context.
pub const PYTHON_TAGS: &[(&str, &str, bool)] = &[
    ("py", "", false),
    ("pycontext", "", true),
    ("pyblock", "endpyblock", false),
    // Those of the admin.
    ("search_form", "", true),
    ("admin_list_filter", "", false),
    ("admin_actions", "", true),
    ("result_list", "", true),
    ("pagination", "", true),
    ("date_hierarchy", "", true),
    ("change_list_object_tools", "", true),
    ("change_form_object_tools", "", true),
    ("prepopulated_fields_js", "", true),
    ("submit_row", "", true),
    ("add_preserved_filters", "", true),
    ("get_admin_log", "", true),
    ("paginator_number", "", false),
    ("render_password_as_hash", "", false),
    ("get_static_prefix", "", false),
    ("csp_nonce_attr", "", true),
    ("change_form_admin_actions", "", true),
];

/// Filters that are not Django's own.
const PYTHON_FILTERS: &[&str] = &[
    "my_filter",
    "admin_urlname",
    "admin_urlquote",
    "cell_count",
    "to_object_display_value",
    "truncated_unordered_list",
];

/// The `target_var` of each Python node, and the tag it came from.
#[derive(Default)]
pub struct TestHost {
    pub nodes: Vec<(u32, Option<String>)>,
}

impl Host for TestHost {
    fn tag(&mut self, name: &str) -> Option<TagBinding> {
        if let Some((_, kind)) = TAGS.iter().find(|(known, _)| *known == name) {
            return Some(TagBinding::Native(*kind));
        }
        PYTHON_TAGS.iter().position(|(known, ..)| *known == name).map(|i| TagBinding::Foreign(i as u32))
    }

    fn filter(&mut self, name: &str, _args: usize) -> Option<FilterId> {
        let stock = FILTERS.iter().position(|(known, _)| *known == name);
        let python = || PYTHON_FILTERS.iter().position(|known| *known == name).map(|i| i + FILTERS.len());
        stock.or_else(python).map(|i| i as FilterId)
    }

    fn load(&mut self, _library: &str, _members: Option<&[&str]>) -> Result<()> {
        Ok(())
    }

    fn foreign(parser: &mut Parser<Self>, tag: u32, token: &Token) -> Result<Foreign> {
        let source = Arc::clone(&parser.source);
        let mut words = djust_syntax::split::split_contents(token.contents(&source))?;
        words.remove(0);
        let mut target = None;
        if words.len() > 1 && words[words.len() - 2] == "as" {
            target = words.pop().map(Into::into);
            words.pop();
        }
        for word in words {
            let value = djust_syntax::split::keyword(&word).map_or(&*word, |(_, value)| value);
            if let Ok(expr) = parser.expression(value) {
                parser.foreign_parts.last_mut().unwrap().1.push(expr);
            }
        }
        let end = PYTHON_TAGS[tag as usize].1;
        if !end.is_empty() {
            let list = parser.parse(&[end])?;
            parser.next_token();
            parser.foreign_parts.last_mut().unwrap().0.push(list);
        }
        parser.host.nodes.push((tag, target));
        Ok(Foreign { id: (parser.host.nodes.len() - 1) as ForeignId, must_be_first: false, is_text: false })
    }
}

/// A parsed template and what its host knows.
pub struct Parsed {
    pub source: String,
    pub ast: Ast,
    pub host: TestHost,
}

#[derive(Clone)]
pub struct Shared(pub Rc<Parsed>);

impl Template for Shared {
    fn ast(&self) -> &Ast {
        &self.0.ast
    }
    fn is_stock_filter(&self, filter: FilterId) -> bool {
        (filter as usize) < FILTERS.len()
    }
    fn takes_context(&self, node: ForeignId) -> bool {
        PYTHON_TAGS[self.0.host.nodes[node as usize].0 as usize].2
    }
    fn target_var(&self, node: ForeignId) -> Option<&str> {
        self.0.host.nodes[node as usize].1.as_deref()
    }
}

pub const DIALECT: Dialect = Dialect { signs_in_names: false };

pub fn parse(source: &str, name: Option<&str>) -> Result<Shared> {
    let mut parser =
        Parser::new(source.into(), tokenize(source, false), name.map(Into::into), DIALECT, TestHost::default());
    parser.parse_template()?;
    let Parser { ast, host, .. } = parser;
    Ok(Shared(Rc::new(Parsed { source: source.to_owned(), ast, host })))
}

/// Templates by name.
#[derive(Default)]
pub struct Templates(pub HashMap<String, Shared>);

impl Resolver for Templates {
    type Template = Shared;
    fn template(&mut self, name: &str) -> Option<Shared> {
        self.0.get(name).cloned()
    }
}

/// The composition of the first of some templates, given as `(name, source)`.
pub fn composition(sources: &[(&str, &str)]) -> Composition {
    let parsed = |(name, source): &(&str, &str)| ((*name).to_owned(), parse(source, Some(name)).expect(source));
    let mut templates = Templates(sources.iter().map(parsed).collect());
    let root = templates.0[sources[0].0].clone();
    compose(root, Some(sources[0].0), &mut templates)
}
