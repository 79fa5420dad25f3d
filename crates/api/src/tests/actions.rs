//! Stories of actions: asked for, approved, cancelled, undone; by every role, and never on somebody else's devices.

use axum::http::StatusCode;
use bartizan_store::{Role, Tenant};
use serde_json::{Value, json};

use super::house::House;

/// One order of every kind that a call can ask for.
fn orders() -> Vec<Value> {
    let process = format!("{:032x}-{}-{}", 1, 30, 30);
    vec![
        json!({"kind": "isolate", "until": "2026-09-30T00:00:00Z", "addresses": ["10.0.0.0/8"]}),
        json!({"kind": "release"}),
        json!({"kind": "stop_process", "process": process}),
        json!({"kind": "quarantine_file", "path": "/tmp/x", "sha256": "ab".repeat(32)}),
        json!({"kind": "restore_file", "item": "q-1"}),
        json!({"kind": "block_file", "sha256": "cd".repeat(32)}),
        json!({"kind": "allow_file", "path": "/tmp/x"}),
        json!({"kind": "disable_account", "user": "eve"}),
        json!({"kind": "end_sessions", "user": "eve"}),
        json!({"kind": "revoke_key", "user": "eve", "key": "SHA256:abc"}),
        json!({"kind": "stop_unit", "unit": "evil.service", "mask": true}),
        json!({"kind": "remove_cron_entry", "path": "/etc/crontab", "line": "* * * * * x"}),
        json!({"kind": "remove_timer", "unit": "evil.timer"}),
        json!({"kind": "collect_package"}),
    ]
}

fn ask(order: &Value, device: &impl ToString) -> Value {
    json!({"order": order, "devices": [device.to_string()], "reason": "incident 1"})
}

#[tokio::test]
async fn every_action_by_every_role_on_our_device_and_on_somebody_elses() {
    let house = House::new();
    let story = house.story();
    let (home, other) = (house.home(), house.other_tenant());

    for order in orders() {
        for role in [Role::Reader, Role::Responder, Role::Administrator] {
            let may = role >= Role::Responder;
            let body = ask(&order, &story.device);
            let ours = house.post("/actions", &house.token(&home, role), body.clone()).await;
            let wanted = if may { StatusCode::CREATED } else { StatusCode::FORBIDDEN };
            assert_eq!(ours.status, wanted, "{order} as {}: {}", role.word(), ours.text);
            let theirs = house.post("/actions", &house.token(&other, role), body).await;
            let wanted = if may { StatusCode::NOT_FOUND } else { StatusCode::FORBIDDEN };
            assert_eq!(theirs.status, wanted, "{order} as {}: {}", role.word(), theirs.text);
            if may {
                let id = ours.json()["id"].as_str().unwrap().to_owned();
                let path = format!("/actions/{id}");
                let shown = house.get_as(&path, &house.token(&home, Role::Reader)).await.json();
                assert_eq!(shown["order"]["kind"], order["kind"]);
                assert_eq!(shown["status"], "queued");
                let hidden = house.get_as(&path, &house.token(&other, Role::Administrator)).await;
                assert_eq!(hidden.status, StatusCode::NOT_FOUND);
                decisions_do_not_exist(&house, &other, &path).await;
            }
        }
    }
    let listed = house.get_as("/actions", &house.token(&other, Role::Administrator)).await.json();
    assert_eq!(listed["total"], 0);
    let listed = house.get_as("/actions?limit=5", &house.token(&home, Role::Reader)).await.json();
    assert_eq!(listed["total"], orders().len() * 2);
    let only = "/actions?kind=isolate,release&status=queued";
    let listed = house.get_as(only, &house.token(&home, Role::Reader)).await.json();
    assert_eq!(listed["total"], 4);
}

/// For the administrator of another tenant.
async fn decisions_do_not_exist(house: &House, other: &Tenant, path: &str) {
    for what in ["cancel", "approve", "reject", "undo"] {
        let token = house.token(other, Role::Administrator);
        let hidden = house.post(&format!("{path}/{what}"), &token, json!({})).await;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{what}");
    }
}

#[tokio::test]
async fn a_dry_run_says_what_would_happen_and_keeps_nothing() {
    let house = House::new();
    let (story, home) = (house.story(), house.home());
    let token = house.token(&home, Role::Responder);
    let mut body = ask(&json!({"kind": "release"}), &story.device);
    body["dry_run"] = json!(true);

    let answer = house.post("/actions", &token, body).await;

    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let answer = answer.json();
    assert_eq!((&answer["id"], &answer["plan"]["approvals_needed"]), (&Value::Null, &json!(0)));
    assert_eq!(answer["plan"]["devices"][0]["device"], story.device.to_string());
    assert_eq!(house.get_as("/actions", &token).await.json()["total"], 0);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_the_reason() {
    let house = House::new();
    let (story, home) = (house.story(), house.home());
    let token = house.token(&home, Role::Responder);
    for (order, said) in [
        (json!({"kind": "isolate", "until": "2020-01-01T00:00:00Z"}), "future"),
        (json!({"kind": "quarantine_file", "path": "tmp/x"}), "absolute"),
        (json!({"kind": "quarantine_file"}), "which file"),
        (json!({"kind": "disable_account", "user": "root"}), "never"),
        (json!({"kind": "block_file", "sha256": "xyz"}), "sha256"),
        (json!({"kind": "undo", "action": "x"}), "undo"),
    ] {
        let answer = house.post("/actions", &token, ask(&order, &story.device)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{order}");
        assert!(answer.text.contains(said), "{order}: {}", answer.text);
    }
    let mut silent = ask(&json!({"kind": "release"}), &story.device);
    silent["reason"] = json!(" ");
    let answer = house.post("/actions", &token, silent).await;
    assert!(answer.text.contains("say why"), "{}", answer.text);
}

#[tokio::test]
async fn an_action_that_needs_approval_waits_for_somebody_else() {
    let house = House::new();
    let (story, home) = (house.story(), house.home());
    let administrator = house.administrator().await;
    let policies = json!({
        "rules": [
            {"group": null, "kind": "isolate", "allowed": true, "approvals": 1},
            {"group": null, "kind": "stop_process", "allowed": false, "approvals": 0},
        ],
        "most_devices": 10, "most_percent": 25,
    });
    let set = house.call("PUT", "/action-policies", &administrator, policies.clone()).await;
    assert_eq!(set.status, StatusCode::NO_CONTENT, "{}", set.text);
    let shown = house.get("/action-policies", &administrator).await.json();
    assert_eq!(shown["rules"].as_array().unwrap().len(), 2);

    let forbidden = &orders()[2];
    let answer =
        house.call("POST", "/actions", &administrator, ask(forbidden, &story.device)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.text.contains("policy"), "{}", answer.text);

    // Their own: not by themselves, not by a program.
    let answer =
        house.call("POST", "/actions", &administrator, ask(&orders()[0], &story.device)).await;
    let path = format!("/actions/{}", answer.json()["id"].as_str().unwrap());
    assert_eq!(house.get(&path, &administrator).await.json()["status"], "pending_approval");
    let own = house.call("POST", &format!("{path}/approve"), &administrator, json!({})).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "{}", own.text);
    let program = house.token(&home, Role::Administrator);
    let program = house.post(&format!("{path}/approve"), &program, json!({})).await;
    assert_eq!(program.status, StatusCode::FORBIDDEN, "{}", program.text);
    let mine = house.call("POST", &format!("{path}/reject"), &administrator, json!({})).await;
    assert_eq!(mine.json()["status"], "cancelled", "taking one's own back is fine");

    // Somebody else's.
    let responder = house.token(&home, Role::Responder);
    let answer = house.post("/actions", &responder, ask(&orders()[0], &story.device)).await;
    let path = format!("/actions/{}", answer.json()["id"].as_str().unwrap());
    let comment = json!({"comment": "go"});
    let yes = house.call("POST", &format!("{path}/approve"), &administrator, comment).await;
    assert_eq!(yes.json()["status"], "queued", "{}", yes.text);
    let shown = house.get(&path, &administrator).await.json();
    assert_eq!(shown["decisions"][0]["comment"], "go");
    let again = house.call("POST", &format!("{path}/approve"), &administrator, json!({})).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let cancelled = house.post(&format!("{path}/cancel"), &responder, Value::Null).await;
    assert_eq!(cancelled.json()["devices"], 1, "{}", cancelled.text);
    let undo = house.post(&format!("{path}/undo"), &responder, json!({"reason": "x"})).await;
    assert_eq!(undo.status, StatusCode::CONFLICT, "nothing was done");

    let log = house.get("/audit", &administrator).await.text;
    for word in
        ["action.isolate", "action.approve", "action.reject", "action.cancel", "action_policy.set"]
    {
        assert!(log.contains(word), "{word}");
    }
}

#[tokio::test]
async fn many_devices_need_their_number_said_again() {
    let house = House::new();
    let home = house.home();
    let devices: Vec<String> = (0..11).map(|_| house.device(&home).to_string()).collect();
    let token = house.token(&home, Role::Responder);
    let mut body = json!({"order": {"kind": "release"}, "devices": devices, "reason": "drill"});

    let answer = house.post("/actions", &token, body.clone()).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.text.contains("confirm-count") && answer.text.contains("11"), "{}", answer.text);
    body["confirmed_devices"] = json!(10);
    assert_eq!(house.post("/actions", &token, body.clone()).await.status, StatusCode::CONFLICT);
    body["confirmed_devices"] = json!(11);
    let answer = house.post("/actions", &token, body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);

    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let listed = house.get_as(&format!("/actions/{id}/devices?limit=4"), &token).await.json();
    assert_eq!((&listed["total"], listed["items"].as_array().unwrap().len()), (&json!(11), 4));
}

#[tokio::test]
async fn a_release_token_is_made_by_an_administrator_for_their_own_device() {
    let house = House::new();
    let (story, home, other) = (house.story(), house.home(), house.other_tenant());
    let path = format!("/devices/{}/release-token", story.device);

    let made = house.post(&path, &house.token(&home, Role::Administrator), Value::Null).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert!(made.json()["command"].as_str().unwrap().contains("release --token bzr1."));
    for (tenant, role, status) in [
        (&home, Role::Responder, StatusCode::FORBIDDEN),
        (&other, Role::Administrator, StatusCode::NOT_FOUND),
    ] {
        let refused = house.post(&path, &house.token(tenant, role), Value::Null).await;
        assert_eq!(refused.status, status);
    }
}
