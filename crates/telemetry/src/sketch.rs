//! States of distinct counts and of quantiles, as dynamic values that a query can carry along.

use std::collections::HashSet;

use bartizan_kql::value::{Dynamic, Literal};

use crate::value;

/// Members that are kept exactly; beyond that the states would be as large as the data.
const MAX_EXACT: usize = 100_000;

/// Hashes of the different values seen.
#[derive(Debug, Default)]
pub(crate) struct Distinct {
    hashes: HashSet<i64>,
}

impl Distinct {
    /// The state that a value is.
    pub(crate) fn of(value: &Dynamic) -> Option<Self> {
        let Dynamic::Array(parts) = value else { return None };
        let [Dynamic::String(kind), Dynamic::Array(hashes)] = parts.as_slice() else { return None };
        if kind != "hll" {
            return None;
        }
        let hash = |item: &Dynamic| match item {
            Dynamic::Long(hash) => Some(*hash),
            _ => None,
        };
        Some(Self { hashes: hashes.iter().map(hash).collect::<Option<_>>()? })
    }

    pub(crate) fn add(&mut self, value: &Literal) {
        if *value != Literal::Null && self.hashes.len() < MAX_EXACT {
            self.hashes.insert(hash_of(value));
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.hashes.extend(&other.hashes);
    }

    pub(crate) fn count(&self) -> i64 {
        i64::try_from(self.hashes.len()).unwrap_or(i64::MAX)
    }

    pub(crate) fn value(&self) -> Dynamic {
        let mut hashes: Vec<i64> = self.hashes.iter().copied().collect();
        hashes.sort_unstable();
        let hashes = hashes.into_iter().map(Dynamic::Long).collect();
        Dynamic::Array(vec![Dynamic::String("hll".to_owned()), Dynamic::Array(hashes)])
    }
}

/// The language's hash of a value: xxHash64 of its bytes.
pub(crate) fn hash_of(value: &Literal) -> i64 {
    let bytes = match value {
        Literal::Int(number) => number.to_le_bytes().to_vec(),
        Literal::Long(number) | Literal::DateTime(number) | Literal::TimeSpan(number) => {
            number.to_le_bytes().to_vec()
        }
        Literal::Real(number) => number.to_le_bytes().to_vec(),
        Literal::Bool(value) => vec![u8::from(*value)],
        other => value::text_of(other).into_bytes(),
    };
    twox_hash::XxHash64::oneshot(0, &bytes).cast_signed()
}

/// Values with their weights.
#[derive(Debug, Default)]
pub(crate) struct Quantiles {
    values: Vec<(f64, f64)>,
    /// What the values are numbers of.
    kind: Kind,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Kind {
    #[default]
    Real,
    Long,
    DateTime,
    TimeSpan,
}

impl Quantiles {
    /// The state that a value is.
    pub(crate) fn of(value: &Dynamic) -> Option<Self> {
        let Dynamic::Array(parts) = value else { return None };
        let [
            Dynamic::String(name),
            Dynamic::String(kind),
            Dynamic::Array(values),
            Dynamic::Array(weights),
        ] = parts.as_slice()
        else {
            return None;
        };
        if name != "tdigest" || values.len() != weights.len() {
            return None;
        }
        let kind = match kind.as_str() {
            "long" => Kind::Long,
            "datetime" => Kind::DateTime,
            "timespan" => Kind::TimeSpan,
            _ => Kind::Real,
        };
        let number = |item: &Dynamic| value::to_real(&value::held(item));
        let pairs = values.iter().zip(weights).map(|(v, w)| Some((number(v)?, number(w)?)));
        Some(Self { values: pairs.collect::<Option<_>>()?, kind })
    }

    pub(crate) fn add(&mut self, value: &Literal, weight: f64) {
        let Some(number) = value::to_real(value) else { return };
        self.kind = match value {
            Literal::Int(_) | Literal::Long(_) => Kind::Long,
            Literal::DateTime(_) => Kind::DateTime,
            Literal::TimeSpan(_) => Kind::TimeSpan,
            _ => Kind::Real,
        };
        if weight > 0.0 && self.values.len() < MAX_EXACT {
            self.values.push((number, weight));
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        if self.values.is_empty() {
            self.kind = other.kind;
        }
        self.values.extend(&other.values);
    }

    pub(crate) fn weight(&self) -> f64 {
        self.values.iter().map(|(_, weight)| weight).sum()
    }

    pub(crate) fn rank(&self, value: f64) -> f64 {
        self.values.iter().filter(|(known, _)| *known <= value).map(|(_, weight)| weight).sum()
    }

    /// By nearest rank.
    pub(crate) fn percentile(&self, percentile: f64) -> Option<Dynamic> {
        let mut sorted = self.values.clone();
        sorted.sort_by(|left, right| left.0.total_cmp(&right.0));
        let wanted = self.weight() * percentile / 100.0;
        let mut passed = 0.0;
        let mut found = None;
        for (value, weight) in sorted {
            found = Some(value);
            passed += weight;
            if passed >= wanted {
                break;
            }
        }
        let number = found?;
        let whole = value::real_to_long(number);
        Some(match (self.kind, whole) {
            (Kind::Long, Some(whole)) => Dynamic::Long(whole),
            (Kind::DateTime, Some(ticks)) => Dynamic::DateTime(ticks),
            (Kind::TimeSpan, Some(ticks)) => Dynamic::TimeSpan(ticks),
            _ => Dynamic::Real(number),
        })
    }

    pub(crate) fn value(&self) -> Dynamic {
        let kind = match self.kind {
            Kind::Real => "real",
            Kind::Long => "long",
            Kind::DateTime => "datetime",
            Kind::TimeSpan => "timespan",
        };
        Dynamic::Array(vec![
            Dynamic::String("tdigest".to_owned()),
            Dynamic::String(kind.to_owned()),
            Dynamic::Array(self.values.iter().map(|(value, _)| Dynamic::Real(*value)).collect()),
            Dynamic::Array(self.values.iter().map(|(_, weight)| Dynamic::Real(*weight)).collect()),
        ])
    }
}
