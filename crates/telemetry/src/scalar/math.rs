//! Functions of numbers beyond arithmetic: angles, gamma and beta, units of measure.

use bartizan_kql::Type;
use bartizan_kql::function::Math as M;
use bartizan_kql::value::Literal;

use super::arguments::{real, truth, whole};
use super::unit::{Quantity, convert};
use super::{Arguments, Implementation, Outcome, digest};

pub(super) fn find(function: M) -> Option<Implementation> {
    Some(match function {
        M::Cos => |args| each(args, f64::cos),
        M::Sin => |args| each(args, f64::sin),
        M::Tan => |args| each(args, f64::tan),
        M::Acos => |args| each(args, f64::acos),
        M::Asin => |args| each(args, f64::asin),
        M::Atan => |args| each(args, f64::atan),
        M::Atan2 => |args| real(args.real(0).and_then(|y| Some(y.atan2(args.real(1)?)))),
        M::Cot => |args| each(args, |angle| 1.0 / angle.tan()),
        M::Pi => |_| real(Some(std::f64::consts::PI)),
        M::Degrees => |args| each(args, f64::to_degrees),
        M::Radians => |args| each(args, f64::to_radians),
        M::Exp2 => |args| each(args, f64::exp2),
        M::Exp10 => |args| each(args, |power| 10_f64.powf(power)),
        M::Gamma => |args| each(args, libm::tgamma),
        M::LogGamma => |args| each(args, libm::lgamma),
        M::Erf => |args| each(args, libm::erf),
        M::Erfc => |args| each(args, libm::erfc),
        M::BetaCdf => |args| beta(args, beta_cdf),
        M::BetaInv => |args| beta(args, beta_inverse),
        M::BetaPdf => |args| beta(args, beta_density),
        M::WelchTest => welch_test,
        M::BitsetCountOnes => {
            |args| whole(args.long(0).map(|bits| i64::from(bits.count_ones())), Type::Long)
        }
        M::Around => around,
        M::ConvertAngle => |args| convert(args, Quantity::Angle),
        M::ConvertEnergy => |args| convert(args, Quantity::Energy),
        M::ConvertForce => |args| convert(args, Quantity::Force),
        M::ConvertLength => |args| convert(args, Quantity::Length),
        M::ConvertMass => |args| convert(args, Quantity::Mass),
        M::ConvertSpeed => |args| convert(args, Quantity::Speed),
        M::ConvertTemperature => |args| convert(args, Quantity::Temperature),
        M::ConvertVolume => |args| convert(args, Quantity::Volume),
        M::DcountHll
        | M::HllMerge
        | M::PercentileTdigest
        | M::PercentilesArrayTdigest
        | M::RankTdigest
        | M::PercentRankTdigest
        | M::TdigestMerge
        | M::MergeTdigest => return digest::find(function),
    })
}

fn each(args: &Arguments<'_>, work: fn(f64) -> f64) -> Outcome {
    real(args.real(0).map(work))
}

fn beta(args: &Arguments<'_>, work: fn(f64, f64, f64) -> f64) -> Outcome {
    let values = (args.real(0), args.real(1), args.real(2));
    let (Some(x), Some(alpha), Some(beta)) = values else { return Ok(Literal::Null) };
    real(Some(work(x, alpha, beta)))
}

fn beta_density(x: f64, alpha: f64, beta: f64) -> f64 {
    if !(0.0..=1.0).contains(&x) || alpha <= 0.0 || beta <= 0.0 {
        return f64::NAN;
    }
    let log_beta = libm::lgamma(alpha) + libm::lgamma(beta) - libm::lgamma(alpha + beta);
    ((alpha - 1.0) * x.ln() + (beta - 1.0) * (-x).ln_1p() - log_beta).exp()
}

fn beta_cdf(x: f64, alpha: f64, beta: f64) -> f64 {
    if !(0.0..=1.0).contains(&x) {
        return f64::NAN;
    }
    // All of a distribution without a shape is at zero.
    if alpha <= 0.0 || beta <= 0.0 {
        return 1.0;
    }
    incomplete_beta(x, alpha, beta)
}

/// By halving: the cumulative distribution only grows.
fn beta_inverse(probability: f64, alpha: f64, beta: f64) -> f64 {
    if !(0.0..=1.0).contains(&probability) || alpha <= 0.0 || beta <= 0.0 {
        return f64::NAN;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if incomplete_beta(middle, alpha, beta) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// The regularised incomplete beta function.
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    let log_front =
        libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * x.ln() + b * (-x).ln_1p();
    if x < (a + 1.0) / (a + b + 2.0) {
        log_front.exp() * continued_fraction(x, a, b) / a
    } else {
        1.0 - log_front.exp() * continued_fraction(1.0 - x, b, a) / b
    }
}

/// Lentz's method.
fn continued_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut result = d;
    for step in 1..500 {
        let m = f64::from(step);
        for term in [
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
        ] {
            d = 1.0 / away_from_zero(1.0 + term * d);
            c = away_from_zero(1.0 + term / c);
            result *= d * c;
        }
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
    }
    result
}

fn welch_test(args: &Arguments<'_>) -> Outcome {
    let values: Option<Vec<f64>> = (0..6).map(|index| args.real(index)).collect();
    let Some([mean1, variance1, count1, mean2, variance2, count2]) = values.as_deref() else {
        return Ok(Literal::Null);
    };
    let (spread1, spread2) = (variance1 / count1, variance2 / count2);
    let spread = spread1 + spread2;
    let t2 = (mean1 - mean2).powi(2) / spread;
    let freedom =
        spread.powi(2) / (spread1.powi(2) / (count1 - 1.0) + spread2.powi(2) / (count2 - 1.0));
    real(Some(incomplete_beta(freedom / (freedom + t2), freedom / 2.0, 0.5)))
}

fn around(args: &Arguments<'_>) -> Outcome {
    if let (Some(value), Some(center), Some(delta)) = (args.long(0), args.long(1), args.long(2)) {
        let inside = value.checked_sub(center).map(|distance| distance.unsigned_abs());
        return truth(inside.map(|distance| distance <= delta.unsigned_abs()));
    }
    let inside = (|| {
        let (value, center, delta) = (args.real(0)?, args.real(1)?, args.real(2)?);
        Some((value - center).abs() <= delta)
    })();
    truth(inside)
}
