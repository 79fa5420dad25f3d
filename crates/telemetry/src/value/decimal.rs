//! Decimal numbers, held as their text.

use std::cmp::Ordering;

/// Order of two decimal numbers, exactly.
pub(super) fn order(left: &str, right: &str) -> Option<Ordering> {
    let (Some(a), Some(b)) = (DecimalDigits::of(left), DecimalDigits::of(right)) else {
        return left.parse::<f64>().ok()?.partial_cmp(&right.parse::<f64>().ok()?);
    };
    Some(match (a.negative, b.negative) {
        (false, false) => a.size(&b),
        (true, true) => b.size(&a),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    })
}

/// A decimal number without zeros that say nothing.
struct DecimalDigits<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
}

impl<'a> DecimalDigits<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
            return None;
        }
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let zero = whole.is_empty() && fraction.is_empty();
        Some(Self { negative: negative && !zero, whole, fraction })
    }

    fn size(&self, other: &Self) -> Ordering {
        let whole = self.whole.len().cmp(&other.whole.len()).then(self.whole.cmp(other.whole));
        whole.then(self.fraction.cmp(other.fraction))
    }
}
