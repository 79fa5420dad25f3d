//! Any stream of matches, late and repeated ones too, for correlations of every kind: within their bounds, never a panic.
#![no_main]

use std::sync::Arc;
use std::time::Duration;

use bartizan_sigma::{
    Bounds, Collection, CorrelationEngine, EventRef, Links, Observation, RuleIndex,
};

const RULES: &str = include_str!("correlation.yml");
const SECOND: i64 = 1_000_000_000;
/// Few, so that they are reached.
const ENTRIES_MAX: usize = 16;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let rules = Collection::parse("fuzz.yml", RULES);
    assert!(rules.problems.is_empty(), "{}", rules.problems[0]);
    let links = Arc::new(Links::new(&rules.rules, &rules.correlations));
    let most = links.correlations().len() * ENTRIES_MAX;
    let lateness = Duration::from_secs(30);
    let bounds = |settle| Bounds { lateness, settle, entries_max: ENTRIES_MAX };
    let mut at_once = CorrelationEngine::new(Arc::clone(&links), bounds(false));
    let mut settling = CorrelationEngine::new(links, bounds(true));
    let mut at = 0_i64;
    for (number, step) in bytes.as_chunks::<4>().0.iter().enumerate() {
        // Mostly forward, now and then back, at times far beyond what is still taken.
        at = at.saturating_add(i64::from(step[0].cast_signed()) * SECOND / 4 + SECOND * 8);
        let observation = Observation {
            rule: RuleIndex(u32::from(step[1] % 3)),
            at,
            event: EventRef(0, number as u64),
            fields: vec![
                ("u".to_owned(), (step[2] % 4).to_string()),
                ("v".to_owned(), step[3].to_string()),
            ],
            payload: (),
        };
        for _ in 0..=step[1] % 2 {
            let _fired = at_once.observe(observation.clone());
            let _fired = settling.observe(observation.clone());
        }
        assert!(at_once.remembered() <= most, "{} of {most}", at_once.remembered());
    }
    let _fired = settling.finish();
});
