//! The language over rows that queries bring themselves: each file of `tests/language` has queries, and below
//! each the answer, with a line of dashes between. `UPDATE=1` writes the answers anew; look at what changed.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use bartizan_model::Timestamp;
use bartizan_telemetry::{Limits, QueryError, QueryOptions, Workbench};

/// Between a query and its answer, and between one query and the next.
const RULE: &str = "\n----\n";

fn options() -> QueryOptions {
    QueryOptions::at(Timestamp::from_millis(1_717_243_200_000))
}

async fn answer(bench: &Workbench, query: &str) -> String {
    match bench.ask(query, &options()).await {
        Ok(result) => {
            let header =
                result.columns.iter().map(|column| format!("{}:{}", column.name, column.ty));
            let rows = result
                .rows
                .iter()
                .map(|row| row.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | "));
            let header = header.collect::<Vec<_>>().join(" | ");
            std::iter::once(header).chain(rows).collect::<Vec<_>>().join("\n")
        }
        Err(QueryError::Problems(problems)) => {
            problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        }
        Err(error) => format!("error: {error}"),
    }
}

#[tokio::test]
async fn the_language_means_what_is_written_down() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/language");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let bench = Workbench::new();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let pieces: Vec<&str> = text.trim_end().split(RULE).collect();
        let mut renewed = Vec::new();
        for pair in pieces.chunks(2) {
            renewed.push(pair[0].to_owned());
            renewed.push(answer(&bench, pair[0]).await);
        }
        let renewed = renewed.join(RULE) + "\n";
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &renewed).unwrap();
        }
        assert_eq!(renewed, fs::read_to_string(&path).unwrap(), "{}", path.display());
    }
}

/// Fails with a word, in time, and without taking the process with it.
async fn is_stopped(query: &str, limits: Limits) -> String {
    let bench = Workbench::new();
    #[expect(clippy::disallowed_methods, reason = "how long it takes is what is tested")]
    let before = Instant::now();
    let asked = QueryOptions { limits, ..options() };
    let outcome = bench.ask(query, &asked).await;
    assert!(before.elapsed() < Duration::from_secs(30), "{query} went on");
    match outcome {
        Err(QueryError::Problems(problems)) => problems[0].to_string(),
        Err(error) => error.to_string(),
        Ok(result) => format!("{} rows, truncated: {}", result.rows.len(), result.truncated),
    }
}

fn tight() -> Limits {
    Limits { time: Duration::from_secs(2), memory: 32 << 20, rows: 1_000, ..Limits::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cross_join_is_stopped_by_its_time() {
    let query = "range a from 1 to 1000000 step 1 | extend k = 1 \
        | join kind=inner (range b from 1 to 1000000 step 1 | extend k = 1) on k | summarize sum(a * b)";

    assert!(is_stopped(query, tight()).await.contains("stopped"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_for_every_row_is_stopped_by_its_memory() {
    let query = "range a from 1 to 1000000 step 1 \
        | summarize make_list(strrep(tostring(a), 100)) by b = a % 3";

    let outcome = is_stopped(query, tight()).await;

    assert!(outcome.contains("stopped"), "{outcome}");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_rows_than_allowed_are_cut_off_and_the_answer_says_so() {
    let outcome = is_stopped("range a from 1 to 100000 step 1", tight()).await;

    assert_eq!(outcome, "1000 rows, truncated: true");
}

#[tokio::test(flavor = "multi_thread")]
async fn bombs_are_refused() {
    for bomb in [
        "print x = 'a' matches regex '((((a{1,100}){1,100}){1,100}){1,100}){1,100}'".to_owned(),
        format!("print x = {}1{}", "(".repeat(5_000), ")".repeat(5_000)),
        "print x = strrep('a', 100000000)".to_owned(),
        "print x = range(1, 100000000)".to_owned(),
        "print x = repeat('a', 100000000)".to_owned(),
        "range x from 1 to 10000000000 step 1".to_owned(),
        "range t from datetime(2000-01-01) to datetime(2020-01-01) step 1h | \
         make-series count() on t from datetime(2000-01-01) to datetime(2020-01-01) step 1ms"
            .to_owned(),
    ] {
        let outcome = is_stopped(&bomb, tight()).await;
        assert!(!outcome.contains("truncated"), "{outcome}");
    }
}

#[tokio::test]
async fn files_are_tables() {
    let folder = tempfile::tempdir().unwrap();
    let lines = folder.path().join("visits.jsonl");
    fs::write(
        &lines,
        "{\"Who\":\"a\",\"When\":\"2024-01-02T03:04:05Z\",\"N\":1,\"More\":{\"k\":[1,2]}}\n\
         {\"Who\":\"b\",\"When\":\"2024-01-02T03:04:06.5Z\",\"N\":2.5}\n",
    )
    .unwrap();
    let values = folder.path().join("prices.csv");
    fs::write(&values, "Who,Price,Seen\na,3,true\nb,,false\n\"c,d\",7,\n").unwrap();
    let mut bench = Workbench::new();
    bench.add("Visits", &lines).await.unwrap();
    bench.add("Prices", &values).await.unwrap();

    let joined = "Visits | join kind=inner Prices on Who | project Who, When, N, k = More.k[1], Price, Seen \
        | order by Who asc";
    let expected = "Who:string | When:datetime | N:real | k:dynamic | Price:long | Seen:bool\n\
        \"a\" | \"2024-01-02T03:04:05Z\" | 1.0 | 2 | 3 | true\n\
        \"b\" | \"2024-01-02T03:04:06.5Z\" | 2.5 | null | null | false";
    assert_eq!(answer(&bench, joined).await, expected);

    let all = bench.ask("Visits", &options()).await.unwrap();
    let (columns, rows) =
        (serde_json::to_value(&all.columns).unwrap(), serde_json::to_value(&all.rows).unwrap());
    let parquet = folder.path().join("visits.parquet");
    let bytes =
        bartizan_telemetry::parquet_of(columns.as_array().unwrap(), rows.as_array().unwrap())
            .unwrap();
    fs::write(&parquet, bytes).unwrap();
    bench.add("Visits", &parquet).await.unwrap();
    assert_eq!(answer(&bench, joined).await, expected, "the same out of Parquet");
}

#[tokio::test]
async fn a_file_of_a_known_table_has_the_columns_of_the_schema() {
    let folder = tempfile::tempdir().unwrap();
    let lines = folder.path().join("p.jsonl");
    fs::write(
        &lines,
        "{\"Timestamp\":\"2024-01-02T03:04:05Z\",\"FileName\":\"sh\",\"ProcessId\":\"7\",\"Own\":1}\n",
    )
    .unwrap();
    let mut bench = Workbench::new();
    bench.add("DeviceProcessEvents", &lines).await.unwrap();

    let query = "DeviceProcessEvents | where Timestamp > ago(1000d) | project FileName, ProcessId, Own, DeviceName";
    assert_eq!(
        answer(&bench, query).await,
        "FileName:string | ProcessId:long | Own:long | DeviceName:string\n\"sh\" | 7 | 1 | \"\""
    );
}

#[tokio::test]
async fn what_is_no_table_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let lines = folder.path().join("broken.jsonl");
    fs::write(&lines, "{\"a\":1}\n[1]\n").unwrap();
    let mut bench = Workbench::new();

    let error = bench.add("T", &lines).await.unwrap_err().to_string();
    assert!(error.ends_with("broken.jsonl, line 2: this is no JSON object"), "{error}");
    let error = bench.add("T", &folder.path().join("x.exe")).await.unwrap_err().to_string();
    assert!(error.contains("is neither Parquet"), "{error}");
}

#[tokio::test]
async fn external_data_is_read_from_files_that_stand_for_addresses_and_from_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.csv");
    fs::write(&list, "address,score\n10.0.0.1,7\n10.0.0.2,\n").unwrap();
    let query = "externaldata(address: string, score: long)['https://lists.example/bad.csv'] \
        with (format='csv', ignoreFirstRecord=true) | order by address asc";
    let bench = Workbench::new();

    let refused = bench.ask(query, &options()).await.unwrap_err().to_string();
    assert_eq!(refused, "externaldata from https://lists.example/bad.csv is not allowed here");

    let mut asked = options();
    asked.external.insert("https://lists.example/bad.csv".to_owned(), list);
    let rows = serde_json::to_value(bench.ask(query, &asked).await.unwrap().rows).unwrap();
    assert_eq!(rows, serde_json::json!([["10.0.0.1", 7], ["10.0.0.2", null]]));
}
