//! Whether two answers are the same, whatever the form of numbers and of the fractions of times.

use serde_json::Value as Json;

/// How answers are compared.
#[derive(Debug, Clone, Copy)]
pub struct Answers {
    /// The order of rows matters.
    pub ordered: bool,
}

impl Answers {
    /// Whether columns (with types) and rows agree.
    pub fn agree(self, expected: (&Json, &Json), answered: (&Json, &Json)) -> bool {
        same(expected.0, answered.0) && self.same_rows(expected.1, answered.1)
    }

    fn same_rows(self, expected: &Json, answered: &Json) -> bool {
        if same(expected, answered) {
            return true;
        }
        let (Some(expected), Some(answered)) = (expected.as_array(), answered.as_array()) else {
            return false;
        };
        if self.ordered || expected.len() != answered.len() {
            return false;
        }
        let mut left: Vec<&Json> = answered.iter().collect();
        expected.iter().all(|row| {
            let found = left.iter().position(|candidate| same(row, candidate));
            found.map(|at| left.swap_remove(at)).is_some()
        })
    }
}

fn same(expected: &Json, answered: &Json) -> bool {
    match (expected, answered) {
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (Json::Number(a), Json::Number(b)) => {
            let (Some(a), Some(b)) = (a.as_f64(), b.as_f64()) else { return false };
            (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
        }
        (Json::String(a), Json::String(b)) => a == b || short(a) == short(b),
        _ => expected == answered,
    }
}

/// A time without the zeros at the end of its fraction.
fn short(text: &str) -> String {
    let (plain, zone) = match text.strip_suffix('Z') {
        Some(plain) => (plain, "Z"),
        None => (text, ""),
    };
    match plain.split_once('.') {
        Some((whole, fraction)) if whole.contains(':') => {
            let fraction = fraction.trim_end_matches('0');
            let point = if fraction.is_empty() { "" } else { "." };
            format!("{whole}{point}{fraction}{zone}")
        }
        _ => text.to_owned(),
    }
}
