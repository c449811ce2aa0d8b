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
use crate::lexer::Token;
use crate::parser::{Host, Parser};
use crate::split::keyword;

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
    pub(crate) fn native_tag(&mut self, tag: TagKind, token: &Token) -> Result<NodeKind> {
        match tag {
            TagKind::Autoescape => self.autoescape(token),
            TagKind::Comment => self.comment(),
            TagKind::Cycle => self.cycle(token),
            TagKind::CsrfToken => Ok(NodeKind::CsrfToken),
            TagKind::Filter => self.filter_block(token),
            TagKind::FirstOf => self.firstof(token),
            TagKind::For => self.for_loop(token),
            TagKind::If => self.if_block(token),
            TagKind::IfChanged => self.ifchanged(token),
            TagKind::Load => self.load(token),
            TagKind::Now => self.now(token),
            TagKind::PartialDef => self.partialdef(token),
            TagKind::Partial => self.partial(token),
            TagKind::Regroup => self.regroup(token),
            TagKind::ResetCycle => self.resetcycle(token),
            TagKind::Spaceless => Ok(NodeKind::Spaceless(self.body("endspaceless")?)),
            TagKind::TemplateTag => self.templatetag(token),
            TagKind::Url => self.url(token),
            TagKind::Verbatim => Ok(NodeKind::Verbatim(self.body("endverbatim")?)),
            TagKind::WidthRatio => self.widthratio(token),
            TagKind::With => self.with(token),
            TagKind::Block => self.block(token),
            TagKind::Extends => self.extends(token),
            TagKind::Include => self.include(token),
            TagKind::Translate => self.translate(token),
            TagKind::BlockTranslate => self.blocktranslate(token),
            TagKind::Language => self.language(token),
            TagKind::GetCurrentLanguage
            | TagKind::GetCurrentLanguageBidi
            | TagKind::GetAvailableLanguages
            | TagKind::GetCurrentTimeZone => self.ambient(tag, token),
            TagKind::Localize => self.localize(token),
            TagKind::LocalTime => self.localtime(token),
            TagKind::TimeZone => self.timezone(token),
            TagKind::Cache => self.cache(token),
            TagKind::Static => self.static_file(token),
        }
    }

    /// `token_kwargs`: takes `name=value` words (or, `legacy`, `value as name and …`) from the front of `bits`.
    pub(crate) fn bindings(&mut self, bits: &mut Vec<String>, legacy: bool) -> Result<Bindings> {
        let mut found: Vec<(NameId, ExprId)> = Vec::new();
        let as_form = |bits: &[String]| bits.len() >= 3 && bits[1] == "as";
        let Some(first) = bits.first() else { return Ok(found.into()) };
        let keyword_format = matches!(keyword(first), Some((Some(_), _)));
        let legacy_format = legacy && as_form(bits);
        if !keyword_format && !legacy_format {
            return Ok(found.into());
        }
        while !bits.is_empty() {
            let (key, value) = if keyword_format {
                let Some((Some(key), value)) = keyword(&bits[0]) else { break };
                let pair = (key.to_owned(), value.to_owned());
                bits.drain(..1);
                pair
            } else {
                if !as_form(bits) {
                    break;
                }
                let pair = (bits[2].clone(), bits[0].clone());
                bits.drain(..3);
                pair
            };
            let expr = self.expression(&value)?;
            let name = self.ast.name(&key);
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
    pub(crate) fn trailing_as(&mut self, bits: &mut Vec<String>) -> Option<NameId> {
        if bits.len() < 2 || bits[bits.len() - 2] != "as" {
            return None;
        }
        let name = bits.pop()?;
        bits.pop();
        Some(self.ast.name(&name))
    }

    /// `{% tag on|off %}`; without an argument `on` if that is allowed.
    pub(crate) fn on_or_off(bits: &[String], default: Option<bool>) -> Result<bool> {
        match bits {
            [_] => default.map_or_else(|| fail(ErrorKind::BadArguments), Ok),
            [_, word] if word == "on" => Ok(true),
            [_, word] if word == "off" => Ok(false),
            _ => fail(ErrorKind::BadArguments),
        }
    }
}
