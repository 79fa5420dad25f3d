//! Coming in, staying in, and being kept out.

use std::{borrow::Cow, sync::Arc};

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::{Value, json};

use super::house::{House, PASSWORD};
use crate::{Asset, ConsoleAssets};

#[tokio::test]
async fn the_first_administrator_chooses_a_password_before_anything_else() {
    let house = House::new();
    let signed = house.sign_in(&house.first.name, &house.first.password).await;
    assert_eq!(signed.json()["must_choose_password"], true);
    assert_eq!(signed.json()["permissions"], json!([]));
    let cookie = signed.cookie();

    let refused = house.get("/incidents", &cookie).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(refused.json()["type"], "must-choose-password");

    let weak = json!({ "current": house.first.password, "new": "short" });
    let refused = house.call("POST", "/me/password", &cookie, weak).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.json()["detail"].as_str().unwrap().contains("12 characters"));

    let cookie = house.administrator().await;
    assert_eq!(house.get("/incidents", &cookie).await.status, StatusCode::OK);
    assert_eq!(house.get("/me", &cookie).await.json()["must_choose_password"], false);
}

#[tokio::test]
async fn a_wrong_password_says_so_and_after_five_the_door_stays_shut_for_a_while() {
    let house = House::new();
    for _ in 0..5 {
        let refused = house.sign_in("admin", "wrong").await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        assert_eq!(refused.json()["detail"], "the name or the password is wrong");
    }

    let refused = house.sign_in("admin", &house.first.password).await;

    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert_eq!(detail, "too many failed sign-ins: try again in 15 minutes");
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let house = House::new();
    let cookie = house.administrator().await;

    let out = house.call("DELETE", "/session", &cookie, Value::Null).await;

    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert_eq!(house.get("/me", &cookie).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_call_that_another_site_forged_is_refused() {
    let house = House::new();
    house.story();
    let cookie = house.administrator().await;
    let forged = |header: &str, value: &str, content: &str| {
        Request::builder()
            .method("PATCH")
            .uri("/api/v1/incidents/1")
            .header("host", "keep.example")
            .header("cookie", &cookie)
            .header("content-type", content)
            .header(header, value)
            .body(Body::from(r#"{"status":"Resolved"}"#))
            .unwrap()
    };
    let json = "application/json";

    for (header, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        let answer = house.send(forged(header, value, json)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{header}: {value}");
        assert_eq!(answer.json()["type"], "other-site");
    }
    let form = forged("sec-fetch-site", "same-origin", "text/plain");
    assert_eq!(house.send(form).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let own = house.send(forged("origin", "https://keep.example", json)).await;
    assert_eq!(own.status, StatusCode::OK, "{}", own.text);
}

#[tokio::test]
async fn problems_are_documents_with_the_requests_id() {
    let house = House::new();
    let cookie = house.administrator().await;
    for (path, status) in [
        ("/nothing", 404),
        ("/incidents/999", 404),
        ("/incidents/x", 404),
        ("/incidents?severity=Purple", 400),
        ("/incidents?cursor=x", 400),
        ("/incidents?limit=x", 400),
    ] {
        let answer = house.get(path, &cookie).await;
        let problem = answer.json();
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(problem["status"], status, "{path}");
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{path}");
        let id = answer.headers["x-request-id"].to_str().unwrap();
        assert_eq!(problem["request_id"], id, "{path}");
    }
    let wrong = house.call("PUT", "/incidents", &cookie, json!({})).await;
    assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn people_come_and_go_and_the_audit_log_knows() {
    let house = House::new();
    let cookie = house.administrator().await;
    let made =
        house.call("POST", "/users", &cookie, json!({ "name": "dana", "role": "responder" })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let made = made.json();
    let twice =
        house.call("POST", "/users", &cookie, json!({ "name": "Dana", "role": "reader" })).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);

    let password = made["one_time_password"].as_str().unwrap();
    let dana = house.sign_in("dana", password).await;
    assert_eq!(dana.json()["role"], "responder");
    let reset = format!("/users/{}/reset-password", made["user_id"].as_str().unwrap());
    assert_eq!(house.call("POST", &reset, &cookie, Value::Null).await.status, StatusCode::OK);
    assert_eq!(house.get("/me", &dana.cookie()).await.status, StatusCode::UNAUTHORIZED);

    let log = house.get("/audit?limit=1000", &cookie).await.json();
    let actions: Vec<&str> =
        log["items"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap()).collect();
    for action in ["user.create", "user.reset_password", "user.password", "session.create"] {
        assert!(actions.contains(&action), "{action} is not in {actions:?}");
    }
    assert!(!log.to_string().contains(PASSWORD));
}

#[tokio::test]
async fn an_enrolment_token_comes_with_the_line_to_paste() {
    let house = House::new();
    let cookie = house.administrator().await;

    let made = house.call("POST", "/enrolment-tokens", &cookie, json!({ "note": "web" })).await;

    let made = made.json();
    let token = made["token"].as_str().unwrap();
    let parsed: bartizan_wire::EnrolmentToken = token.parse().unwrap();
    assert_eq!(parsed.server, "127.0.0.1:7443");
    assert_eq!(made["command"], format!("bartizan-sensor enrol {token}"));
}

struct Files;

impl ConsoleAssets for Files {
    fn asset(&self, path: &str, _accepts: &[&str]) -> Option<Asset> {
        let bytes: &'static [u8] = match path {
            "index.html" => b"<head></head>",
            "assets/app.js" => b"1",
            _ => return None,
        };
        Some(Asset { bytes: Cow::Borrowed(bytes), encoding: None })
    }
}

#[tokio::test]
async fn the_console_is_served_with_a_fresh_nonce_and_missing_files_are_missing() {
    let house = House::with_console(Arc::new(Files));
    let page = |path: &str| Request::builder().uri(path).body(Body::empty()).unwrap();

    let first = house.send(page("/incidents/12")).await;
    let second = house.send(page("/")).await;
    let nonce = |text: &str| text.split("content=\"").nth(1).map(|t| t[..24].to_owned()).unwrap();
    let policy = first.headers["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains(&format!("'nonce-{}'", nonce(&first.text))), "{policy}");
    assert!(!policy.contains("unsafe"));
    assert_ne!(nonce(&first.text), nonce(&second.text));

    assert_eq!(house.send(page("/assets/app.js")).await.status, StatusCode::OK);
    assert_eq!(house.send(page("/assets/old.js")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(house.send(page("/api/v2/x")).await.status, StatusCode::NOT_FOUND);
}
