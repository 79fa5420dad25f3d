//! YAML text as a tree that remembers where everything stands.
//!
//! Knows nothing of Sigma. Bounded: a document has at most [`MAX_NODES`] nodes and [`MAX_DEPTH`] levels,
//! aliases included, so that a hostile file cannot exhaust the machine.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};

use crate::problem::{Fault, Place};

/// Most nodes one document may have, after aliases are followed.
const MAX_NODES: usize = 200_000;
/// Deepest nesting of lists and maps.
const MAX_DEPTH: usize = 64;

/// A value and where it starts.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) place: Place,
    /// How far the text starts behind `place`: 0 plain, 1 quoted, `None` where lines do not map (block text).
    pub(crate) text_shift: Option<usize>,
}

/// What a node is, by the rules of YAML 1.2's core schema.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a map.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) text_shift: Option<usize>,
}

impl Node {
    /// The value under a key, when this is a map that has it.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Map(pairs) => pairs.iter().find(|(k, _)| k.name == name).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The text of a scalar, as a person would write it.
    pub(crate) fn scalar_text(&self) -> Option<String> {
        match &self.kind {
            Kind::Bool(b) => Some(b.to_string()),
            Kind::Int(i) => Some(i.to_string()),
            Kind::Float(f) => Some(f.to_string()),
            Kind::Text(t) => Some(t.clone()),
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// What kind of thing this is, in words for a message.
    pub(crate) fn describe(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "a boolean",
            Kind::Int(_) | Kind::Float(_) => "a number",
            Kind::Text(_) => "text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }

    /// The same value as JSON, for keys that Sigma does not define.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        use serde_json::Value;
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(b) => Value::Bool(*b),
            Kind::Int(i) => Value::from(*i),
            Kind::Float(f) => Value::from(*f),
            Kind::Text(t) => Value::from(t.as_str()),
            Kind::List(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            Kind::Map(pairs) => {
                Value::Object(pairs.iter().map(|(k, v)| (k.name.clone(), v.to_json())).collect())
            }
        }
    }
}

/// One document's text, and the line of the file (from 0) on which it starts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Document<'a> {
    pub(crate) text: &'a str,
    pub(crate) lines_before: usize,
}

/// Cuts a file at its `---` and `...` lines, so that a broken document does not take the others with it.
pub(crate) fn documents(text: &str) -> Vec<Document<'_>> {
    let mut found = Vec::new();
    let (mut start, mut start_line, mut offset, mut line_number) = (0, 0, 0, 0);
    for line in text.split_inclusive('\n') {
        let next = offset + line.len();
        line_number += 1;
        if is_marker(line) {
            push_document(&mut found, text.get(start..offset), start_line);
            (start, start_line) = (next, line_number);
        }
        offset = next;
    }
    push_document(&mut found, text.get(start..), start_line);
    found
}

fn is_marker(line: &str) -> bool {
    let line = line.trim_end();
    line == "---" || line == "..." || line.starts_with("--- #")
}

fn push_document<'a>(found: &mut Vec<Document<'a>>, text: Option<&'a str>, lines_before: usize) {
    let Some(text) = text else { return };
    let says_something = text.lines().any(|l| {
        let l = l.trim();
        !l.is_empty() && !l.starts_with('#')
    });
    if says_something {
        found.push(Document { text, lines_before });
    }
}

/// Parses one document.
pub(crate) fn parse(text: &str) -> Result<Node, Fault> {
    let mut tree = Tree::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|e| {
            Fault::new(
                place_at(*e.marker(), 1),
                format!("this is not YAML: {}", e.info()),
                "check the indentation, the colons and the quotes here",
            )
        })?;
        tree.take(event, span)?;
    }
    tree.root.ok_or_else(|| {
        Fault::new(Place::start(), "the document is empty", "write a Sigma rule: `title: …`")
    })
}

fn place_at(mark: Marker, width: usize) -> Place {
    Place { line: mark.line().max(1), column: mark.col() + 1, width: width.max(1) }
}

fn place_of(span: Span) -> Place {
    let same_line = span.start.line() == span.end.line();
    let width = if same_line { span.end.col().saturating_sub(span.start.col()) } else { 1 };
    place_at(span.start, width)
}

/// A list or map that is still open.
#[derive(Debug)]
struct Open {
    node: Node,
    key: Option<Key>,
    anchor: usize,
}

#[derive(Debug, Default)]
struct Tree {
    open: Vec<Open>,
    root: Option<Node>,
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Fault> {
        let place = place_of(span);
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let node = scalar(&text, style, place);
                self.close(node, anchor, 1)
            }
            Event::SequenceStart(anchor, _) => self.begin(Kind::List(Vec::new()), anchor, place),
            Event::MappingStart(anchor, _) => self.begin(Kind::Map(Vec::new()), anchor, place),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(done) => self.close(done.node, done.anchor, 1),
                None => Ok(()),
            },
            Event::Alias(anchor) => match self.anchors.get(&anchor).cloned() {
                Some((node, size)) => self.close(Node { place, ..node }, 0, size),
                None => Err(Fault::new(
                    place,
                    "this alias refers to nothing",
                    "define its anchor (`&name`) above it",
                )),
            },
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn begin(&mut self, kind: Kind, anchor: usize, place: Place) -> Result<(), Fault> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Fault::new(
                place,
                format!("nested deeper than {MAX_DEPTH} levels"),
                "flatten this structure",
            ));
        }
        let node = Node { kind, place, text_shift: None };
        self.open.push(Open { node, key: None, anchor });
        Ok(())
    }

    fn close(&mut self, node: Node, anchor: usize, size: usize) -> Result<(), Fault> {
        self.nodes += size;
        if self.nodes > MAX_NODES {
            return Err(Fault::new(
                node.place,
                format!("the document has more than {MAX_NODES} values"),
                "split it into several files",
            ));
        }
        if anchor > 0 {
            let size = count(&node);
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(parent) = self.open.last_mut() else {
            self.root.get_or_insert(node);
            return Ok(());
        };
        match (&mut parent.node.kind, parent.key.take()) {
            (Kind::List(items), _) => items.push(node),
            (Kind::Map(pairs), Some(key)) => pairs.push((key, node)),
            (Kind::Map(pairs), None) => parent.key = Some(key_from(pairs, node)?),
            _ => {}
        }
        Ok(())
    }
}

fn count(node: &Node) -> usize {
    1 + match &node.kind {
        Kind::List(items) => items.iter().map(count).sum(),
        Kind::Map(pairs) => pairs.iter().map(|(_, v)| count(v)).sum(),
        _ => 0usize,
    }
}

fn key_from(pairs: &[(Key, Node)], node: Node) -> Result<Key, Fault> {
    let name = match &node.kind {
        Kind::Null => Some(String::new()),
        _ => node.scalar_text(),
    };
    let Some(name) = name else {
        return Err(Fault::new(
            node.place,
            format!("a key must be text, not {}", node.describe()),
            "write `name: value`",
        ));
    };
    if let Some((first, _)) = pairs.iter().find(|(k, _)| k.name == name) {
        return Err(Fault::new(
            node.place,
            format!("`{name}` is written twice here"),
            format!("merge it with the first one, {} lines above", {
                node.place.line.saturating_sub(first.place.line)
            }),
        ));
    }
    Ok(Key { name, place: node.place, text_shift: node.text_shift })
}

fn scalar(text: &str, style: ScalarStyle, place: Place) -> Node {
    let (kind, text_shift) = match style {
        ScalarStyle::Plain => (plain(text), Some(0)),
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
            (Kind::Text(text.to_owned()), Some(1))
        }
        ScalarStyle::Literal | ScalarStyle::Folded => (Kind::Text(text.to_owned()), None),
    };
    Node { kind, place, text_shift }
}

fn plain(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
        "true" | "True" | "TRUE" => return Kind::Bool(true),
        "false" | "False" | "FALSE" => return Kind::Bool(false),
        _ => {}
    }
    let radix = |prefix, base| text.strip_prefix(prefix).map(|d| i64::from_str_radix(d, base));
    if let Some(Ok(number)) = radix("0x", 16).or_else(|| radix("0o", 8)) {
        return Kind::Int(number);
    }
    let starts_like_number =
        text.trim_start_matches(['-', '+', '.']).starts_with(|c: char| c.is_ascii_digit());
    if !starts_like_number {
        return Kind::Text(text.to_owned());
    }
    match (text.parse::<i64>(), text.parse::<f64>()) {
        (Ok(int), _) => Kind::Int(int),
        (_, Ok(float)) if float.is_finite() => Kind::Float(float),
        _ => Kind::Text(text.to_owned()),
    }
}
