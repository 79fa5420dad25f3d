//! The Kusto query language: lex, parse, resolve types, plan.
//!
//! Text and a [`Schema`] go in, a typed [`plan::Plan`] comes out, or problems that point at the exact
//! place in the text. What the language has and this room does not is refused by name. Nothing here
//! runs a query, reads a table or a clock.

pub mod aggregate;
pub mod ast;
mod bind;
pub mod function;
mod lexer;
mod parser;
pub mod plan;
mod problem;
pub mod schema;
mod suggest;
mod time;
pub mod value;
mod vocabulary;

pub use bind::{MAX_PLAN_DEPTH, MAX_PLAN_NODES};
pub use lexer::{MAX_QUERY_BYTES, MAX_TOKENS};
pub use parser::{MAX_DEPTH, MAX_LIST, MAX_OPERATORS};
pub use plan::Plan;
pub use problem::{Problem, render};
pub use schema::{ColumnSchema, Schema, TableSchema, Type};
pub use vocabulary::{Entry, functions, operators};

/// Reads the text as far as it can be read; the problems say what could not.
pub fn parse(text: &str) -> (ast::Script, Vec<Problem>) {
    let (script, findings) = read(text);
    (script, problem::locate(text, findings))
}

/// Reads and resolves a query. `now` is the one time that all of `now()` and `ago()` mean.
///
/// # Errors
/// Everything that is wrong with the query or not supported here, in the order of the text.
pub fn plan(text: &str, schema: &Schema, now: value::DateTimeTicks) -> Result<Plan, Vec<Problem>> {
    let (script, findings) = read(text);
    if !findings.is_empty() {
        return Err(problem::locate(text, findings));
    }
    bind::bind(&script, schema, now).map_err(|findings| problem::locate(text, findings))
}

fn read(text: &str) -> (ast::Script, Vec<problem::Finding>) {
    let (tokens, mut findings) = lexer::lex(text);
    let (script, more) = parser::parse(&tokens);
    findings.extend(more);
    (script, findings)
}
