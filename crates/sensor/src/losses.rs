//! What was lost at each hop, and what of it was told already.

use std::collections::BTreeMap;

use bartizan_model::{EventsLost, LossStage, Timestamp};
use bartizan_probe::{Counters, abi::RecordKind};

/// Everything that counts losses, at one moment, since the sensor started.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    counts: BTreeMap<(LossStage, &'static str), u64>,
}

impl Seen {
    /// Adds a counter.
    pub(crate) fn add(&mut self, stage: LossStage, kind: &'static str, count: u64) {
        *self.counts.entry((stage, kind)).or_default() += count;
    }

    /// Adds what the kernel side counted.
    pub(crate) fn add_kernel(&mut self, counters: &Counters) {
        for counter in &counters.kinds {
            let kind = match counter.kind {
                RecordKind::Exec | RecordKind::Fork | RecordKind::Exit => "process",
                RecordKind::FileOpen
                | RecordKind::FileDelete
                | RecordKind::FileRename
                | RecordKind::FileNamed => "file",
                RecordKind::Connect | RecordKind::Dns => "connection",
                RecordKind::Operation => "operation",
            };
            self.add(LossStage::Kernel, kind, counter.lost);
        }
        self.add(LossStage::Sensor, "unknown", counters.undecodable);
    }
}

/// What was told of the losses so far.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    told: BTreeMap<(LossStage, &'static str), u64>,
    /// When losses were last looked for: what is new was lost after that.
    looked_at: Timestamp,
}

impl Losses {
    /// Nothing told yet, at this moment.
    pub(crate) fn since(now: Timestamp) -> Self {
        Self { told: BTreeMap::new(), looked_at: now }
    }

    /// What was lost and not told yet; it counts as told now.
    pub(crate) fn news(&mut self, seen: &Seen, now: Timestamp) -> Vec<EventsLost> {
        let mut news = Vec::new();
        for (&(stage, kind), &count) in &seen.counts {
            let told = self.told.entry((stage, kind)).or_default();
            if count > *told {
                let (first_at, last_at) = (self.looked_at, now);
                let count = count - *told;
                news.push(EventsLost { stage, kind: kind.into(), count, first_at, last_at });
                *told += count;
            }
        }
        self.looked_at = now;
        news
    }

    /// How many events were lost in all, as far as told.
    pub(crate) fn total(&self) -> u64 {
        self.told.values().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_loss_is_told_once_with_the_time_it_lies_between() {
        let at = Timestamp::from_millis;
        let mut losses = Losses::since(at(1));
        let mut seen = Seen::default();
        seen.add(LossStage::Kernel, "file", 5);
        assert_eq!(losses.news(&seen, at(2)).len(), 1);
        assert!(losses.news(&seen, at(3)).is_empty());

        seen.add(LossStage::Kernel, "file", 2);
        seen.add(LossStage::Sensor, "unknown", 0);
        let news = losses.news(&seen, at(4));

        let expected = EventsLost {
            stage: LossStage::Kernel,
            kind: "file".into(),
            count: 2,
            first_at: at(3),
            last_at: at(4),
        };
        assert_eq!(news, [expected]);
        assert_eq!(losses.total(), 7);
    }
}
