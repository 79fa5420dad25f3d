//! Questions over events, asked through the interface.

use std::sync::Arc;

use axum::http::StatusCode;
use bartizan_model::{Action, Envelope, Event, EventId, StreamId};
use serde_json::json;

use super::house::{House, NOON};

#[tokio::test]
async fn a_started_program_is_in_the_timeline_and_answers_a_question() {
    let house = House::new();
    let story = house.story();
    started(&house, &story);
    let cookie = house.administrator().await;

    let query = "DeviceProcessEvents | where FileName == 'curl' | project FileName, DeviceName";
    let answer = house.call("POST", "/hunting/run", &cookie, json!({ "query": query })).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.json()["rows"], json!([["curl", "web-1"]]));
    assert_eq!(answer.json()["columns"][0], json!({ "name": "FileName", "type": "string" }));

    let device = story.device;
    let timeline = house.get(&format!("/devices/{device}/timeline?types=process"), &cookie).await;
    assert_eq!(timeline.json()["items"][0]["fields"]["FileName"], "curl", "{}", timeline.text);
    let bins = house.get(&format!("/devices/{device}/timeline/histogram?bins=10"), &cookie).await;
    assert_eq!(bins.json()["bins"][0]["count"], 1, "{}", bins.text);
}

#[tokio::test]
async fn alerts_are_asked_for_like_events() {
    let house = House::new();
    house.story();
    let cookie = house.administrator().await;

    let query = "AlertInfo | summarize Alerts = count() by Category, IncidentNumber";
    let answer = house.call("POST", "/hunting/run", &cookie, json!({ "query": query })).await;

    assert_eq!(answer.json()["rows"], json!([["Execution", 1, 2]]), "{}", answer.text);
}

#[tokio::test]
async fn a_misspelt_column_is_named_and_pointed_at() {
    let house = House::new();
    let cookie = house.administrator().await;
    let body = json!({ "query": "DeviceProcessEvents | where FileNam == 'x'" });

    let answer = house.call("POST", "/hunting/run", &cookie, body.clone()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let problem = answer.json();
    assert_eq!(
        (&problem["problems"][0]["line"], &problem["problems"][0]["column"]),
        (&json!(1), &json!(29))
    );
    assert!(problem["rendered"].as_str().unwrap().contains("FileName"), "{problem}");

    let judged = house.call("POST", "/hunting/validate", &cookie, body).await;
    assert_eq!(judged.json()["problems"], problem["problems"]);
    let schema = house.get("/hunting/schema", &cookie).await.json();
    assert!(schema["tables"].as_array().unwrap().iter().any(|t| t["name"] == "AlertInfo"));
}

fn started(house: &House, story: &super::house::Story) {
    let home = house.home().id;
    let record = house.api.store.process(home, story.device, story.process).unwrap().unwrap();
    let stream: StreamId = "00000000-0000-4000-8000-000000000001".parse().unwrap();
    let envelope = Envelope {
        tenant: home,
        device: story.device,
        device_name: "web-1".into(),
        received_at: NOON,
        event: Event {
            id: EventId { stream, sequence: 2 },
            at: NOON,
            actor: None,
            action: Action::ProcessStarted(Arc::new(record.process)),
        },
    };
    house.api.telemetry.append(0, &[envelope]).unwrap();
}
