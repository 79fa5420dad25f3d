//! The harmless attack: what a web shell does, step by step, in a scratch folder.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, bail};

use super::web_server;

/// How long the web server may take to come up or answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// An attack in preparation, running or over. Dropping it removes everything it made.
#[derive(Debug)]
pub(super) struct Attack {
    /// Unlikely word in everything the attack does, by which its alerts are found again.
    mark: String,
    /// Where the pretended web server's program lies.
    home: PathBuf,
    /// Where the script lies, under /tmp.
    scratch: PathBuf,
    server: Option<Child>,
}

impl Attack {
    /// Lay out the scratch folders and the web server's program.
    pub(super) fn prepare(data: &Path) -> anyhow::Result<Self> {
        let mark = format!("bartizan-simulation-{:08x}", rand::random::<u32>());
        let attack = Self {
            home: data.join("simulation").join(&mark),
            scratch: Path::new("/tmp").join(&mark),
            mark,
            server: None,
        };
        for folder in [&attack.home, &attack.scratch] {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .with_context(|| format!("making the scratch folder {}", folder.display()))?;
        }
        let own = std::env::current_exe().context("finding this program")?;
        let program = attack.program();
        fs::hard_link(&own, &program)
            .or_else(|_other_filesystem| fs::copy(&own, &program).map(drop))
            .with_context(|| {
                format!("laying out the pretended web server {}", program.display())
            })?;
        Ok(attack)
    }

    /// The word in everything the attack does.
    pub(super) fn mark(&self) -> &str {
        &self.mark
    }

    /// Start the web server and have it attacked; `tell` hears each step.
    pub(super) fn run(&mut self, tell: impl Fn(&str)) -> anyhow::Result<()> {
        tell("a web server starts (nginx by name, answering on loopback only)");
        let port = self.start_web_server()?;
        tell("a request makes it start a shell, which decodes a script into /tmp and runs it");
        tell(
            "the script looks around, leaves a cron entry in its scratch folder, and connects to a closed port",
        );
        request(port, &self.mark).context("sending the request to the pretended web server")?;
        self.stop();
        tell("done; everything it made is removed");
        Ok(())
    }

    fn program(&self) -> PathBuf {
        self.home.join("nginx")
    }

    fn start_web_server(&mut self) -> anyhow::Result<u16> {
        let program = self.program();
        let mut child = Command::new(&program)
            .args(["-g", "daemon off;"])
            .env_clear()
            .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
            .env(web_server::MARK, &self.mark)
            .env(web_server::COMMAND, self.command()?)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        let output = child.stdout.take().context("reading from the pretended web server")?;
        self.server = Some(child);
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).context("reading the web server's port")?;
        line.trim().parse().context("the pretended web server did not come up")
    }

    /// What the request makes the web server run.
    fn command(&self) -> anyhow::Result<String> {
        let script = self.scratch.join("update.sh");
        let script = script.to_str().context("the scratch folder has an odd name")?;
        let encoded = base64(self.script(closed_port()?).as_bytes());
        Ok(format!("echo {encoded} | base64 -d > {script}; chmod +x {script}; {script}"))
    }

    /// The script: harmless stand-ins for looking around, staying, and calling home.
    fn script(&self, port: u16) -> String {
        let folder = self.scratch.display();
        format!(
            "#!/bin/sh\n\
             # A simulated attack by `bartizan simulate`; harmless.\n\
             id > {folder}/who\n\
             uname -a >> {folder}/who\n\
             mkdir -p {folder}/etc/cron.d\n\
             echo '# simulated by bartizan; does nothing' > {folder}/etc/cron.d/update\n\
             bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}' 2> /dev/null\n\
             exit 0\n"
        )
    }

    fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            // It also ends when its standard input closes; a failure here means it is gone already.
            drop(server.stdin.take());
            drop(server.kill());
            drop(server.wait());
        }
    }
}

impl Drop for Attack {
    fn drop(&mut self) {
        self.stop();
        for folder in [&self.home, &self.scratch] {
            if let Err(error) = fs::remove_dir_all(folder) {
                crate::say(&format!("warning: removing {}: {error}", folder.display()));
            }
        }
    }
}

/// A port of loopback that nobody listens on.
fn closed_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("finding a closed port")?;
    Ok(listener.local_addr().context("finding a closed port")?.port())
}

fn request(port: u16, mark: &str) -> anyhow::Result<()> {
    let mut connection = TcpStream::connect(("127.0.0.1", port))?;
    connection.set_read_timeout(Some(ANSWER_WITHIN))?;
    connection.write_all(format!("GET /{mark} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes())?;
    let mut answer = String::new();
    connection.take(4096).read_to_string(&mut answer)?;
    if !answer.starts_with("HTTP/1.1 200") {
        bail!("it answered: {}", answer.lines().next().unwrap_or("nothing"));
    }
    Ok(())
}

/// Base64 with padding, as `base64 -d` reads it.
fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
