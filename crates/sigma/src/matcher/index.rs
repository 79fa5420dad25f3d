//! The literals of one field: whole values, starts and ends in hash tables by length, the rest in an automaton.

use aho_corasick::{AhoCorasick, MatchKind};
use rustc_hash::FxHashMap;

use super::{CompileError, ProbeId};
use crate::matcher::probe::Needle;
use crate::pattern::Anchor;

/// Finds which literals stand in a folded value.
#[derive(Debug, Default)]
pub(super) struct Index {
    whole: FxHashMap<Box<str>, Vec<ProbeId>>,
    start: Affixes,
    end: Affixes,
    inside: Option<AhoCorasick>,
    inside_probes: Vec<Vec<ProbeId>>,
}

#[derive(Debug, Default)]
struct Affixes {
    lengths: Vec<usize>,
    probes: FxHashMap<Box<str>, Vec<ProbeId>>,
}

impl Index {
    pub(super) fn new(needles: &[(&Needle, ProbeId)]) -> Result<Self, CompileError> {
        let mut index = Self::default();
        let mut inside: Vec<&str> = Vec::new();
        let mut numbers: FxHashMap<&str, usize> = FxHashMap::default();
        for (needle, probe) in needles {
            match needle.anchor {
                Anchor::Whole => push(&mut index.whole, &needle.text, *probe),
                Anchor::Start => index.start.push(&needle.text, *probe),
                Anchor::End => index.end.push(&needle.text, *probe),
                Anchor::Anywhere => {
                    let number = *numbers.entry(&needle.text).or_insert_with(|| {
                        inside.push(&needle.text);
                        index.inside_probes.push(Vec::new());
                        inside.len() - 1
                    });
                    if let Some(probes) = index.inside_probes.get_mut(number) {
                        probes.push(*probe);
                    }
                }
            }
        }
        if !inside.is_empty() {
            let builder = AhoCorasick::builder().match_kind(MatchKind::Standard).build(inside)?;
            index.inside = Some(builder);
        }
        Ok(index)
    }

    /// Names every probe whose literal stands in the text; one may be named more than once.
    pub(super) fn find(&self, folded: &str, mut found: impl FnMut(ProbeId)) {
        let mut all = |probes: &[ProbeId]| probes.iter().for_each(|probe| found(*probe));
        if let Some(probes) = self.whole.get(folded) {
            all(probes);
        }
        for length in &self.start.lengths {
            if let Some(probes) = folded.get(..*length).and_then(|t| self.start.probes.get(t)) {
                all(probes);
            }
        }
        for length in &self.end.lengths {
            let Some(from) = folded.len().checked_sub(*length) else { break };
            if let Some(probes) = folded.get(from..).and_then(|t| self.end.probes.get(t)) {
                all(probes);
            }
        }
        if let Some(automaton) = &self.inside {
            for hit in automaton.find_overlapping_iter(folded) {
                if let Some(probes) = self.inside_probes.get(hit.pattern().as_usize()) {
                    all(probes);
                }
            }
        }
    }
}

impl Affixes {
    fn push(&mut self, text: &str, probe: ProbeId) {
        if let Err(at) = self.lengths.binary_search(&text.len()) {
            self.lengths.insert(at, text.len());
        }
        push(&mut self.probes, text, probe);
    }
}

fn push(table: &mut FxHashMap<Box<str>, Vec<ProbeId>>, text: &str, probe: ProbeId) {
    table.entry(text.into()).or_default().push(probe);
}
