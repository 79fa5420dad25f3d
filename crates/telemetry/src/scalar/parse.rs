//! Functions that take a text apart: paths, URLs, command lines, lines of CSV.

use bartizan_kql::function::Function as F;
use bartizan_kql::value::{Dynamic, Literal};

use super::arguments::dynamic;
use super::codec::url_decode;
use super::{Arguments, Implementation, Outcome, ScalarError};

pub(super) fn find(function: F) -> Option<Implementation> {
    Some(match function {
        F::ParsePath => |args| dynamic(path(args.text(0))),
        F::ParseUrl => |args| dynamic(url(args.text(0))),
        F::ParseUrlQuery => |args| {
            dynamic(Dynamic::Object(vec![("Query Parameters".to_owned(), query(args.text(0)))]))
        },
        F::ParseVersion => |args| Ok(version(args.text(0)).map_or(Literal::Null, Literal::Decimal)),
        F::ParseCommandLine => command_line,
        F::ParseCsv => |args| match args.text(0) {
            "" => Ok(Literal::Null),
            text => dynamic(texts(csv(text))),
        },
        _ => return None,
    })
}

/// Up to four numbers of up to eight digits, as one number.
fn version(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.trim().split('.').collect();
    if parts.len() > 4 {
        return None;
    }
    let mut number = 0_u128;
    for index in 0..4 {
        let part = parts.get(index).copied().unwrap_or("0");
        if part.is_empty() || part.len() > 8 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        number = number * 100_000_000 + part.parse::<u128>().ok()?;
    }
    Some(number.to_string())
}

fn texts(pieces: Vec<String>) -> Dynamic {
    Dynamic::Array(pieces.into_iter().map(Dynamic::String).collect())
}

fn bag(parts: &[(&str, &str)]) -> Vec<(String, Dynamic)> {
    parts
        .iter()
        .map(|(name, text)| ((*name).to_owned(), Dynamic::String((*text).to_owned())))
        .collect()
}

fn path(text: &str) -> Dynamic {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let is_slash = |letter: char| letter == '/' || letter == '\\';
    let root = if rest.get(1..2) == Some(":") { rest.get(..2).unwrap_or_default() } else { "" };
    let (directory, file) = match rest.rfind(is_slash) {
        Some(at) => (rest.get(..at).unwrap_or_default(), rest.get(at + 1..).unwrap_or_default()),
        None => ("", rest),
    };
    let (file, stream) = file.split_once(':').unwrap_or((file, ""));
    let directory_name = directory.rsplit(is_slash).next().unwrap_or_default();
    let directory_name = if directory_name == root { "" } else { directory_name };
    let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
    Dynamic::Object(bag(&[
        ("Scheme", scheme),
        ("RootPath", root),
        ("DirectoryPath", directory),
        ("DirectoryName", directory_name),
        ("Filename", file),
        ("Extension", extension),
        ("AlternateDataStreamName", stream),
    ]))
}

fn url(text: &str) -> Dynamic {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = match rest.find('/') {
        Some(at) => (rest.get(..at).unwrap_or_default(), rest.get(at..).unwrap_or_default()),
        None => (rest, ""),
    };
    let (account, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = account.split_once(':').unwrap_or((account, ""));
    let port_at = host
        .rfind(':')
        .filter(|at| host.get(at + 1..).is_some_and(|p| p.bytes().all(|b| b.is_ascii_digit())));
    let (host, port) = match port_at {
        Some(at) => (host.get(..at).unwrap_or_default(), host.get(at + 1..).unwrap_or_default()),
        None => (host, ""),
    };
    let mut parts = bag(&[
        ("Scheme", scheme),
        ("Host", host),
        ("Port", port),
        ("Path", path),
        ("Username", user),
        ("Password", password),
    ]);
    parts.push(("Query Parameters".to_owned(), query(parameters)));
    parts.push(("Fragment".to_owned(), Dynamic::String(fragment.to_owned())));
    Dynamic::Object(parts)
}

/// `k=v&k2=v2` as a bag.
fn query(text: &str) -> Dynamic {
    let pairs = text.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty());
    let mut properties: Vec<(String, Dynamic)> = Vec::new();
    for pair in pairs {
        let (name, parameter) = pair.split_once('=').unwrap_or((pair, ""));
        let parameter = Dynamic::String(url_decode(parameter, false));
        match properties.iter_mut().find(|(known, _)| known == name) {
            Some(known) => known.1 = parameter,
            None => properties.push((name.to_owned(), parameter)),
        }
    }
    Dynamic::Object(properties)
}

fn command_line(args: &Arguments<'_>) -> Outcome {
    if !args.text(1).eq_ignore_ascii_case("windows") {
        return Err(ScalarError::Unsupported(format!(
            "parse_command_line of the kind `{}`",
            args.text(1)
        )));
    }
    if args.text(0).trim().is_empty() {
        return Ok(Literal::Null);
    }
    dynamic(texts(windows_arguments(args.text(0))))
}

/// By the rules of the Microsoft C runtime: quotes group, backslashes count only before a quote.
fn windows_arguments(text: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut current: Option<String> = None;
    let mut quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                let mut slashes = 1;
                while letters.next_if_eq(&'\\').is_some() {
                    slashes += 1;
                }
                let before_quote = letters.peek() == Some(&'"');
                let kept = if before_quote { slashes / 2 } else { slashes };
                let argument = current.get_or_insert_default();
                argument.extend(std::iter::repeat_n('\\', kept));
                if before_quote && slashes % 2 == 1 {
                    letters.next();
                    argument.push('"');
                }
            }
            '"' => {
                let argument = current.get_or_insert_default();
                if quoted && letters.next_if_eq(&'"').is_some() {
                    argument.push('"');
                } else {
                    quoted = !quoted;
                }
            }
            ' ' | '\t' if !quoted => arguments.extend(current.take()),
            other => current.get_or_insert_default().push(other),
        }
    }
    arguments.extend(current);
    arguments
}

/// One record; a quoted value may hold commas, and quotes written twice.
fn csv(text: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut current = String::new();
    let mut quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.next_if_eq(&'"').is_some() => current.push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => values.push(std::mem::take(&mut current)),
            '\r' | '\n' if !quoted => break,
            other => current.push(other),
        }
    }
    values.push(current);
    values
}
