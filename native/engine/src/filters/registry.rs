//! TABLE: Django's filters that run here, by name.

use super::NativeFilter;

/// The native filter of a name in `django.template.defaultfilters`.
pub fn find(name: &str) -> Option<NativeFilter> {
    FILTERS.iter().find(|(known, _)| *known == name).map(|(_, filter)| *filter)
}

const FILTERS: &[(&str, NativeFilter)] = &[];
