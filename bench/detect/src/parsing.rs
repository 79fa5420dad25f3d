//! What reading events costs, without any rule.

use anyhow::Result;
use bartizan_sigma::{Collection, Fields as _, Matcher};

use crate::corpus::Corpus;
use crate::measure::{Figures, repeated};

fn figures(text: &str, pass: impl FnMut() -> usize) -> Figures {
    let (cpu, matches) = repeated(2.0, pass);
    let events = text.lines().count() as f64;
    Figures { events, cpu, load: 0.0, mebibytes: 0.0, rules: 0.0, matches: matches as f64 }
}

pub fn lines(corpus: &Corpus) -> Result<Figures> {
    let text = corpus.events()?;
    Ok(figures(&text, || text.lines().filter(|line| line.is_empty()).count()))
}

pub fn simd(corpus: &Corpus) -> Result<Figures> {
    let text = corpus.events()?;
    let mut buffers = simd_json::Buffers::default();
    let mut copy = Vec::new();
    Ok(figures(&text, || {
        let mut bad = 0;
        for line in text.lines() {
            // It writes into what it reads.
            copy.clear();
            copy.extend_from_slice(line.as_bytes());
            let tape = simd_json::to_tape_with_buffers(&mut copy, &mut buffers);
            bad += usize::from(std::hint::black_box(tape).is_err());
        }
        bad
    }))
}

pub fn serde(corpus: &Corpus) -> Result<Figures> {
    let text = corpus.events()?;
    Ok(figures(&text, || {
        let parsed = text.lines().map(serde_json::from_str::<serde_json::Value>);
        parsed.filter(|value| std::hint::black_box(value).is_err()).count()
    }))
}

pub fn ours(corpus: &Corpus) -> Result<Figures> {
    let text = corpus.events()?;
    let mut rules = Collection::default();
    for (name, text) in corpus.rules()? {
        rules.add(&name, &text, &bartizan_sigma::Placeholders::default());
    }
    let matcher = Matcher::new(&rules.rules)?;
    let mut reader = matcher.json_reader();
    Ok(figures(&text, || {
        let mut present = 0;
        for line in text.lines() {
            if let Ok(event) = reader.read(line) {
                present += event.present().map_or(0, <[_]>::len);
            }
        }
        present
    }))
}
