//! `os-release`: lines `NAME=value` in the quoting of a shell.

/// What distribution it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct System {
    pub(crate) name: String,
    pub(crate) version: String,
}

pub(crate) fn parse(text: &str) -> System {
    let value = |wanted: &str| {
        text.lines()
            .filter_map(|line| line.trim().split_once('='))
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| unquoted(value))
            .filter(|value| !value.is_empty())
    };
    System {
        name: value("NAME").unwrap_or_else(|| "Linux".to_owned()),
        // Rolling distributions have no version; some have a build instead.
        version: value("VERSION_ID").or_else(|| value("BUILD_ID")).unwrap_or_default(),
    }
}

fn unquoted(value: &str) -> String {
    let value = value.trim();
    let inner = ['"', '\'']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)));
    let mut letters = inner.unwrap_or(value).chars();
    let mut plain = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => plain.extend(letters.next()),
            other => plain.push(other),
        }
    }
    plain
}
