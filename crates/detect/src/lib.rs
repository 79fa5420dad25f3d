//! Sigma over files: read the events a responder brings along, judge them, report what was found.
//!
//! ```no_run
//! use bartizan_detect as detect;
//!
//! let rules = detect::RuleSet::new(&detect::read_rules("rules".as_ref())?)?;
//! let settings = detect::Settings {
//!     routing: detect::Routing::Auto,
//!     mapping: detect::Mapping::shipped()?,
//!     threads: 2,
//!     detail: detect::Detail::Pairs,
//! };
//! let files = detect::find_events(&["logs".into()])?;
//! let mut report = detect::report::Pairs::new(std::io::stdout().lock());
//! let totals = detect::run(&rules, &files, &settings, &mut report, &mut |_| {})?;
//! println!("{} events, {} matches", totals.events, totals.findings);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It also looks at the rules themselves: what is wrong with them, what they cost, what they cover, whether their own
//! cases come true. It speaks to no server, keeps nothing, and prints nothing by itself.

mod cases;
mod check;
mod coverage;
mod finding;
mod flatten;
mod kinds;
mod mapping;
mod profile;
mod record;
pub mod report;
mod rules;
mod run;
mod source;
mod taxonomy;
mod totals;

pub use cases::{CaseFailure, CasesRun, run_cases};
pub use check::{Checked, Remark, check};
pub use coverage::{coverage_layer, coverage_page};
pub use finding::{Detail, Finding, Found};
pub use kinds::Routing;
pub use mapping::{Mapping, MappingError};
pub use profile::{Profile, ProfileError, RuleCost, profile};
pub use record::Record;
pub use rules::{RuleFile, RuleSet, RulesError, collect as collect_rules, read as read_rules};
pub use run::{Progress, Report, RunError, Settings, run};
pub use source::{SourceError, find as find_events, records};
pub use totals::{PROBLEMS_MAX, RuleTotals, Totals};
