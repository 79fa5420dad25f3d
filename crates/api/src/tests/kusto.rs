//! Clients of Kusto and of Defender, as they speak over HTTP.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use bartizan_store::Role;
use serde_json::{Value, json};

use super::house::{Answer, House};

#[tokio::test]
async fn a_client_of_kusto_gets_its_frames() {
    let house = House::new();
    let token = house.token(&house.home(), Role::Reader);

    let answer = post(
        &house,
        "/v2/rest/query",
        &token,
        "print a = 1, b = 'x' | render piechart with (title='T')",
    )
    .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let frames = answer.json();
    let rows = |kind: &str| {
        let frames = frames.as_array().unwrap().iter();
        let mut of_kind = frames.filter(|frame| frame["TableKind"] == kind);
        of_kind.next().unwrap().clone()
    };
    assert_eq!(frames[0]["FrameType"], "DataSetHeader");
    assert_eq!(rows("PrimaryResult")["Rows"], json!([[1, "x"]]));
    assert_eq!(
        rows("PrimaryResult")["Columns"],
        json!([{ "ColumnName": "a", "ColumnType": "long" }, { "ColumnName": "b", "ColumnType": "string" }])
    );
    let drawn: Value =
        serde_json::from_str(rows("QueryProperties")["Rows"][0][2].as_str().unwrap()).unwrap();
    assert_eq!((&drawn["Visualization"], &drawn["Title"]), (&json!("piechart"), &json!("T")));
    assert_eq!(frames.as_array().unwrap().last().unwrap()["HasErrors"], false);
    assert_eq!(answer.headers["x-ms-client-request-id"], "test;1");
}

#[tokio::test]
async fn the_first_protocol_lists_its_tables_at_the_end() {
    let house = House::new();
    let token = house.token(&house.home(), Role::Reader);
    let answer =
        post(&house, "/v1/rest/query", &token, "print a = datetime(2026-01-02)").await.json();
    let tables = answer["Tables"].as_array().unwrap();
    assert_eq!(tables[0]["Columns"][0]["DataType"], "DateTime");
    let contents = tables.last().unwrap();
    assert_eq!(contents["Rows"].as_array().unwrap().len(), tables.len() - 1);
}

#[tokio::test]
async fn a_wrong_question_is_refused_in_the_words_of_kusto() {
    let house = House::new();
    let token = house.token(&house.home(), Role::Reader);
    let answer =
        post(&house, "/v2/rest/query", &token, "DeviceProcessEvents | where FileNam == 'x'").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let error = answer.json()["error"].clone();
    assert_eq!(error["code"], "General_BadRequest");
    assert!(error["@message"].as_str().unwrap().contains("FileName"), "{error}");
}

#[tokio::test]
async fn tools_learn_the_schema_by_commands() {
    let house = House::new();
    let token = house.token(&house.home(), Role::Reader);
    let ask = async |csl: &str| post(&house, "/v1/rest/mgmt", &token, csl).await;

    let tables = ask(".show tables | project TableName").await.json();
    let rows = tables["Tables"][0]["Rows"].as_array().unwrap().clone();
    assert!(rows.iter().any(|row| row[0] == "DeviceProcessEvents"));
    let one = ask(".show table DeviceProcessEvents cslschema").await.json();
    assert!(one["Tables"][0]["Rows"][0][1].as_str().unwrap().contains("ProcessCommandLine:string"));
    let schema = ask(".show database ['bartizan'] schema as json").await.json();
    let schema: Value =
        serde_json::from_str(schema["Tables"][0]["Rows"][0][0].as_str().unwrap()).unwrap();
    let columns = &schema["Databases"]["bartizan"]["Tables"]["DeviceInfo"]["OrderedColumns"];
    assert!(columns.as_array().unwrap().iter().any(|column| column["CslType"] == "datetime"));
    assert_eq!(ask(".drop table DeviceInfo").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_client_of_defender_exchanges_its_secret_and_asks() {
    let house = House::new();
    let secret = house.token(&house.home(), Role::Reader);
    let exchange = async |secret: &str| {
        let form = format!("grant_type=client_credentials&client_id=x&client_secret={secret}");
        let request = Request::post("/contoso/oauth2/v2.0/token")
            .header("content-type", "application/x-www-form-urlencoded");
        house.send(request.body(Body::from(form)).unwrap()).await
    };
    assert_eq!(exchange("bzt_wrong").await.status, StatusCode::UNAUTHORIZED);
    let token = exchange(&secret).await.json()["access_token"].as_str().unwrap().to_owned();

    let ask = async |path: &str| {
        let request = Request::post(path)
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {token}"));
        let body = json!({ "Query": "print Name = 'a', Count = 2" }).to_string();
        house.send(request.body(Body::from(body)).unwrap()).await.json()
    };
    let answer = ask("/api/advancedqueries/run").await;
    assert_eq!(answer["Results"], json!([{ "Name": "a", "Count": 2 }]));
    assert_eq!(answer["Schema"][1], json!({ "Name": "Count", "Type": "Int64" }));
    let answer = ask("/v1.0/security/runHuntingQuery").await;
    assert_eq!(answer["results"], json!([{ "Name": "a", "Count": 2 }]));
}

#[tokio::test]
async fn nobody_asks_without_a_token() {
    let house = House::new();
    for path in ["/v1/rest/query", "/v2/rest/query", "/v1/rest/mgmt", "/api/advancedqueries/run"] {
        let answer = post(&house, path, "bzt_none", "print 1").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

async fn post(house: &House, path: &str, token: &str, csl: &str) -> Answer {
    let request = Request::post(path)
        .header("content-type", "application/json; charset=utf-8")
        .header("x-ms-client-request-id", "test;1")
        .header("authorization", format!("Bearer {token}"));
    let body = json!({ "db": "bartizan", "csl": csl, "Query": csl, "properties": {} }).to_string();
    house.send(request.body(Body::from(body)).unwrap()).await
}
