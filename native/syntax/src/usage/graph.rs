//! Where each path is touched: the regions of a template, and from them what is certain.
//!
//! A *region* is a piece of a template that runs as a whole: the template itself, a branch, the body of a loop. A path
//! is certain, given that its parent is reached, if each region that reaches the parent is covered by regions that
//! reach the path. The branches of an `{% if %}` with an `{% else %}` cover together what a single one doesn't.

use super::tree::{REACHED, Symbol, Usage};
use rustc_hash::FxHashMap;

/// Index of a region; [`WHOLE`] is the template itself.
pub(super) type Region = u32;
/// Index of a touched path.
pub(super) type Spot = u32;
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
    /// The last question in which the region was found to be covered.
    covered: u32,
}

/// Alternatives of which exactly (or at least) one runs.
struct Group {
    size: u32,
    counted: u32,
    question: u32,
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

/// All that was touched in one template.
pub(super) struct Graph {
    nodes: Vec<Node>,
    index: FxHashMap<(Spot, Symbol), Spot>,
    /// What happens at a spot: bits, region, next entry of the spot.
    entries: Vec<(u32, Region, u32)>,
    /// A region that is part of its parent for a spot, whether also for all below it, next one of the spot.
    merges: Vec<(Region, bool, u32)>,
    regions: Vec<RegionInfo>,
    groups: Vec<Group>,
    question: u32,
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
            question: 0,
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
        self.regions.push(RegionInfo { parent, group, merged: 0, covered: 0 });
        (self.regions.len() - 1) as Region
    }

    /// Alternatives of one place, for `region`.
    pub(super) fn group(&mut self, size: u32) -> u32 {
        self.groups.push(Group { size, counted: 0, question: 0 });
        (self.groups.len() - 1) as u32
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
    pub(super) fn touch(&mut self, spot: Spot, bits: u32, region: Region) {
        let node = &mut self.nodes[spot as usize];
        if let Some(entry) = self.entries.get_mut(node.last_entry as usize)
            && entry.1 == region
        {
            entry.0 |= bits;
            return;
        }
        self.entries.push((bits | REACHED, region, node.last_entry));
        node.last_entry = (self.entries.len() - 1) as u32;
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
            if let Some(usage) = self.freeze(spot, &[WHOLE]) {
                found.push((name, usage));
            }
            spot = self.nodes[spot as usize].next;
        }
        found
    }

    /// The needs at a spot whose parent is reached in the regions `above`; `None` if it is never touched.
    pub(super) fn freeze(&mut self, spot: Spot, above: &[Region]) -> Option<Usage> {
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

    /// All bits of a spot and the regions that reach it, each once.
    fn reach(&mut self, spot: Spot) -> (u32, Vec<Region>) {
        self.question += 1;
        let (mut bits, mut regions) = (0, Vec::with_capacity(1));
        let mut at = self.nodes[spot as usize].last_entry;
        while at != NIL {
            let (entry_bits, region, next) = self.entries[at as usize];
            bits |= entry_bits;
            let info = &mut self.regions[region as usize];
            if info.covered != self.question {
                info.covered = self.question;
                regions.push(region);
            }
            at = next;
        }
        (bits, regions)
    }

    /// Those of the bits that happen whenever one of the regions `above` runs.
    fn certain(&mut self, spot: Spot, all: u32, above: &[Region]) -> u32 {
        let mut certain = 0;
        let mut rest = all;
        while rest != 0 {
            let bit = rest & rest.wrapping_neg();
            rest ^= bit;
            self.question += 1;
            let mut at = self.nodes[spot as usize].last_entry;
            while at != NIL {
                let (bits, region, next) = self.entries[at as usize];
                if bits & bit != 0 {
                    self.cover(region);
                }
                at = next;
            }
            if above.iter().all(|region| self.is_covered(*region)) {
                certain |= bit;
            }
        }
        certain
    }

    /// Marks a region as covered, and those around it that are covered by that.
    fn cover(&mut self, mut region: Region) {
        loop {
            let info = &mut self.regions[region as usize];
            if info.covered == self.question {
                return;
            }
            info.covered = self.question;
            if region == WHOLE {
                return;
            }
            if info.merged == 0 {
                let Some(group) = self.groups.get_mut(info.group as usize) else { return };
                if group.question != self.question {
                    group.question = self.question;
                    group.counted = 0;
                }
                group.counted += 1;
                if group.counted < group.size {
                    return;
                }
            }
            region = info.parent;
        }
    }

    fn is_covered(&self, mut region: Region) -> bool {
        loop {
            let info = &self.regions[region as usize];
            if info.covered == self.question {
                return true;
            }
            if region == WHOLE {
                return false;
            }
            region = info.parent;
        }
    }
}
