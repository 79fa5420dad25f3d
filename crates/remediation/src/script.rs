//! Runs a script that was approved, in a group of its own, with a bound on its time; what it says is told at once.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    os::unix::{
        fs::OpenOptionsExt as _,
        process::{CommandExt as _, ExitStatusExt as _},
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use ring::rand::{SecureRandom as _, SystemRandom};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, Signal, kill_process_group},
};

use crate::{
    durable,
    error::{Doing as _, RemediationError},
};

/// How long a script may run.
const LONGEST: Duration = Duration::from_secs(30 * 60);
/// How often it is asked whether it goes on.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
/// Bytes that are told at a time.
const PART: usize = 16 * 1024;

/// How a script ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptEnd {
    /// With this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// It took too long and was ended.
    TooLong,
}

/// Runs a script from a private folder. What it says goes to `said`, which is also asked with nothing whether it goes on;
/// when it says no, the script and what it started are ended.
///
/// # Errors
/// When it cannot be written or started.
pub fn run_script(
    folder: &Path,
    content: &[u8],
    arguments: &[String],
    said: &mut dyn FnMut(&str) -> bool,
) -> Result<ScriptEnd, RemediationError> {
    let path = written(folder, content)?;
    let outcome = carried_out(&path, arguments, said).doing("running", &path);
    durable::remove(&path)?;
    outcome
}

fn written(folder: &Path, content: &[u8]) -> Result<PathBuf, RemediationError> {
    durable::folder(folder)?;
    let mut name = [0; 16];
    let why = |_unspecified| RemediationError::refused("the machine gives no random bytes");
    SystemRandom::new().fill(&mut name).map_err(why)?;
    let path = folder.join(format!("{:032x}", u128::from_be_bytes(name)));
    let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o700).open(&path);
    file.and_then(|mut file| file.write_all(content)).doing("writing", &path)?;
    Ok(path)
}

fn carried_out(
    path: &Path,
    arguments: &[String],
    said: &mut dyn FnMut(&str) -> bool,
) -> io::Result<ScriptEnd> {
    let (mut reader, writer) = io::pipe()?;
    let mut command = Command::new(path);
    command
        .args(arguments)
        .env_clear()
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .env("HOME", "/root")
        .env("LANG", "C.UTF-8")
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .process_group(0);
    let mut child = command.spawn()?;
    // Our own ends of the pipe are in the command; without them the pipe ends with the script.
    drop(command);
    #[expect(clippy::disallowed_methods, reason = "a steady clock bounds the script")]
    let begun = Instant::now();
    let (mut rest, mut part) = (Vec::new(), vec![0; PART]);
    let mut over = None;
    loop {
        let goes_on = said("");
        if !goes_on || begun.elapsed() > LONGEST {
            end(&mut child)?;
            let status = child.wait()?;
            return Ok(if goes_on { ScriptEnd::TooLong } else { how(status) });
        }
        let mut waiting = [PollFd::new(&reader, PollFlags::IN)];
        let ready = poll(&mut waiting, Some(&LOOK))?;
        if ready > 0 {
            let read = reader.read(&mut part)?;
            rest.extend_from_slice(part.get(..read).unwrap_or_default());
            let whole = if read == 0 { rest.len() } else { whole_letters(&rest) };
            let text: Vec<u8> = rest.drain(..whole).collect();
            if !text.is_empty() && !said(&String::from_utf8_lossy(&text)) {
                continue;
            }
            if read == 0 {
                return Ok(how(child.wait()?));
            }
        } else if let Some(status) = over {
            // It is over; something that it started holds the pipe and may go on.
            return Ok(how(status));
        }
        over = child.try_wait()?;
    }
}

/// Ends the script and everything in its group.
fn end(child: &mut Child) -> io::Result<()> {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // Who is gone already need not be ended.
        let _gone = kill_process_group(group, Signal::KILL);
    }
    child.kill()
}

fn how(status: std::process::ExitStatus) -> ScriptEnd {
    match (status.code(), status.signal()) {
        (Some(code), _) => ScriptEnd::Code(code),
        (None, signal) => ScriptEnd::Signal(signal.unwrap_or_default()),
    }
}

/// How many of these bytes are whole letters: the last one may not be all here.
fn whole_letters(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Ok(_) => bytes.len(),
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        Err(_) => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(script: &str, arguments: &[&str], most: usize) -> (ScriptEnd, String) {
        let folder = tempfile::tempdir().unwrap();
        let arguments: Vec<String> = arguments.iter().map(|one| (*one).to_owned()).collect();
        let mut all = String::new();
        let mut said = |text: &str| {
            all.push_str(text);
            all.len() < most
        };
        let place = folder.path().join("scripts");
        let end = run_script(&place, script.as_bytes(), &arguments, &mut said).unwrap();
        assert_eq!(fs::read_dir(place).unwrap().count(), 0, "the script is gone");
        (end, all)
    }

    #[test]
    fn a_script_says_what_it_says_and_how_it_ended() {
        let script = "#!/bin/sh\necho \"$1 ünd $2\"\necho wrong >&2\nexit 3\n";

        let (end, said) = run(script, &["a b", "c"], usize::MAX);

        assert_eq!((end, said.as_str()), (ScriptEnd::Code(3), "a b ünd c\nwrong\n"));
    }

    #[test]
    fn a_script_that_is_not_wanted_any_more_ends_with_what_it_started() {
        let script = "#!/bin/sh\nsleep 987 & echo $!\nwait\n";

        let (end, said) = run(script, &[], 1);

        assert_eq!(end, ScriptEnd::Signal(9));
        let child = PathBuf::from(format!("/proc/{}/cmdline", said.trim()));
        // Who is killed may be a zombie for a moment; it has no words then.
        let words = || fs::read(&child).unwrap_or_default();
        for _ in 0..200 {
            if words().is_empty() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it still runs: {}", String::from_utf8_lossy(&words()));
    }

    #[test]
    fn what_a_script_leaves_in_the_background_does_not_hold_it_up() {
        let (end, said) = run("#!/bin/sh\nsleep 20 &\necho left\n", &[], usize::MAX);

        assert_eq!((end, said.as_str()), (ScriptEnd::Code(0), "left\n"));
    }
}
