//! What is said about rules.

use bartizan_detect::{RuleFile, check, coverage_layer, coverage_page, run_cases};
use bartizan_sigma::Coverage;

use crate::stage::{WHOAMI, rule_set};

fn remarks(text: &str) -> Vec<(String, String, String)> {
    let file = RuleFile { name: "rule.yml".into(), text: text.into() };
    let checked = check(&[file]).unwrap();
    checked.remarks.into_iter().map(|r| (r.check.to_owned(), r.message, r.hint)).collect()
}

#[test]
fn a_good_rule_raises_no_remark() {
    assert_eq!(remarks(WHOAMI), []);
}

#[test]
fn an_unknown_field_is_named_with_the_nearest_one() {
    let rule = WHOAMI.replace("Image|endswith", "Imgae|endswith");
    let checked = check(&[RuleFile { name: "rule.yml".into(), text: rule }]).unwrap();

    assert_eq!(
        checked.remarks[0].to_string(),
        "warning: events of `linux process_creation` have no field `Imgae` [unknown-field]
  --> rule.yml:10:16
   |
10 |   selection: { Imgae|endswith: /whoami }
   |                ^^^^^ did you mean `Image`?"
    );
}

#[test]
fn what_people_miss_in_a_rule_is_said() {
    let found = remarks(
        "
title: Bare
logsource: { product: linux, category: process_creation }
detection:
  selection: { Image|endswith: /whoami }
  condition: selection
",
    );
    let checks: Vec<&str> = found.iter().map(|(check, ..)| check.as_str()).collect();

    assert_eq!(
        checks,
        [
            "missing-id",
            "missing-level",
            "missing-description",
            "missing-tags",
            "missing-falsepositives"
        ]
    );
}

#[test]
fn selections_without_a_part_and_without_a_chance_are_said() {
    let rule = WHOAMI.replace(
        "  condition: selection",
        "  other: { User: root }\n  never: { User|all: [root, daemon] }\n  condition: selection and not never",
    );
    let found = remarks(&rule);

    assert_eq!(found[0].0, "unreachable-selection");
    assert_eq!(found[0].1, "the condition never uses `other`");
    assert_eq!(found[1].0, "contradiction");
    assert_eq!(found[1].1, "`never` is never true: `User` cannot be two values at once");
}

#[test]
fn costly_patterns_are_said() {
    let regex = WHOAMI.replace("Image|endswith: /whoami", "CommandLine|re: '[a-z]+\\d+'");
    let always = WHOAMI.replace("condition: selection", "condition: not selection");

    assert_eq!(remarks(&regex)[0].0, "costly-pattern");
    assert_eq!(remarks(&always)[0].0, "costly-rule");
}

#[test]
fn an_unknown_logsource_is_said_with_the_nearest_one() {
    let found = remarks(&WHOAMI.replace("process_creation", "process_create"));

    assert_eq!(found[0].0, "unknown-logsource");
    assert!(found[0].2.starts_with("did you mean `linux process_creation`?"), "{}", found[0].2);
}

#[test]
fn a_rule_that_cannot_be_read_stops_no_other() {
    let files = [
        RuleFile {
            name: "bad.yml".into(),
            text: WHOAMI.replace("condition: selection", "condition: selektion"),
        },
        RuleFile { name: "good.yml".into(), text: WHOAMI.into() },
    ];
    let checked = check(&files).unwrap();

    assert_eq!((checked.rules, checked.errors(), checked.remarks.len()), (1, 1, 1));
    assert!(checked.remarks[0].to_string().contains("bad.yml:11"), "{}", checked.remarks[0]);
}

#[test]
fn cases_that_do_not_come_true_are_named() {
    let rule = format!(
        "{WHOAMI}
tests:
  - {{ name: asked, expect: alert, event: {{ Image: /bin/whoami }} }}
  - {{ name: not asked, expect: quiet, event: {{ Image: /bin/ls }} }}
  - {{ name: wrong on purpose, expect: quiet, event: {{ Image: /bin/whoami }} }}
"
    );
    let run = run_cases(&rule_set(&[&rule])).unwrap();

    assert_eq!((run.cases, run.rules, run.failures.len()), (3, 1, 1));
    assert_eq!(run.failures[0].case, "wrong on purpose");
    assert!(!run.failures[0].should_match);
}

#[test]
fn coverage_is_told_by_tactic_and_technique() {
    let rules = rule_set(&[WHOAMI]);
    let coverage = Coverage::new(rules.rules());

    let page = coverage.markdown();
    assert!(page.starts_with("1 rules for 1 ATT&CK techniques."), "{page}");
    assert!(
        page.contains("- [T1033](https://attack.mitre.org/techniques/T1033/)\n  - Who am I (high)")
    );
    assert!(coverage_page(&coverage).contains("<li>Who am I <i>high</i></li>"));
    let layer = coverage_layer(&coverage);
    assert_eq!(layer["techniques"][0]["techniqueID"], "T1033");
    assert_eq!(layer["techniques"][0]["score"], 1);
}

#[test]
fn an_expression_that_waits_for_a_literal_is_not_called_costly() {
    let costly = |condition: &str| {
        let rule = WHOAMI.replace("condition: selection", condition);
        remarks(&rule).iter().filter(|(check, ..)| check == "costly-pattern").count()
    };

    assert_eq!(costly("word: { CommandLine|re: '\\w' }\n  condition: selection and word"), 0);
    assert_eq!(costly("word: { CommandLine|re: '\\w' }\n  condition: selection and not word"), 0);
    assert_eq!(costly("word: { CommandLine|re: '\\w' }\n  condition: selection or word"), 1);
}

#[test]
fn a_part_of_a_correlation_needs_no_name_of_its_own() {
    let part = "
title: Part
name: part
logsource: { product: linux, category: process_creation }
detection:
  selection: { Image|endswith: /whoami }
  condition: selection
";
    let correlation = "---
title: Whole
correlation:
  type: event_count
  rules: [part]
  group-by: [User]
  timespan: 1m
  condition: { gte: 3 }
";
    let about = |text: &str| {
        let file = RuleFile { name: "rule.yml".into(), text: text.to_owned() };
        let remarks = check(&[file]).unwrap().remarks;
        remarks.into_iter().filter(|r| r.check == "missing-id").map(|r| r.rule).collect::<Vec<_>>()
    };

    assert_eq!(about(part), ["Part"]);
    assert_eq!(about(&format!("{part}{correlation}")), ["Whole"]);
}
