//! Indicators over the interface.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use bartizan_store::Role;
use serde_json::{Value, json};

use super::house::{Answer, House};

#[tokio::test]
async fn an_indicator_is_kept_in_one_form_listed_and_removed() {
    let house = House::new();
    let token = house.token(&house.home(), Role::Responder);
    let asked =
        json!({ "value": "hxxp://Evil[.]Example/a", "action": "block", "severity": "high" });

    let made = ask(&house, "POST", "/indicators", &token, asked.clone()).await;
    let again = ask(&house, "POST", "/indicators", &token, asked).await;

    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert_eq!(made.json()["value"], "http://evil.example/a");
    assert_eq!(made.json()["kind"], "url");
    assert_eq!(made.json()["id"], again.json()["id"], "the same value from the same source is one");
    let listed = ask(&house, "GET", "/indicators?q=evil", &token, json!(null)).await;
    assert_eq!(listed.json()["total"], 1);
    let path = format!("/indicators/{}", made.json()["id"].as_str().unwrap());
    let theirs = house.token(&house.other_tenant(), Role::Administrator);
    let other = ask(&house, "DELETE", &path, &theirs, json!(null)).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    let removed = ask(&house, "DELETE", &path, &token, json!(null)).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    let wrong = ask(&house, "POST", "/indicators", &token, json!({ "value": "x y" })).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_list_is_taken_line_by_line_and_a_line_that_cannot_be_read_is_named() {
    let house = House::new();
    let token = house.token(&house.home(), Role::Responder);
    let list = "value,title\n198.51.100.0/24,Hoster\nnonsense,x\nevil.example,Evil\n";

    let path = "/indicators/import?action=warn&source=feed";
    let taken = text(&house, path, &token, list.to_owned()).await;

    assert_eq!(taken.json()["taken"], 2, "{}", taken.text);
    assert_eq!(taken.json()["refused"], 1);
    assert_eq!(taken.json()["problems"][0]["line"], 3);
    let listed =
        ask(&house, "GET", "/indicators?source=feed&kind=network", &token, json!(null)).await;
    assert_eq!(listed.json()["items"][0]["value"], "198.51.100.0/24");
    assert_eq!(listed.json()["items"][0]["action"], "warn");
    // Larger than the body of any other call.
    let large: String = (0..40_000).map(|n| format!("host{n}.evil.example\n")).collect();
    assert!(large.len() > 512 * 1024);
    let taken = text(&house, "/indicators/import", &token, large).await;
    assert_eq!(taken.json()["taken"], 40_000, "{}", taken.text);
}

async fn ask(house: &House, method: &str, path: &str, token: &str, body: Value) -> Answer {
    send(house, method, path, token, "application/json", body.to_string()).await
}

async fn text(house: &House, path: &str, token: &str, body: String) -> Answer {
    send(house, "POST", path, token, "text/plain", body).await
}

async fn send(
    house: &House,
    method: &str,
    path: &str,
    token: &str,
    kind: &str,
    body: String,
) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/v1{path}"))
        .header("content-type", kind)
        .header("authorization", format!("Bearer {token}"));
    house.send(request.body(Body::from(body)).unwrap()).await
}
