//! What servers run: daemons that stay, and programs that come and go with the arguments they are given.

use crate::chance::Chance;

/// Accounts, the busiest first.
pub const USERS: [&str; 14] = [
    "root", "www-data", "postgres", "deploy", "jenkins", "alice", "bob", "nobody", "redis",
    "backup", "carol", "mail", "dave", "erin",
];

/// A program that runs for as long as its machine.
#[derive(Debug)]
pub struct Daemon {
    pub image: &'static str,
    pub command_line: &'static str,
    pub user: &'static str,
}

const fn daemon(image: &'static str, command_line: &'static str, user: &'static str) -> Daemon {
    Daemon { image, command_line, user }
}

pub const DAEMONS: [Daemon; 10] = [
    daemon("/usr/sbin/nginx", "nginx: worker process", "www-data"),
    daemon("/usr/lib/systemd/systemd", "/usr/lib/systemd/systemd --switched-root --system", "root"),
    daemon("/usr/sbin/cron", "/usr/sbin/cron -f -P", "root"),
    daemon("/usr/sbin/sshd", "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups", "root"),
    daemon("/usr/lib/postgresql/16/bin/postgres", "postgres: 16/main: checkpointer", "postgres"),
    daemon(
        "/usr/bin/containerd-shim-runc-v2",
        "containerd-shim-runc-v2 -namespace moby -id 5f",
        "root",
    ),
    daemon("/usr/bin/node", "node /srv/app/server.js --port 8080 --workers 4", "deploy"),
    daemon("/usr/lib/jvm/java-21/bin/java", "java -Xmx4g -jar /opt/jenkins/jenkins.war", "jenkins"),
    daemon("/usr/bin/redis-server", "/usr/bin/redis-server 127.0.0.1:6379", "redis"),
    daemon("/usr/sbin/php-fpm8.2", "php-fpm: pool www", "www-data"),
];

/// A program that is started; `{n}`, `{h}`, `{p}` and `{u}` stand for a number, digits, a path and an account.
#[derive(Debug)]
pub struct Program {
    pub image: &'static str,
    arguments: &'static [&'static str],
}

const fn program(image: &'static str, arguments: &'static [&'static str]) -> Program {
    Program { image, arguments }
}

impl Program {
    /// One way it is called.
    pub fn command_line(&self, chance: &mut Chance) -> String {
        let mut text = String::with_capacity(80);
        let mut rest = *chance.of(self.arguments);
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let (kind, behind) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(&Self::part(kind, chance));
            rest = behind;
        }
        text.push_str(rest);
        text
    }

    fn part(kind: &str, chance: &mut Chance) -> String {
        match kind {
            "n" => chance.skewed(60_000).to_string(),
            "h" => format!("{:016x}", chance.next()),
            "p" => format!(
                "/srv/{}/{}/{}",
                chance.skewed(40),
                chance.skewed(300),
                chance.skewed(2_000)
            ),
            _ => USERS[chance.skewed(USERS.len())].to_owned(),
        }
    }
}

/// The busiest first.
pub const PROGRAMS: [Program; 44] = [
    program(
        "/bin/sh",
        &[
            "sh -c /usr/local/bin/healthcheck --port {n}",
            "/bin/sh -c run-parts /etc/cron.hourly",
            "sh -c \"ps aux | grep worker-{n}\"",
        ],
    ),
    program(
        "/usr/bin/grep",
        &["grep -E error|warn /var/log/app/{n}.log", "grep worker-{n}", "grep -q ready {p}"],
    ),
    program(
        "/usr/bin/curl",
        &[
            "curl -fsS http://127.0.0.1:{n}/health",
            "curl -s -H X-Request-Id:{h} https://api.example.com/v1/items/{n}",
            "curl -o {p} https://repo.example.com/{h}.tar.gz",
        ],
    ),
    program("/usr/bin/ps", &["ps aux", "ps -o pid,rss -p {n}"]),
    program("/usr/bin/sed", &["sed -n 1,{n}p {p}", "sed -e s/{n}/{n}/ {p}"]),
    program(
        "/usr/bin/cat",
        &["cat /proc/{n}/stat", "cat {p}", "cat /sys/fs/cgroup/memory.current"],
    ),
    program(
        "/usr/bin/python3",
        &[
            "python3 /opt/tools/collect.py --shard {n}",
            "python3 -m pip list --format json",
            "python3 /srv/jobs/etl.py --batch {h} --out {p}",
        ],
    ),
    program(
        "/usr/bin/git",
        &["git fetch --all --prune", "git -C {p} rev-parse HEAD", "git log -n {n} --format=%H"],
    ),
    program("/usr/bin/awk", &["awk {print$1} {p}", "awk -F, {print$2} /tmp/{h}.csv"]),
    program("/usr/bin/sleep", &["sleep {n}", "sleep 5"]),
    program(
        "/usr/bin/psql",
        &["psql -h db-01 -U {u} -c select * from jobs where id={n}", "psql -At -c select now()"],
    ),
    program("/usr/bin/tar", &["tar -czf /backup/{n}.tgz {p}", "tar -xf /tmp/{h}.tar -C {p}"]),
    program(
        "/usr/bin/ssh",
        &[
            "ssh -o BatchMode=yes {u}@10.20.0.{n} uptime",
            "ssh -i /home/{u}/.ssh/id_ed25519 {u}@build-02",
        ],
    ),
    program(
        "/usr/bin/docker",
        &[
            "docker ps --format {{.ID}}",
            "docker exec -i app-{n} /healthz",
            "docker pull registry.example.com/app:{h}",
        ],
    ),
    program("/usr/bin/find", &["find {p} -mtime +{n} -delete", "find /tmp -name *.{h}"]),
    program("/usr/bin/rsync", &["rsync -a --delete {p} backup@10.20.0.9:{p}"]),
    program("/usr/bin/gcc", &["gcc -O2 -c {p}.c -o /tmp/{h}.o", "gcc -shared -o {p}.so"]),
    program("/usr/bin/make", &["make -j{n} all", "make -C {p} test"]),
    program(
        "/usr/bin/node",
        &["node {p}/index.js --id {h}", "node --max-old-space-size=4096 build.js"],
    ),
    program(
        "/usr/bin/systemctl",
        &["systemctl is-active app-{n}.service", "systemctl restart worker@{n}"],
    ),
    program("/usr/bin/stat", &["stat -c %s {p}"]),
    program(
        "/usr/bin/openssl",
        &["openssl s_client -connect 10.20.0.{n}:443", "openssl x509 -noout -enddate -in {p}.pem"],
    ),
    program("/usr/bin/jq", &["jq -r .items[{n}].id {p}.json"]),
    program(
        "/usr/bin/kubectl",
        &["kubectl get pods -n team-{n} -o json", "kubectl logs app-{h} --tail {n}"],
    ),
    program("/usr/bin/vim", &["vim {p}.conf"]),
    program("/usr/bin/sudo", &["sudo -u {u} /usr/bin/id", "sudo systemctl reload nginx"]),
    program(
        "/usr/bin/apt-get",
        &["apt-get update -qq", "apt-get install -y --no-install-recommends pkg-{n}"],
    ),
    program("/usr/bin/dpkg", &["dpkg --status pkg-{n}", "dpkg -l"]),
    program("/usr/bin/wget", &["wget -q -O {p} https://repo.example.com/{n}/Release"]),
    program("/usr/bin/perl", &["perl -ne print {p}"]),
    program("/usr/bin/id", &["id", "id {u}"]),
    program("/usr/bin/whoami", &["whoami"]),
    program("/usr/bin/ss", &["ss -tlnp", "ss -s"]),
    program("/usr/sbin/ip", &["ip -j addr", "ip route get 10.20.0.{n}"]),
    program("/usr/bin/crontab", &["crontab -l -u {u}"]),
    program("/usr/bin/chmod", &["chmod 0644 {p}", "chmod +x /tmp/{h}"]),
    program("/usr/bin/base64", &["base64 -d /tmp/{h}.b64"]),
    program("/usr/bin/nc", &["nc -z 10.20.0.{n} 5432"]),
    program("/usr/bin/journalctl", &["journalctl -u app-{n} --since -1h"]),
    program("/usr/bin/passwd", &["passwd -S {u}"]),
    program("/usr/sbin/useradd", &["useradd -m svc{n}"]),
    program("/usr/sbin/iptables", &["iptables -L -n -v"]),
    program("/usr/bin/strace", &["strace -f -p {n}"]),
    program("/usr/bin/gdb", &["gdb -p {n} -batch -ex bt"]),
];
