//! Medians of the rounds, side by side.

use std::collections::{BTreeMap, BTreeSet};

/// Nanoseconds of one operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) work: f64,
    pub(crate) watcher: f64,
}

/// Everything that was measured.
#[derive(Debug, Default)]
pub(crate) struct Table {
    costs: BTreeMap<(&'static str, &'static str), Vec<Cost>>,
    order: Vec<&'static str>,
    watchers: Vec<&'static str>,
    /// Others that watch this machine at the same time.
    pub(crate) strangers: BTreeSet<String>,
}

impl Table {
    pub(crate) fn add(&mut self, work: &'static str, watcher: &'static str, cost: Cost) {
        self.costs.entry((work, watcher)).or_default().push(cost);
        if !self.order.contains(&work) {
            self.order.push(work);
        }
        if !self.watchers.contains(&watcher) {
            self.watchers.push(watcher);
        }
    }

    fn median(&self, work: &'static str, watcher: &'static str) -> Option<Cost> {
        let costs = self.costs.get(&(work, watcher))?;
        let middle = |part: fn(&Cost) -> f64| {
            let mut values: Vec<f64> = costs.iter().map(part).collect();
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).copied()
        };
        Some(Cost { work: middle(|cost| cost.work)?, watcher: middle(|cost| cost.watcher)? })
    }

    pub(crate) fn print(&self, rounds: usize) {
        println!(
            "\nProcessor time of one operation, medians of {rounds} rounds: work, and what the watcher itself adds."
        );
        for stranger in &self.strangers {
            println!(
                "Not a quiet machine: {stranger} held kernel programs too, so every row has its cost in it, the first as well."
            );
        }
        println!(
            "| work | none | watcher | work | watcher itself | added | |\n|---|---:|---|---:|---:|---:|---:|"
        );
        for work in &self.order {
            let Some(none) = self.median(work, "none") else { continue };
            for watcher in self.watchers.iter().filter(|watcher| **watcher != "none") {
                let Some(cost) = self.median(work, watcher) else { continue };
                let added = cost.work + cost.watcher - none.work;
                println!(
                    "| {work} | {} | {watcher} | {} | {} | {} | {:+.1} % |",
                    shown(none.work),
                    shown(cost.work),
                    shown(cost.watcher),
                    shown(added),
                    added / none.work * 100.0,
                );
            }
            self.print_ratio(work, none);
        }
    }

    fn print_ratio(&self, work: &'static str, none: Cost) {
        let added =
            |watcher| self.median(work, watcher).map(|cost| cost.work + cost.watcher - none.work);
        if let (Some(ours), Some(audit)) = (added("ours"), added("auditd"))
            && ours > 0.0
        {
            println!("| {work} | | auditd ÷ ours | | | {:.1} | |", audit / ours);
        }
    }
}

fn shown(nanoseconds: f64) -> String {
    match nanoseconds.abs() {
        size if size < 1e4 => format!("{nanoseconds:.0} ns"),
        size if size < 1e7 => format!("{:.1} µs", nanoseconds / 1e3),
        _ => format!("{:.1} ms", nanoseconds / 1e6),
    }
}
