//! A script of the library: what it says is told as it says it.

use bartizan_remediation::{ScriptEnd, run_script};

use super::Context;
use crate::answer::{Answers, Doing as _, Ended, Outcome};

pub(super) fn run(context: &Context<'_>, words: &[String], answers: &mut Answers) -> Outcome {
    let missing = || Ended::Failed("the server sent no script with this line".to_owned());
    let script = context.line.script.as_ref().ok_or_else(missing)?;
    let arguments = words.get(1..).unwrap_or_default();
    let folder = context.shared.config.data.join("scripts");
    let mut ended = Ok(());
    // Nothing said only asks whether it goes on.
    let mut said = |text: &str| {
        ended = if text.is_empty() { answers.goes_on() } else { answers.text(text) };
        ended.is_ok()
    };
    let outcome = run_script(&folder, &script.content, arguments, &mut said);
    ended?;
    match outcome.doing(format!("running {}", script.name))? {
        ScriptEnd::Code(0) => Ok(()),
        ScriptEnd::Code(code) => Err(Ended::Failed(format!("the script ended with {code}"))),
        ScriptEnd::Signal(signal) => {
            Err(Ended::Failed(format!("the script was ended by signal {signal}")))
        }
        ScriptEnd::TooLong => {
            Err(Ended::Failed("the script took longer than 30 minutes".to_owned()))
        }
    }
}
