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
    ("post", "/me/second-factor", Some(Role::Reader)),
    ("post", "/me/second-factor/confirm", Some(Role::Reader)),
    ("post", "/me/second-factor/remove", Some(Role::Reader)),
    ("get", "/overview", Some(Role::Reader)),
    ("get", "/health", None),
    ("get", "/server/health", Some(Role::Reader)),
    ("get", "/views", Some(Role::Reader)),
    ("post", "/views", Some(Role::Reader)),
    ("put", "/views/{id}", Some(Role::Reader)),
    ("delete", "/views/{id}", Some(Role::Reader)),
    ("get", "/people", Some(Role::Reader)),
    ("get", "/users", Some(Role::Administrator)),
    ("post", "/users", Some(Role::Administrator)),
    ("patch", "/users/{id}", Some(Role::Administrator)),
    ("post", "/users/{id}/reset-password", Some(Role::Administrator)),
    ("get", "/audit", Some(Role::Administrator)),
    ("get", "/audit/export", Some(Role::Administrator)),
    ("get", "/stream", Some(Role::Reader)),
    ("get", "/classifications", Some(Role::Reader)),
    ("get", "/incidents", Some(Role::Reader)),
    ("patch", "/incidents", Some(Role::Responder)),
    ("get", "/incidents/facets", Some(Role::Reader)),
    ("get", "/incidents/export", Some(Role::Reader)),
    ("post", "/incidents/merge", Some(Role::Responder)),
    ("get", "/incidents/{number}", Some(Role::Reader)),
    ("patch", "/incidents/{number}", Some(Role::Responder)),
    ("post", "/incidents/{number}/comments", Some(Role::Responder)),
    ("post", "/incidents/{number}/move-alerts", Some(Role::Responder)),
    ("post", "/incidents/{number}/tasks", Some(Role::Responder)),
    ("patch", "/incidents/{number}/tasks/{task}", Some(Role::Responder)),
    ("put", "/incidents/{number}/verdicts", Some(Role::Responder)),
    ("get", "/incidents/{number}/story", Some(Role::Reader)),
    ("get", "/incidents/{number}/graph", Some(Role::Reader)),
    ("get", "/incidents/{number}/evidence", Some(Role::Reader)),
    ("get", "/incidents/{number}/report", Some(Role::Reader)),
    ("get", "/alerts", Some(Role::Reader)),
    ("patch", "/alerts", Some(Role::Responder)),
    ("get", "/alerts/facets", Some(Role::Reader)),
    ("get", "/alerts/export", Some(Role::Reader)),
    ("get", "/alerts/{id}", Some(Role::Reader)),
    ("patch", "/alerts/{id}", Some(Role::Responder)),
    ("get", "/alerts/{id}/tree", Some(Role::Reader)),
    ("get", "/devices", Some(Role::Reader)),
    ("get", "/devices/export", Some(Role::Reader)),
    ("get", "/devices/{id}", Some(Role::Reader)),
    ("patch", "/devices/{id}", Some(Role::Administrator)),
    ("post", "/devices/{id}/revoke", Some(Role::Administrator)),
    ("get", "/devices/{id}/processes/{key}/tree", Some(Role::Reader)),
    ("get", "/devices/{id}/timeline", Some(Role::Reader)),
    ("get", "/devices/{id}/timeline/histogram", Some(Role::Reader)),
    ("get", "/devices/{id}/timeline/export", Some(Role::Reader)),
    ("get", "/entities/users/{name}", Some(Role::Reader)),
    ("get", "/entities/files/{sha256}", Some(Role::Reader)),
    ("get", "/entities/addresses/{ip}", Some(Role::Reader)),
    ("get", "/entities/domains/{name}", Some(Role::Reader)),
    ("get", "/enrolment-tokens", Some(Role::Administrator)),
    ("post", "/enrolment-tokens", Some(Role::Administrator)),
    ("delete", "/enrolment-tokens/{id}", Some(Role::Administrator)),
    ("get", "/actions", Some(Role::Reader)),
    ("post", "/actions", Some(Role::Responder)),
    ("get", "/actions/{id}", Some(Role::Reader)),
    ("get", "/actions/{id}/devices", Some(Role::Reader)),
    ("post", "/actions/{id}/approve", Some(Role::Responder)),
    ("post", "/actions/{id}/reject", Some(Role::Responder)),
    ("post", "/actions/{id}/cancel", Some(Role::Responder)),
    ("post", "/actions/{id}/undo", Some(Role::Responder)),
    ("get", "/actions/{id}/devices/{device}/file", Some(Role::Responder)),
    ("get", "/action-policies", Some(Role::Reader)),
    ("put", "/action-policies", Some(Role::Administrator)),
    ("post", "/devices/{id}/release-token", Some(Role::Administrator)),
    ("get", "/live/sessions", Some(Role::Responder)),
    ("post", "/live/sessions", Some(Role::Responder)),
    ("get", "/live/sessions/{id}", Some(Role::Responder)),
    ("post", "/live/sessions/{id}/close", Some(Role::Responder)),
    ("post", "/live/sessions/{id}/lines", Some(Role::Responder)),
    ("post", "/live/sessions/{id}/complete", Some(Role::Responder)),
    ("get", "/live/sessions/{id}/recording", Some(Role::Responder)),
    ("get", "/live/sessions/{id}/stream", Some(Role::Responder)),
    ("get", "/live/commands", Some(Role::Responder)),
    ("get", "/live/transfers", Some(Role::Responder)),
    ("post", "/live/transfers", Some(Role::Administrator)),
    ("get", "/live/transfers/{id}", Some(Role::Responder)),
    ("delete", "/live/transfers/{id}", Some(Role::Administrator)),
    ("get", "/live/transfers/{id}/content", Some(Role::Responder)),
    ("put", "/live/transfers/{id}/content", Some(Role::Administrator)),
    ("get", "/live/scripts", Some(Role::Responder)),
    ("post", "/live/scripts", Some(Role::Administrator)),
    ("get", "/live/scripts/{name}", Some(Role::Responder)),
    ("put", "/live/scripts/{name}", Some(Role::Administrator)),
    ("delete", "/live/scripts/{name}", Some(Role::Administrator)),
    ("post", "/live/scripts/{name}/approve", Some(Role::Administrator)),
    ("get", "/hunting/schema", Some(Role::Reader)),
    ("post", "/hunting/validate", Some(Role::Reader)),
    ("post", "/hunting/run", Some(Role::Reader)),
    ("get", "/rules", Some(Role::Reader)),
    ("get", "/indicators", Some(Role::Reader)),
    ("post", "/indicators", Some(Role::Responder)),
    ("delete", "/indicators/{id}", Some(Role::Responder)),
    ("post", "/indicators/import", Some(Role::Responder)),
    ("get", "/rules/coverage", Some(Role::Reader)),
    ("get", "/rules/{id}", Some(Role::Reader)),
    ("patch", "/rules/{id}", Some(Role::Administrator)),
    ("post", "/tuning/suggest", Some(Role::Responder)),
    ("post", "/tuning/preview", Some(Role::Responder)),
    ("get", "/tuning/rules", Some(Role::Reader)),
    ("post", "/tuning/rules", Some(Role::Responder)),
    ("put", "/tuning/rules/{id}", Some(Role::Responder)),
    ("delete", "/tuning/rules/{id}", Some(Role::Responder)),
    ("get", "/device-groups", Some(Role::Reader)),
    ("post", "/device-groups", Some(Role::Administrator)),
    ("put", "/device-groups/{id}", Some(Role::Administrator)),
    ("delete", "/device-groups/{id}", Some(Role::Administrator)),
    ("get", "/settings/retention", Some(Role::Administrator)),
    ("put", "/settings/retention", Some(Role::Administrator)),
    ("get", "/api-tokens", Some(Role::Administrator)),
    ("post", "/api-tokens", Some(Role::Administrator)),
    ("delete", "/api-tokens/{id}", Some(Role::Administrator)),
    ("get", "/notifications/channels", Some(Role::Administrator)),
    ("post", "/notifications/channels", Some(Role::Administrator)),
    ("put", "/notifications/channels/{id}", Some(Role::Administrator)),
    ("delete", "/notifications/channels/{id}", Some(Role::Administrator)),
    ("post", "/notifications/channels/{id}/test", Some(Role::Administrator)),
    ("get", "/notifications/channels/{id}/deliveries", Some(Role::Administrator)),
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
        "/incidents/1/story".to_owned(),
        "/incidents/1/graph".to_owned(),
        "/incidents/1/evidence".to_owned(),
        "/incidents/1/report".to_owned(),
        format!("/alerts/{alert}"),
        format!("/alerts/{alert}/tree"),
        format!("/devices/{device}"),
        format!("/devices/{device}/processes/{key}/tree"),
        format!("/devices/{device}/timeline"),
        format!("/devices/{device}/timeline/histogram"),
        format!("/devices/{device}/timeline/export"),
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
