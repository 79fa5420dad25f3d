//! A day of administration that was recorded (see `scripts/ordinary-day`): the rules that ship have nothing grave to say.

use std::path::{Path, PathBuf};

use bartizan_detect::{
    Detail, Found, Mapping, Report, Routing, RuleSet, Settings, Totals, read_rules, run,
};
use bartizan_sigma::Level;

/// What was found that is more than low, and how much in all.
#[derive(Debug, Default)]
struct Grave {
    findings: usize,
    grave: Vec<String>,
}

impl Report for Grave {
    fn add(&mut self, found: &Found<'_>) -> std::io::Result<()> {
        self.findings += 1;
        if !matches!(found.rule.level, Level::Informational | Level::Low) {
            let event = serde_json::Value::from(found.finding.fields.clone());
            self.grave.push(format!("{}: {event}", found.rule.title));
        }
        Ok(())
    }

    fn end(&mut self, _: &Totals) -> std::io::Result<()> {
        Ok(())
    }
}

fn content(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content").join(path)
}

#[test]
fn a_recorded_ordinary_day_raises_nothing_above_low() {
    let rules = RuleSet::new(&read_rules(&content("rules/linux")).unwrap()).unwrap();
    let settings = Settings {
        routing: Routing::Auto,
        mapping: Mapping::shipped().unwrap(),
        threads: 2,
        detail: Detail::Whole,
    };
    let recording = content("quiet/ordinary-day.jsonl.zst");
    let mut report = Grave::default();
    let totals = run(&rules, &[recording], &settings, &mut report, &mut |_| {}).unwrap();

    assert!(totals.events > 5_000, "only {} events were recorded", totals.events);
    assert!(report.findings > 0, "no rule says anything: is the recording understood?");
    assert!(report.grave.is_empty(), "{}", report.grave.join("\n"));
}
