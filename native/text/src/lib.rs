//! String, number and date algorithms of Django's filters: text in, text out, no Python.
//!
//! Every function gives the bytes Django gives on `CPython`, or `None`. `None` always means "not decided
//! here": the caller runs Django's own function, which then also raises Django's own error. Nothing
//! guesses, nothing panics, and work is linear in the input.
//!
//! # Table of contents
//!
//! | module | functions |
//! |---|---|
//! | [`html`] | `needs_escape`, `escape_into`, `escape`, `normalize_newlines`, `linebreaks`, `linebreaksbr`, `linenumbers`, `strip_spaces_between_tags`, `spaceless` |
//! | [`characters`] | `push_characters` |
//! | [`markup`] | `striptags` |
//! | [`js`] | `escapejs_into`, `escapejs`, `json_script_into` |
//! | [`text`] | `addslashes`, `capfirst`, `lower`, `upper`, `title`, `python_title`, `cut`, `center`, `ljust`, `rjust`, `slugify`, `phone2numeric`, `words`, `wordcount`, `characters`, `get_digit`, `pluralize`, `yesno` |
//! | [`wrap`] | `wordwrap` |
//! | [`truncate`] | `truncatechars`, `truncatewords`, `truncatechars_html`, `truncatewords_html` |
//! | [`urls`] | `quote_into`, `urlencode`, `iriencode`, `quote_plus_into`, `query_string` |
//! | [`urlize`] | `urlize`, `Options` |
//! | [`numbers`] | `repr_into`, `repr`, `NumberFormat`, `Number`, `format`, `floatformat`, `widthratio` |
//! | [`printf`] | `stringformat`, `Value` |
//! | [`humanize`] | `intcomma`, `intcomma_plain`, `filesizeformat`, `intword` |
//! | [`dates`] | `CompiledFormat`, `DateParts`, `Kind`, `Awareness`, `Zone`, `Names`, `isoformat_into` |
//! | [`durations`] | `Moment`, `Unit`, `timesince` |
//!
//! Rules that differ between the supported Django series take a [`Series`].

pub mod characters;
pub mod date_names;
pub mod dates;
mod decimal;
pub mod durations;
pub mod html;
pub mod humanize;
pub mod js;
pub mod markup;
pub mod numbers;
pub mod printf;
mod references;
mod series;
pub mod stored;
pub mod text;
pub mod truncate;
mod unicode;
pub mod urlize;
pub mod urls;
pub mod wrap;

pub use series::Series;
