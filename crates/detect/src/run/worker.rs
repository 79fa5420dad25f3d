//! Judges one block.

use bartizan_sigma::{CompileError, FieldMatch, RuleIndex, Scratch};
use evtx::{EvtxChunkData, ParserSettings};

use crate::finding::{Circumstances, Detail, Finding};
use crate::flatten;
use crate::kinds::{KindMemory, Kinds};
use crate::record::{NameId, Record, Slots, View, text};
use crate::rules::RuleSet;
use crate::source::{Block, chain};
use crate::totals::BlockCounts;

/// What all judging threads share.
pub(super) struct Worker<'a> {
    pub(super) rules: &'a RuleSet,
    pub(super) kinds: &'a Kinds,
    pub(super) circumstances: &'a Circumstances,
    pub(super) detail: Detail,
}

/// What one thread works with.
pub(super) struct Bench {
    record: Record,
    slots: Slots,
    scratch: Scratch,
    path: String,
    memory: KindMemory,
    evtx: std::sync::Arc<ParserSettings>,
}

/// A block, judged. Events are numbered from its start.
#[derive(Default)]
pub(super) struct Judged {
    pub(super) matched: Vec<Matched>,
    pub(super) counts: BlockCounts,
}

/// A rule that matched an event.
pub(super) struct Matched {
    pub(super) rule: RuleIndex,
    pub(super) finding: Finding,
    /// The fields that correlations ask for, if any is about the rule.
    pub(super) asked: Vec<(String, String)>,
}

impl Worker<'_> {
    pub(super) fn bench(&self) -> Bench {
        Bench {
            record: Record::default(),
            slots: self.kinds.asked.slots(),
            scratch: self.rules.matcher.scratch(),
            path: String::new(),
            memory: KindMemory::default(),
            evtx: std::sync::Arc::new(ParserSettings::new().validate_checksums(false)),
        }
    }

    pub(super) fn judge(&self, block: Block, bench: &mut Bench) -> Result<Judged, CompileError> {
        let mut judged = Judged::default();
        match block {
            Block::Lines(text) => self.lines(&text, bench, &mut judged)?,
            Block::Text(text) => self.text(&text, bench, &mut judged)?,
            Block::Chunk(chunk) => self.chunk(*chunk, bench, &mut judged)?,
            Block::Broken(why) => judged.counts.broken(why),
        }
        Ok(judged)
    }

    fn lines(
        &self,
        text: &[u8],
        bench: &mut Bench,
        judged: &mut Judged,
    ) -> Result<(), CompileError> {
        for line in text.split(|byte| *byte == b'\n') {
            let line = line.trim_ascii();
            if !line.is_empty() {
                self.json(line, bench, judged)?;
            }
        }
        Ok(())
    }

    /// Lines that are no JSON.
    fn text(
        &self,
        text: &[u8],
        bench: &mut Bench,
        judged: &mut Judged,
    ) -> Result<(), CompileError> {
        for line in text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii) {
            if !line.is_empty() {
                bench.record.message(line);
                self.event(bench, judged)?;
            }
        }
        Ok(())
    }

    fn chunk(
        &self,
        mut data: EvtxChunkData,
        bench: &mut Bench,
        judged: &mut Judged,
    ) -> Result<(), CompileError> {
        let mut chunk = match data.parse(std::sync::Arc::clone(&bench.evtx)) {
            Ok(chunk) => chunk,
            Err(error) => {
                judged.counts.broken(chain(&error));
                return Ok(());
            }
        };
        for record in chunk.iter() {
            match record.and_then(evtx::EvtxRecord::into_json_bytes) {
                Ok(record) => self.json(&record.data, bench, judged)?,
                Err(error) => judged.counts.bad(chain(&error)),
            }
        }
        Ok(())
    }

    /// One event as JSON.
    fn json(
        &self,
        json: &[u8],
        bench: &mut Bench,
        judged: &mut Judged,
    ) -> Result<(), CompileError> {
        match flatten::read(json, self.kinds.mapping(), &mut bench.path, &mut bench.record) {
            Ok(()) => self.event(bench, judged),
            Err(error) => {
                judged.counts.bad(error.to_string());
                Ok(())
            }
        }
    }

    fn event(&self, bench: &mut Bench, judged: &mut Judged) -> Result<(), CompileError> {
        let number = judged.counts.events;
        judged.counts.events += 1;
        let Bench { record, slots, scratch, memory, .. } = bench;
        slots.fill(record, &self.kinds.asked);
        if self.detail > Detail::Pairs {
            judged.counts.see(self.circumstances.time(record, slots));
        }
        let matcher = &self.rules.matcher;
        let judging = self.kinds.of(matcher, record, slots, memory)?;
        if !judging.known {
            judged.counts.unknown += 1;
        }
        for (wanted, source) in &judging.aliases {
            slots.alias(*wanted, *source);
        }
        let view = View { record, slots };
        if self.detail == Detail::Pairs {
            let found = matcher.matching(&judging.route, &view, scratch);
            let kept = found.iter().map(|rule| self.keep(*rule, Vec::new(), number, record, slots));
            judged.matched.extend(kept);
        } else {
            let found = matcher.judge(&judging.route, &view, scratch).into_iter();
            let kept =
                found.map(|found| self.keep(found.rule, found.evidence, number, record, slots));
            judged.matched.extend(kept);
        }
        Ok(())
    }

    fn keep(
        &self,
        rule: RuleIndex,
        evidence: Vec<FieldMatch>,
        event: u64,
        record: &Record,
        slots: &Slots,
    ) -> Matched {
        let links = &self.rules.links;
        let correlated = links.concerns(rule);
        let explained = correlated || self.detail >= Detail::Explained;
        let asked = if correlated { links.fields(rule) } else { Default::default() };
        let value = |name: &str| {
            let field = self.rules.matcher.field(name);
            match field {
                Some(field) => slots.value(NameId::from(field.0), record),
                None => record.get(name),
            }
        };
        let asked =
            asked.into_iter().filter_map(|name| Some((name.to_owned(), text(value(name)?))));
        let finding = Finding {
            event,
            time: if explained { self.circumstances.time(record, slots) } else { None },
            host: if explained { self.circumstances.host(record, slots) } else { None },
            evidence,
            fields: if self.detail == Detail::Whole {
                record.to_json()
            } else {
                Default::default()
            },
        };
        Matched { rule, finding, asked: asked.collect() }
    }
}
