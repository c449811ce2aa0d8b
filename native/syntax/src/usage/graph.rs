//! Where each path is touched: the regions of a template, and from them what is certain.
//!
//! A *region* is a piece of a template that runs as a whole: the template itself, a branch, the body of a loop. A path
//! is certain, given that its parent is reached, if each region that reaches the parent is covered by regions that
//! reach the path. The branches of an `{% if %}` with an `{% else %}` cover together what a single one doesn't.
//!
//! What happens with the item of a loop happens with that item, and not with the one of another loop over the same
//! items: a region covers for one *binding*, and for all items if it covers the whole body of their loop.

use super::tree::{REACHED, Symbol, Usage};
use rustc_hash::FxHashMap;

/// Index of a region; [`WHOLE`] is the template itself.
pub(super) type Region = u32;
/// Index of a touched path.
pub(super) type Spot = u32;
/// Index of a binding: a loop, and the binding of the value that it goes through.
pub(super) type Binding = u32;
/// The binding of what is no item of a loop.
pub(super) const UNBOUND: Binding = u32::MAX;
/// The region of the whole template.
pub(super) const WHOLE: Region = 0;
/// A region that is the alternative to nothing.
pub(super) const ALONE: u32 = u32::MAX;

const NIL: u32 = u32::MAX;
/// The name under which the items of a value are kept.
const EACH: Symbol = u32::MAX;
/// Longer paths are given up: the last step counts as handed to Python.
const MAX_DEPTH: u32 = 40;

struct RegionInfo {
    parent: Region,
    /// The alternatives that it belongs to.
    group: u32,
    /// How many of the spots that are being frozen see this region as part of its parent.
    merged: u32,
    /// The last question in which the region was found to be covered, and for which binding first.
    covered: u32,
    binding: Binding,
}

/// Alternatives of which exactly (or at least) one runs.
struct Group {
    size: u32,
    counted: u32,
    question: u32,
    binding: Binding,
}

struct Node {
    name: Symbol,
    depth: u32,
    first_child: Spot,
    last_child: Spot,
    next: Spot,
    last_entry: u32,
    last_merge: u32,
}

/// What happens at a spot in a region, with the item of a binding; `next`: the next entry of the spot.
struct Entry {
    bits: u32,
    region: Region,
    binding: Binding,
    next: u32,
}

/// All that was touched in one template.
pub(super) struct Graph {
    nodes: Vec<Node>,
    index: FxHashMap<(Spot, Symbol), Spot>,
    entries: Vec<Entry>,
    /// A region that is part of its parent for a spot, whether also for all below it, next one of the spot.
    merges: Vec<(Region, bool, u32)>,
    regions: Vec<RegionInfo>,
    groups: Vec<Group>,
    /// The body of each loop, and the binding of the value that it goes through.
    bindings: Vec<(Region, Binding)>,
    question: u32,
    /// Regions that are covered in the present question for another binding than the first.
    covered_too: Vec<(Region, Binding)>,
}

/// The spot whose children are the free variables.
const ROOT: Spot = 0;

impl Graph {
    pub(super) fn new() -> Self {
        let mut graph = Self {
            nodes: Vec::with_capacity(64),
            index: FxHashMap::default(),
            entries: Vec::with_capacity(64),
            merges: Vec::new(),
            regions: Vec::with_capacity(16),
            groups: Vec::new(),
            bindings: Vec::new(),
            question: 0,
            covered_too: Vec::new(),
        };
        graph.region(WHOLE, ALONE);
        graph.add(NIL, 0);
        graph
    }

    fn add(&mut self, name: Symbol, depth: u32) -> Spot {
        let node = Node { name, depth, first_child: NIL, last_child: NIL, next: NIL, last_entry: NIL, last_merge: NIL };
        self.nodes.push(node);
        (self.nodes.len() - 1) as Spot
    }

    /// A new region inside of another one.
    pub(super) fn region(&mut self, parent: Region, group: u32) -> Region {
        self.regions.push(RegionInfo { parent, group, merged: 0, covered: 0, binding: UNBOUND });
        (self.regions.len() - 1) as Region
    }

    /// Alternatives of one place, for `region`.
    pub(super) fn group(&mut self, size: u32) -> u32 {
        self.groups.push(Group { size, counted: 0, question: 0, binding: UNBOUND });
        (self.groups.len() - 1) as u32
    }

    /// The items of a value that has a binding itself, in a loop with this body.
    pub(super) fn bind(&mut self, body: Region, outer: Binding) -> Binding {
        self.bindings.push((body, outer));
        (self.bindings.len() - 1) as Binding
    }

    /// The spot of a free variable.
    pub(super) fn free(&mut self, name: Symbol) -> Spot {
        self.child_of(ROOT, name)
    }

    /// A spot that belongs to no variable: the element of one loop.
    pub(super) fn detached(&mut self) -> Spot {
        self.add(NIL, 1)
    }

    /// The spot of an attribute; `None` if the path is too long.
    pub(super) fn child(&mut self, spot: Spot, name: Symbol) -> Option<Spot> {
        (self.nodes[spot as usize].depth < MAX_DEPTH).then(|| self.child_of(spot, name))
    }

    /// The spot of the items of a value; `None` if the path is too long.
    pub(super) fn each(&mut self, spot: Spot) -> Option<Spot> {
        self.child(spot, EACH)
    }

    fn child_of(&mut self, spot: Spot, name: Symbol) -> Spot {
        if let Some(&child) = self.index.get(&(spot, name)) {
            return child;
        }
        let child = self.add(name, self.nodes[spot as usize].depth + 1);
        self.index.insert((spot, name), child);
        let last = self.nodes[spot as usize].last_child;
        if last == NIL {
            self.nodes[spot as usize].first_child = child;
        } else {
            self.nodes[last as usize].next = child;
        }
        self.nodes[spot as usize].last_child = child;
        child
    }

    /// Notes that something happens with a value in a region.
    pub(super) fn touch(&mut self, spot: Spot, bits: u32, region: Region, binding: Binding) {
        let binding = self.binding_in(region, binding);
        let node = &mut self.nodes[spot as usize];
        if let Some(entry) = self.entries.get_mut(node.last_entry as usize)
            && (entry.region, entry.binding) == (region, binding)
        {
            entry.bits |= bits;
            return;
        }
        self.entries.push(Entry { bits: bits | REACHED, region, binding, next: node.last_entry });
        node.last_entry = (self.entries.len() - 1) as u32;
    }

    /// The binding as far as its loops are around the region: a name may outlive its loop.
    fn binding_in(&self, region: Region, mut binding: Binding) -> Binding {
        while let Some(&(body, outer)) = self.bindings.get(binding as usize) {
            let mut around = region;
            while around != body && around != WHOLE {
                around = self.regions[around as usize].parent;
            }
            if around == body {
                break;
            }
            binding = outer;
        }
        binding
    }

    /// True if anything happens with the value.
    pub(super) fn is_touched(&self, spot: Spot) -> bool {
        self.nodes[spot as usize].last_entry != NIL
    }

    /// For a value and all below it, `region` counts as part of the region around it: it runs whenever there is
    /// something to reach.
    ///
    /// Not so below the value if it isn't `deep`: the region runs for some of the items only.
    pub(super) fn merge_region(&mut self, spot: Spot, region: Region, deep: bool) {
        let node = &mut self.nodes[spot as usize];
        self.merges.push((region, deep, node.last_merge));
        node.last_merge = (self.merges.len() - 1) as u32;
    }

    /// The needs of all free variables, in the order in which they were met.
    pub(super) fn freeze_free(&mut self) -> Vec<(Symbol, Usage)> {
        let mut found = Vec::new();
        let mut spot = self.nodes[ROOT as usize].first_child;
        while spot != NIL {
            let name = self.nodes[spot as usize].name;
            if let Some(usage) = self.freeze(spot, &[(WHOLE, UNBOUND)]) {
                found.push((name, usage));
            }
            spot = self.nodes[spot as usize].next;
        }
        found
    }

    /// The needs at a spot whose parent is reached in the regions `above`, with these bindings; `None` if it is never
    /// touched.
    pub(super) fn freeze(&mut self, spot: Spot, above: &[(Region, Binding)]) -> Option<Usage> {
        if self.nodes[spot as usize].last_entry == NIL {
            return None;
        }
        self.count_merges(spot, true, |merged| *merged += 1);
        self.count_merges(spot, false, |merged| *merged += 1);
        let (all, reach) = self.reach(spot);
        let at_once = reach.len() == 1 && reach == above;
        let always = if at_once { all } else { self.certain(spot, all, above) };
        self.count_merges(spot, false, |merged| *merged -= 1);
        let mut usage = Usage { always, maybe: all & !always, fields: Vec::new(), each: None };
        let mut child = self.nodes[spot as usize].first_child;
        while child != NIL {
            let name = self.nodes[child as usize].name;
            if let Some(below) = self.freeze(child, &reach) {
                if name == EACH {
                    usage.each = Some(Box::new(below));
                } else {
                    usage.fields.push((name, below));
                }
            }
            child = self.nodes[child as usize].next;
        }
        self.count_merges(spot, true, |merged| *merged -= 1);
        Some(usage)
    }

    fn count_merges(&mut self, spot: Spot, deep: bool, count: impl Fn(&mut u32)) {
        let mut at = self.nodes[spot as usize].last_merge;
        while at != NIL {
            let (region, is_deep, next) = self.merges[at as usize];
            if is_deep == deep {
                count(&mut self.regions[region as usize].merged);
            }
            at = next;
        }
    }

    /// All bits of a spot and the regions that reach it with their bindings, each once.
    fn reach(&mut self, spot: Spot) -> (u32, Vec<(Region, Binding)>) {
        self.ask();
        let (mut bits, mut found) = (0, Vec::with_capacity(1));
        let mut at = self.nodes[spot as usize].last_entry;
        while at != NIL {
            let Entry { bits: own, region, binding, next } = self.entries[at as usize];
            bits |= own;
            if self.mark(region, binding) {
                found.push((region, binding));
            }
            at = next;
        }
        (bits, found)
    }

    /// Begins a question: no region is covered.
    fn ask(&mut self) {
        self.question += 1;
        self.covered_too.clear();
    }

    /// Marks a region as covered for a binding; false if it was already.
    fn mark(&mut self, region: Region, binding: Binding) -> bool {
        if self.is_marked(region, binding) {
            return false;
        }
        let info = &mut self.regions[region as usize];
        if info.covered == self.question {
            self.covered_too.push((region, binding));
        } else {
            (info.covered, info.binding) = (self.question, binding);
        }
        true
    }

    fn is_marked(&self, region: Region, binding: Binding) -> bool {
        let info = &self.regions[region as usize];
        info.covered == self.question && (info.binding == binding || self.covered_too.contains(&(region, binding)))
    }

    /// The binding outside of a region: without the loop of which the region is the body.
    fn outside(&self, region: Region, binding: Binding) -> Binding {
        match self.bindings.get(binding as usize) {
            Some(&(body, outer)) if body == region => outer,
            _ => binding,
        }
    }

    /// Those of the bits that happen whenever one of the regions `above` runs.
    fn certain(&mut self, spot: Spot, all: u32, above: &[(Region, Binding)]) -> u32 {
        let mut certain = 0;
        let mut rest = all;
        while rest != 0 {
            let bit = rest & rest.wrapping_neg();
            rest ^= bit;
            self.ask();
            let mut at = self.nodes[spot as usize].last_entry;
            while at != NIL {
                let Entry { bits, region, binding, next } = self.entries[at as usize];
                if bits & bit != 0 {
                    self.cover(region, binding);
                }
                at = next;
            }
            if above.iter().all(|(region, binding)| self.is_covered(*region, *binding)) {
                certain |= bit;
            }
        }
        certain
    }

    /// Marks a region as covered for a binding, and those around it that are covered by that.
    ///
    /// What covers the body of its own loop covers all items of the loop, whichever loop binds them.
    fn cover(&mut self, mut region: Region, mut binding: Binding) {
        while self.mark(region, binding) && region != WHOLE {
            let info = &self.regions[region as usize];
            if info.merged == 0 {
                let Some(group) = self.groups.get_mut(info.group as usize) else { return };
                if (group.question, group.binding) != (self.question, binding) {
                    (group.question, group.binding) = (self.question, binding);
                    group.counted = 0;
                }
                group.counted += 1;
                if group.counted < group.size {
                    return;
                }
            }
            let parent = info.parent;
            binding = self.outside(region, binding);
            region = parent;
        }
    }

    /// True if a region, or one around it, is covered for the item of a binding: as that item, or as one of all.
    fn is_covered(&self, mut region: Region, mut binding: Binding) -> bool {
        loop {
            let mut seen_as = binding;
            loop {
                if self.is_marked(region, seen_as) {
                    return true;
                }
                match self.bindings.get(seen_as as usize) {
                    Some(&(_, outer)) => seen_as = outer,
                    None => break,
                }
            }
            if region == WHOLE {
                return false;
            }
            binding = self.outside(region, binding);
            region = self.regions[region as usize].parent;
        }
    }
}
