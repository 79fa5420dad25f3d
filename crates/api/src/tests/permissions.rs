//! Who may call what: every call of the document, by everybody.

use axum::http::StatusCode;
use bartizan_store::Role;
use serde_json::Value;

use super::house::House;

/// The least role that may call; `None` is anybody. A call that is not here fails the test.
const CALLS: &[(&str, &str, Option<Role>)] = &[
    ("post", "/session", None),
    ("delete", "/session", Some(Role::Reader)),
    ("get", "/me", Some(Role::Reader)),
    ("post", "/me/password", Some(Role::Reader)),
    ("get", "/overview", Some(Role::Reader)),
    ("get", "/health", None),
    ("get", "/incidents", Some(Role::Reader)),
    ("get", "/incidents/{number}", Some(Role::Reader)),
    ("patch", "/incidents/{number}", Some(Role::Responder)),
    ("post", "/incidents/{number}/comments", Some(Role::Responder)),
    ("get", "/alerts", Some(Role::Reader)),
    ("get", "/alerts/{id}", Some(Role::Reader)),
    ("get", "/alerts/{id}/tree", Some(Role::Reader)),
    ("get", "/devices", Some(Role::Reader)),
    ("get", "/devices/{id}", Some(Role::Reader)),
    ("get", "/devices/{id}/processes/{key}/tree", Some(Role::Reader)),
    ("get", "/devices/{id}/timeline", Some(Role::Reader)),
    ("get", "/devices/{id}/timeline/histogram", Some(Role::Reader)),
    ("get", "/hunting/schema", Some(Role::Reader)),
    ("post", "/hunting/validate", Some(Role::Reader)),
    ("post", "/hunting/run", Some(Role::Reader)),
    ("get", "/rules", Some(Role::Reader)),
    ("get", "/indicators", Some(Role::Reader)),
    ("post", "/indicators", Some(Role::Responder)),
    ("delete", "/indicators/{id}", Some(Role::Responder)),
    ("post", "/indicators/import", Some(Role::Responder)),
    ("get", "/audit", Some(Role::Administrator)),
    ("get", "/users", Some(Role::Administrator)),
    ("post", "/users", Some(Role::Administrator)),
    ("post", "/users/{id}/reset-password", Some(Role::Administrator)),
    ("post", "/enrolment-tokens", Some(Role::Administrator)),
    ("get", "/stream", Some(Role::Reader)),
];

#[tokio::test]
async fn every_call_of_the_document_lets_in_exactly_who_may() {
    let house = House::new();
    let home = house.home();
    let roles = [Role::Reader, Role::Responder, Role::Administrator];
    let tokens = roles.map(|role| (role, house.token(&home, role)));

    let mut documented = documented_calls();
    for (method, path, least) in CALLS {
        let call = (method.to_string(), path.to_string());
        let at = documented.iter().position(|documented| *documented == call);
        documented.remove(at.unwrap_or_else(|| panic!("{method} {path} is not in the document")));
        let path = path.replace(['{', '}'], "");
        let method = method.to_uppercase();

        let anonymous = house.status(&method, &path, None).await;
        assert_eq!(anonymous == StatusCode::UNAUTHORIZED, least.is_some(), "{method} {path}");
        for (role, token) in &tokens {
            let status = house.status(&method, &path, Some(token)).await;
            let may = least.is_none_or(|least| *role >= least);
            assert_eq!(
                status != StatusCode::FORBIDDEN,
                may,
                "{method} {path} as {}: {status}",
                role.word()
            );
            assert!(!status.is_server_error(), "{method} {path}: {status}");
        }
    }
    assert_eq!(documented, [], "calls of the document that this test does not know");
}

#[tokio::test]
async fn another_tenants_things_do_not_exist() {
    let house = House::new();
    let story = house.story();
    let (home, other) = (house.home(), house.other_tenant());
    let ours = house.token(&home, Role::Administrator);
    let theirs = house.token(&other, Role::Administrator);
    let user = house.api.store.users(home.id).unwrap()[0].id;

    let (device, alert, key) = (story.device, story.alert, story.process);
    for path in [
        "/incidents/1".to_owned(),
        format!("/alerts/{alert}"),
        format!("/alerts/{alert}/tree"),
        format!("/devices/{device}"),
        format!("/devices/{device}/processes/{key}/tree"),
        format!("/devices/{device}/timeline"),
        format!("/devices/{device}/timeline/histogram"),
    ] {
        assert_eq!(house.status("GET", &path, Some(&ours)).await, StatusCode::OK, "{path}");
        assert_eq!(
            house.status("GET", &path, Some(&theirs)).await,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    let reset = format!("/users/{user}/reset-password");
    assert_eq!(house.status("POST", &reset, Some(&theirs)).await, StatusCode::NOT_FOUND);
    assert_eq!(house.status("PATCH", "/incidents/1", Some(&theirs)).await, StatusCode::NOT_FOUND);
}

fn documented_calls() -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&crate::openapi()).unwrap();
    let mut calls = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            calls.push((method.clone(), path.strip_prefix("/api/v1").unwrap().to_owned()));
        }
    }
    calls
}
