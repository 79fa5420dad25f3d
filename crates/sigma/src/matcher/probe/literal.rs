//! The literal that every text matched by a regular expression must contain, in folded form.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::pattern::fold;

/// Shorter literals are in nearly every text and only cost time.
const SHORTEST: usize = 3;

/// The longest such literal, if there is one worth looking for.
pub(super) fn required(source: &str) -> Option<String> {
    let hir = regex_syntax::parse(source).ok()?;
    let mut runs = Runs::default();
    runs.take(&hir);
    runs.finish();
    runs.longest.filter(|l| l.len() >= SHORTEST)
}

/// Walks the expression from left to right and joins neighbouring literals.
#[derive(Debug, Default)]
struct Runs {
    current: String,
    longest: Option<String>,
}

impl Runs {
    fn take(&mut self, hir: &Hir) {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => self.current.push_str(&fold(text)),
                Err(_bytes) => self.finish(),
            },
            HirKind::Class(class) => match one_letter(class) {
                Some(letter) => self.current.push_str(&letter),
                None => self.finish(),
            },
            HirKind::Capture(capture) => self.take(&capture.sub),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.take(part)),
            HirKind::Repetition(repetition) => {
                self.finish();
                if repetition.min > 0 {
                    self.take(&repetition.sub);
                    self.finish();
                }
            }
            HirKind::Alternation(_) => self.finish(),
        }
    }

    fn finish(&mut self) {
        let run = std::mem::take(&mut self.current);
        if run.len() > self.longest.as_ref().map_or(0, String::len) {
            self.longest = Some(run);
        }
    }
}

/// The letter of a class that only has it in both cases: what `(?i)a` becomes.
fn one_letter(class: &Class) -> Option<String> {
    let Class::Unicode(class) = class else { return None };
    let mut letter: Option<String> = None;
    for range in class.ranges() {
        if range.len() > 2 {
            return None;
        }
        for c in range.start()..=range.end() {
            let folded = fold(c.encode_utf8(&mut [0; 4])).into_owned();
            if letter.get_or_insert_with(|| folded.clone()) != &folded {
                return None;
            }
        }
    }
    letter
}

#[cfg(test)]
mod tests {
    use super::required;

    #[test]
    fn the_longest_required_literal_is_found() {
        assert_eq!(required(r"\d+foo-BAR(x|y)").as_deref(), Some("foo-bar"));
        // Under `(?i)` an `s` is also `ſ`, which folds to itself: it ends the literal.
        assert_eq!(required(r"(?i)PowerShell.*x").as_deref(), Some("power"));
        assert_eq!(required(r"(abc)?z"), None);
        assert_eq!(required(r"(one|two)"), None);
        assert_eq!(required(r"(abc)+d").as_deref(), Some("abc"));
    }
}
