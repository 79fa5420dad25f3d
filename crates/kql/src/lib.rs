//! The Kusto query language: lex, parse, resolve types, plan.
//!
//! Text and a [`Schema`] go in, a typed [`plan::Plan`] comes out, or problems that point at the exact
//! place in the text. What the language has and this room does not is refused by name. Nothing here
//! runs a query, reads a table or a clock.

pub mod aggregate;
pub mod ast;
mod bind;
pub mod discover;
pub mod editor;
pub mod function;
mod lexer;
mod parser;
pub mod plan;
mod problem;
pub mod schema;
mod suggest;
pub mod time;
pub mod value;
mod vocabulary;

pub use bind::{MAX_PLAN_DEPTH, MAX_PLAN_NODES};
pub use lexer::{MAX_QUERY_BYTES, MAX_TOKENS};
pub use parser::{MAX_DEPTH, MAX_LIST, MAX_OPERATORS};
pub use plan::Plan;
pub use problem::{Problem, render};
pub use schema::{AliasSchema, ColumnSchema, Schema, TableSchema, Type};
pub use vocabulary::{Entry, functions, operators};

/// Reads the text as far as it can be read; the problems say what could not.
pub fn parse(text: &str) -> (ast::Script, Vec<Problem>) {
    let reading = read(text);
    (reading.script, problem::locate(text, reading.findings))
}

/// Reads and resolves a query. `now` is the one time that all of `now()` and `ago()` mean.
///
/// # Errors
/// Everything that is wrong with the query or not supported here, in the order of the text.
pub fn plan(text: &str, schema: &Schema, now: value::DateTimeTicks) -> Result<Plan, Vec<Problem>> {
    plan_with(text, schema, now, &[])
}

/// As [`plan`], with what was found out about columns that depend on the data, in the order of
/// [`Plan::undiscovered`].
///
/// # Errors
/// As [`plan`].
pub fn plan_with(
    text: &str,
    schema: &Schema,
    now: value::DateTimeTicks,
    discovered: &[discover::Discovery],
) -> Result<Plan, Vec<Problem>> {
    let mut reading = read(text);
    if reading.findings.is_empty() {
        return bind::bind(&reading.script, schema, now, discovered)
            .map_err(|findings| problem::locate(text, findings));
    }
    // What could be read may have wrong names too; they are told in the same breath.
    if !reading.lost_statement
        && let Err(more) = bind::bind(&reading.script, schema, now, discovered)
    {
        reading.findings.extend(more);
    }
    Err(problem::locate(text, reading.findings))
}

fn read(text: &str) -> parser::Reading {
    let (tokens, mut findings) = lexer::lex(text);
    let mut reading = parser::parse(&tokens);
    findings.append(&mut reading.findings);
    reading.findings = findings;
    reading
}
