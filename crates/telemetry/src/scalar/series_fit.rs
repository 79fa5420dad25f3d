//! Statistics of series, and lines through them, as bags.

use bartizan_kql::function::Series as S;
use bartizan_kql::value::{Dynamic, Literal};

use super::arguments::dynamic;
use super::series::plain;
use super::{Arguments, Implementation, Outcome};

pub(super) fn find(function: S) -> Option<Implementation> {
    Some(match function {
        S::StatsDynamic => stats,
        S::FitLineDynamic => fit_line,
        _ => return None,
    })
}

fn bag(parts: Vec<(&str, Dynamic)>) -> Outcome {
    dynamic(Dynamic::Object(
        parts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    ))
}

#[expect(clippy::cast_precision_loss, reason = "lengths of series are small")]
fn stats(args: &Arguments<'_>) -> Outcome {
    let Some(numbers) = plain(args, 0).filter(|numbers| !numbers.is_empty()) else {
        return Ok(Literal::Null);
    };
    let (mut least, mut greatest) = (0, 0);
    for (at, number) in numbers.iter().enumerate() {
        if numbers.get(least).is_some_and(|known| number < known) {
            least = at;
        }
        if numbers.get(greatest).is_some_and(|known| number > known) {
            greatest = at;
        }
    }
    let at = |index: usize| Dynamic::Real(numbers.get(index).copied().unwrap_or_default());
    let place = |index: usize| Dynamic::Long(i64::try_from(index).unwrap_or(i64::MAX));
    let count = numbers.len() as f64;
    let sum: f64 = numbers.iter().sum();
    let mean = sum / count;
    let spread: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
    let variance = if count > 1.0 { spread / (count - 1.0) } else { 0.0 };
    bag(vec![
        ("min", at(least)),
        ("min_idx", place(least)),
        ("max", at(greatest)),
        ("max_idx", place(greatest)),
        ("avg", Dynamic::Real(mean)),
        ("stdev", Dynamic::Real(variance.sqrt())),
        ("variance", Dynamic::Real(variance)),
        ("sum", Dynamic::Real(sum)),
        ("len", place(numbers.len())),
    ])
}

#[expect(clippy::cast_precision_loss, reason = "lengths of series are small")]
fn fit_line(args: &Arguments<'_>) -> Outcome {
    let Some(numbers) = plain(args, 0).filter(|numbers| numbers.len() > 1) else {
        return Ok(Literal::Null);
    };
    let count = numbers.len() as f64;
    let mean_x = (count - 1.0) / 2.0;
    let mean_y = numbers.iter().sum::<f64>() / count;
    let (mut together, mut along, mut spread) = (0.0, 0.0, 0.0);
    for (at, number) in numbers.iter().enumerate() {
        let distance = at as f64 - mean_x;
        together += distance * (number - mean_y);
        along += distance * distance;
        spread += (number - mean_y).powi(2);
    }
    let slope = together / along;
    let interception = mean_y - slope * mean_x;
    let line: Vec<f64> = (0..numbers.len()).map(|at| interception + slope * at as f64).collect();
    let left: f64 = numbers.iter().zip(&line).map(|(number, on)| (number - on).powi(2)).sum();
    let r_square = if spread == 0.0 { 1.0 } else { 1.0 - left / spread };
    bag(vec![
        ("rsquare", Dynamic::Real(r_square)),
        ("slope", Dynamic::Real(slope)),
        ("variance", Dynamic::Real(spread / (count - 1.0))),
        ("rvariance", Dynamic::Real(left / (count - 1.0))),
        ("interception", Dynamic::Real(interception)),
        ("line_fit", Dynamic::Array(line.into_iter().map(Dynamic::Real).collect())),
    ])
}
