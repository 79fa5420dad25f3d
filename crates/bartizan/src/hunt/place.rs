//! What is wrong with a question: a line for each problem, or JSON for tools.

use std::process::ExitCode;

use bartizan_kql::{Problem, render};
use serde_json::json;

use super::{Format, Options};
use crate::{print, say};

/// Say what is wrong with the question, where and what would be right.
pub(super) fn show(
    query: &str,
    problems: &[Problem],
    options: &Options,
) -> anyhow::Result<ExitCode> {
    if !options.check {
        say(render(query, problems).trim_end());
        return Ok(ExitCode::FAILURE);
    }
    if options.format == Format::Json {
        let places: Vec<_> = problems.iter().map(place).collect();
        print(&serde_json::to_string(&places)?);
        return Ok(ExitCode::FAILURE);
    }
    let file =
        options.file.as_ref().map_or_else(String::new, |file| format!("{}:", file.display()));
    for problem in problems {
        let help = problem.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
        let Problem { code, message, line, column, .. } = problem;
        print(&format!("{file}{line}:{column}: {code} {message}{help}"));
    }
    Ok(ExitCode::FAILURE)
}

fn place(problem: &Problem) -> serde_json::Value {
    json!({
        "code": problem.code,
        "message": problem.message,
        "start": problem.span.start,
        "end": problem.span.end,
        "line": problem.line,
        "column": problem.column,
        "help": problem.help,
    })
}
