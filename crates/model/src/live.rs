//! Live response: what can be said to a device in a session, and by whom.
//!
//! The commands stand in one table. The server lets a line through by it, the device obeys by it, and completion and help
//! are made of it. How a command is carried out is decided elsewhere.

use std::{fmt, str::FromStr};

use crate::{DeviceId, IdError, LiveSessionId, TenantId, Text, Timestamp, TransferId};

/// How much a session may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LiveLevel {
    /// Look, and take copies.
    Basic,
    /// Change the machine too.
    Advanced,
}

impl LiveLevel {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Advanced => "advanced",
        }
    }
}

impl fmt::Display for LiveLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for LiveLevel {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        match text {
            "basic" => Ok(Self::Basic),
            "advanced" => Ok(Self::Advanced),
            _ => Err(IdError {
                kind: "a level of a live session",
                expected: "`basic` or `advanced`",
                text: text.to_owned(),
            }),
        }
    }
}

/// A message for a live session. It is signed by the server; the device checks every field before it obeys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveMessage {
    /// Whose device.
    pub tenant: TenantId,
    /// Which device.
    pub device: DeviceId,
    /// Which session.
    pub session: LiveSessionId,
    /// Counted from 0, which opens the session.
    pub sequence: u64,
    /// When it was signed.
    pub issued_at: Timestamp,
    /// From when on it must not be obeyed.
    pub expires_at: Timestamp,
    /// What it is about.
    pub order: LiveOrder,
}

/// What a message for a live session is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiveOrder {
    /// The session begins.
    Open {
        /// How much it may.
        level: LiveLevel,
        /// Who opened it.
        by: Text,
        /// After how many seconds without a message it ends by itself.
        idle_seconds: u32,
    },
    /// A line was typed.
    Line(LiveLine),
    /// How could this line go on?
    Complete {
        /// What is typed so far.
        text: Text,
    },
    /// The session is over.
    Close,
}

/// A line of a live session, with what it needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LiveLine {
    /// As it was typed.
    pub text: Text,
    /// The script that it runs.
    pub script: Option<LiveScript>,
    /// The file that it takes.
    pub file: Option<LiveFile>,
}

/// A script that was approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveScript {
    /// Its name.
    pub name: Text,
    /// What it says.
    pub content: Vec<u8>,
}

/// A file that is sent to a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveFile {
    /// Which transfer.
    pub transfer: TransferId,
    /// Its name.
    pub name: Text,
    /// Its length.
    pub length: u64,
    /// SHA-256 of all of it.
    pub sha256: [u8; 32],
}

/// A command of live response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveCommand {
    /// What is typed.
    pub name: &'static str,
    /// Which sessions may.
    pub level: LiveLevel,
    /// How it is written.
    pub usage: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// What its words are: `path`, `folder`, `pid`, `script`, `file`, `job` or `item`.
    pub words: &'static [&'static str],
    /// What can be added.
    pub options: &'static [LiveOption],
}

/// An option of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveOption {
    /// What is typed.
    pub name: &'static str,
    /// It needs a word after it.
    pub takes: bool,
    /// What it does.
    pub summary: &'static str,
}

const JSON: LiveOption =
    LiveOption { name: "--json", takes: false, summary: "answer as JSON instead of a table" };

const fn option(name: &'static str, takes: bool, summary: &'static str) -> LiveOption {
    LiveOption { name, takes, summary }
}

const fn basic(
    name: &'static str,
    usage: &'static str,
    summary: &'static str,
    words: &'static [&'static str],
    options: &'static [LiveOption],
) -> LiveCommand {
    LiveCommand { name, level: LiveLevel::Basic, usage, summary, words, options }
}

const fn advanced(
    name: &'static str,
    usage: &'static str,
    summary: &'static str,
    words: &'static [&'static str],
    options: &'static [LiveOption],
) -> LiveCommand {
    LiveCommand { name, level: LiveLevel::Advanced, usage, summary, words, options }
}

/// Every command there is.
pub const LIVE_COMMANDS: &[LiveCommand] = &[
    basic("help", "help [COMMAND]", "what can be said here", &["command"], &[]),
    basic("processes", "processes [NAME]", "what runs", &[], &[JSON]),
    basic("tree", "tree [PID]", "what runs, as a tree", &["pid"], &[JSON]),
    basic("connections", "connections", "sockets, and whose they are", &[], &[JSON]),
    basic("services", "services [NAME]", "units of the service manager", &[], &[JSON]),
    basic("timers", "timers", "what starts by the clock: timers, cron, at", &[], &[JSON]),
    basic("persistence", "persistence", "files that make something start again", &[], &[JSON]),
    basic("users", "users", "accounts, their keys, and who is signed in", &[], &[JSON]),
    basic("modules", "modules", "modules of the kernel", &[], &[JSON]),
    basic("fileinfo", "fileinfo PATH", "all about one file", &["path"], &[JSON]),
    basic(
        "find",
        "find [FOLDER] [--name GLOB] [--newer 2d] [--larger 1M] [--suid]",
        "files below a folder",
        &["folder"],
        &[
            option("--name", true, "whose name fits, as `*.sh`"),
            option("--newer", true, "changed within this time, as `30m`, `6h`, `2d`"),
            option("--larger", true, "larger than this, as `100K`, `5M`, `1G`"),
            option("--suid", false, "that run as their owner or group"),
            JSON,
        ],
    ),
    basic("getfile", "getfile PATH", "copy a file to the server", &["path"], &[]),
    basic(
        "scan",
        "scan FOLDER [--sha256 HASH]… [--name GLOB]… [--text TEXT]…",
        "look for files by hash, name or content",
        &["folder"],
        &[
            option("--sha256", true, "whose content has this hash"),
            option("--name", true, "whose name fits"),
            option("--text", true, "whose content holds this text"),
            JSON,
        ],
    ),
    basic("jobs", "jobs", "what runs in the background of this session", &[], &[JSON]),
    basic("cancel", "cancel JOB", "end a background job", &["job"], &[]),
    advanced(
        "putfile",
        "putfile FILE DESTINATION [--overwrite]",
        "copy a file from the server to the device",
        &["file", "path"],
        &[option("--overwrite", false, "also over a file that is there")],
    ),
    advanced("run", "run SCRIPT [ARGUMENT]…", "run a script of the library", &["script"], &[]),
    advanced("quarantine", "quarantine PATH", "take a file away", &["path"], &[]),
    advanced("restore", "restore ITEM", "give a file back from quarantine", &["item"], &[]),
    advanced(
        "isolate",
        "isolate [--hours N]",
        "cut the device off from all but its server",
        &[],
        &[option("--hours", true, "until when; 24 hours when not said")],
    ),
    advanced("release", "release", "let the device back to the network", &[], &[]),
    advanced("undo", "undo ACTION", "take an action back on this device", &["action"], &[]),
];

/// The command with this name.
#[must_use]
pub fn live_command(name: &str) -> Option<&'static LiveCommand> {
    LIVE_COMMANDS.iter().find(|command| command.name == name)
}

/// The words of a line, and whether a `&` at its end asks for the background. Blanks part words, quotes keep them
/// together, and a backslash keeps the next letter as it is, except in '…'.
///
/// # Errors
/// When a quote is not closed.
pub fn live_words(line: &str) -> Result<(Vec<String>, bool), &'static str> {
    let line = line.trim();
    let (line, background) = match line.strip_suffix('&') {
        Some(line) => (line, true),
        None => (line, false),
    };
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None::<char>);
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (letter, quote) {
            (letter, Some(open)) if letter == open => quote = None,
            ('\\', None | Some('"')) => {
                let next = letters.next().ok_or("nothing follows the last backslash")?;
                word.get_or_insert_default().push(next);
            }
            (letter, Some(_)) => word.get_or_insert_default().push(letter),
            ('\'' | '"', None) => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (letter, None) if letter.is_whitespace() => words.extend(word.take()),
            (letter, None) => word.get_or_insert_default().push(letter),
        }
    }
    if quote.is_some() {
        return Err("a quote is not closed");
    }
    words.extend(word);
    Ok((words, background))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_parted_by_blanks_and_kept_together_by_quotes() {
        for (line, words, background) in [
            ("processes", vec!["processes"], false),
            ("  find /tmp  --name '*.sh x' & ", vec!["find", "/tmp", "--name", "*.sh x"], true),
            (r#"run a "b \" c" d\ e '' "#, vec!["run", "a", "b \" c", "d e", ""], false),
            ("", vec![], false),
        ] {
            let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
            assert_eq!(live_words(line), Ok((words, background)), "{line}");
        }
        assert!(live_words("getfile 'a b").is_err());
        assert!(live_words("a \\").is_err());
    }

    #[test]
    fn whatever_changes_the_machine_is_of_the_advanced_level() {
        let basic: Vec<&str> = LIVE_COMMANDS
            .iter()
            .filter(|command| command.level == LiveLevel::Basic)
            .map(|command| command.name)
            .collect();

        assert_eq!(
            basic.join(" "),
            "help processes tree connections services timers persistence users modules fileinfo find getfile \
             scan jobs cancel"
        );
        assert_eq!(live_command("run").map(|run| run.level), Some(LiveLevel::Advanced));
        assert_eq!(live_command("sh"), None);
        for level in [LiveLevel::Basic, LiveLevel::Advanced] {
            assert_eq!(level.word().parse(), Ok(level));
        }
    }
}
