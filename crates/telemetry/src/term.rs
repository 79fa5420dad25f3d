//! Terms in text: the `has` family, and the other tests of one text for another.
//!
//! A term is a run of letters and digits; everything else, the underscore too, delimits.

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
}

impl TextMatcher {
    pub(crate) fn new(test: TextTest, caseless: bool, needle: &str) -> Self {
        let needle = if caseless { needle.to_lowercase() } else { needle.to_owned() };
        Self { test, caseless, needle }
    }

    /// Whether the text passes the test.
    pub(crate) fn matches(&self, text: &str) -> bool {
        if !self.caseless {
            return self.test_folded(text);
        }
        if text.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
            return self.test_folded(&text.to_lowercase());
        }
        self.test_folded(text)
    }

    fn test_folded(&self, text: &str) -> bool {
        let needle = self.needle.as_str();
        match self.test {
            TextTest::Equal => text == needle,
            TextTest::Contains => text.contains(needle),
            TextTest::StartsWith => text.starts_with(needle),
            TextTest::EndsWith => text.ends_with(needle),
            TextTest::Has => has_term(text, needle, true, true),
            TextTest::HasPrefix => has_term(text, needle, true, false),
            TextTest::HasSuffix => has_term(text, needle, false, true),
        }
    }
}

/// Whether the needle stands in the text with a boundary at the edges asked for. At an edge where the
/// needle itself begins or ends with a delimiter no boundary is needed.
fn has_term(text: &str, needle: &str, start: bool, end: bool) -> bool {
    if needle.is_empty() {
        return true;
    }
    let start = start && needle.chars().next().is_some_and(is_term);
    let end = end && needle.chars().next_back().is_some_and(is_term);
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| rest.find(needle)) {
        let at = from + found;
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
    fn prefix_and_suffix_drop_one_boundary() {
        assert!(TextMatcher::new(TextTest::HasPrefix, true, "Curl").matches("x curling"));
        assert!(TextMatcher::new(TextTest::HasSuffix, true, "LING").matches("x curling"));
        assert!(!TextMatcher::new(TextTest::HasPrefix, false, "Curl").matches("x curling"));
    }
}
