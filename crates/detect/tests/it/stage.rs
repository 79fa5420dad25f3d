//! A folder with files of events, and rules as text.

use std::path::PathBuf;

use bartizan_detect::{
    Detail, Found, Mapping, Report, Routing, RuleFile, RuleSet, Settings, Totals, find_events, run,
};

/// A rule about commands on Linux.
pub(crate) const WHOAMI: &str = "
title: Who am I
id: 11111111-1111-4111-8111-111111111111
description: Somebody asks who they are.
level: high
tags: [attack.discovery, attack.t1033]
falsepositives: [Scripts]
logsource: { product: linux, category: process_creation }
detection:
  selection: { Image|endswith: /whoami }
  condition: selection
";

/// A rule about a Windows service log.
pub(crate) const DEFENDER: &str = "
title: Threat found
id: 22222222-2222-4222-8222-222222222222
level: medium
logsource: { product: windows, service: windefend }
detection:
  selection: { EventID: 1116, ThreatName|contains: Mimi }
  condition: selection
";

/// A folder that is gone after the test.
pub(crate) struct Stage {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) mapping: Mapping,
    pub(crate) routing: Routing,
    pub(crate) threads: usize,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            mapping: Mapping::shipped().unwrap(),
            routing: Routing::Auto,
            threads: 2,
        }
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Judges all files of the folder.
    pub(crate) fn judge(&self, rules: &[&str], detail: Detail, report: &mut dyn Report) -> Totals {
        let files = find_events(&[self.folder.path().to_owned()]).unwrap();
        self.judge_files(rules, &files, detail, report)
    }

    fn judge_files(
        &self,
        rules: &[&str],
        files: &[PathBuf],
        detail: Detail,
        report: &mut dyn Report,
    ) -> Totals {
        let settings = Settings {
            routing: self.routing,
            mapping: self.mapping.clone(),
            threads: self.threads,
            detail,
        };
        run(&rule_set(rules), files, &settings, report, &mut |_| {}).unwrap()
    }

    /// What matched, as `file event rule`.
    pub(crate) fn matches(&self, rules: &[&str]) -> Vec<String> {
        let mut heard = Heard::default();
        self.judge(rules, Detail::Pairs, &mut heard);
        heard.0
    }

    /// What matched in these files.
    pub(crate) fn matches_of(&self, rules: &[&str], files: &[PathBuf]) -> Vec<String> {
        let mut heard = Heard::default();
        self.judge_files(rules, files, Detail::Pairs, &mut heard);
        heard.0
    }
}

pub(crate) fn rule_set(rules: &[&str]) -> RuleSet {
    let files = rules
        .iter()
        .enumerate()
        .map(|(number, text)| RuleFile { name: format!("{number}.yml"), text: (*text).to_owned() });
    let rules = RuleSet::new(&files.collect::<Vec<_>>()).unwrap();
    let problems: Vec<String> = rules.problems().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    rules
}

/// Remembers what it was told.
#[derive(Debug, Default)]
pub(crate) struct Heard(pub(crate) Vec<String>);

impl Report for Heard {
    fn add(&mut self, found: &Found<'_>) -> std::io::Result<()> {
        let file = found.file.file_name().unwrap().to_string_lossy();
        self.0.push(format!("{file} {} {}", found.finding.event, found.rule.title));
        Ok(())
    }

    fn end(&mut self, _: &Totals) -> std::io::Result<()> {
        Ok(())
    }
}
