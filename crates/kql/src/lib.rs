//! The Kusto query language: lex, parse, resolve types, plan.
//!
//! Text and a [`Schema`] go in, a typed [`plan::Plan`] comes out, or problems that point at the exact
//! place in the text. What the language has and this room does not is refused by name. Nothing here
//! runs a query, reads a table or a clock.

pub mod aggregate;
pub mod function;
pub mod plan;
pub mod schema;
mod time;
pub mod value;

pub use schema::{ColumnSchema, Schema, TableSchema, Type};
