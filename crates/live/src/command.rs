//! The commands: each looks at one thing and answers with a table. What changes the machine is asked of `remediation`.

mod connection;
mod file;
mod process;
mod script;
mod search;
mod service;
mod user;

use std::path::{Path, PathBuf};

use bartizan_model::{LIVE_COMMANDS, LiveCommand, LiveLevel, LiveLine, live_command, live_words};

use crate::{
    answer::{Answers, Ended, Outcome, Table},
    live::Shared,
    session::Session,
    transfer,
};

pub(crate) use process::pids;

/// What a command knows besides its words.
pub(crate) struct Context<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) session: &'a Session,
    pub(crate) sequence: u64,
    pub(crate) line: &'a LiveLine,
}

impl Context<'_> {
    pub(crate) fn root(&self) -> &Path {
        &self.shared.config.root
    }

    pub(crate) fn proc(&self) -> &Path {
        &self.shared.config.proc
    }

    /// Where a path of a line is.
    pub(crate) fn path(&self, path: &str) -> Outcome<PathBuf> {
        if !path.starts_with('/') {
            return Err(Ended::Failed(format!("`{path}` is no absolute path")));
        }
        Ok(self.root().join(path.trim_start_matches('/')))
    }

    /// A path as the machine's own people know it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        let below = path.strip_prefix(self.root()).unwrap_or(path);
        format!("/{}", below.display()).replacen("//", "/", 1)
    }
}

/// A line's words, sorted: those that stand alone, and options.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub(crate) alone: Vec<String>,
    options: Vec<(String, String)>,
}

impl Words {
    pub(crate) fn has(&self, option: &str) -> bool {
        self.options.iter().any(|(name, _)| name == option)
    }

    pub(crate) fn all<'a>(&'a self, option: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        let fits = move |(name, _): &&(String, String)| name == option;
        self.options.iter().filter(fits).map(|(_, value)| value.as_str())
    }

    pub(crate) fn of<'a>(&'a self, option: &'a str) -> Option<&'a str> {
        self.all(option).last()
    }

    pub(crate) fn json(&self) -> bool {
        self.has("--json")
    }
}

/// Carries a line out.
pub(crate) fn carry_out(context: &Context<'_>, answers: &mut Answers) -> Outcome {
    let (words, _) = live_words(&context.line.text).map_err(|why| Ended::Failed(why.to_owned()))?;
    let Some((name, rest)) = words.split_first() else { return Ok(()) };
    let command = live_command(name)
        .ok_or_else(|| Ended::Failed(format!("there is no command `{name}`; try `help`")))?;
    // The server judges by role; the device holds to the level that the session was opened with.
    if command.level > context.session.level {
        let why = format!("`{name}` needs a session of the advanced level");
        return Err(Ended::Failed(why));
    }
    if command.name == "run" {
        return script::run(context, rest, answers);
    }
    let words = sorted(command, rest)?;
    match command.name {
        "help" => help(&words, context.session.level, answers),
        "processes" => process::processes(context, &words, answers),
        "tree" => process::tree(context, &words, answers),
        "connections" => connection::connections(context, &words, answers),
        "services" => service::services(context, &words, answers),
        "timers" => service::timers(context, &words, answers),
        "persistence" => service::persistence(context, &words, answers),
        "users" => user::users(context, &words, answers),
        "modules" => user::modules(context, &words, answers),
        "fileinfo" => file::fileinfo(context, &words, answers),
        "find" => search::find(context, &words, answers),
        "scan" => search::scan(context, &words, answers),
        "getfile" => transfer::getfile(context, &words, answers),
        "putfile" => transfer::putfile(context, &words, answers),
        "jobs" => jobs(context, &words, answers),
        "cancel" => cancel(context, &words, answers),
        other => Err(Ended::Failed(format!("`{other}` is done by the server, as an action"))),
    }
}

fn sorted(command: &LiveCommand, words: &[String]) -> Outcome<Words> {
    let usage = || Ended::Failed(format!("write it as `{}`", command.usage));
    let mut sorted = Words::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if !word.starts_with("--") {
            sorted.alone.push(word.clone());
            continue;
        }
        let option = command.options.iter().find(|option| option.name == word).ok_or_else(usage)?;
        let value =
            if option.takes { words.next().ok_or_else(usage)?.clone() } else { String::new() };
        sorted.options.push((word.clone(), value));
    }
    Ok(sorted)
}

fn help(words: &Words, level: LiveLevel, answers: &mut Answers) -> Outcome {
    if let Some(name) = words.alone.first() {
        let command = live_command(name)
            .ok_or_else(|| Ended::Failed(format!("there is no command `{name}`")))?;
        let mut text = format!("{}\n  {} ({})\n", command.usage, command.summary, command.level);
        for option in command.options {
            text.push_str(&format!("  {:<12} {}\n", option.name, option.summary));
        }
        return answers.text(&text);
    }
    let mut table = Table::new(answers, &["command", "level", "what it does"], false);
    for command in LIVE_COMMANDS.iter().filter(|command| command.level <= level) {
        let (usage, level) = (command.usage.to_owned(), command.level.to_string());
        table.row(vec![usage, level, command.summary.to_owned()])?;
    }
    table.finish()
}

fn jobs(context: &Context<'_>, words: &Words, answers: &mut Answers) -> Outcome {
    let jobs = context.session.jobs();
    let mut table = Table::new(answers, &["job", "for", "line"], words.json());
    for job in jobs {
        let seconds = job.begun.elapsed().as_secs();
        table.row(vec![job.number.to_string(), format!("{seconds} s"), job.text])?;
    }
    table.finish()
}

fn cancel(context: &Context<'_>, words: &Words, answers: &mut Answers) -> Outcome {
    let number = match words.alone.first() {
        Some(word) => {
            word.parse().map_err(|_no_number| Ended::Failed(format!("`{word}` is no job")))?
        }
        None => 0,
    };
    match context.session.cancel(number, context.sequence) {
        0 => Err(Ended::Failed("there is no such job (any more)".to_owned())),
        _ => answers.text("told to stop"),
    }
}
