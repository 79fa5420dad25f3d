//! What a newcomer, an operator and an unlucky day see.

use std::{
    net::TcpListener,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::keep::{Keep, eventually, sensor_can_run};

#[test]
fn a_simulated_attack_becomes_one_incident_within_a_second_of_each_event() {
    if !sensor_can_run() {
        return;
    }
    let keep = Keep::start();

    let output = keep.command(&["simulate", "--json"]);

    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}\n{}", keep.log());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["alerts"].as_array().unwrap().len() >= 3, "{report:#}");
    assert!(report["incident"].as_u64().unwrap() >= 1);
    let alerts: Vec<&str> =
        report["alerts"].as_array().unwrap().iter().map(|a| a["id"].as_str().unwrap()).collect();
    let incidents = keep.hunt(&format!(
        "AlertInfo | where AlertId in ('{}') | summarize dcount(IncidentNumber)",
        alerts.join("', '")
    ));
    assert_eq!(incidents[0][0], 1, "all its alerts are in one incident: {report:#}");
    assert!(report["median_milliseconds"].as_f64().unwrap() > 0.0);
}

#[test]
fn two_thousand_short_processes_are_two_thousand_rows_though_the_server_is_killed_meanwhile() {
    if !sensor_can_run() {
        return;
    }
    let mut keep = Keep::start();
    let mark = format!("count-me-{}", std::process::id());
    let query = format!(
        "DeviceProcessEvents | where FileName == 'true' and ProcessCommandLine has '{mark}' | count"
    );

    run_many(1_000, &mark);
    keep.kill_server();
    run_many(1_000, &mark);
    keep.start_again();

    let counted = eventually("all starts arrive", || {
        let counted = keep.try_count(&query)?;
        (counted >= 2_000).then_some(counted)
    });
    assert_eq!(counted, 2_000);
    let lost = keep.count("DeviceEvents | where ActionType == 'EventsLost' | count");
    assert_eq!(lost, 0, "nothing was lost");
}

#[test]
fn a_misspelt_column_is_named_pointed_at_and_the_right_one_suggested() {
    if !sensor_can_run() {
        return;
    }
    let keep = Keep::start();

    let output = keep.command(&["hunt", "DeviceProcessEvents | where ProcesCommandLine has 'x'"]);

    assert!(!output.status.success());
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(words.contains("`ProcesCommandLine`"), "{words}");
    assert!(words.contains("did you mean `ProcessCommandLine`"), "{words}");
    assert!(words.contains("^^^^^^^^^^^^^^^^^"), "{words}");
}

#[test]
fn ctrl_c_leaves_no_process_and_no_program_in_the_kernel() {
    if !sensor_can_run() {
        return;
    }
    let mut keep = Keep::start();
    assert_eq!(keep.sensors().len(), 1);

    let code = keep.interrupt();

    assert_eq!(code, Some(0), "{}", keep.log());
    assert_eq!(keep.sensors(), Vec::<u32>::new());
}

#[test]
fn a_taken_port_is_named_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let data = tempfile::tempdir().unwrap();

    let output = Command::new(env!("CARGO_BIN_EXE_bartizan"))
        .arg("--data")
        .arg(data.path())
        .args(["serve", "--sensors", "127.0.0.1:0", "--console", &address])
        .stdin(Stdio::null())
        .output()
        .unwrap();

    assert!(!output.status.success());
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(words.contains(&address) && words.contains("--console"), "{words}");
}

#[test]
fn without_a_server_a_hunt_says_how_to_start_one() {
    let data = tempfile::tempdir().unwrap();

    let output = Command::new(env!("CARGO_BIN_EXE_bartizan"))
        .arg("--data")
        .arg(data.path())
        .args(["hunt", "DeviceInfo"])
        .output()
        .unwrap();

    let words = String::from_utf8(output.stderr).unwrap();
    assert!(words.contains("bartizan serve"), "{words}");
}

/// Run `true MARK NUMBER` so many times.
fn run_many(times: u32, mark: &str) {
    for number in 0..times {
        let status = Command::new("/bin/true").args([mark, &number.to_string()]).status();
        assert!(status.unwrap().success());
    }
}
