//! The tree of needs of one value: what is done with it, with its attributes and with its items.

use rustc_hash::FxHashMap;

/// The value is looked up.
pub const REACHED: u32 = 1;
/// The value itself is needed: printed, or worked on by a stock filter or tag that takes plain values.
pub const PRINTED: u32 = 2;
/// It is tested for truth, or for being `None`.
pub const TRUTH: u32 = 4;
/// Its items are walked through.
pub const ITERATED: u32 = 8;
/// Its length is asked for.
pub const COUNTED: u32 = 16;
/// A part of its items is taken (`|slice`): also a field such as `[:3]`, or `[?]` without fixed bounds.
pub const SLICED: u32 = 32;
/// A single item is taken by position: a field whose name is the position (`0`, `-1` for the last).
pub const INDEXED: u32 = 64;
/// It is compared with something.
pub const COMPARED: u32 = 128;
/// It is handed to Python code, after which anything may happen with it.
pub const ESCAPED: u32 = 256;
/// The value, or its items, go on as part of something else: sorted, grouped, as a default.
pub const PASSED_ON: u32 = 512;

/// Index of a name in [`Names`].
pub type Symbol = u32;

/// The names of all templates of a composition, each once.
#[derive(Debug, Clone, Default)]
pub struct Names {
    texts: Vec<Box<str>>,
    ids: FxHashMap<Box<str>, Symbol>,
}

impl Names {
    /// The number of a name; a new one if it is met for the first time.
    pub fn intern(&mut self, text: &str) -> Symbol {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = self.texts.len() as Symbol;
        self.texts.push(text.into());
        self.ids.insert(text.into(), id);
        id
    }

    /// The number of a name, if it is known.
    pub fn get(&self, text: &str) -> Option<Symbol> {
        self.ids.get(text).copied()
    }

    /// The name with this number. Panics on a number of another composition.
    pub fn text(&self, symbol: Symbol) -> &str {
        &self.texts[symbol as usize]
    }
}

/// What is done with a value.
///
/// `always` and `maybe` share no bit. A method called without arguments is a field, like an attribute or a key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// What happens in every render in which the parent is reached.
    pub always: u32,
    /// What happens in some of them.
    pub maybe: u32,
    /// The needs of its attributes, in the order in which the template meets them.
    pub fields: Vec<(Symbol, Usage)>,
    /// The needs of each of its items.
    pub each: Option<Box<Usage>>,
}

impl Usage {
    /// True if the value is reached whenever its parent is.
    pub fn is_certain(&self) -> bool {
        self.always & REACHED != 0
    }

    /// Everything that happens, for certain or not.
    pub fn all(&self) -> u32 {
        self.always | self.maybe
    }

    /// The needs of an attribute.
    pub fn field(&self, name: Symbol) -> Option<&Usage> {
        self.fields.iter().find(|(known, _)| *known == name).map(|(_, usage)| usage)
    }

    /// The same value under two names in one render: the union of the needs.
    ///
    /// Both must be numbered by the same [`Names`]. A certainty below one of the two survives if that one is certainly reached, or if the other says the same.
    pub fn merge(&mut self, other: &Usage) {
        self.merge_sure(other, true, true);
    }

    fn merge_sure(&mut self, other: &Usage, mine: bool, theirs: bool) {
        let mut always = self.always & other.always;
        always |= if mine { self.always } else { 0 } | if theirs { other.always } else { 0 };
        let (mine, theirs) = (mine && self.is_certain(), theirs && other.is_certain());
        self.maybe = (self.all() | other.all()) & !always;
        self.always = always;
        let nothing = Usage::default();
        for (name, usage) in &mut self.fields {
            usage.merge_sure(other.field(*name).unwrap_or(&nothing), mine, theirs);
        }
        for (name, usage) in &other.fields {
            if self.field(*name).is_none() {
                let mut merged = Usage::default();
                merged.merge_sure(usage, mine, theirs);
                self.fields.push((*name, merged));
            }
        }
        if self.each.is_some() || other.each.is_some() {
            let each = self.each.get_or_insert_default();
            each.merge_sure(other.each.as_deref().unwrap_or(&nothing), mine, theirs);
        }
    }

    /// The same place met in two circumstances, of which one holds: certain is what is certain in both.
    pub fn either(&mut self, other: &Usage) {
        let always = self.always & other.always;
        self.maybe = (self.all() | other.all()) & !always;
        self.always = always;
        for (name, usage) in &mut self.fields {
            match other.field(*name) {
                Some(theirs) => usage.either(theirs),
                None => usage.doubt(),
            }
        }
        for (name, usage) in &other.fields {
            if self.field(*name).is_none() {
                let mut added = usage.clone();
                added.doubt();
                self.fields.push((*name, added));
            }
        }
        match (&mut self.each, &other.each) {
            (Some(mine), Some(theirs)) => mine.either(theirs),
            (Some(mine), None) => mine.doubt(),
            (mine, Some(theirs)) => {
                let mut added = theirs.clone();
                added.doubt();
                *mine = Some(added);
            }
            (None, None) => {}
        }
    }

    /// Makes everything at this node uncertain. What is certain below it stays so, once it is reached.
    pub fn doubt(&mut self) {
        self.maybe |= self.always;
        self.always = 0;
    }

    /// Dotted paths for people, sorted: the leaves, and what is printed or handed to Python on the way. Items of a
    /// loop add no segment.
    pub fn paths(&self, names: &Names) -> Vec<String> {
        let mut found = Vec::new();
        self.collect_paths(names, "", &mut found);
        found.sort();
        found.dedup();
        found
    }

    fn collect_paths(&self, names: &Names, prefix: &str, found: &mut Vec<String>) {
        for (name, usage) in &self.fields {
            let name = names.text(*name);
            if is_part(name) {
                continue;
            }
            let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
            if usage.is_leaf(names) || usage.all() & (PRINTED | ESCAPED) != 0 {
                found.push(path.clone());
            }
            usage.collect_paths(names, &path, found);
        }
        if let Some(each) = &self.each {
            each.collect_paths(names, prefix, found);
        }
    }

    fn is_leaf(&self, names: &Names) -> bool {
        let has_fields = self.fields.iter().any(|(name, _)| !is_part(names.text(*name)));
        !has_fields && self.each.as_ref().is_none_or(|each| each.is_leaf(names))
    }
}

/// True for a field that stands for some rows of a value (`[:3]`).
fn is_part(name: &str) -> bool {
    name.starts_with('[')
}
