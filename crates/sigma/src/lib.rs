//! The Sigma language: parse, check, compile rules into one matcher.
//!
//! ```
//! use bartizan_sigma::{Collection, Matcher};
//!
//! let rules = Collection::parse("shell.yml", "
//! title: Shell from a web server
//! logsource: { product: linux, category: process_creation }
//! detection:
//!   web: { ParentImage|endswith: /nginx }
//!   shell: { Image|endswith: [/sh, /bash] }
//!   condition: web and shell
//! ");
//! let matcher = Matcher::new(&rules.rules)?;
//! let route = matcher.route(&[rules.rules[0].logsource.clone()])?;
//! let event = serde_json::json!({ "ParentImage": "/usr/sbin/nginx", "Image": "/bin/sh" });
//! let found = matcher.judge(&route, &matcher.json(event.as_object().unwrap()), &mut matcher.scratch());
//! assert_eq!(found[0].evidence[1].pattern, "ends with '/sh'");
//! # Ok::<(), bartizan_sigma::CompileError>(())
//! ```
//!
//! What the specification leaves open is decided here:
//! - A keyword is found anywhere in any value of the event, whatever its case; a number is found as a whole value.
//! - Case folds by Unicode's one-to-one lower case.
//! - Numbers and booleans compare as the text a person would write: `4625`, `4625.0` and `"4625"` are the same.
//! - A field that is JSON null is not there; empty text is a value.
//! - `windash` takes `-`, `/`, en dash, em dash and horizontal bar for one another.
//! - Regular expressions are those of the `regex` crate: no look-around, no back-references, always linear time.
//!
//! More on these, and why: `docs/concepts/sigma.md`.
//!
//! Does not read files, and knows no event schema: the fields of an event are given through [`Fields`].

mod collection;
mod condition;
mod correlation;
mod coverage;
mod event;
mod matcher;
mod modifier;
mod pattern;
mod predicate;
mod problem;
mod rule;
mod selection;
mod yaml;

pub use collection::{Collection, Filter};
pub use condition::Condition;
pub use correlation::{
    Alias, Bounds, Comparison, Correlation, CorrelationEngine, CorrelationKind, EventRef, Fired,
    Links, Losses, Measure, Observation, Part, Sequence, SequenceEvent, Threshold, Together,
};
pub use coverage::{Coverage, Tactic};
pub use event::{FieldId, Fields, JsonEvent, JsonFault, JsonLine, JsonReader, Value};
pub use matcher::{CompileError, FieldMatch, Match, Matcher, Route, RuleIndex, Scratch, Size};
pub use pattern::{Anchor, Pattern};
pub use predicate::{Expression, Predicate, Relation, Term, Test, TimePart};
pub use problem::Problem;
pub use rule::{Case, Expect, Level, LogSource, Rule, Status};
pub use selection::{Placeholders, Selection};
