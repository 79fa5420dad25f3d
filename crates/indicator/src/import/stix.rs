//! Bundles of STIX 2.1: `indicator` objects whose pattern names single values.
//!
//! A pattern may say several values with `OR`; each becomes an indicator. A pattern that only means something when
//! several things are seen together (`AND`, `FOLLOWEDBY`) is refused: half of it would be a false claim.

use serde_json::Value;

use super::{Defaults, INDICATORS_MAX, Imported, like, time};
use crate::{Indicator, Kind, Observable};

pub(super) fn read(text: &str, defaults: &Defaults) -> Imported {
    let mut imported = Imported::default();
    let bundle: Value = match serde_json::from_str(text) {
        Ok(bundle) => bundle,
        Err(error) => {
            imported.refuse(error.line(), format!("this is no JSON: {error}"));
            return imported;
        }
    };
    let Some(objects) = bundle.get("objects").and_then(Value::as_array) else {
        imported.refuse(1, "this is no bundle: it has no list `objects`");
        return imported;
    };
    let mut places = Places::new(text);
    for object in newest(objects) {
        let line = places.line_of(string(object, "id").unwrap_or_default());
        if imported.is_full() {
            imported.refuse(line, format!("a list has at most {INDICATORS_MAX} indicators"));
            break;
        }
        match indicators(object, defaults) {
            Ok(found) => imported.indicators.extend(found),
            Err(message) => imported.refuse(line, message),
        }
    }
    imported
}

/// The indicators of a bundle, each in its newest version, without those that were taken back.
fn newest(objects: &[Value]) -> Vec<&Value> {
    let mut newest: std::collections::BTreeMap<&str, (usize, &Value)> =
        std::collections::BTreeMap::new();
    for (place, object) in objects.iter().enumerate() {
        if string(object, "type") != Some("indicator") {
            continue;
        }
        let id = string(object, "id").unwrap_or_default();
        let later = newest.get(id).is_none_or(|(_, known)| {
            string(object, "modified").unwrap_or_default()
                >= string(known, "modified").unwrap_or_default()
        });
        if later {
            newest.insert(id, (place, object));
        }
    }
    let mut kept: Vec<(usize, &Value)> = newest.into_values().collect();
    kept.sort_by_key(|(place, _)| *place);
    kept.into_iter()
        .map(|(_, object)| object)
        .filter(|object| object.get("revoked").and_then(Value::as_bool) != Some(true))
        .collect()
}

fn indicators(object: &Value, defaults: &Defaults) -> Result<Vec<Indicator>, String> {
    if string(object, "pattern_type").unwrap_or("stix") != "stix" {
        return Err("its `pattern_type` is not `stix`".to_owned());
    }
    let pattern = string(object, "pattern").ok_or("the indicator has no `pattern`")?;
    let valid = |key: &str| match string(object, key) {
        Some(text) => time(text).map(Some).ok_or_else(|| format!("`{key}` is no time")),
        None => Ok(None),
    };
    let (from, until) = (valid("valid_from")?, valid("valid_until")?);
    let values = values(pattern)?;
    Ok(values
        .into_iter()
        .map(|value| Indicator {
            title: string(object, "name").map_or(defaults.title.clone(), Into::into),
            description: string(object, "description").unwrap_or_default().into(),
            valid_from: from,
            valid_until: until.or(defaults.valid_until),
            ..like(defaults, value)
        })
        .collect())
}

fn string<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str)
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Word(String),
    Text(String),
}

/// The values of `[path = 'value' OR path IN ('a', 'b')] OR [path = 'value']`.
fn values(pattern: &str) -> Result<Vec<Observable>, String> {
    let tokens = tokens(pattern)?;
    let mut found = Vec::new();
    let mut path: Option<&str> = None;
    let mut comparison: Option<String> = None;
    for token in &tokens {
        match token {
            Token::Open | Token::Close => {}
            Token::Text(text) => {
                let path = path.ok_or_else(|| format!("`'{text}'` is compared with nothing"))?;
                let how = comparison.as_deref().unwrap_or_default();
                if !matches!(how, "=" | "IN" | "ISSUBSET") {
                    return Err(format!(
                        "`{path} {how}` is not one known value; `=`, `IN` and `ISSUBSET` are"
                    ));
                }
                found.push(value(path, text)?);
            }
            Token::Word(word) => match word.to_ascii_uppercase().as_str() {
                "OR" => {}
                joint
                @ ("AND" | "FOLLOWEDBY" | "WITHIN" | "REPEATS" | "START" | "STOP" | "NOT") => {
                    return Err(format!(
                        "`{joint}` needs several things together; write it as a rule"
                    ));
                }
                "IN" | "ISSUBSET" | "ISSUPERSET" | "LIKE" | "MATCHES" | "=" | "!=" | "<" | ">"
                | "<=" | ">=" => {
                    comparison = Some(word.to_ascii_uppercase());
                }
                _ => path = Some(word),
            },
        }
    }
    if found.is_empty() { Err("the pattern names no value".to_owned()) } else { Ok(found) }
}

fn value(path: &str, text: &str) -> Result<Observable, String> {
    let (object, property) = path.split_once(':').ok_or_else(|| format!("`{path}` is no path"))?;
    let property = property.replace(['\'', '"', '-'], "").to_ascii_lowercase();
    let kind = match (object, property.as_str()) {
        ("ipv4-addr" | "ipv6-addr", "value") if text.contains('/') => Kind::Network,
        ("ipv4-addr" | "ipv6-addr", "value") => Kind::Address,
        ("domain-name", "value") => Kind::Domain,
        ("url", "value") => Kind::Url,
        (_, hash) if hash.ends_with("hashes.md5") => Kind::Md5,
        (_, hash) if hash.ends_with("hashes.sha1") => Kind::Sha1,
        (_, hash) if hash.ends_with("hashes.sha256") => Kind::Sha256,
        ("network-traffic", p) if p.ends_with("dst_ref.value") || p.ends_with("src_ref.value") => {
            return Observable::guess(text).map_err(|error| error.to_string());
        }
        _ => return Err(format!("`{path}` is nothing that events are looked up by")),
    };
    Observable::parse(kind, text).map_err(|error| error.to_string())
}

fn tokens(pattern: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '[' | '(' => tokens.push(Token::Open),
            ']' | ')' => tokens.push(Token::Close),
            ',' => {}
            c if c.is_whitespace() => {}
            '\'' => tokens.push(Token::Text(quoted(&mut chars)?)),
            '=' => tokens.push(Token::Word("=".to_owned())),
            '!' | '<' | '>' => {
                let mut word = c.to_string();
                word.extend(chars.next_if_eq(&'='));
                tokens.push(Token::Word(word));
            }
            c => {
                let mut word = c.to_string();
                // A path may hold a quoted part: file:hashes.'SHA-256'.
                while let Some(next) =
                    chars.next_if(|c| !c.is_whitespace() && !"=!<>[](),".contains(*c))
                {
                    if next == '\'' {
                        word.push_str(&quoted(&mut chars)?);
                    } else {
                        word.push(next);
                    }
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    Ok(tokens)
}

fn quoted(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<String, String> {
    let mut text = String::new();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.extend(chars.next()),
            '\'' => return Ok(text),
            c => text.push(c),
        }
    }
    Err("a quotation mark of the pattern is never closed".to_owned())
}

/// On which line an object stands, found by its id. Objects are asked for in their order.
struct Places<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Places<'a> {
    const fn new(text: &'a str) -> Self {
        Self { text, at: 0, line: 1 }
    }

    fn line_of(&mut self, id: &str) -> usize {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if let Some(found) = rest.find(id).filter(|_| !id.is_empty()) {
            self.line += rest.get(..found).unwrap_or_default().matches('\n').count();
            self.at += found;
        }
        self.line
    }
}
