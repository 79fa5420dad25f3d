//! Our matcher.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Result;
use bartizan_sigma::{
    Collection, FieldId, Fields, JsonLine, LogSource, Matcher, Placeholders, Route, Rule, Scratch,
    Value,
};

use rustc_hash::FxHashMap;

use crate::corpus::Corpus;
use crate::kinds::{self, Kind};
use crate::measure::{Figures, cpu, loaded, repeated};

const SECONDS: f64 = 3.0;

fn collection(files: &[(String, String)]) -> Collection {
    let mut rules = Collection::default();
    for (name, text) in files {
        rules.add(name, text, &Placeholders::default());
    }
    rules
}

fn of_product(rules: Vec<Rule>, product: &str) -> Vec<Rule> {
    rules.into_iter().filter(|r| r.logsource.product.as_deref() == Some(product)).collect()
}

/// Rules ready to be used, with what that cost.
struct Ready {
    matcher: Matcher,
    all: Route,
    load: f64,
    mebibytes: f64,
    rules: usize,
}

fn ready(corpus: &Corpus, choose: impl FnOnce(Vec<Rule>) -> Vec<Rule>) -> Result<Ready> {
    let files = corpus.rules()?;
    let ((rules, matcher, all), load, mebibytes) = loaded(|| {
        let rules = choose(collection(&files).rules);
        let matcher = Matcher::new(&rules)?;
        let all = matcher.route_all()?;
        Ok((rules, matcher, all))
    })?;
    Ok(Ready { matcher, all, load, mebibytes, rules: rules.len() })
}

impl Ready {
    fn figures(&self, events: usize, cpu: f64, matches: usize) -> Figures {
        let (load, mebibytes, rules) = (self.load, self.mebibytes, self.rules as f64);
        Figures { events: events as f64, cpu, load, mebibytes, rules, matches: matches as f64 }
    }

    fn unrouted(&self, corpus: &Corpus) -> Result<Figures> {
        let text = corpus.events()?;
        let (mut reader, mut scratch) = (self.matcher.json_reader(), self.matcher.scratch());
        let (cpu, matches) = repeated(SECONDS, || {
            let mut matches = 0;
            for line in text.lines() {
                if let Ok(event) = reader.read(line) {
                    matches += self.matcher.matching(&self.all, &event, &mut scratch).len();
                }
            }
            matches
        });
        Ok(self.figures(text.lines().count(), cpu, matches))
    }
}

pub fn windows(corpus: &Corpus) -> Result<Figures> {
    ready(corpus, |rules| of_product(rules, "windows"))?.unrouted(corpus)
}

pub fn unrouted(corpus: &Corpus) -> Result<Figures> {
    ready(corpus, |rules| rules)?.unrouted(corpus)
}

pub fn routed(corpus: &Corpus) -> Result<Figures> {
    with_routes(corpus, |matcher, route, event, scratch| {
        matcher.matching(route, event, scratch).len()
    })
}

pub fn explained(corpus: &Corpus) -> Result<Figures> {
    with_routes(corpus, |matcher, route, event, scratch| {
        matcher.judge(route, event, scratch).len()
    })
}

fn with_routes(
    corpus: &Corpus,
    judge: impl Fn(&Matcher, &Route, &JsonLine<'_>, &mut Scratch) -> usize,
) -> Result<Figures> {
    let files = corpus.rules()?;
    let text = corpus.events()?;
    let ((rules, matcher, mut routes), load, mebibytes) = loaded(|| {
        let rules = collection(&files).rules;
        let matcher = Matcher::new(&rules)?;
        Ok((rules.len(), matcher, Routes::default()))
    })?;
    let (mut reader, mut scratch) = (matcher.json_reader(), matcher.scratch());
    let (channel, id) = (matcher.field("Channel"), matcher.field("EventID"));
    let (_, load_routes, mebibytes_routes) = loaded(|| {
        for line in text.lines() {
            routes.route(&matcher, &reader.read(line)?, channel, id)?;
        }
        Ok(())
    })?;
    let (cpu, matches) = repeated(SECONDS, || {
        let mut matches = 0;
        for line in text.lines() {
            let Ok(event) = reader.read(line) else { continue };
            let Ok(route) = routes.route(&matcher, &event, channel, id) else { continue };
            matches += judge(&matcher, route, &event, &mut scratch);
        }
        matches
    });
    Ok(Figures {
        events: text.lines().count() as f64,
        cpu,
        load: load + load_routes,
        mebibytes: mebibytes + mebibytes_routes,
        rules: rules as f64,
        matches: matches as f64,
    })
}

/// A route for each kind of event that has come.
#[derive(Default)]
struct Routes {
    routes: Vec<Route>,
    by_kind: HashMap<Kind, usize>,
    by_name: FxHashMap<String, usize>,
    name: String,
}

impl Routes {
    fn route(
        &mut self,
        matcher: &Matcher,
        event: &JsonLine<'_>,
        channel: Option<FieldId>,
        id: Option<FieldId>,
    ) -> Result<&Route> {
        self.name.clear();
        for field in [channel, id] {
            match field.and_then(|field| event.field(field)) {
                Some(Value::Str(text)) => self.name.push_str(text),
                Some(value) => self.name.push_str(&value.to_text().unwrap_or_default()),
                None => {}
            }
            self.name.push('\n');
        }
        if let Some(at) = self.by_name.get(&self.name) {
            return Ok(&self.routes[*at]);
        }
        let (channel, id) = self.name.trim_end().split_once('\n').unwrap_or_default();
        let kind = kinds::of(channel, id);
        let at = match self.by_kind.get(&kind) {
            Some(at) => *at,
            None => {
                self.routes.push(matcher.route(&[logsource(kind)])?);
                self.by_kind.insert(kind, self.routes.len() - 1);
                self.routes.len() - 1
            }
        };
        self.by_name.insert(self.name.clone(), at);
        Ok(&self.routes[at])
    }
}

fn logsource(kind: Kind) -> LogSource {
    LogSource {
        category: kind.category.map(str::to_owned),
        product: Some("windows".to_owned()),
        service: kind.service.map(str::to_owned),
    }
}

/// An event whose values are at hand, as our own programs have it.
struct Typed {
    values: Vec<Option<Owned>>,
    present: Vec<FieldId>,
    named: Vec<(String, Owned)>,
    logsource: LogSource,
}

#[derive(Clone)]
enum Owned {
    Text(String),
    Int(i64),
    Bool(bool),
}

impl Owned {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Text(text) => Value::Str(text),
            Self::Int(int) => Value::Int(*int),
            Self::Bool(yes) => Value::Bool(*yes),
        }
    }
}

impl Fields for Typed {
    fn field(&self, field: FieldId) -> Option<Value<'_>> {
        self.values.get(usize::from(field.0))?.as_ref().map(Owned::value)
    }

    fn present(&self) -> Option<&[FieldId]> {
        Some(&self.present)
    }

    fn each(&self, visit: &mut dyn FnMut(&str, Value<'_>)) {
        self.named.iter().for_each(|(name, value)| visit(name, value.value()));
    }
}

fn typed(
    matcher: &Matcher,
    object: &serde_json::Map<String, serde_json::Value>,
    logsource: LogSource,
) -> Typed {
    let values = vec![None; matcher.fields().len()];
    let mut event = Typed { values, present: vec![], named: vec![], logsource };
    for (name, value) in object {
        let value = match (value.as_str(), value.as_i64(), value.as_bool()) {
            (Some(text), _, _) => Owned::Text(text.to_owned()),
            (_, Some(int), _) => Owned::Int(int),
            (_, _, Some(yes)) => Owned::Bool(yes),
            _ => continue,
        };
        if let Some(field) = matcher.field(name) {
            event.values[usize::from(field.0)] = Some(value.clone());
            event.present.push(field);
        }
        event.named.push((name.clone(), value));
    }
    event
}

/// How many events are made before they are judged: few enough that they are still in the cache then, as they are in
/// our own programs.
const BLOCK: usize = 256;
/// How often each of them is judged, so that it is not the filling of caches that is measured.
const TIMES: usize = 4;

fn judge_typed(
    ready: &Ready,
    events: usize,
    make: impl Fn(usize) -> Result<Typed>,
    by_kind: bool,
) -> Result<Figures> {
    let mut routes: HashMap<LogSource, Route> = HashMap::new();
    let mut scratch = ready.matcher.scratch();
    let (mut total, mut judged, mut found) = (0.0, 0, 0);
    while total < SECONDS {
        found = 0;
        for from in (0..events).step_by(BLOCK) {
            let block: Result<Vec<Typed>> = (from..events.min(from + BLOCK)).map(&make).collect();
            let block = block?;
            for event in block.iter().filter(|_| by_kind) {
                if !routes.contains_key(&event.logsource) {
                    let route = ready.matcher.route(std::slice::from_ref(&event.logsource))?;
                    routes.insert(event.logsource.clone(), route);
                }
            }
            let routed: Vec<(&Typed, &Route)> = block
                .iter()
                .map(|event| (event, routes.get(&event.logsource).unwrap_or(&ready.all)))
                .collect();
            let before = cpu();
            let mut matches = 0;
            for _ in 0..TIMES {
                for (event, route) in &routed {
                    matches += ready.matcher.matching(route, *event, &mut scratch).len();
                }
            }
            total += cpu() - before;
            judged += TIMES * routed.len();
            found += matches / TIMES;
        }
    }
    Ok(ready.figures(judged, total, found))
}

fn json_events(corpus: &Corpus) -> Result<Vec<(serde_json::Map<String, serde_json::Value>, Kind)>> {
    let mut events = Vec::new();
    for line in corpus.events()?.lines() {
        let object: serde_json::Map<_, _> = serde_json::from_str(line)?;
        let text = |name: &str| match object.get(name) {
            Some(serde_json::Value::String(text)) => text.clone(),
            other => other.map(ToString::to_string).unwrap_or_default(),
        };
        let kind = kinds::of(&text("Channel"), &text("EventID"));
        events.push((object, kind));
    }
    Ok(events)
}

fn windows_events(corpus: &Corpus, by_kind: bool) -> Result<Figures> {
    let ready = ready(corpus, |rules| of_product(rules, "windows"))?;
    let events = json_events(corpus)?;
    let make = |at: usize| Ok(typed(&ready.matcher, &events[at].0, logsource(events[at].1)));
    judge_typed(&ready, events.len(), make, by_kind)
}

pub fn typed_windows(corpus: &Corpus) -> Result<Figures> {
    windows_events(corpus, true)
}

pub fn typed_windows_unrouted(corpus: &Corpus) -> Result<Figures> {
    windows_events(corpus, false)
}

/// Linux events from the rule pack's own stories: an ordinary day, and what intruders type.
pub fn typed_linux(corpus: &Corpus) -> Result<Figures> {
    let ready = ready(corpus, |rules| of_product(rules, "linux"))?;
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/detection/tests/data");
    let mut events = Vec::new();
    for name in ["ordinary-day.yml", "attack-commands.yml"] {
        let stories = Collection::parse(name, &std::fs::read_to_string(data.join(name))?);
        for kind in stories.rules {
            events.extend(kind.tests.into_iter().map(|case| (case.event, kind.logsource.clone())));
        }
    }
    let make = |at: usize| Ok(typed(&ready.matcher, &events[at].0, events[at].1.clone()));
    judge_typed(&ready, events.len(), make, true)
}
