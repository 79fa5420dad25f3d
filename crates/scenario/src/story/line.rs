//! One line of a story: words and commands in, one of the forms out.

use std::{net::SocketAddr, time::Duration};

use bartizan_model::{FileOperation, Severity};

use super::{Act, Given, Line, Name, Seen, Start, Then, When};
use Token::{Command as C, Word as W};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    /// Text between backticks.
    Command(&'a str),
}

type Read<T> = Result<T, String>;

/// Read a line that is not empty and no remark.
pub(super) fn read(text: &str) -> Read<Line> {
    let tokens = tokens(text)?;
    match tokens.as_slice() {
        [W("given"), rest @ ..] => given(rest).map(Line::Given),
        [W("when"), rest @ ..] => when(rest).map(Line::When),
        [W("then"), rest @ ..] => then(rest, text).map(Line::Then),
        _ => Err("a line begins with given, when or then".to_owned()),
    }
}

fn given(tokens: &[Token<'_>]) -> Read<Given> {
    match tokens {
        [W("tenant"), W(tenant)] => Ok(Given::Tenant((*tenant).to_owned())),
        [W("device"), W(device), W("linux")] => Ok(Given::Device((*device).to_owned())),
        [W("process"), W(process), rest @ ..] => {
            let (mut under, mut on, mut others) = (None, None, rest);
            while let [W(word @ ("under" | "on")), W(what), rest @ ..] = others {
                if *word == "under" {
                    under = Some(name(what)?);
                } else {
                    on = Some((*what).to_owned());
                }
                others = rest;
            }
            Ok(Given::Process { name: name(process)?, start: start(others)?, under, on })
        }
        _ => {
            Err("no form of `given` fits: tenant NAME, device NAME linux, process NAME[PID] …"
                .into())
        }
    }
}

fn when(tokens: &[Token<'_>]) -> Read<When> {
    Ok(match tokens {
        [W(time), W("pass" | "passes")] => When::Pass(duration(time)?),
        [W(device), W("is"), W("offline")] => When::Offline((*device).to_owned()),
        [W(device), W("is"), W("online")] => When::Online((*device).to_owned()),
        [W("the"), W("next"), W("event"), W("arrives"), W("late")] => When::NextArrivesLate,
        [W("the"), W("last"), W("batch"), W("arrives"), W("twice")] => When::LastBatchTwice,
        [W("everything"), W("arrives"), W("twice")] => When::EverythingTwice,
        [W("the"), W("server"), W("restarts")] => When::ServerRestarts,
        [W("incident"), W(number), W("is"), W("resolved")] => When::Resolved(
            number.parse().map_err(|_not_a_number| format!("`{number}` is no incident number"))?,
        ),
        [W(process), rest @ ..] => When::Act(name(process)?, act(rest)?),
        _ => return Err("no form of `when` fits".to_owned()),
    })
}

fn act(tokens: &[Token<'_>]) -> Read<Act> {
    Ok(match tokens {
        [W("runs"), W(process), rest @ ..] => Act::Runs(name(process)?, start(rest)?),
        [W("becomes"), W(process), rest @ ..] => Act::Becomes(name(process)?, start(rest)?),
        [W("forks"), W(process)] => Act::Forks(name(process)?),
        [W("connects"), W(to), rest @ ..] => {
            let (fails, udp) = match rest {
                [] => (false, false),
                [W("and"), W("fails")] => (true, false),
                [W("over"), W("udp")] => (false, true),
                _ => {
                    return Err("after the address comes `and fails`, `over udp` or nothing".into());
                }
            };
            Act::Connects { to: address(to)?, fails, udp }
        }
        [W("creates"), W(path)] => change(FileOperation::Created, path, None),
        [W("writes"), W(path)] => change(FileOperation::Modified, path, None),
        [W("deletes"), W(path)] => change(FileOperation::Deleted, path, None),
        [W("renames"), W(from), W("to"), W(path)] => {
            change(FileOperation::Renamed, path, Some((*from).to_owned()))
        }
        [W("ends")] => Act::Ends(Some(0)),
        [W("ends"), W("with"), W(code)] => {
            Act::Ends(Some(code.parse().map_err(|_no_code| format!("`{code}` is no exit code"))?))
        }
        _ => {
            return Err("a process runs, forks, becomes, connects, creates, writes, deletes, \
                        renames … to … or ends; this fits none of these forms"
                .to_owned());
        }
    })
}

fn change(operation: FileOperation, path: &str, previous: Option<String>) -> Act {
    Act::Changes(operation, path.to_owned(), previous)
}

/// `` `command` as USER in FOLDER within CONTAINER ``, all of it optional.
fn start(tokens: &[Token<'_>]) -> Read<Start> {
    let mut start = Start::default();
    let mut rest = tokens;
    loop {
        rest = match rest {
            [] => return Ok(start),
            [C(command), rest @ ..] if start.command.is_none() => {
                start.command = Some((*command).to_owned());
                rest
            }
            [W("as"), W(user), rest @ ..] => {
                start.user = Some((*user).to_owned());
                rest
            }
            [W("in"), W(directory), rest @ ..] => {
                start.directory = Some((*directory).to_owned());
                rest
            }
            [W("within"), W(container), rest @ ..] => {
                start.container = Some((*container).to_owned());
                rest
            }
            _ => {
                return Err(
                    "after the process come `command`, as USER, in FOLDER, within CONTAINER"
                        .to_owned(),
                );
            }
        };
    }
}

fn then(tokens: &[Token<'_>], text: &str) -> Read<Then> {
    match tokens {
        [W("nothing")] | [W("nothing"), W("else")] => Ok(Then::Nothing),
        [W("alert"), W(rule), W(grave), on @ ..] => {
            let on = match on {
                [] => None,
                [W("on"), W(process)] => Some(name(process)?),
                _ => return Err("after the severity comes `on NAME[PID]` or nothing".to_owned()),
            };
            Ok(Then::Alert { rule: (*rule).to_owned(), severity: severity(grave)?, on })
        }
        [W("incident"), W("on"), W(device), W("with"), rules @ ..] => incident(None, device, rules),
        [W("incident"), W(grave), W("on"), W(device), W("with"), rules @ ..] => {
            incident(Some(severity(grave)?), device, rules)
        }
        [W("evidence"), ..] => {
            let listed = text.split_once("evidence").map(|(_, listed)| listed).unwrap_or_default();
            listed
                .split(", ")
                .map(|what| seen(what.trim()))
                .collect::<Read<_>>()
                .map(Then::Evidence)
        }
        _ => Err("no form of `then` fits: alert RULE SEVERITY on NAME[PID], incident SEVERITY on \
                  DEVICE with RULE, RULE; evidence …; nothing else"
            .to_owned()),
    }
}

fn incident(severity: Option<Severity>, device: &str, rules: &[Token<'_>]) -> Read<Then> {
    let rules: Vec<String> = rules
        .iter()
        .filter_map(|token| match token {
            W(rule) => Some(rule.trim_end_matches(',').to_owned()),
            C(_) => None,
        })
        .collect();
    if rules.is_empty() {
        return Err("an incident has at least one rule".to_owned());
    }
    Ok(Then::Incident { severity, device: device.to_owned(), rules })
}

fn seen(what: &str) -> Read<Seen> {
    if what.starts_with('/') && !what.ends_with(']') {
        return Ok(Seen::File(what.to_owned()));
    }
    if let Ok(address) = what.parse() {
        return Ok(Seen::Address(address));
    }
    what.split(" > ").map(|process| name(process.trim())).collect::<Read<_>>().map(Seen::Line)
}

fn severity(word: &str) -> Read<Severity> {
    Severity::from_word(word).ok_or_else(|| format!("`{word}` is no severity"))
}

fn address(text: &str) -> Read<SocketAddr> {
    text.parse().map_err(|_no_address| format!("`{text}` is no address with a port"))
}

fn name(text: &str) -> Read<Name> {
    let wrong = || format!("`{text}` is no process: expected NAME[PID] or /path/NAME[PID]");
    let (image, pid) = text.strip_suffix(']').and_then(|t| t.split_once('[')).ok_or_else(wrong)?;
    let pid = pid.parse().map_err(|_not_a_number| wrong())?;
    if image.is_empty() || image.ends_with('/') {
        return Err(wrong());
    }
    Ok(Name { image: image.to_owned(), pid })
}

fn duration(text: &str) -> Read<Duration> {
    let wrong = || format!("`{text}` is no time: expected for example 30s, 10m, 2h or 8d");
    let unit = match text.as_bytes().last() {
        Some(b's') => 1,
        Some(b'm') => 60,
        Some(b'h') => 3_600,
        Some(b'd') => 86_400,
        _ => return Err(wrong()),
    };
    let number = text.get(..text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let number: u32 = number.parse().map_err(|_not_a_number| wrong())?;
    Ok(Duration::from_secs(u64::from(number) * unit))
}

/// Words, and what stands between backticks as one.
fn tokens(text: &str) -> Read<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('`') {
            let (command, after) =
                quoted.split_once('`').ok_or_else(|| "a backtick has no other".to_owned())?;
            tokens.push(C(command));
            rest = after.trim_start();
        } else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            tokens.push(W(word));
            rest = after.trim_start();
        }
    }
    Ok(tokens)
}
