//! Codegen, layering and tidiness checks.
fn main() {}
