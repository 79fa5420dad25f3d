//! As `bartizan detect` does it, with the rules about Windows.

use std::io::sink;
use std::path::Path;

use anyhow::Result;
use bartizan_detect as detect;
use detect::report::{Html, Pairs};

use crate::{Figures, cpu, files};

pub fn pairs(rules: &Path, folder: &Path) -> Result<Figures> {
    run(rules, folder, detect::Detail::Pairs, &mut Pairs::new(sink()))
}

pub fn html(rules: &Path, folder: &Path) -> Result<Figures> {
    let mut page = Html::new(sink(), "2026-01-01T00:00:00Z".parse()?);
    run(rules, folder, detect::Detail::Explained, &mut page)
}

fn run(
    rules: &Path,
    folder: &Path,
    detail: detect::Detail,
    report: &mut dyn detect::Report,
) -> Result<Figures> {
    let mut collection = detect::collect_rules(&detect::read_rules(rules)?);
    collection.rules.retain(|rule| rule.logsource.product.as_deref() == Some("windows"));
    let rules = detect::RuleSet::of(collection)?;
    let settings = detect::Settings {
        routing: detect::Routing::Auto,
        mapping: detect::Mapping::shipped()?,
        threads: 1,
        detail,
    };
    let load = cpu();
    let totals = detect::run(&rules, &files(folder)?, &settings, report, &mut |_| {})?;
    Ok(Figures { events: totals.events, matches: totals.findings, load, cpu: cpu() })
}
