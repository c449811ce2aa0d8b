//! What each of Django's own tags does, a family a file (the same names as in the syntax crate).

pub mod caching;
pub mod i18n;
pub mod inheritance;
pub mod logic;
pub mod loops;
pub mod output;
pub mod urls;
