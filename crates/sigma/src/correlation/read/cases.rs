//! Streams of events that a correlation must and must not fire on.

use std::time::Duration;

use super::{duration, number};
use crate::correlation::{Sequence, SequenceEvent};
use crate::problem::Fault;
use crate::rule::Expect;
use crate::rule::read::{missing, required_text, text};
use crate::yaml::{Kind, Node};

pub(super) fn sequences(node: &Node) -> Result<Vec<Sequence>, Fault> {
    match &node.kind {
        Kind::List(items) => items.iter().map(sequence).collect(),
        _ => Err(Fault::new(
            node.place,
            format!("`tests` must be a list, not {}", node.describe()),
            "write `- name: …` with `expect` and `events`",
        )),
    }
}

fn sequence(node: &Node) -> Result<Sequence, Fault> {
    let name = required_text(node, "name")?;
    let expect = match required_text(node, "expect")?.as_str() {
        "alert" => Expect::Alert,
        "quiet" => Expect::Quiet,
        _ => {
            let place = node.get("expect").map_or(node.place, |n| n.place);
            return Err(Fault::new(
                place,
                "`expect` is alert or quiet",
                "write `alert` or `quiet`",
            ));
        }
    };
    let hint = "add `events:` with `- after: 0s` and `event:` for each";
    let events = match node.get("events").map(|n| &n.kind) {
        Some(Kind::List(events)) => events.iter().map(event).collect::<Result<_, _>>()?,
        _ => return Err(missing(node, "events", hint)),
    };
    Ok(Sequence { name, expect, events })
}

fn event(node: &Node) -> Result<SequenceEvent, Fault> {
    let after = match node.get("after") {
        None => Duration::ZERO,
        Some(written) => {
            let word = text(written, "after")?;
            duration(&word).ok_or_else(|| {
                Fault::new(written.place, format!("`{word}` is no time"), "write for example `30s`")
            })?
        }
    };
    let times = match node.get("times") {
        None => 1,
        Some(written) => number(written)
            .and_then(|n| text(written, "times").ok()?.parse().ok().filter(|_| n >= 1.0))
            .ok_or_else(|| Fault::new(written.place, "`times` is a number", "write `times: 5`"))?,
    };
    let category = node.get("category").map(|written| text(written, "category")).transpose()?;
    match node.get("event").map(Node::to_json) {
        Some(serde_json::Value::Object(event)) => {
            Ok(SequenceEvent { after, times, category, event })
        }
        _ => Err(missing(node, "event", "add `event:` with fields such as `Image: /bin/bash`")),
    }
}
