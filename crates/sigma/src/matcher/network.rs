//! The rules of one program as a network: literals found at the bottom, rules that match at the top.
//!
//! A *leaf* is a predicate; a *gate* joins leaves and other gates. What is found is passed up at once, so that for an
//! event only what one of its literals speaks for is looked at. Of a gate whose inputs must all be true, only the
//! least likely one wakes it; the others are looked up then. Whatever costs more than that (regular expressions,
//! networks, times) or waits for nothing (`not`, `null`) is *late*: asked only when a rule hangs on nothing else.

use rustc_hash::{FxHashMap, FxHashSet};

use super::index::PADDING;
use super::probe::{Access, Needle};
use super::{CompileError, Compiled, Matcher, Node, ProbeId, RuleIndex, at, part_number};
use crate::event::FieldId;
use crate::pattern::Anchor;

/// A leaf or a gate of a network, by its place: leaves first, then gates, inputs before what they lead to.
pub(super) type Point = u32;

/// A point, or its opposite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Input(u32);

impl Input {
    fn new(point: Point) -> Self {
        Self(point << 1)
    }

    fn opposite(self) -> Self {
        Self(self.0 ^ 1)
    }

    #[inline]
    pub(super) fn point(self) -> Point {
        self.0 >> 1
    }

    #[inline]
    pub(super) fn negated(self) -> bool {
        self.0 & 1 == 1
    }
}

/// What is to be done when a literal of a leaf is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// The literal is the answer.
    Sure,
    /// Ask at once.
    Quick,
    /// Ask when a rule hangs on it.
    Late,
}

/// A predicate in the network.
#[derive(Debug)]
pub(super) struct Leaf {
    /// `None`: the presence of a field.
    pub(super) probe: Option<ProbeId>,
    pub(super) field: Option<FieldId>,
    pub(super) sort: Sort,
    /// It may be true although nothing of it was found.
    pub(super) unguarded: bool,
    /// Nothing waits for it, so that nothing of it is looked for.
    pub(super) idle: bool,
}

/// Joins points.
#[derive(Debug)]
pub(super) struct Gate {
    /// How many inputs must be true.
    pub(super) need: u32,
    inputs: (u32, u32),
    pub(super) level: u32,
    /// Whether it, or anything below it, is late.
    pub(super) late: bool,
    /// It may be true although nothing wakes it.
    pub(super) unguarded: bool,
}

/// Where a point leads.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Links {
    edges: (u32, u32),
    rules: (u32, u32),
}

/// A way up from a point to a gate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge(u32);

impl Edge {
    #[inline]
    pub(super) fn gate(self) -> Point {
        self.0 >> 1
    }

    /// Whether the gate is true as soon as the point is.
    #[inline]
    pub(super) fn passes(self) -> bool {
        self.0 & 1 == 1
    }
}

/// The network of one program.
#[derive(Debug, Default)]
pub(super) struct Network {
    pub(super) leaves: Vec<Leaf>,
    gates: Vec<Gate>,
    inputs: Vec<Input>,
    links: Vec<Links>,
    edges: Vec<Edge>,
    rules: Vec<RuleIndex>,
    /// Points at which rules hang and which nothing wakes.
    pub(super) always: Vec<Point>,
    pub(super) levels: u32,
    leaf_of: FxHashMap<ProbeId, Point>,
    presence_of: FxHashMap<FieldId, Point>,
}

impl Network {
    /// The network of the rules that are wanted.
    pub(super) fn new(
        matcher: &Matcher,
        wanted: impl Fn(&Compiled) -> bool,
    ) -> Result<Self, CompileError> {
        let mut wanted_rules = Vec::new();
        for (number, rule) in matcher.rules.iter().enumerate().filter(|(_, rule)| wanted(rule)) {
            wanted_rules.push((RuleIndex(part_number(number)?), rule.root));
        }
        let reached = reached(matcher, wanted_rules.iter().map(|(_, root)| *root));
        let build = |idle| {
            let mut builder = Builder::new(matcher, idle);
            builder.leaves(&reached)?;
            builder.gates(&reached)?;
            builder.roots(&wanted_rules)?;
            builder.finish()
        };
        // What turns out to wake nothing need not be looked for, only asked in the end.
        let whole = build(FxHashSet::default())?;
        build(whole.idle(matcher))
    }

    /// Predicates that cost a search and that nothing waits for: of one field, those that wake no gate; of all values,
    /// also those whose gates wake nothing themselves.
    fn idle(&self, matcher: &Matcher) -> FxHashSet<ProbeId> {
        let vain = self.vain();
        let is_idle = |point: Point, leaf: &Leaf| {
            let probe = at(&matcher.probes, leaf.probe?)?;
            let anywhere = |needle: &Needle| needle.anchor == Anchor::Anywhere;
            let wakes_none = self.edges(self.links(point)).is_empty();
            let idle = match probe.field {
                None => true,
                Some(_) => wakes_none && probe.needles().iter().any(anywhere),
            };
            leaf.probe.filter(|_| idle && at(&vain, point) == Some(&true))
        };
        let leaves = (0..).zip(&self.leaves);
        leaves.filter_map(|(point, leaf)| is_idle(point, leaf)).collect()
    }

    /// By point: whether waking it leads to no rule.
    fn vain(&self) -> Vec<bool> {
        let mut vain = vec![false; self.points()];
        for (place, links) in self.links.iter().enumerate().rev() {
            let in_vain = |edge: &Edge| at(&vain, edge.gate()) == Some(&true);
            let is_vain = self.rules(*links).is_empty() && self.edges(*links).iter().all(in_vain);
            if let Some(mark) = vain.get_mut(place) {
                *mark = is_vain;
            }
        }
        vain
    }

    #[inline]
    pub(super) fn points(&self) -> usize {
        self.links.len()
    }

    pub(super) fn rules_in_all(&self) -> usize {
        self.rules.len()
    }

    #[inline]
    pub(super) fn leaf(&self, point: Point) -> Option<&Leaf> {
        at(&self.leaves, point)
    }

    #[inline]
    pub(super) fn gate(&self, point: Point) -> Option<&Gate> {
        let place = super::index::wide(point).checked_sub(self.leaves.len())?;
        self.gates.get(place)
    }

    #[inline]
    pub(super) fn inputs(&self, gate: &Gate) -> &[Input] {
        range(&self.inputs, gate.inputs)
    }

    #[inline]
    pub(super) fn links(&self, point: Point) -> Links {
        at(&self.links, point).copied().unwrap_or_default()
    }

    #[inline]
    pub(super) fn edges(&self, links: Links) -> &[Edge] {
        range(&self.edges, links.edges)
    }

    #[inline]
    pub(super) fn rules(&self, links: Links) -> &[RuleIndex] {
        range(&self.rules, links.rules)
    }

    #[inline]
    pub(super) fn is_late(&self, point: Point) -> bool {
        match self.leaf(point) {
            Some(leaf) => leaf.sort == Sort::Late,
            None => self.gate(point).is_some_and(|gate| gate.late),
        }
    }

    /// Whether the point may be true although nothing has woken it.
    pub(super) fn is_unguarded(&self, point: Point) -> bool {
        match self.leaf(point) {
            Some(leaf) => leaf.unguarded,
            None => self.gate(point).is_some_and(|gate| gate.unguarded),
        }
    }

    /// The leaf of a predicate.
    pub(super) fn leaf_of(&self, probe: ProbeId) -> Option<Point> {
        self.leaf_of.get(&probe).copied()
    }

    /// The leaf for the presence of a field.
    pub(super) fn presence_of(&self, field: FieldId) -> Option<Point> {
        self.presence_of.get(&field).copied()
    }

    /// The bytes it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        let maps = (self.leaf_of.capacity() + self.presence_of.capacity()) * PADDING;
        size_of_val(&*self.leaves)
            + size_of_val(&*self.gates)
            + size_of_val(&*self.inputs)
            + size_of_val(&*self.links)
            + size_of_val(&*self.edges)
            + size_of_val(&*self.rules)
            + maps
    }
}

#[inline]
fn range<T>(items: &[T], (from, to): (u32, u32)) -> &[T] {
    items.get(super::index::wide(from)..super::index::wide(to)).unwrap_or_default()
}

/// Which nodes of the matcher stand below the roots. A node comes after everything below it.
fn reached(matcher: &Matcher, roots: impl Iterator<Item = u32>) -> Vec<bool> {
    let mut reached = vec![false; matcher.nodes.len()];
    let mark = |node: u32, reached: &mut Vec<bool>| {
        if let Some(mark) = reached.get_mut(super::index::wide(node)) {
            *mark = true;
        }
    };
    roots.for_each(|root| mark(root, &mut reached));
    for (number, node) in matcher.nodes.iter().enumerate().rev() {
        if !reached.get(number).copied().unwrap_or(false) {
            continue;
        }
        match node {
            Node::Is(_) => {}
            Node::Not(inner) => mark(*inner, &mut reached),
            Node::All(parts) | Node::AtLeast(_, parts) => {
                parts.iter().for_each(|part| mark(*part, &mut reached));
            }
        }
    }
    reached
}

/// What is known of a point while the network is built.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// How often something wakes it by chance; `None` when it is unguarded.
    chance: Option<f64>,
    late: bool,
    level: u32,
}

/// How often a field is there, on the scale of [`Needle::chance`](super::probe::Needle::chance).
const PRESENCE: f64 = 100.0;

#[derive(Debug)]
struct Builder<'a> {
    matcher: &'a Matcher,
    idle: FxHashSet<ProbeId>,
    network: Network,
    known: Vec<Known>,
    /// By node of the matcher: what it is here.
    inputs: Vec<Option<Input>>,
    /// From a point to the gates it wakes.
    wakes: Vec<(Point, Edge)>,
    hangs: Vec<(Point, RuleIndex)>,
}

impl<'a> Builder<'a> {
    fn new(matcher: &'a Matcher, idle: FxHashSet<ProbeId>) -> Self {
        Self {
            matcher,
            idle,
            network: Network::default(),
            known: Vec::new(),
            inputs: vec![None; matcher.nodes.len()],
            wakes: Vec::new(),
            hangs: Vec::new(),
        }
    }

    fn leaves(&mut self, reached: &[bool]) -> Result<(), CompileError> {
        let matcher = self.matcher;
        for (number, node) in matcher.nodes.iter().enumerate() {
            let (Node::Is(probe), Some(true)) = (node, reached.get(number)) else { continue };
            let input = self.leaf(*probe)?;
            if let Some(slot) = self.inputs.get_mut(number) {
                *slot = Some(input);
            }
        }
        Ok(())
    }

    fn leaf(&mut self, id: ProbeId) -> Result<Input, CompileError> {
        let Some(probe) = at(&self.matcher.probes, id) else {
            return Err(CompileError::TooManyParts);
        };
        match (&probe.access, probe.field) {
            (Access::Present, Some(field)) => return self.presence(field),
            (Access::Absent, Some(field)) => return self.presence(field).map(Input::opposite),
            _ => {}
        }
        let needles = probe.needles();
        let idle = self.idle.contains(&id);
        let sort = match &probe.access {
            _ if idle => Sort::Late,
            Access::Literal(_) => Sort::Sure,
            Access::Guarded(_) if probe.is_quick() => Sort::Quick,
            _ => Sort::Late,
        };
        let unguarded = idle || needles.is_empty() && probe.field.is_none();
        let chance = match (unguarded, needles.is_empty()) {
            (true, _) => None,
            (false, true) => Some(PRESENCE),
            (false, false) => Some(needles.iter().map(|needle| needle.chance()).sum()),
        };
        let leaf = Leaf { probe: Some(id), field: probe.field, sort, unguarded, idle };
        let point = self.push_leaf(leaf, chance)?;
        self.network.leaf_of.insert(id, point);
        Ok(Input::new(point))
    }

    fn presence(&mut self, field: FieldId) -> Result<Input, CompileError> {
        if let Some(point) = self.network.presence_of(field) {
            return Ok(Input::new(point));
        }
        let (probe, field_of, sort) = (None, Some(field), Sort::Sure);
        let leaf = Leaf { probe, field: field_of, sort, unguarded: false, idle: false };
        let point = self.push_leaf(leaf, Some(PRESENCE))?;
        self.network.presence_of.insert(field, point);
        Ok(Input::new(point))
    }

    fn push_leaf(&mut self, leaf: Leaf, chance: Option<f64>) -> Result<Point, CompileError> {
        let point = point_number(self.known.len())?;
        self.known.push(Known { chance, late: leaf.sort == Sort::Late, level: 0 });
        self.network.leaves.push(leaf);
        Ok(point)
    }

    fn gates(&mut self, reached: &[bool]) -> Result<(), CompileError> {
        let matcher = self.matcher;
        for (number, node) in matcher.nodes.iter().enumerate() {
            if reached.get(number) != Some(&true) {
                continue;
            }
            let input = match node {
                Node::Is(_) => continue,
                Node::Not(inner) => self.input_of(*inner)?.opposite(),
                Node::All(parts) => self.gate(parts, parts.len())?,
                Node::AtLeast(need, parts) => self.gate(parts, *need)?,
            };
            if let Some(slot) = self.inputs.get_mut(number) {
                *slot = Some(input);
            }
        }
        Ok(())
    }

    fn input_of(&self, node: u32) -> Result<Input, CompileError> {
        at(&self.inputs, node).copied().flatten().ok_or(CompileError::TooManyParts)
    }

    fn gate(&mut self, parts: &[u32], need: usize) -> Result<Input, CompileError> {
        let inputs: Result<Vec<Input>, _> = parts.iter().map(|part| self.input_of(*part)).collect();
        match (inputs?, need) {
            (inputs, 1) if inputs.len() == 1 => {
                inputs.first().copied().ok_or(CompileError::TooManyParts)
            }
            (inputs, need) => self.push_gate(inputs, need).map(Input::new),
        }
    }

    fn push_gate(&mut self, mut inputs: Vec<Input>, need: usize) -> Result<Point, CompileError> {
        let point = point_number(self.known.len())?;
        // What is known without asking is looked at first.
        inputs.sort_by_key(|input| self.known_of(*input).is_some_and(|known| known.late));
        let waking = self.waking(&inputs, need);
        let level = inputs.iter().filter_map(|i| self.known_of(*i)).map(|k| k.level).max();
        let level = level.map_or(1, |below| below + 1);
        let late_input = |i: &Input| self.known_of(*i).is_some_and(|known| known.late);
        let late = waking.is_none() || inputs.iter().any(late_input);
        let passes = need == 1 && !late && inputs.iter().all(|input| !input.negated());
        for by in waking.iter().flat_map(|waking| &waking.by) {
            self.wakes.push((*by, Edge(point << 1 | u32::from(passes))));
        }
        self.known.push(Known { chance: waking.as_ref().map(|waking| waking.chance), late, level });
        self.network.levels = self.network.levels.max(level);
        let from = part_number(self.network.inputs.len())?;
        self.network.inputs.append(&mut inputs);
        let to = part_number(self.network.inputs.len())?;
        self.network.gates.push(Gate {
            need: part_number(need)?,
            inputs: (from, to),
            level,
            late,
            unguarded: waking.is_none(),
        });
        Ok(point)
    }

    fn known_of(&self, input: Input) -> Option<&Known> {
        at(&self.known, input.point())
    }

    /// The inputs of which one must be found true for the gate to be true; `None` when there is no such set.
    fn waking(&self, inputs: &[Input], need: usize) -> Option<Waking> {
        let chance = |input: &Input| {
            let chance = self.known_of(*input).and_then(|known| known.chance);
            chance.filter(|_| !input.negated()).map(|chance| (input.point(), chance))
        };
        let guarded: Vec<(Point, f64)> = inputs.iter().filter_map(chance).collect();
        let free = inputs.len() - guarded.len();
        if free >= need {
            return None;
        }
        if need == inputs.len() {
            let (point, chance) = guarded.into_iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
            return Some(Waking { by: vec![point], chance });
        }
        let chance = guarded.iter().map(|(_, chance)| chance).sum();
        Some(Waking { by: guarded.into_iter().map(|(point, _)| point).collect(), chance })
    }

    fn roots(&mut self, rules: &[(RuleIndex, u32)]) -> Result<(), CompileError> {
        for (rule, root) in rules {
            let input = self.input_of(*root)?;
            let point =
                if input.negated() { self.push_gate(vec![input], 1)? } else { input.point() };
            self.hangs.push((point, *rule));
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Network, CompileError> {
        let points = self.known.len();
        let mut links = vec![Links::default(); points];
        self.wakes.sort_by_key(|(by, edge)| (*by, edge.0));
        self.wakes.dedup_by_key(|(by, edge)| (*by, edge.0));
        self.hangs.sort_unstable();
        place_ranges(&self.wakes, &mut links, |links, range| links.edges = range)?;
        place_ranges(&self.hangs, &mut links, |links, range| links.rules = range)?;
        let mut network = self.network;
        network.links = links;
        network.edges = self.wakes.into_iter().map(|(_, edge)| edge).collect();
        let mut always: Vec<Point> = self.hangs.iter().map(|(point, _)| *point).collect();
        always.dedup();
        always.retain(|point| network.is_unguarded(*point));
        network.always = always;
        network.rules = self.hangs.into_iter().map(|(_, rule)| rule).collect();
        Ok(network)
    }
}

#[derive(Debug)]
struct Waking {
    by: Vec<Point>,
    chance: f64,
}

/// Points have 31 bits, for the one that negates them.
fn point_number(length: usize) -> Result<u32, CompileError> {
    part_number(length).ok().filter(|n| n >> 30 == 0).ok_or(CompileError::TooManyParts)
}

/// Notes for each point where its items stand in a list that is sorted by point.
fn place_ranges<T>(
    sorted: &[(Point, T)],
    links: &mut [Links],
    set: impl Fn(&mut Links, (u32, u32)),
) -> Result<(), CompileError> {
    let mut from = 0;
    for same in sorted.chunk_by(|a, b| a.0 == b.0) {
        let to = from + same.len();
        let range = (part_number(from)?, part_number(to)?);
        let link = same.first().and_then(|(point, _)| links.get_mut(super::index::wide(*point)));
        if let Some(link) = link {
            set(link, range);
        }
        from = to;
    }
    Ok(())
}
