//! Every story in `content/scenarios`, with the rules in `content/rules`, whatever way its events are delivered.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

use bartizan_detection::{Collection, Detector, Placeholders};
use bartizan_scenario::{Delivery, Story, play};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// The shipped rules, prepared once for all stories.
fn detector() -> Result<Arc<Detector>, Box<dyn std::error::Error>> {
    static DETECTOR: OnceLock<Arc<Detector>> = OnceLock::new();
    if let Some(detector) = DETECTOR.get() {
        return Ok(Arc::clone(detector));
    }
    let mut rules = Collection::default();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../content/rules/linux");
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "yml") {
            let text = std::fs::read_to_string(&path)?;
            rules.add(&path.display().to_string(), &text, &Placeholders::default());
        }
    }
    Ok(Arc::clone(DETECTOR.get_or_init(|| Arc::new(prepared(rules)))))
}

#[expect(clippy::expect_used, reason = "a failed test may panic")]
fn prepared(rules: Collection) -> Detector {
    Detector::new(rules).expect("the shipped rules can be prepared")
}

fn story_comes_true(path: &Path) -> datatest_stable::Result<()> {
    let outcome: Outcome = (|| {
        let story = Story::parse(&path.display().to_string(), &std::fs::read_to_string(path)?)?;
        for delivery in Delivery::ALL {
            play(&story, &detector()?, delivery).map_err(|failure| failure.to_string())?;
        }
        Ok(())
    })();
    outcome.map_err(|error| Box::new(Readable(error.to_string())).into())
}

/// The harness prints errors in their debug form; a story is to be read.
struct Readable(String);

impl std::fmt::Debug for Readable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Display for Readable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Readable {}

/// A rule that is right about the attack and loud on ordinary work would pass without this.
fn attack_has_a_quiet_twin(path: &Path) -> datatest_stable::Result<()> {
    let twin = path.with_extension("quiet.scenario");
    let text = std::fs::read_to_string(&twin)
        .map_err(|error| format!("reading the quiet twin {}: {error}", twin.display()))?;
    match text.lines().rfind(|line| !line.trim().is_empty()) {
        Some("then nothing") => Ok(()),
        _ => Err(format!("{} does not end with `then nothing`", twin.display()).into()),
    }
}

datatest_stable::harness! {
    { test = story_comes_true, root = "../../content/scenarios", pattern = r"\.scenario$" },
    {
        test = attack_has_a_quiet_twin,
        root = "../../content/scenarios",
        pattern = r"^(?!.*(incidents/|\.quiet\.)).*\.scenario$",
    },
}
