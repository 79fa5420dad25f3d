//! What stands in a value, found by the index and by looking everywhere.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::sieve::Sieve;
use super::{Folded, Index, PADDING, Rarity};
use crate::matcher::probe::Needle;
use crate::pattern::Anchor;

/// Texts that often stand in each other.
fn text(longest: usize) -> impl Strategy<Value = String> {
    proptest::string::string_regex(&format!("[ab/=é]{{0,{longest}}}")).unwrap()
}

fn anchor() -> impl Strategy<Value = Anchor> {
    prop_oneof![
        1 => Just(Anchor::Whole),
        1 => Just(Anchor::Start),
        1 => Just(Anchor::End),
        2 => Just(Anchor::Anywhere)
    ]
}

/// Parts of the text, so that they are found, and others.
fn needles(
    text: &str,
    cuts: &[(usize, usize, Anchor)],
    others: Vec<(String, Anchor)>,
) -> Vec<Needle> {
    let part =
        |from: usize, length: usize| -> String { text.chars().skip(from).take(length).collect() };
    let whole = text.chars().count().max(1);
    let mut needles: Vec<Needle> = cuts
        .iter()
        .map(|(from, length, anchor)| Needle { text: part(from % whole, *length), anchor: *anchor })
        .collect();
    needles.extend(others.into_iter().map(|(text, anchor)| Needle { text, anchor }));
    needles.retain(|needle| !needle.text.is_empty());
    needles
}

fn stands(needle: &Needle, text: &str) -> bool {
    match needle.anchor {
        Anchor::Whole => text == needle.text,
        Anchor::Start => text.starts_with(&needle.text),
        Anchor::End => text.ends_with(&needle.text),
        Anchor::Anywhere => text.contains(&needle.text),
    }
}

proptest! {
    #[test]
    fn the_index_finds_what_stands_in_a_value(
        value in text(40),
        cuts in proptest::collection::vec((0..40usize, 1..24usize, anchor()), 0..40),
        others in proptest::collection::vec((text(20), anchor()), 0..40),
    ) {
        let needles = needles(&value, &cuts, others);
        let numbered: Vec<(&Needle, u32)> = needles.iter().zip(0..).collect();
        let rarity = Rarity::of(needles.iter().map(|needle| needle.text.as_str()));
        let index = Index::new(&numbered, &rarity);
        let mut padded = value.clone().into_bytes();
        padded.extend_from_slice(&[0; PADDING]);
        let mut found = BTreeSet::new();
        index.find(Folded::new(&padded), |number| { found.insert(number); });
        let plain: BTreeSet<u32> = { numbered }
            .into_iter()
            .filter(|(needle, _)| stands(needle, &value))
            .map(|(_, number)| number)
            .collect();
        prop_assert_eq!(found, plain);
    }

    #[test]
    fn the_sieve_lets_every_text_through_in_which_a_literal_stands(
        before in "[a-zA-Z:\\\\\" ]{0,20}",
        literals in proptest::collection::vec("[a-z:\\\\\"]{4,16}", 1..6),
        after in "[a-zA-Z:\\\\\" ]{0,20}",
        which in 0..6usize,
    ) {
        let texts: Vec<&[u8]> = literals.iter().map(String::as_bytes).collect();
        let rarity = Rarity::of(literals.iter().map(String::as_str));
        if let Some(sieve) = Sieve::new(&texts, &rarity) {
            let literal = literals[which % literals.len()].to_uppercase();
            let value = format!("{before}{literal}{after}");
            prop_assert!(sieve.passes(value.as_bytes()));
            prop_assert!(sieve.passes(serde_json::to_string(&value).unwrap().as_bytes()));
        }
    }
}
