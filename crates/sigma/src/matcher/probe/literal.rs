//! The literals of which every text matched by a regular expression must contain one, in folded form.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::pattern::fold;

/// Shorter literals are in nearly every text and only cost time.
const SHORTEST: usize = 2;
/// Larger sets cost more than they save.
const MOST: usize = 64;

/// The most telling set of such literals, if there is one worth looking for.
pub(super) fn required(source: &str) -> Option<Vec<String>> {
    required_in(&regex_syntax::parse(source).ok()?)
}

fn required_in(hir: &Hir) -> Option<Vec<String>> {
    let mut runs = Runs::default();
    runs.take(hir);
    runs.finish();
    runs.best
}

/// Walks the expression from left to right and joins neighbouring literals.
#[derive(Debug, Default)]
struct Runs {
    current: String,
    best: Option<Vec<String>>,
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
            HirKind::Alternation(branches) => {
                self.finish();
                let sets: Option<Vec<_>> = branches.iter().map(required_in).collect();
                if let Some(sets) = sets {
                    self.consider(sets.concat());
                }
            }
        }
    }

    fn finish(&mut self) {
        let run = std::mem::take(&mut self.current);
        self.consider(vec![run]);
    }

    /// Long literals are found less often by chance, and so are few.
    fn consider(&mut self, mut set: Vec<String>) {
        set.sort_unstable();
        set.dedup();
        let shortest = |set: &[String]| set.iter().map(String::len).min().unwrap_or(0);
        if shortest(&set) < SHORTEST || set.len() > MOST {
            return;
        }
        let worth = |set: &[String]| (shortest(set).min(8), std::cmp::Reverse(set.len()));
        if self.best.as_ref().is_none_or(|best| worth(&set) > worth(best)) {
            self.best = Some(set);
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

    fn found(source: &str) -> String {
        required(source).map_or("nothing".to_owned(), |set| set.join(" "))
    }

    #[test]
    fn the_most_telling_literals_are_found() {
        assert_eq!(found(r"\d+foo-BAR(x|y)"), "foo-bar");
        // Under `(?i)` an `s` is also `ſ`, which folds to itself: it ends the literal.
        assert_eq!(found(r"(?i)PowerShell.*x"), "power");
        assert_eq!(found(r"(abc)?z"), "nothing");
        assert_eq!(found(r"\s(curl|wget) "), "curl wget");
        assert_eq!(found(r"(one|t.o)"), "nothing");
        assert_eq!(found(r"(abc)+d"), "abc");
        assert_eq!(found(r"ab|(cde|fgh)i"), "ab cde fgh");
    }
}
