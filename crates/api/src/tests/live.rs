//! Stories of live response over the interface: who may say what, what somebody else's session is to others, files in ranges,
//! and the library of scripts.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use bartizan_model::{LIVE_COMMANDS, LiveLevel};
use bartizan_store::Role;
use serde_json::{Value, json};

use super::house::{Answer, House};

/// A line of each command.
fn line(name: &str) -> String {
    let rest = match name {
        "tree" => "1",
        "fileinfo" | "getfile" | "quarantine" => "/etc/passwd",
        "scan" => "/tmp --name x",
        "cancel" => "1",
        "putfile" => "tool /tmp/tool",
        "run" => "triage",
        "restore" => "q-1",
        "undo" => "00000000-0000-4000-8000-000000000001",
        _ => "",
    };
    format!("{name} {rest}")
}

fn open(device: &impl ToString, level: &str) -> Value {
    json!({"device": device.to_string(), "level": level, "reason": "incident 1"})
}

#[tokio::test]
async fn every_command_by_every_role_in_ones_own_session_and_in_somebody_elses() {
    let house = House::new();
    let story = house.story();
    let (home, other) = (house.home(), house.other_tenant());
    let away = house
        .post("/live/sessions", &house.token(&home, Role::Responder), open(&story.device, "basic"))
        .await;
    assert_eq!(away.status, StatusCode::CONFLICT, "the device does not listen");
    house.api.access.tell_who_listens(|_| true);

    for (role, level) in [
        (Role::Reader, LiveLevel::Basic),
        (Role::Responder, LiveLevel::Basic),
        (Role::Responder, LiveLevel::Advanced),
        (Role::Administrator, LiveLevel::Basic),
        (Role::Administrator, LiveLevel::Advanced),
    ] {
        let token = house.token(&home, role);
        let opened = house.post("/live/sessions", &token, open(&story.device, level.word())).await;
        let may_open =
            role > Role::Reader && (level == LiveLevel::Basic || role == Role::Administrator);
        let wanted = if may_open { StatusCode::CREATED } else { StatusCode::FORBIDDEN };
        assert_eq!(opened.status, wanted, "{level} by {}: {}", role.word(), opened.text);
        let theirs = house
            .post("/live/sessions", &house.token(&other, role), open(&story.device, level.word()))
            .await;
        let wanted = if may_open || role == Role::Administrator {
            StatusCode::NOT_FOUND
        } else {
            theirs_forbidden(role)
        };
        assert_eq!(theirs.status, wanted, "{level} by {} of another tenant", role.word());
        if !may_open {
            continue;
        }
        let session = opened.json()["id"].as_str().unwrap().to_owned();
        for command in LIVE_COMMANDS {
            let path = format!("/live/sessions/{session}/lines");
            let body = json!({"line": line(command.name)});
            let said = house.post(&path, &token, body.clone()).await;
            let may = command.level <= level;
            let wanted = if may { StatusCode::ACCEPTED } else { StatusCode::FORBIDDEN };
            assert_eq!(said.status, wanted, "{} in {level}: {}", command.name, said.text);
            let hidden = house.post(&path, &house.token(&other, Role::Administrator), body).await;
            assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{}", command.name);
        }
        for what in ["", "/recording", "/stream"] {
            let path = format!("/live/sessions/{session}{what}");
            let hidden =
                house.status("GET", &path, Some(&house.token(&other, Role::Administrator))).await;
            assert_eq!(hidden, StatusCode::NOT_FOUND, "{path}");
        }
        let close = format!("/live/sessions/{session}/close");
        let hidden =
            house.post(&close, &house.token(&other, Role::Administrator), Value::Null).await;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND);
        let closed = house.post(&close, &token, Value::Null).await;
        assert_eq!(closed.status, StatusCode::NO_CONTENT, "{}", closed.text);
    }
    let listed = house.get_as("/live/sessions", &house.token(&other, Role::Administrator)).await;
    assert_eq!(listed.json()["total"], 0);
    let listed =
        house.get_as("/live/sessions?state=closed", &house.token(&home, Role::Responder)).await;
    assert_eq!(listed.json()["total"], 3);
}

/// A responder may open nothing of the advanced level anywhere, but hears first that there is no such device.
fn theirs_forbidden(role: Role) -> StatusCode {
    if role == Role::Reader { StatusCode::FORBIDDEN } else { StatusCode::NOT_FOUND }
}

#[tokio::test]
async fn everything_that_is_typed_is_recorded_and_only_who_opened_a_session_types() {
    let house = House::new();
    let story = house.story();
    house.api.access.tell_who_listens(|_| true);
    let cookie = house.administrator().await;
    let opened = house.call("POST", "/live/sessions", &cookie, open(&story.device, "basic")).await;
    let session = opened.json()["id"].as_str().unwrap().to_owned();
    let lines = format!("/live/sessions/{session}/lines");

    let said = house.call("POST", &lines, &cookie, json!({"line": " processes "})).await;
    assert_eq!(said.json()["number"], 1);
    let refused = house.call("POST", &lines, &cookie, json!({"line": "isolate"})).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let unknown = house.call("POST", &lines, &cookie, json!({"line": "rm -rf /"})).await;
    assert_eq!(unknown.status, StatusCode::ACCEPTED);
    let empty = house.call("POST", &lines, &cookie, json!({"line": "  "})).await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST);
    let watcher = house.token(&house.home(), Role::Responder);
    let somebody = house.post(&lines, &watcher, json!({"line": "jobs"})).await;
    assert_eq!(somebody.status, StatusCode::FORBIDDEN, "{}", somebody.text);

    let recording =
        house.get_as(&format!("/live/sessions/{session}/recording"), &watcher).await.json();
    let kinds: Vec<&str> = recording["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["line", "line", "error", "end", "line", "error", "end"]);
    assert_eq!(recording["items"][0]["content"]["text"], "processes");
    let closed =
        house.call("POST", &format!("/live/sessions/{session}/close"), &cookie, json!({})).await;
    assert_eq!(closed.status, StatusCode::NO_CONTENT);
    // A session that is over streams its recording and ends.
    let streamed =
        house.get_as(&format!("/live/sessions/{session}/stream?after=4"), &watcher).await;
    assert_eq!(streamed.text.matches("event: entry").count(), 4, "{}", streamed.text);
    assert!(streamed.text.contains("id: 8\n"), "{}", streamed.text);
    let audit = house.get("/audit?action=live.", &cookie).await.json();
    let of = |outcome: &str| {
        let items = audit["items"].as_array().unwrap();
        items.iter().filter(|one| one["action"] == "live.line" && one["outcome"] == outcome).count()
    };
    assert_eq!((of("done"), of("refused")), (2, 1));
}

#[tokio::test]
async fn a_file_is_brought_in_pieces_and_taken_down_in_ranges() {
    let house = House::new();
    let (home, other) = (house.home(), house.other_tenant());
    let token = house.token(&home, Role::Administrator);
    let content: Vec<u8> = (0..100_000_u32).map(|one| (one % 251) as u8).collect();
    let digest = ring::digest::digest(&ring::digest::SHA256, &content);
    let sha256: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let body = json!({"name": "tool", "length": content.len(), "sha256": sha256});
    let made = house.post("/live/transfers", &token, body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let path = format!("/live/transfers/{}", made.json()["id"].as_str().unwrap());
    let piece = async |offset: usize, piece: &[u8]| -> Answer {
        let request = Request::builder()
            .method("PUT")
            .uri(format!("/api/v1{path}/content?offset={offset}"))
            .header("authorization", format!("Bearer {token}"))
            .body(Body::from(piece.to_vec()));
        house.send(request.unwrap()).await
    };
    let take = async |range: &str, token: &str| -> Answer {
        let request = Request::builder()
            .uri(format!("/api/v1{path}/content"))
            .header("range", range)
            .header("authorization", format!("Bearer {token}"));
        house.send(request.body(Body::empty()).unwrap()).await
    };

    assert_eq!(piece(0, &content[..60_000]).await.json()["received"], 60_000);
    assert_eq!(piece(0, &content[..60_000]).await.status, StatusCode::CONFLICT, "twice");
    assert_eq!(take("bytes=0-", &token).await.status, StatusCode::CONFLICT, "not complete");
    let wrong = piece(60_000, &vec![0; 40_000]).await;
    assert_eq!(wrong.json()["type"], "wrong-hash");
    assert_eq!(house.get_as(&path, &token).await.json()["received"], 0);
    piece(0, &content[..60_000]).await;
    assert_eq!(piece(60_000, &content[60_000..]).await.json()["complete"], true);

    let part = take("bytes=10-19", &token).await;
    assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.headers["content-range"], "bytes 10-19/100000");
    assert_eq!(part.text.as_bytes(), &content[10..20]);
    assert_eq!(take("bytes=100000-", &token).await.status, StatusCode::RANGE_NOT_SATISFIABLE);
    let theirs = house.token(&other, Role::Administrator);
    assert_eq!(take("bytes=0-", &theirs).await.status, StatusCode::NOT_FOUND);
    assert_eq!(house.status("DELETE", &path, Some(&theirs)).await, StatusCode::NOT_FOUND);
    assert_eq!(house.status("DELETE", &path, Some(&token)).await, StatusCode::NO_CONTENT);
    assert_eq!(house.get_as(&path, &token).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_script_is_approved_for_its_content_and_for_no_other() {
    let house = House::new();
    let cookie = house.administrator().await;
    let script = json!({"name": "triage", "description": "", "content": "#!/bin/sh\nid\n"});
    let made = house.call("POST", "/live/scripts", &cookie, script.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert_eq!(
        house.call("POST", "/live/scripts", &cookie, script).await.status,
        StatusCode::CONFLICT
    );
    let bad = json!({"name": "Tri age", "content": "id"});
    assert_eq!(
        house.call("POST", "/live/scripts", &cookie, bad).await.status,
        StatusCode::BAD_REQUEST
    );
    let approve = async |sha256: &str| {
        house.call("POST", "/live/scripts/triage/approve", &cookie, json!({"sha256": sha256})).await
    };

    assert_eq!(approve(&"00".repeat(32)).await.status, StatusCode::CONFLICT);
    // Where there is only one who could, it is their own to approve.
    let approved = approve(made.json()["sha256"].as_str().unwrap()).await;
    assert_eq!(approved.json()["approved_by"], house.first.name.as_str());
    let change = json!({"description": "more", "content": "#!/bin/sh\nid\nw\n"});
    let changed = house.call("PUT", "/live/scripts/triage", &cookie, change).await.json();
    assert_eq!(changed["approved_by"], Value::Null);
    let more = json!({"name": "grace", "role": "administrator"});
    let made = house.call("POST", "/users", &cookie, more).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let own = approve(changed["sha256"].as_str().unwrap()).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "somebody else could");
    let program = house.token(&house.home(), Role::Administrator);
    let by_program = house
        .post("/live/scripts/triage/approve", &program, json!({"sha256": changed["sha256"]}))
        .await;
    assert_eq!(by_program.status, StatusCode::FORBIDDEN);
    let other = house.token(&house.other_tenant(), Role::Administrator);
    assert_eq!(house.get_as("/live/scripts/triage", &other).await.status, StatusCode::NOT_FOUND);
}
