//! The pretended web server of the simulated attack: this program under the name `nginx`.
//!
//! It listens on loopback, answers one secret path, and then runs the one command it was started with. It
//! takes no command from a request, and ends when whoever started it is gone.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Command, ExitCode, Stdio},
    time::Duration,
};

/// Environment: the path it answers.
pub(super) const MARK: &str = "BARTIZAN_SIMULATION_MARK";
/// Environment: the command it runs when that path is asked for.
pub(super) const COMMAND: &str = "BARTIZAN_SIMULATION_COMMAND";

/// Be the web server, if that is what this process was started for.
pub(crate) fn run_if_asked() -> Option<ExitCode> {
    let mark = std::env::var(MARK).ok()?;
    let command = std::env::var(COMMAND).ok()?;
    let named_nginx = std::env::args().next().is_some_and(|name| name.ends_with("/nginx"));
    named_nginx.then(|| match serve(&mark, &command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    })
}

fn serve(mark: &str, command: &str) -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    crate::print(&listener.local_addr()?.port().to_string());
    std::io::stdout().flush()?;
    std::thread::spawn(end_with_parent);
    for connection in listener.incoming() {
        answer(connection?, mark, command)?;
    }
    Ok(())
}

fn answer(mut connection: TcpStream, mark: &str, command: &str) -> std::io::Result<()> {
    connection.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut line = String::new();
    BufReader::new((&connection).take(4096)).read_line(&mut line)?;
    if !line.starts_with(&format!("GET /{mark} ")) {
        return connection.write_all(b"HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n");
    }
    Command::new("/bin/sh")
        .args(["-c", command])
        .env_remove(MARK)
        .env_remove(COMMAND)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    connection.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
}

/// Standard input is a pipe from whoever started us: when it closes, they are gone.
#[expect(clippy::exit, reason = "the only end of a server that waits in accept")]
fn end_with_parent() {
    let mut nothing = [0; 64];
    while std::io::stdin().read(&mut nothing).is_ok_and(|read| read > 0) {}
    std::process::exit(0);
}
