//! Functions of regular expressions.

use bartizan_kql::Type;
use bartizan_kql::function::Function as F;
use bartizan_kql::value::{Dynamic, Literal};
use regex::{Captures, Regex};

use super::arguments::{compile, dynamic, string};
use super::operator::wrong;
use super::text::{Search, position};
use super::{Arguments, Implementation, Outcome, Prepared, ScalarError};
use crate::value;

pub(super) fn find(function: F) -> Option<Implementation> {
    Some(match function {
        F::Trim => |args| trim(args, true, true),
        F::TrimStart => |args| trim(args, true, false),
        F::TrimEnd => |args| trim(args, false, true),
        F::ReplaceRegex => replace_regex,
        F::IndexOfRegex => index_of_regex,
        F::Extract => extract,
        F::ExtractAll => extract_all,
        _ => return None,
    })
}

fn trim(args: &Arguments<'_>, start: bool, end: bool) -> Outcome {
    let regex = match args.prepared {
        Prepared::Regex(regex) => regex.clone(),
        _ => {
            let pattern = args.text(0);
            compile(&match (start, end) {
                (true, true) => format!("^(?:{pattern})|(?:{pattern})$"),
                (true, false) => format!("^(?:{pattern})"),
                _ => format!("(?:{pattern})$"),
            })?
        }
    };
    let mut text = args.text(1);
    if start && let Some(found) = regex.find(text).filter(|found| found.start() == 0) {
        text = text.get(found.end()..).unwrap_or_default();
    }
    if end {
        let last =
            regex.find_iter(text).filter(|found| found.end() == text.len() && !found.is_empty());
        if let Some(found) = last.last() {
            text = text.get(..found.start()).unwrap_or_default();
        }
    }
    string(text)
}

fn replace_regex(args: &Arguments<'_>) -> Outcome {
    let regex = args.regex(args.text(1))?;
    let rewrite = rewrite(args.text(2));
    string(regex.replace_all(args.text(0), rewrite.as_str()).into_owned())
}

/// `\1` as this engine writes it, and everything else as it stands.
fn rewrite(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek().copied()) {
            ('\\', Some(digit)) if digit.is_ascii_digit() => {
                letters.next();
                out.extend(["${", &digit.to_string(), "}"]);
            }
            ('\\', Some('\\')) => {
                letters.next();
                out.push('\\');
            }
            ('$', _) => out.push_str("$$"),
            (letter, _) => out.push(letter),
        }
    }
    out
}

fn index_of_regex(args: &Arguments<'_>) -> Outcome {
    // Unlike `indexof`, a start before the text is no start.
    let search =
        Search::of(args).filter(|_| args.len() < 3 || args.long(2).is_some_and(|at| at >= 0));
    let Some(search) = search else { return Ok(Literal::Null) };
    let regex = args.regex(args.text(1))?;
    let haystack = search.within(args.text(0));
    let found = regex.find_iter(&haystack).nth(search.occurrence - 1).map(|found| found.start());
    position(found, &haystack, search.start)
}

fn extract(args: &Arguments<'_>) -> Outcome {
    let regex = args.regex(args.text(0))?;
    let group = args.long(1).and_then(|group| usize::try_from(group).ok());
    let found = group.and_then(|group| {
        let captures = regex.captures(args.text(2))?;
        captures.get(group).map(|found| found.as_str().to_owned())
    });
    Ok(match (found, args.ty) {
        (Some(text), Type::String) => Literal::String(text),
        (None, Type::String) => Literal::String(String::new()),
        (Some(text), ty) => value::convert(&Literal::String(text), ty),
        (None, _) => Literal::Null,
    })
}

fn extract_all(args: &Arguments<'_>) -> Outcome {
    let regex = args.regex(args.text(0))?;
    let groups = wanted_groups(args, &regex)?;
    let text = args.text(args.len() - 1);
    let found: Vec<Dynamic> =
        regex.captures_iter(text).map(|captures| captured(&captures, &groups)).collect();
    if found.is_empty() {
        return Ok(Literal::Null);
    }
    dynamic(Dynamic::Array(found))
}

fn captured(captures: &Captures<'_>, groups: &[usize]) -> Dynamic {
    let text = |group: &usize| {
        let text = captures.get(*group).map(|found| found.as_str()).unwrap_or_default();
        Dynamic::String(text.to_owned())
    };
    match groups {
        [only] => text(only),
        several => Dynamic::Array(several.iter().map(text).collect()),
    }
}

/// The groups asked for, by number or name; all when none are.
fn wanted_groups(args: &Arguments<'_>, regex: &Regex) -> Result<Vec<usize>, ScalarError> {
    let all = regex.captures_len();
    if all < 2 {
        return Err(wrong("extract_all: the regular expression has no group"));
    }
    if args.len() < 3 {
        return Ok((1..all).collect());
    }
    let named = |name: &str| regex.capture_names().position(|known| known == Some(name));
    let wanted = args.array(1).unwrap_or_default().iter().map(|group| match group {
        Dynamic::Long(number) => usize::try_from(*number).ok().filter(|group| *group < all),
        Dynamic::String(name) => named(name),
        _ => None,
    });
    wanted
        .collect::<Option<Vec<_>>>()
        .filter(|groups| !groups.is_empty())
        .ok_or_else(|| wrong("extract_all: a group that the regular expression does not have"))
}
