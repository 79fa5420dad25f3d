//! Judges files by rules and prints pairs: the library without the server around it.
//!
//! `cargo run -p bartizan-detect --example detect -- RULES none|auto FILE…`

use std::io::BufWriter;

use bartizan_detect as detect;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let rules = arguments.next().ok_or("usage: detect RULES none|auto FILE…")?;
    let routing = match arguments.next().as_deref() {
        Some("none") => detect::Routing::None,
        _ => detect::Routing::Auto,
    };
    let files: Vec<_> = arguments.map(std::path::PathBuf::from).collect();
    let rules = detect::RuleSet::new(&detect::read_rules(rules.as_ref())?)?;
    let settings = detect::Settings {
        routing,
        mapping: if routing == detect::Routing::Auto {
            detect::Mapping::shipped()?
        } else {
            detect::Mapping::none()
        },
        threads: 2,
        detail: detect::Detail::Pairs,
    };
    let mut report = detect::report::Pairs::new(BufWriter::new(std::io::stdout().lock()));
    detect::run(&rules, &detect::find_events(&files)?, &settings, &mut report, &mut |_| {})?;
    Ok(())
}
