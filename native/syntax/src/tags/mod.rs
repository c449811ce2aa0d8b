//! The grammar of Django's own tags, a family a file, and the table that says which compile function is which tag.

mod caching;
mod i18n;
pub(crate) mod inheritance;
mod logic;
mod loops;
mod output;
mod scope;
mod urls;

pub use inheritance::relative_path;

use crate::ast::{Bindings, ExprId, NameId, NodeKind};
use crate::error::{ErrorKind, Result, fail};
use crate::parser::{Host, Parser, Tag};
use crate::split::keyword;
use std::borrow::Cow;

/// Every tag that is parsed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the tag of that name")]
pub enum TagKind {
    Autoescape,
    Comment,
    Cycle,
    CsrfToken,
    Filter,
    FirstOf,
    For,
    If,
    IfChanged,
    Load,
    Now,
    PartialDef,
    Partial,
    Regroup,
    ResetCycle,
    Spaceless,
    TemplateTag,
    Url,
    Verbatim,
    WidthRatio,
    With,
    Block,
    Extends,
    Include,
    Translate,
    BlockTranslate,
    Language,
    GetCurrentLanguage,
    GetCurrentLanguageBidi,
    GetAvailableLanguages,
    Localize,
    LocalTime,
    TimeZone,
    GetCurrentTimeZone,
    Cache,
    Static,
}

const DEFAULT: &str = "django.template.defaulttags";
const LOADER: &str = "django.template.loader_tags";
const I18N: &str = "django.templatetags.i18n";
const TZ: &str = "django.templatetags.tz";

/// Tag, module and name of the compile function, classes of the nodes that the function makes.
pub const COMPILE_FUNCTIONS: &[(TagKind, &str, &str, &[&str])] = &[
    (TagKind::Autoescape, DEFAULT, "autoescape", &["AutoEscapeControlNode"]),
    (TagKind::Comment, DEFAULT, "comment", &["CommentNode"]),
    (TagKind::Cycle, DEFAULT, "cycle", &["CycleNode"]),
    (TagKind::CsrfToken, DEFAULT, "csrf_token", &["CsrfTokenNode"]),
    (TagKind::Filter, DEFAULT, "do_filter", &["FilterNode"]),
    (TagKind::FirstOf, DEFAULT, "firstof", &["FirstOfNode"]),
    (TagKind::For, DEFAULT, "do_for", &["ForNode"]),
    (TagKind::If, DEFAULT, "do_if", &["IfNode", "TemplateLiteral", "TemplateIfParser"]),
    (TagKind::IfChanged, DEFAULT, "ifchanged", &["IfChangedNode"]),
    (TagKind::Load, DEFAULT, "load", &["LoadNode"]),
    (TagKind::Now, DEFAULT, "now", &["NowNode"]),
    (TagKind::PartialDef, DEFAULT, "partialdef_func", &["PartialDefNode"]),
    (TagKind::Partial, DEFAULT, "partial_func", &["PartialNode"]),
    (TagKind::Regroup, DEFAULT, "regroup", &["RegroupNode"]),
    (TagKind::ResetCycle, DEFAULT, "resetcycle", &["ResetCycleNode"]),
    (TagKind::Spaceless, DEFAULT, "spaceless", &["SpacelessNode"]),
    (TagKind::TemplateTag, DEFAULT, "templatetag", &["TemplateTagNode"]),
    (TagKind::Url, DEFAULT, "url", &["URLNode"]),
    (TagKind::Verbatim, DEFAULT, "verbatim", &["VerbatimNode"]),
    (TagKind::WidthRatio, DEFAULT, "widthratio", &["WidthRatioNode"]),
    (TagKind::With, DEFAULT, "do_with", &["WithNode"]),
    (TagKind::Block, LOADER, "do_block", &["BlockNode"]),
    (TagKind::Extends, LOADER, "do_extends", &["ExtendsNode"]),
    (TagKind::Include, LOADER, "do_include", &["IncludeNode"]),
    (TagKind::Translate, I18N, "do_translate", &["TranslateNode"]),
    (TagKind::BlockTranslate, I18N, "do_block_translate", &["BlockTranslateNode"]),
    (TagKind::Language, I18N, "language", &["LanguageNode"]),
    (TagKind::GetCurrentLanguage, I18N, "do_get_current_language", &["GetCurrentLanguageNode"]),
    (TagKind::GetCurrentLanguageBidi, I18N, "do_get_current_language_bidi", &["GetCurrentLanguageBidiNode"]),
    (TagKind::GetAvailableLanguages, I18N, "do_get_available_languages", &["GetAvailableLanguagesNode"]),
    (TagKind::Localize, "django.templatetags.l10n", "localize_tag", &["LocalizeNode"]),
    (TagKind::LocalTime, TZ, "localtime_tag", &["LocalTimeNode"]),
    (TagKind::TimeZone, TZ, "timezone_tag", &["TimezoneNode"]),
    (TagKind::GetCurrentTimeZone, TZ, "get_current_timezone_tag", &["GetCurrentTimezoneNode"]),
    (TagKind::Cache, "django.templatetags.cache", "do_cache", &["CacheNode"]),
    (TagKind::Static, "django.templatetags.static", "do_static", &["StaticNode"]),
];

impl<H: Host> Parser<H> {
    /// Parses a tag of Django's own; block tags take their bodies and end tags from the tokens.
    pub(crate) fn native_tag(&mut self, kind: TagKind, tag: Tag<'_>) -> Result<NodeKind> {
        match kind {
            TagKind::Autoescape => self.autoescape(tag),
            TagKind::Comment => self.comment(),
            TagKind::Cycle => self.cycle(tag),
            TagKind::CsrfToken => Ok(NodeKind::CsrfToken),
            TagKind::Filter => self.filter_block(tag),
            TagKind::FirstOf => self.firstof(tag),
            TagKind::For => self.for_loop(tag),
            TagKind::If => self.if_block(tag),
            TagKind::IfChanged => self.ifchanged(tag),
            TagKind::Load => self.load(tag),
            TagKind::Now => self.now(tag),
            TagKind::PartialDef => self.partialdef(tag),
            TagKind::Partial => self.partial(tag),
            TagKind::Regroup => self.regroup(tag),
            TagKind::ResetCycle => self.resetcycle(tag),
            TagKind::Spaceless => Ok(NodeKind::Spaceless(self.body(tag, "endspaceless")?)),
            TagKind::TemplateTag => Self::templatetag(tag),
            TagKind::Url => self.url(tag),
            TagKind::Verbatim => self.verbatim(tag),
            TagKind::WidthRatio => self.widthratio(tag),
            TagKind::With => self.with(tag),
            TagKind::Block => self.block(tag),
            TagKind::Extends => self.extends(tag),
            TagKind::Include => self.include(tag),
            TagKind::Translate => self.translate(tag),
            TagKind::BlockTranslate => self.blocktranslate(tag),
            TagKind::Language => self.language(tag),
            TagKind::GetCurrentLanguage
            | TagKind::GetCurrentLanguageBidi
            | TagKind::GetAvailableLanguages
            | TagKind::GetCurrentTimeZone => self.ambient(kind, tag),
            TagKind::Localize => self.localize(tag),
            TagKind::LocalTime => self.localtime(tag),
            TagKind::TimeZone => self.timezone(tag),
            TagKind::Cache => self.cache(tag),
            TagKind::Static => self.static_file(tag),
        }
    }

    fn verbatim(&mut self, tag: Tag<'_>) -> Result<NodeKind> {
        let body = self.body(tag, "endverbatim")?;
        // Other signs than a space behind the word, or another word, and the lexer has taken what follows for tags.
        // Django renders these in a context without a template.
        let is_text =
            |&id: &u32| matches!(self.ast.nodes[id as usize].kind, NodeKind::Text(..) | NodeKind::MadeUpText(_));
        if self.ast.list(body).iter().all(is_text) {
            return Ok(NodeKind::Verbatim(body));
        }
        fail(ErrorKind::Unsupported)
    }

    /// `token_kwargs`: takes `name=value` words (or, `legacy`, `value as name and …`) from the front of `bits`.
    pub(crate) fn bindings(&mut self, bits: &mut Vec<Cow<'_, str>>, legacy: bool) -> Result<Bindings> {
        let mut found: Vec<(NameId, ExprId)> = Vec::new();
        let as_form = |bits: &[Cow<'_, str>]| bits.len() >= 3 && bits[1] == "as";
        let Some(first) = bits.first() else { return Ok(found.into()) };
        let keyword_format = matches!(keyword(first), Some((Some(_), _)));
        let legacy_format = legacy && as_form(bits);
        if !keyword_format && !legacy_format {
            return Ok(found.into());
        }
        while !bits.is_empty() {
            let (key, value, taken) = if keyword_format {
                let Some((Some(key), value)) = keyword(&bits[0]) else { break };
                (key, value, 1)
            } else {
                if !as_form(bits) {
                    break;
                }
                (&*bits[2], &*bits[0], 3)
            };
            let expr = self.expression(value)?;
            let name = self.ast.name(key);
            bits.drain(..taken);
            match found.iter_mut().find(|(known, _)| *known == name) {
                Some(known) => known.1 = expr,
                None => found.push((name, expr)),
            }
            if !bits.is_empty() && !keyword_format {
                if bits[0] != "and" {
                    break;
                }
                bits.drain(..1);
            }
        }
        Ok(found.into())
    }

    /// The `as name` at the end of a tag's words, which is taken off.
    pub(crate) fn trailing_as(&mut self, bits: &mut Vec<Cow<'_, str>>) -> Option<NameId> {
        if bits.len() < 2 || bits[bits.len() - 2] != "as" {
            return None;
        }
        let name = bits.pop()?;
        bits.pop();
        Some(self.ast.name(&name))
    }

    /// `{% tag on|off %}`; without an argument `on` if that is allowed.
    pub(crate) fn on_or_off<S: AsRef<str>>(bits: &[S], default: Option<bool>) -> Result<bool> {
        match bits {
            [_] => default.map_or_else(|| fail(ErrorKind::BadArguments), Ok),
            [_, word] if word.as_ref() == "on" => Ok(true),
            [_, word] if word.as_ref() == "off" => Ok(false),
            _ => fail(ErrorKind::BadArguments),
        }
    }
}
