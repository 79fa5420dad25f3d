//! The rules for one kind of event: which literals to look for in which field, and the network they lead into.

use rustc_hash::FxHashMap;

use super::index::{Index, Keywords, Rarity};
use super::network::{Network, Point, Sort};
use super::probe::Needle;
use super::{CompileError, Compiled, Matcher, at};
use crate::event::FieldId;

/// Compiled rules for one kind of event.
#[derive(Debug, Default)]
pub(super) struct Program {
    pub(super) fields: Vec<ProgramField>,
    /// By field number: its place in `fields`, or [`NOT_ASKED`].
    slots: Vec<u16>,
    /// The literals looked for in every value.
    pub(super) keywords: Option<Keywords>,
    pub(super) network: Network,
}

const NOT_ASKED: u16 = u16::MAX;

/// What a program looks for in one field.
#[derive(Debug)]
pub(super) struct ProgramField {
    pub(super) field: FieldId,
    pub(super) index: Option<Index>,
    /// What is found when the field is there at all.
    pub(super) present: Vec<Found>,
}

/// A leaf of which something was found, and what to do then.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found(u32);

impl Found {
    fn new(point: Point, sort: Sort) -> Self {
        let sort = match sort {
            Sort::Sure => 0,
            Sort::Quick => 1,
            Sort::Late => 2,
        };
        Self(point << 2 | sort)
    }

    #[inline]
    pub(super) fn named(number: u32) -> Self {
        Self(number)
    }

    #[inline]
    pub(super) fn point(self) -> Point {
        self.0 >> 2
    }

    #[inline]
    pub(super) fn sort(self) -> Sort {
        match self.0 & 3 {
            0 => Sort::Sure,
            1 => Sort::Quick,
            _ => Sort::Late,
        }
    }
}

/// The needles of one field with what each of them finds.
type Needles<'a> = Vec<(&'a Needle, u32)>;

impl Program {
    pub(super) fn new(
        matcher: &Matcher,
        wanted: impl Fn(&Compiled) -> bool,
    ) -> Result<Self, CompileError> {
        let network = Network::new(matcher, wanted)?;
        let mut needles: FxHashMap<Option<FieldId>, Needles<'_>> = FxHashMap::default();
        let mut present: FxHashMap<FieldId, Vec<Found>> = FxHashMap::default();
        for (point, leaf) in (0..).zip(&network.leaves).filter(|(_, leaf)| !leaf.idle) {
            let found = Found::new(point, leaf.sort);
            let probe = leaf.probe.and_then(|probe| at(&matcher.probes, probe));
            let texts = probe.map(|probe| probe.needles()).unwrap_or_default();
            if let (true, Some(field)) = (texts.is_empty(), leaf.field) {
                present.entry(field).or_default().push(found);
            }
            if !texts.is_empty() {
                needles.entry(leaf.field).or_default().extend(texts.iter().map(|t| (t, found.0)));
            }
        }
        let rarity = Rarity::of(needles.values().flatten().map(|(needle, _)| needle.text.as_str()));
        let keywords = needles.remove(&None).map(|needles| Keywords::new(&needles, &rarity));
        let mut program = Self { keywords, network, ..Self::default() };
        let mut fields: Vec<FieldId> =
            needles.keys().flatten().chain(present.keys()).copied().collect();
        fields.sort_unstable();
        fields.dedup();
        program.slots = vec![NOT_ASKED; matcher.fields.names.len()];
        for (slot, field) in (0..).zip(fields) {
            let index = needles.remove(&Some(field)).map(|needles| Index::new(&needles, &rarity));
            let present = present.remove(&field).unwrap_or_default();
            program.fields.push(ProgramField { field, index, present });
            if let Some(place) = program.slots.get_mut(field.index()) {
                *place = slot;
            }
        }
        Ok(program)
    }

    /// What is looked for in a field.
    #[inline]
    pub(super) fn field(&self, field: FieldId) -> Option<&ProgramField> {
        let slot = self.slots.get(field.index()).filter(|slot| **slot != NOT_ASKED)?;
        self.fields.get(usize::from(*slot))
    }

    /// The bytes it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        let indexes = self.fields.iter().filter_map(|field| field.index.as_ref());
        let keywords = self.keywords.as_ref().map_or(0, Keywords::bytes);
        let present: usize = self.fields.iter().map(|f| size_of_val(&*f.present)).sum();
        indexes.map(Index::bytes).sum::<usize>() + keywords + present + self.network.bytes()
    }
}
