//! rsigma as a library: its own way of reading EVTX (one JSON value for each record), the values flattened to the names
//! that rules use, each event led to the rules about its logsource.

use std::path::Path;

use anyhow::Result;
use evtx::{EvtxParser, ParserSettings};
use rsigma_eval::Engine;
use rsigma_eval::event::JsonEvent;
use rsigma_parser::LogSource;
use serde_json::{Map, Value};

use crate::{Figures, cpu, files};

pub fn reading(_: &Path, folder: &Path) -> Result<Figures> {
    let mut events = 0;
    for path in files(folder)? {
        let Ok(parser) = EvtxParser::from_path(path) else { continue };
        let mut parser = parser.with_configuration(ParserSettings::default().num_threads(1));
        events += parser.records_json_bytes().flatten().count() as u64;
    }
    Ok(Figures { events, matches: 0, load: 0.0, cpu: cpu() })
}

pub fn rsigma(rules: &Path, folder: &Path) -> Result<Figures> {
    let mut parsed = Vec::new();
    for file in bartizan_detect::read_rules(rules)? {
        if let Ok(collection) = rsigma_parser::parse_sigma_yaml(&file.text) {
            parsed.extend(collection.rules);
        }
    }
    parsed.retain(|rule| rule.logsource.product.as_deref() == Some("windows"));
    let mut engine = Engine::new();
    engine.add_rules(parsed.iter());
    let load = cpu();
    let (mut events, mut matches) = (0, 0);
    for path in files(folder)? {
        let Ok(parser) = EvtxParser::from_path(path) else { continue };
        let mut parser = parser.with_configuration(ParserSettings::default().num_threads(1));
        for record in parser.records_json_value().flatten() {
            let event = Value::Object(flat(&record.data));
            let found = engine.evaluate_with_logsource(&JsonEvent::borrow(&event), &kind(&event));
            events += 1;
            matches += found.len() as u64;
        }
    }
    Ok(Figures { events, matches, load, cpu: cpu() })
}

/// The record without its folders.
fn flat(record: &Value) -> Map<String, Value> {
    let mut fields = Map::new();
    let Some(event) = record.get("Event").and_then(Value::as_object) else { return fields };
    for (name, value) in event.get("System").and_then(Value::as_object).into_iter().flatten() {
        match value.get("#attributes").and_then(Value::as_object) {
            Some(attributes) => {
                for (attribute, value) in attributes {
                    fields.insert(format!("{name}_{attribute}"), value.clone());
                }
                if let Some(text) = value.get("#text") {
                    fields.insert(name.clone(), text.clone());
                }
            }
            None => {
                fields.insert(name.clone(), value.clone());
            }
        }
    }
    for (name, value) in event.get("EventData").and_then(Value::as_object).into_iter().flatten() {
        let value = value.get("#text").unwrap_or(value);
        let value = match value.as_array() {
            Some(parts) => {
                let parts: Vec<_> = parts.iter().map(|p| p.as_str().unwrap_or("")).collect();
                Value::String(parts.join("\n"))
            }
            None => value.clone(),
        };
        fields.insert(name.replace(' ', ""), value);
    }
    let user_data = event.get("UserData").and_then(Value::as_object);
    for inner in user_data.into_iter().flatten().filter_map(|(_, inner)| inner.as_object()) {
        fields.extend(inner.iter().filter(|(_, v)| !v.is_object()).map(|(n, v)| (n.clone(), v.clone())));
    }
    fields
}

/// Which rules are about it, by channel and number.
fn kind(event: &Value) -> LogSource {
    let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or("");
    let id = event.get("EventID").map(ToString::to_string).unwrap_or_default();
    let (category, service) = match (text("Channel"), id.as_str()) {
        ("Microsoft-Windows-Sysmon/Operational", id) => (sysmon(id), Some("sysmon")),
        ("Security", "4688") => (Some("process_creation"), Some("security")),
        ("Security", _) => (None, Some("security")),
        ("System", _) => (None, Some("system")),
        ("Application", _) => (None, Some("application")),
        ("Microsoft-Windows-PowerShell/Operational", "4103") => (Some("ps_module"), None),
        ("Microsoft-Windows-PowerShell/Operational", "4104") => (Some("ps_script"), None),
        ("Windows PowerShell", "400") => (Some("ps_classic_start"), None),
        ("Microsoft-Windows-TaskScheduler/Operational", _) => (None, Some("taskscheduler")),
        ("Microsoft-Windows-Windows Defender/Operational", _) => (None, Some("windefend")),
        ("Microsoft-Windows-WMI-Activity/Operational", _) => (None, Some("wmi")),
        ("Microsoft-Windows-Bits-Client/Operational", _) => (None, Some("bits-client")),
        ("DNS Server", _) => (None, Some("dns-server")),
        _ => (None, None),
    };
    LogSource {
        category: category.map(str::to_owned),
        product: Some("windows".to_owned()),
        service: service.map(str::to_owned),
        ..LogSource::default()
    }
}

fn sysmon(id: &str) -> Option<&'static str> {
    Some(match id {
        "1" => "process_creation",
        "2" => "file_change",
        "3" => "network_connection",
        "5" => "process_termination",
        "6" => "driver_load",
        "7" => "image_load",
        "8" => "create_remote_thread",
        "9" => "raw_access_thread",
        "10" => "process_access",
        "11" => "file_event",
        "12" => "registry_event",
        "13" => "registry_set",
        "14" => "registry_rename",
        "15" => "create_stream_hash",
        "17" | "18" => "pipe_created",
        "19" | "20" | "21" => "wmi_event",
        "22" => "dns_query",
        "23" => "file_delete",
        "25" => "process_tampering",
        _ => return None,
    })
}
