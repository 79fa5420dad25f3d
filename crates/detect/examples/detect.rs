//! Judges files by rules: the library without the server around it.
//!
//! `cargo run -p bartizan-detect --example detect -- RULES none|auto pairs|jsonl|csv|html|summary FILE…`

use std::io::{BufWriter, stdout};

use bartizan_detect as detect;
use detect::report::{Csv, Html, JsonLines, Pairs, Summary};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [rules, routing, format, files @ ..] = arguments.as_slice() else {
        return Err("usage: detect RULES none|auto pairs|jsonl|csv|html|summary FILE…".into());
    };
    let routing = if routing == "none" { detect::Routing::None } else { detect::Routing::Auto };
    let out = BufWriter::new(stdout());
    let (mut report, detail): (Box<dyn detect::Report>, _) = match format.as_str() {
        "pairs" => (Box::new(Pairs::new(out)), detect::Detail::Pairs),
        "jsonl" => (Box::new(JsonLines::new(out)), detect::Detail::Whole),
        "csv" => (Box::new(Csv::new(out)?), detect::Detail::Explained),
        "html" => {
            (Box::new(Html::new(out, "2026-01-01T00:00:00Z".parse()?)), detect::Detail::Explained)
        }
        _ => (Box::new(Summary::new(out)), detect::Detail::Explained),
    };
    let files: Vec<std::path::PathBuf> = files.iter().map(Into::into).collect();
    let rules = detect::RuleSet::new(&detect::read_rules(rules.as_ref())?)?;
    let mapping = match routing {
        detect::Routing::Auto => detect::Mapping::shipped()?,
        detect::Routing::None => detect::Mapping::none(),
    };
    let settings = detect::Settings { routing, mapping, threads: 2, detail };
    detect::run(&rules, &detect::find_events(&files)?, &settings, &mut *report, &mut |_| {})?;
    Ok(())
}
