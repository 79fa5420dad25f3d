//! Connections, names and sockets of note; sign-ins and accounts beside them.

use std::{fs, process::Command};

use bartizan_collect::{CollectorConfig, LogonTrails};

use crate::stage::{Stage, Trick, folder};

const SOCKETS: &[Trick] = &[
    Trick {
        sentence: "a port that listens, a connection that comes and the one that goes are told",
        program: r#"
s = socket.create_server(('127.0.0.1', 0)); port = s.getsockname()[1]
def go(): socket.create_connection(('127.0.0.1', port)).close()
p = child(go); c, peer = s.accept(); wait(p)
say(port=port, me=os.getpid(), other=p, peer=peer[1])
"#,
        seen: &[
            (
                "ListeningConnectionCreated",
                &[("LocalPort", "{port}"), ("InitiatingProcessId", "{me}"), ("Protocol", "Tcp")],
            ),
            (
                "InboundConnectionAccepted",
                &[
                    ("LocalPort", "{port}"),
                    ("RemotePort", "{peer}"),
                    ("RemoteIP", "127.0.0.1"),
                    ("InitiatingProcessId", "{me}"),
                ],
            ),
            ("ConnectionSuccess", &[("RemotePort", "{port}"), ("InitiatingProcessId", "{other}")]),
        ],
    },
    Trick {
        sentence: "a refused connection and a first datagram are told",
        program: r#"
s = socket.create_server(('127.0.0.1', 0)); gone = s.getsockname()[1]; s.close()
try: socket.create_connection(('127.0.0.1', gone))
except OSError: pass
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(('127.0.0.1', 0))
v = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); v.bind(('127.0.0.1', gone))
u.sendto(b'x', ('127.0.0.1', gone)); say(port=gone)
"#,
        seen: &[
            ("ConnectionFailed", &[("RemotePort", "{port}"), ("Protocol", "Tcp")]),
            ("ConnectionAttempt", &[("RemotePort", "{port}"), ("Protocol", "Udp")]),
            ("ListeningConnectionCreated", &[("LocalPort", "{port}"), ("Protocol", "Udp")]),
        ],
    },
    Trick {
        sentence: "a name that is looked up is told with its answer, and names the connection that follows",
        program: r#"
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.77', 53))
web = socket.create_server(('127.0.0.78', 0)); port = web.getsockname()[1]
q = b'\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x05stage\x07example\x00\x00\x01\x00\x01'
c = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); c.sendto(q, ('127.0.0.77', 53))
m, a = s.recvfrom(512)
s.sendto(m[:2] + b'\x81\x80\x00\x01\x00\x01' + m[8:] + b'\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x7f\x00\x00\x4e', a)
c.recv(512); time.sleep(0.05)
k = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); k.connect(('127.0.0.77', 53))
k.send(q.replace(b'stage', b'empty')); m, a = s.recvfrom(512); s.sendto(m[:2] + b'\x81\x83' + m[4:], a); k.recv(512)
socket.create_connection(('127.0.0.78', port)); say(port=port)
"#,
        seen: &[
            (
                "DnsQueryResponse",
                &[
                    ("RemoteUrl", "stage.example"),
                    ("RemoteIP", "127.0.0.77"),
                    (
                        "AdditionalFields",
                        r#"*"DnsQueryType":"A","DnsResponseCode":"NOERROR","DnsQueryResult":["127.0.0.78"]*"#,
                    ),
                ],
            ),
            (
                "DnsQueryResponse",
                &[("RemoteUrl", "empty.example"), ("AdditionalFields", "*NXDOMAIN*")],
            ),
            ("ConnectionSuccess", &[("RemotePort", "{port}"), ("RemoteUrl", "stage.example")]),
        ],
    },
    Trick {
        sentence: "a question that nobody answers is told alone",
        program: r#"
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.79', 53))
c = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
c.sendto(b'\x12\x35\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x06silent\x07example\x00\x00\x10\x00\x01', ('127.0.0.79', 53))
"#,
        seen: &[(
            "DnsQueryResponse",
            &[("RemoteUrl", "silent.example"), ("AdditionalFields", r#"*"TXT"*"#)],
        )],
    },
    Trick {
        sentence: "the socket of a container runtime that is used is told",
        program: r#"
s = socket.socket(socket.AF_UNIX); s.bind(d + '/docker.sock'); s.listen()
c = socket.socket(socket.AF_UNIX); c.connect(d + '/docker.sock')
o = socket.socket(socket.AF_UNIX); o.bind(d + '/other'); o.listen()
c = socket.socket(socket.AF_UNIX); c.connect(d + '/other')
"#,
        seen: &[("LocalSocketConnected", &[("FolderPath", "{dir}/docker.sock")])],
    },
    Trick {
        sentence: "sockets that see whole packets, and filters on them, are told",
        program: r#"
r = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
p = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
code = ctypes.create_string_buffer(struct.pack('HBBI', 0x6, 0, 0, 0))
p.setsockopt(socket.SOL_SOCKET, 26, struct.pack('HL', 1, ctypes.addressof(code)))
say(me=os.getpid())
"#,
        seen: &[
            (
                "RawSocketCreated",
                &[
                    ("InitiatingProcessId", "{me}"),
                    ("AdditionalFields", r#"*"inet","Type":"raw"*"#),
                ],
            ),
            (
                "RawSocketCreated",
                &[("InitiatingProcessId", "{me}"), ("AdditionalFields", r#"*"packet"*"#)],
            ),
            (
                "SocketFilterAttached",
                &[("InitiatingProcessId", "{me}"), ("AdditionalFields", "*classic*")],
            ),
        ],
    },
    Trick {
        sentence: "a connection that is opened through io_uring is told like any other",
        program: r#"
s = socket.create_server(('127.0.0.1', 0)); port = s.getsockname()[1]
try: r = Ring()
except OSError as e: say(skip=f'io_uring: {e}'); sys.exit()
c = socket.socket()
a = struct.pack('>HH4s8x', 0x0200, port, bytes([127, 0, 0, 1]))
assert r.do(16, c.fileno(), 16, a, 0, 0) == 0
say(port=port)
"#,
        seen: &[
            ("ConnectionSuccess", &[("RemotePort", "{port}")]),
            ("IoUringUsed", &[("AdditionalFields", r#"*"connect"*"#)]),
        ],
    },
];

#[test]
fn tricks_with_sockets_are_seen() {
    let Some(mut stage) = Stage::open(CollectorConfig::default()) else { return };
    stage.play(SOCKETS);
}

#[test]
fn accounts_and_sign_ins_are_told_with_who_made_them() {
    let (_keep, folder) = folder();
    let file = |name: &str| folder.join(name);
    let users = "root:x:0:0::/root:/bin/sh\n";
    for (name, text) in
        [("passwd", users), ("group", "sudo:x:27:\n"), ("shadow", "root:!:::\n"), ("auth.log", "")]
    {
        fs::write(file(name), text).unwrap();
    }
    let trails = LogonTrails {
        logins: file("wtmp"),
        failures: file("btmp"),
        texts: vec![file("auth.log")],
        journal: false,
    };
    let config = CollectorConfig {
        passwd: file("passwd"),
        logons: Some(trails),
        ..CollectorConfig::default()
    };
    let Some(mut stage) = Stage::open(config) else { return };
    stage.gather();
    let script = "echo eve:x:1001:1001::/home/eve:/bin/sh >> passwd; echo sudo:x:27:eve > group; \
                  echo 'Nov 25 08:00:01 web sshd[1]: Failed password for root from 192.0.2.7 port 4 ssh2' >> auth.log; \
                  echo 'Nov 25 08:00:02 web sudo:  eve : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/id' >> auth.log";
    assert!(
        Command::new("sh").args(["-c", script]).current_dir(&folder).status().unwrap().success()
    );
    stage.until((
        "UserAccountCreated",
        &[("AccountName", "eve"), ("InitiatingProcessFileName", "dash")],
    ));
    stage.until((
        "UserAccountAddedToLocalGroup",
        &[("AccountName", "eve"), ("AdditionalFields", r#"*"sudo"*"#)],
    ));
    stage.until((
        "LogonFailed",
        &[("AccountName", "root"), ("RemoteIP", "192.0.2.7"), ("LogonType", "RemoteInteractive")],
    ));
    stage.until((
        "LogonSuccess",
        &[("AccountName", "root"), ("AdditionalFields", r#"*"By":"eve"*"/bin/id"*"#)],
    ));
}
