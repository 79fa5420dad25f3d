//! Other engines, each used as its documentation says.

use anyhow::{Result, anyhow};
use rsigma_eval::Engine;
use rsigma_eval::event::JsonEvent;
use rsigma_parser::LogSource;

use crate::corpus::Corpus;
use crate::kinds;
use crate::measure::{Figures, loaded, repeated};

const SECONDS: f64 = 3.0;

struct Ready {
    engine: Engine,
    load: f64,
    mebibytes: f64,
}

fn ready(corpus: &Corpus, product: Option<&str>) -> Result<Ready> {
    let files = corpus.rules()?;
    let (engine, load, mebibytes) = loaded(|| {
        let mut rules = Vec::new();
        for (_, text) in &files {
            if let Ok(collection) = rsigma_parser::parse_sigma_yaml(text) {
                rules.extend(collection.rules);
            }
        }
        if let Some(product) = product {
            rules.retain(|rule| rule.logsource.product.as_deref() == Some(product));
        }
        let mut engine = Engine::new();
        engine.add_rules(rules.iter());
        Ok(engine)
    })?;
    Ok(Ready { engine, load, mebibytes })
}

fn run(
    corpus: &Corpus,
    ready: &Ready,
    judge: impl Fn(&Engine, &serde_json::Value) -> usize,
) -> Result<Figures> {
    let text = corpus.events()?;
    let (cpu, matches) = repeated(SECONDS, || {
        let values = text.lines().filter_map(|line| serde_json::from_str(line).ok());
        values.map(|value: serde_json::Value| judge(&ready.engine, &value)).sum()
    });
    Ok(Figures {
        events: text.lines().count() as f64,
        cpu,
        load: ready.load,
        mebibytes: ready.mebibytes,
        rules: ready.engine.rule_count() as f64,
        matches: matches as f64,
    })
}

pub fn rsigma_windows(corpus: &Corpus) -> Result<Figures> {
    let ready = ready(corpus, Some("windows"))?;
    run(corpus, &ready, |engine, value| engine.evaluate(&JsonEvent::borrow(value)).len())
}

pub fn rsigma_unrouted(corpus: &Corpus) -> Result<Figures> {
    let ready = ready(corpus, None)?;
    run(corpus, &ready, |engine, value| engine.evaluate(&JsonEvent::borrow(value)).len())
}

pub fn rsigma_routed(corpus: &Corpus) -> Result<Figures> {
    let ready = ready(corpus, None)?;
    run(corpus, &ready, |engine, value| {
        let text = |name: &str| value.get(name).and_then(serde_json::Value::as_str).unwrap_or("");
        let id = value.get("EventID").map(ToString::to_string).unwrap_or_default();
        let kind = kinds::of(text("Channel"), id.trim_matches('"'));
        let source = LogSource {
            category: kind.category.map(str::to_owned),
            product: Some("windows".to_owned()),
            service: kind.service.map(str::to_owned),
            ..LogSource::default()
        };
        engine.evaluate_with_logsource(&JsonEvent::borrow(value), &source).len()
    })
}

/// A tree walker: so slow that a part of the events must do.
pub fn sigma_rust(corpus: &Corpus) -> Result<Figures> {
    let files = corpus.rules()?;
    let (rules, load, mebibytes) = loaded(|| {
        Ok(files
            .iter()
            .filter_map(|(_, text)| sigma_rust::rule_from_yaml(text).ok())
            .collect::<Vec<_>>())
    })?;
    let text = corpus.events()?;
    let step = (text.lines().count() / 400).max(1);
    let lines: Vec<&str> = text.lines().step_by(step).collect();
    let mut failed = None;
    let (cpu, matches) = repeated(1.0, || {
        let mut matches = 0;
        for line in &lines {
            match sigma_rust::event_from_json(line) {
                Ok(event) => matches += rules.iter().filter(|r| r.is_match(&event)).count(),
                Err(error) => failed = Some(error.to_string()),
            }
        }
        matches
    });
    if let Some(error) = failed {
        return Err(anyhow!("sigma-rust: {error}"));
    }
    Ok(Figures {
        events: lines.len() as f64,
        cpu,
        load,
        mebibytes,
        rules: rules.len() as f64,
        matches: matches as f64,
    })
}
