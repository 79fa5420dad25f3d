//! `doctor`: whether this machine and the way to the server are as the sensor needs them, and what to do.

use std::{
    fs,
    io::Write as _,
    net::{TcpStream, ToSocketAddrs as _},
    path::Path,
    time::Duration,
};

use anyhow::Context as _;
use bartizan_uplink::Identity;
use serde_json::{Value, json};

use crate::{ask, enrolment::IDENTITY};

/// Oldest kernel whose ring buffers and typed programs we can use.
const KERNEL_MIN: (u32, u32) = (5, 8);
const CONNECT: Duration = Duration::from_secs(3);
const FREE_BYTES_MIN: u64 = 256 * 1024 * 1024;
const BPF: u32 = 39;
const SYS_ADMIN: u32 = 21;

/// One thing that was looked at.
struct Finding {
    what: &'static str,
    fine: bool,
    found: String,
    advice: &'static str,
}

/// Looks at everything. Fails when something is not as it must be.
pub(crate) fn examine(data: &Path, as_json: bool) -> anyhow::Result<()> {
    let findings = findings(data);
    let mut out = std::io::stdout();
    if as_json {
        writeln!(out, "{}", as_value(&findings)).context("showing what was found")?;
    } else {
        for finding in &findings {
            let mark = if finding.fine { "ok" } else { "PROBLEM" };
            let (what, found) = (finding.what, &finding.found);
            writeln!(out, "{mark:<8} {what:<12} {found}").context("showing what was found")?;
            if !finding.fine {
                writeln!(out, "{:<21} {}", "", finding.advice).context("showing what to do")?;
            }
        }
    }
    let wrong = findings.iter().filter(|finding| !finding.fine).count();
    anyhow::ensure!(wrong == 0, "{wrong} of {} things are not as they must be", findings.len());
    Ok(())
}

/// What was found, for the support bundle.
pub(crate) fn report(data: &Path) -> Value {
    as_value(&findings(data))
}

fn findings(data: &Path) -> Vec<Finding> {
    let mut findings = vec![kernel(), types(), rights(), disk(data), clock()];
    match Identity::load(&data.join(IDENTITY)) {
        Ok(identity) => findings.push(server(&identity.server)),
        Err(error) => findings.push(Finding {
            what: "enrolment",
            fine: false,
            found: error.to_string(),
            advice: "enrol this machine, as root, with a token from the console",
        }),
    }
    findings.push(running(data));
    findings
}

fn kernel() -> Finding {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let fine = version(&release).is_some_and(|version| version >= KERNEL_MIN);
    let (what, found) = ("kernel", release.trim().to_owned());
    Finding { what, fine, found, advice: "boot a kernel of 5.8 or newer" }
}

/// `6.1.0-40-amd64` → (6, 1).
fn version(release: &str) -> Option<(u32, u32)> {
    let mut numbers = release.split(|letter: char| !letter.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn types() -> Finding {
    let size = fs::metadata("/sys/kernel/btf/vmlinux").map(|about| about.len());
    Finding {
        what: "kernel types",
        fine: size.is_ok(),
        found: size.map_or_else(|error| error.to_string(), |size| format!("{size} bytes of BTF")),
        advice: "use a kernel built with CONFIG_DEBUG_INFO_BTF=y; distributions' kernels are",
    }
}

fn rights() -> Finding {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let capabilities = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let capabilities = capabilities.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok());
    let has = |bit: u32| capabilities.is_some_and(|all| all & (1 << bit) != 0);
    let fine = has(SYS_ADMIN) || has(BPF);
    let found = if fine { "may load programs into the kernel" } else { "may not load programs" };
    Finding {
        what: "rights",
        fine,
        found: found.to_owned(),
        advice: "run as root, outside containers",
    }
}

fn disk(data: &Path) -> Finding {
    let free = rustix::fs::statvfs(data).map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
    Finding {
        what: "disk",
        fine: free.is_ok_and(|free| free >= FREE_BYTES_MIN),
        found: match free {
            Ok(free) => format!("{} MiB free at {}", free / 1_048_576, data.display()),
            Err(error) => format!("{}: {error}", data.display()),
        },
        advice: "free disk space, or point --data to another disk",
    }
}

/// Certificates are judged by the clock: one that is years off can connect to nobody.
fn clock() -> Finding {
    let build = fs::metadata("/proc/self/exe").and_then(|about| about.modified()).ok();
    let fine = build.is_none_or(|build| build.elapsed().is_ok());
    let found =
        if fine { "later than this program was made" } else { "before this program was made" };
    Finding { what: "clock", fine, found: found.to_owned(), advice: "set the clock, best by NTP" }
}

fn server(server: &str) -> Finding {
    let reached = server.to_socket_addrs().and_then(|mut addresses| {
        let none = || std::io::Error::other("the name has no address");
        TcpStream::connect_timeout(&addresses.next().ok_or_else(none)?, CONNECT)
    });
    Finding {
        what: "server",
        fine: reached.is_ok(),
        found: match reached {
            Ok(_) => format!("{server} answers"),
            Err(error) => format!("{server}: {error}"),
        },
        advice: "see that the server runs and that no firewall is between",
    }
}

fn running(data: &Path) -> Finding {
    let problems = |status: &Value| {
        let list = status.get("problems").and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
    };
    let (fine, found) = match ask::status(data).as_ref().map(problems) {
        Ok(problems) if problems.is_empty() => (true, "running, without problems".to_owned()),
        Ok(problems) => (false, problems),
        Err(error) => (false, format!("{error:#}")),
    };
    Finding { what: "sensor", fine, found, advice: "start it: systemctl start bartizan-sensor" }
}

fn as_value(findings: &[Finding]) -> Value {
    let one = |finding: &Finding| {
        let Finding { what, fine, found, advice } = finding;
        json!({"check": what, "ok": fine, "found": found, "advice": if *fine { "" } else { advice }})
    };
    findings.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_compared_by_their_first_two_numbers() {
        assert_eq!(version("6.1.0-40-amd64\n"), Some((6, 1)));
        assert_eq!(version("5.15+custom"), Some((5, 15)));
        assert_eq!(version("later"), None);
    }
}
