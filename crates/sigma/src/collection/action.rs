//! `action` documents: what several documents of a file have in common, written once.
//!
//! `global` gives keys to all documents after it, `reset` takes them back, and `repeat` gives the keys of the document
//! before it to this one. Sigma 2 has no need of them, but many files do.

use crate::problem::Fault;
use crate::rule::read::{key_place, text};
use crate::yaml::{Kind, Node};

/// What the documents of a file so far give to the next.
#[derive(Debug, Default)]
pub(super) struct Shared {
    global: Option<Node>,
    last: Option<Node>,
}

/// What a document is after that.
#[derive(Debug)]
pub(super) enum Given {
    /// A document of its own, as it is written.
    Alone(Node),
    /// One that has keys from documents before it. Its places are those of the whole file.
    Together(Node),
    /// Only there for others.
    Nothing,
}

impl Shared {
    /// Gives a document what it has from others.
    pub(super) fn give(&mut self, root: Node, lines_before: usize) -> Result<Given, Fault> {
        let action = root.get("action").filter(|_| root.get("title").is_none() || is_word(&root));
        let Some(action) = action else {
            let Some(global) = &self.global else {
                self.last = Some(root.moved_down(lines_before));
                return Ok(Given::Alone(root));
            };
            let whole = global.overlaid(&root.moved_down(lines_before));
            self.last = Some(whole.clone());
            return Ok(Given::Together(whole));
        };
        let moved = root.moved_down(lines_before).without("action");
        match (text(action, "action")?.as_str(), &self.last) {
            ("global", _) => {
                self.global = Some(match &self.global {
                    Some(global) => global.overlaid(&moved),
                    None => moved,
                });
                Ok(Given::Nothing)
            }
            ("reset", _) => {
                self.global = None;
                Ok(Given::Nothing)
            }
            ("repeat", Some(last)) => {
                let whole = last.overlaid(&moved);
                self.last = Some(whole.clone());
                Ok(Given::Together(whole))
            }
            ("repeat", None) => Err(Fault::new(
                key_place(&root, "action"),
                "there is no document before this one that could be repeated",
                "write the whole rule here",
            )),
            (other, _) => Err(Fault::new(
                action.place,
                format!("`{other}` is no action"),
                "write global, reset or repeat",
            )),
        }
    }
}

/// Whether the document's `action` is one of the words that it has in Sigma, and not somebody's own key.
fn is_word(root: &Node) -> bool {
    let action = root.get("action").and_then(Node::scalar_text).unwrap_or_default();
    matches!(action.as_str(), "global" | "reset" | "repeat")
}

impl Node {
    /// The same document as a part of a longer text.
    fn moved_down(&self, lines: usize) -> Self {
        let mut moved = self.clone();
        moved.move_down(lines);
        moved
    }

    fn move_down(&mut self, lines: usize) {
        self.place.line += lines;
        match &mut self.kind {
            Kind::List(items) => items.iter_mut().for_each(|item| item.move_down(lines)),
            Kind::Map(pairs) => pairs.iter_mut().for_each(|(key, value)| {
                key.place.line += lines;
                value.move_down(lines);
            }),
            _ => {}
        }
    }

    fn without(mut self, name: &str) -> Self {
        if let Kind::Map(pairs) = &mut self.kind {
            pairs.retain(|(key, _)| key.name != name);
        }
        self
    }

    /// This map with the keys of another one; where both have a map under a key, those are joined too.
    fn overlaid(&self, over: &Self) -> Self {
        let (Kind::Map(mine), Kind::Map(theirs)) = (&self.kind, &over.kind) else {
            return over.clone();
        };
        let mut pairs = mine.clone();
        for (key, value) in theirs {
            match pairs.iter_mut().find(|(known, _)| known.name == key.name) {
                Some((_, known)) => *known = known.overlaid(value),
                None => pairs.push((key.clone(), value.clone())),
            }
        }
        Self { kind: Kind::Map(pairs), ..over.clone() }
    }
}
