//! What a person does with an incident.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::house::House;

#[tokio::test]
async fn an_incident_tells_its_story() {
    let house = House::new();
    let story = house.story();
    let cookie = house.administrator().await;

    let queue =
        house.get("/incidents?status=New,In%20progress&severity=High", &cookie).await.json();
    assert_eq!(queue["total"], 1);
    assert_eq!(queue["items"][0]["title"], "nginx started a shell on web-1");
    assert_eq!(queue["items"][0]["devices"][0]["id"], story.device.to_string());

    let incident = house.get("/incidents/1", &cookie).await.json();
    assert_eq!(incident["alerts"][0]["reason"]["kind"], "opened");
    let reason = &incident["alerts"][1]["reason"]["text"];
    assert_eq!(reason, "its process descends from /usr/sbin/nginx (10)");
    assert_eq!(incident["activity"][0]["kind"], "opened");

    let alert = house.get(&format!("/alerts/{}", story.alert), &cookie).await.json();
    assert_eq!(alert["incident"], 1);
    assert_eq!(alert["matched"][0]["field"], "Image");
    assert_eq!(alert["evidence"][0]["kind"], "user");
}

#[tokio::test]
async fn the_tree_of_an_alert_goes_from_the_web_server_to_the_script() {
    let house = House::new();
    let story = house.story();
    let cookie = house.administrator().await;

    let tree = house.get(&format!("/alerts/{}/tree", story.alert), &cookie).await.json();

    let names: Vec<&str> = tree["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n["file_name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["nginx", "sh", "curl"]);
    assert_eq!(tree["focus"], story.process.to_string());
    assert_eq!(tree["roots"], json!([tree["nodes"][0]["key"]]));
    assert_eq!(tree["nodes"][0]["children_total"], 1);
    assert_eq!(tree["nodes"][2]["alerts"][0]["severity"], "High");
    assert_eq!(tree["nodes"][0]["gap"], false);
}

#[tokio::test]
async fn a_responder_takes_an_incident_says_something_and_resolves_it() {
    let house = House::new();
    house.story();
    let cookie = house.administrator().await;
    let patch = |body: Value| house.call("PATCH", "/incidents/1", &cookie, body);

    let taken = patch(json!({ "assigned_to": "admin", "status": "In progress" })).await.json();
    assert_eq!((&taken["assigned_to"], &taken["status"]), (&json!("admin"), &json!("In progress")));
    let said = house
        .call("POST", "/incidents/1/comments", &cookie, json!({ "text": " looks real " }))
        .await;
    assert_eq!(said.status, StatusCode::CREATED);
    let resolved = patch(json!({ "status": "Resolved", "assigned_to": null })).await.json();
    assert_eq!(resolved["assigned_to"], Value::Null);

    let entries = resolved["activity"].as_array().unwrap();
    let history: Vec<(&str, &str)> = entries
        .iter()
        .map(|entry| (entry["kind"].as_str().unwrap(), entry["text"].as_str().unwrap()))
        .collect();
    assert_eq!(
        history[1..],
        [
            ("status", "New → In progress"),
            ("assigned", "admin"),
            ("comment", "looks real"),
            ("status", "In progress → Resolved"),
            ("assigned", "nobody"),
        ]
    );
    assert_eq!(patch(json!({ "status": "Gone" })).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(patch(json!({ "assigned_to": "ghost" })).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_device_and_the_overview_count_what_is_there() {
    let house = House::new();
    let story = house.story();
    let cookie = house.administrator().await;

    let device = house.get(&format!("/devices/{}", story.device), &cookie).await.json();
    assert_eq!((&device["state"], &device["processes"]), (&json!("reporting"), &json!(3)));
    assert_eq!((&device["alerts"], &device["open_incidents"]), (&json!(2), &json!(1)));
    assert_eq!(house.get("/devices?q=WEB", &cookie).await.json()["total"], 0);
    assert_eq!(house.get("/devices?q=unnamed", &cookie).await.json()["total"], 1);

    let overview = house.get("/overview", &cookie).await.json();
    assert_eq!(
        (&overview["open_incidents"], &overview["devices_reporting"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(overview["alerts_by_hour"][0]["count"], 2);
}
