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

mod finding;
mod flatten;
mod kinds;
mod mapping;
mod record;
pub mod report;
mod rules;
mod run;
mod source;
mod totals;

pub use finding::{Detail, Finding, Found};
pub use kinds::Routing;
pub use mapping::{Mapping, MappingError};
pub use record::Record;
pub use rules::{RuleFile, RuleSet, RulesError, read as read_rules};
pub use run::{Progress, Report, RunError, Settings, run};
pub use source::{SourceError, find as find_events};
pub use totals::{PROBLEMS_MAX, RuleTotals, Totals};
