//! JSON paths: `$.a.b[0]['c']`.

use bartizan_kql::Type;
use bartizan_kql::function::Function as F;
use bartizan_kql::value::{Dynamic, Literal};

use super::operator::{element, member};
use super::{Arguments, Implementation, Outcome, ScalarError};
use crate::value;

pub(super) fn find(function: F) -> Option<Implementation> {
    (function == F::ExtractJson).then_some(extract_json)
}

enum Step {
    Name(String),
    At(i64),
}

fn extract_json(args: &Arguments<'_>) -> Outcome {
    let steps = steps(args.text(0))?;
    let json = match args.value(1) {
        Literal::Dynamic(dynamic) => Some(dynamic.clone()),
        other => value::parse_json(&value::text_of(other)),
    };
    let found = json.map_or(Dynamic::Null, |json| follow(&json, &steps));
    let value = value::dynamic_value(found);
    Ok(match args.ty {
        Type::String => Literal::String(value::text_of(&value)),
        ty => value::convert(&value, ty),
    })
}

/// Whether something other than null stands at the path.
pub(super) fn exists(json: &Dynamic, path: &str) -> Result<bool, ScalarError> {
    Ok(follow(json, &steps(path)?) != Dynamic::Null)
}

fn follow(json: &Dynamic, steps: &[Step]) -> Dynamic {
    let mut at = json.clone();
    for step in steps {
        at = match step {
            Step::Name(name) => member(&at, name),
            Step::At(position) => element(&at, Some(*position)),
        };
    }
    at
}

fn steps(path: &str) -> Result<Vec<Step>, ScalarError> {
    read_steps(path).ok_or_else(|| ScalarError::Unsupported(format!("the JSON path `{path}`")))
}

fn read_steps(path: &str) -> Option<Vec<Step>> {
    let mut rest = path.trim().strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let (name, tail) = (after.get(..end)?, after.get(end..)?);
            if name.is_empty() || name.contains('*') {
                return None;
            }
            steps.push(Step::Name(name.to_owned()));
            rest = tail;
        } else {
            let (inside, tail) = rest.strip_prefix('[')?.split_once(']')?;
            let quoted = inside.trim().trim_matches(|quote| quote == '\'' || quote == '"');
            steps.push(if quoted.len() == inside.trim().len() {
                Step::At(quoted.parse().ok()?)
            } else {
                Step::Name(quoted.to_owned())
            });
            rest = tail;
        }
    }
    Some(steps)
}
