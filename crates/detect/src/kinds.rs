//! Which rules judge which event: events of the same kind share one route, made when the first of them is seen.

use std::sync::Arc;

use bartizan_sigma::{CompileError, LogSource, Matcher, Route};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use crate::mapping::Mapping;
use crate::record::{Asked, NameId, Record, Slots, text};

/// Most combinations of distinguishing values that are remembered; more are worked out anew each time.
const COMBINATIONS_MAX: usize = 16_384;

/// Whether events are led to the rules about their kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Routing {
    /// Each event is judged by the rules about its kind.
    #[default]
    Auto,
    /// Every event is judged by every rule, by field names alone.
    None,
}

/// The kinds of events, with the rules for each. Shared by all threads.
#[derive(Debug)]
pub(crate) struct Kinds {
    mapping: Mapping,
    pub(crate) asked: Asked,
    /// The fields by which kinds differ.
    distinguishing: Vec<(String, NameId)>,
    everything: Option<Arc<Judging>>,
    made: Mutex<FxHashMap<Vec<usize>, Arc<Judging>>>,
}

/// How an event of one kind is judged.
#[derive(Debug)]
pub(crate) struct Judging {
    pub(crate) route: Route,
    /// Field of rules, field of the event that answers in its place.
    pub(crate) aliases: Vec<(NameId, NameId)>,
    /// Whether anything is known about this kind of event.
    pub(crate) known: bool,
}

/// What one thread remembers.
#[derive(Debug, Default)]
pub(crate) struct KindMemory {
    key: String,
    seen: FxHashMap<String, Arc<Judging>>,
}

impl Kinds {
    pub(crate) fn new(
        matcher: &Matcher,
        mapping: Mapping,
        routing: Routing,
    ) -> Result<Self, CompileError> {
        let mut asked = Asked::new(matcher);
        let mut distinguishing: Vec<(String, NameId)> = Vec::new();
        let everything = match routing {
            Routing::None => Some(Arc::new(Judging {
                route: matcher.route_all()?,
                aliases: Vec::new(),
                known: true,
            })),
            Routing::Auto => None,
        };
        for kind in &mapping.kinds {
            for field in kind.depends_on() {
                if distinguishing.iter().all(|(known, _)| known != field) {
                    distinguishing.push((field.to_owned(), asked.number(field)));
                }
            }
            for (_, source) in &kind.fields {
                asked.number(source);
            }
        }
        Ok(Self { mapping, asked, distinguishing, everything, made: Mutex::default() })
    }

    pub(crate) fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// How to judge this event.
    pub(crate) fn of(
        &self,
        matcher: &Matcher,
        record: &Record,
        slots: &Slots,
        memory: &mut KindMemory,
    ) -> Result<Arc<Judging>, CompileError> {
        if let Some(everything) = &self.everything {
            return Ok(Arc::clone(everything));
        }
        self.write_key(record, slots, &mut memory.key);
        if let Some(known) = memory.seen.get(&memory.key) {
            return Ok(Arc::clone(known));
        }
        let judging = self.work_out(matcher, record, slots)?;
        if memory.seen.len() < COMBINATIONS_MAX {
            memory.seen.insert(memory.key.clone(), Arc::clone(&judging));
        }
        Ok(judging)
    }

    fn write_key(&self, record: &Record, slots: &Slots, key: &mut String) {
        key.clear();
        for (_, name) in &self.distinguishing {
            match slots.value(*name, record) {
                Some(bartizan_sigma::Value::Str(value)) => key.push_str(value),
                Some(value) => key.push_str(&text(value)),
                // Told apart from an empty value.
                None => key.push('\u{1}'),
            }
            key.push('\0');
        }
    }

    fn work_out(
        &self,
        matcher: &Matcher,
        record: &Record,
        slots: &Slots,
    ) -> Result<Arc<Judging>, CompileError> {
        let values: FxHashMap<&str, String> = self
            .distinguishing
            .iter()
            .filter_map(|(field, name)| {
                Some((field.as_str(), text(slots.value(*name, record)?).to_lowercase()))
            })
            .collect();
        let value = |field: &str| values.get(field).map(String::as_str);
        let numbered = self.mapping.kinds.iter().enumerate();
        let met: Vec<usize> =
            numbered.filter(|(_, kind)| kind.is_met(value)).map(|(number, _)| number).collect();
        let mut made = self.made.lock();
        if let Some(judging) = made.get(&met) {
            return Ok(Arc::clone(judging));
        }
        let judging = Arc::new(self.judging(matcher, &met)?);
        made.insert(met, Arc::clone(&judging));
        Ok(judging)
    }

    fn judging(&self, matcher: &Matcher, met: &[usize]) -> Result<Judging, CompileError> {
        let mut logsources: Vec<LogSource> = Vec::new();
        let mut aliases = Vec::new();
        for kind in met.iter().filter_map(|number| self.mapping.kinds.get(*number)) {
            if !logsources.contains(&kind.logsource) {
                logsources.push(kind.logsource.clone());
            }
            for (wanted, source) in &kind.fields {
                if let (Some(wanted), Some(source)) =
                    (matcher.field(wanted), self.asked.find(source))
                {
                    aliases.push((NameId::from(wanted.0), source));
                }
            }
        }
        Ok(Judging { route: matcher.route(&logsources)?, aliases, known: !logsources.is_empty() })
    }
}
