//! `parse-kv`: pairs of keys and values in a text.

use bartizan_kql::plan::{KeyValueForm, KeyValues};
use bartizan_kql::value::{Dynamic, Literal};

use super::{Rows, over_rows};
use crate::QueryError;
use crate::scalar::compile;
use crate::value;

pub(super) fn parse(rows: Rows, parse: &KeyValues) -> Result<Rows, QueryError> {
    let text = over_rows(&parse.text)?;
    let regex = match &parse.form {
        KeyValueForm::Regex(pattern) => Some(compile(pattern)?),
        KeyValueForm::Delimited { .. } => None,
    };
    let mut out = rows;
    for row in &mut out {
        let text = value::text_of(&*text.value(row)?);
        let pairs = match (&parse.form, &regex) {
            (KeyValueForm::Regex(_), Some(regex)) => regex
                .captures_iter(&text)
                .filter_map(|found| {
                    Some((found.get(1)?.as_str().to_owned(), found.get(2)?.as_str().to_owned()))
                })
                .collect(),
            (form, _) => Delimited { form, keys: &parse.keys }.pairs(&text),
        };
        for (key, ty) in &parse.keys {
            let found = pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value);
            row.push(match (found, ty) {
                (None, ty) => Literal::null_of(*ty),
                (Some(text), bartizan_kql::Type::Dynamic) => {
                    let parsed =
                        value::parse_json(text).unwrap_or_else(|| Dynamic::String(text.clone()));
                    value::dynamic_value(parsed)
                }
                (Some(text), ty) => value::convert(&Literal::String(text.clone()), *ty),
            });
        }
    }
    Ok(out)
}

struct Delimited<'a> {
    form: &'a KeyValueForm,
    keys: &'a [(String, bartizan_kql::Type)],
}

impl Delimited<'_> {
    fn pairs(&self, text: &str) -> Vec<(String, String)> {
        let KeyValueForm::Delimited { pair, key_value, quotes, escape, greedy } = self.form else {
            return Vec::new();
        };
        let mut reader = Reader {
            letters: text.chars().collect(),
            at: 0,
            pair: pair.as_deref().unwrap_or(" ").chars().collect(),
            key_value: key_value.as_deref().unwrap_or("=").chars().collect(),
            quotes,
            escape: *escape,
        };
        let mut pairs = Vec::new();
        while reader.at < reader.letters.len() {
            if *greedy {
                reader.greedy(self.keys, &mut pairs);
            } else {
                reader.pair(&mut pairs);
            }
        }
        pairs
    }
}

struct Reader<'a> {
    letters: Vec<char>,
    at: usize,
    pair: Vec<char>,
    key_value: Vec<char>,
    quotes: &'a [(char, char)],
    escape: Option<char>,
}

impl Reader<'_> {
    fn here(&self, text: &[char]) -> bool {
        !text.is_empty()
            && self.letters.get(self.at..self.at + text.len()).is_some_and(|rest| rest == text)
    }

    /// A text up to one of the ends, quoted or not; consumes the end.
    fn piece(&mut self, ends: &[&[char]]) -> (String, Option<usize>) {
        let mut out = String::new();
        let mut closing = None;
        while let Some(letter) = self.letters.get(self.at).copied() {
            if Some(letter) == self.escape
                && let Some(next) = self.letters.get(self.at + 1)
            {
                out.push(*next);
                self.at += 2;
                continue;
            }
            if let Some(close) = closing {
                self.at += 1;
                if letter == close {
                    closing = None;
                } else {
                    out.push(letter);
                }
                continue;
            }
            if let Some(end) = ends.iter().position(|end| self.here(end)) {
                self.at += ends.get(end).map_or(1, |end| end.len());
                return (out, Some(end));
            }
            match self.quotes.iter().find(|(open, _)| *open == letter) {
                Some((_, close)) if out.is_empty() => closing = Some(*close),
                _ => out.push(letter),
            }
            self.at += 1;
        }
        (out, None)
    }

    fn pair(&mut self, pairs: &mut Vec<(String, String)>) {
        let (pair, key_value) = (self.pair.clone(), self.key_value.clone());
        let (key, end) = self.piece(&[&key_value, &pair]);
        if end == Some(0) {
            let (value, _) = self.piece(&[&pair]);
            pairs.push((key.trim().to_owned(), value));
        }
    }

    /// A value goes on until the next key that is looked for.
    fn greedy(&mut self, keys: &[(String, bartizan_kql::Type)], pairs: &mut Vec<(String, String)>) {
        let text: String = self.letters.iter().collect();
        let (pair, key_value): (String, String) =
            (self.pair.iter().collect(), self.key_value.iter().collect());
        let mut starts = Vec::new();
        for (place, _) in text.match_indices(&key_value) {
            let before = text.get(..place).unwrap_or_default();
            let from = before.rfind(&pair).map_or(0, |at| at + pair.len());
            starts.push((from, place));
        }
        let _ = keys;
        for (index, (from, place)) in starts.iter().enumerate() {
            let end = starts
                .get(index + 1)
                .map_or(text.len(), |(next, _)| next.saturating_sub(pair.len()));
            let key = text.get(*from..*place).unwrap_or_default().trim().to_owned();
            let value = text.get(place + key_value.len()..end).unwrap_or_default();
            let quoted = self
                .quotes
                .iter()
                .find_map(|(open, close)| value.trim().strip_prefix(*open)?.strip_suffix(*close));
            pairs.push((key, quoted.unwrap_or(value).to_owned()));
        }
        self.at = self.letters.len();
    }
}
