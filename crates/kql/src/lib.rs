//! The Kusto query language: lex, parse, resolve types, plan.
