//! The OpenAPI document: derived from the handlers, kept in `api/openapi.json`, and what the console's client
//! is made from.

use axum::extract::DefaultBodyLimit;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Api, actions, alerts, audit, decision, devices, enrolment, entities, health, hunting,
    incidents, indicators, live, me, notifications, overview, rules, second_factor, server,
    session, settings, stream, timeline, tokens, tuning, users, views,
};

#[derive(OpenApi)]
#[openapi(
    info(title = "Bartizan", description = "The interface of a Bartizan server.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")),
    modifiers(&Ways),
    security(("session" = []), ("token" = [])),
)]
struct Document;

/// The ways to come in.
struct Ways;

impl Modify for Ways {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Default::default);
        let cookie = ApiKeyValue::new("bartizan_session");
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
    }
}

/// Every call of the interface with its description.
pub(crate) fn calls() -> OpenApiRouter<Api> {
    let calls = OpenApiRouter::new()
        .merge(people_calls())
        .merge(incident_calls())
        .merge(device_calls())
        .merge(action_calls())
        .merge(live_calls())
        .merge(detection_calls())
        .merge(setting_calls());
    OpenApiRouter::with_openapi(Document::openapi()).nest("/api/v1", calls)
}

fn people_calls() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(session::sign_in, session::sign_out))
        .routes(routes!(me::me))
        .routes(routes!(me::choose_password))
        .routes(routes!(second_factor::begin))
        .routes(routes!(second_factor::confirm))
        .routes(routes!(second_factor::remove))
        .routes(routes!(overview::overview))
        .routes(routes!(health::health))
        .routes(routes!(server::health))
        .routes(routes!(views::views, views::make_view))
        .routes(routes!(views::change_view, views::remove_view))
        .routes(routes!(users::people))
        .routes(routes!(users::users, users::make_user))
        .routes(routes!(users::change_user))
        .routes(routes!(users::reset_password))
        .routes(routes!(audit::audit))
        .routes(routes!(audit::export_audit))
        .routes(routes!(stream::stream))
}

fn incident_calls() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(decision::classifications))
        .routes(routes!(incidents::incidents, incidents::change_several))
        .routes(routes!(incidents::facets))
        .routes(routes!(incidents::export_incidents))
        .routes(routes!(incidents::work::merge))
        .routes(routes!(incidents::incident, incidents::change))
        .routes(routes!(incidents::comment))
        .routes(routes!(incidents::work::move_alerts))
        .routes(routes!(incidents::work::add_task))
        .routes(routes!(incidents::work::change_task))
        .routes(routes!(incidents::work::set_verdict))
        .routes(routes!(incidents::story::story))
        .routes(routes!(incidents::graph::graph))
        .routes(routes!(incidents::evidence::evidence))
        .routes(routes!(incidents::report::report))
        .routes(routes!(alerts::alerts, alerts::change_several))
        .routes(routes!(alerts::facets))
        .routes(routes!(alerts::export_alerts))
        .routes(routes!(alerts::alert, alerts::change))
        .routes(routes!(alerts::tree))
}

fn device_calls() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(devices::devices))
        .routes(routes!(devices::export_devices))
        .routes(routes!(devices::device, devices::change))
        .routes(routes!(devices::revoke))
        .routes(routes!(devices::process_tree))
        .routes(routes!(timeline::timeline))
        .routes(routes!(timeline::histogram))
        .routes(routes!(timeline::export_timeline))
        .routes(routes!(entities::user))
        .routes(routes!(entities::file))
        .routes(routes!(entities::address))
        .routes(routes!(entities::domain))
        .routes(routes!(enrolment::tokens, enrolment::make_token))
        .routes(routes!(enrolment::revoke_token))
}

fn action_calls() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(actions::actions, actions::make))
        .routes(routes!(actions::action))
        .routes(routes!(actions::action_devices))
        .routes(routes!(actions::approve))
        .routes(routes!(actions::reject))
        .routes(routes!(actions::cancel))
        .routes(routes!(actions::undo))
        .routes(routes!(actions::file))
        .routes(routes!(actions::policy::policies, actions::policy::set_policies))
        .routes(routes!(actions::release_token))
}

fn live_calls() -> OpenApiRouter<Api> {
    let pieces = OpenApiRouter::new()
        .routes(routes!(live::transfer::content, live::transfer::bring_piece))
        .layer(DefaultBodyLimit::max(live::transfer::PIECE_MAX));
    OpenApiRouter::new()
        .routes(routes!(live::sessions, live::open))
        .routes(routes!(live::session))
        .routes(routes!(live::close))
        .routes(routes!(live::say))
        .routes(routes!(live::complete))
        .routes(routes!(live::recording))
        .routes(routes!(live::stream::watch))
        .routes(routes!(live::commands))
        .routes(routes!(live::transfer::transfers, live::transfer::bring))
        .routes(routes!(live::transfer::transfer, live::transfer::remove))
        .merge(pieces)
        .routes(routes!(live::script::scripts, live::script::make_script))
        .routes(routes!(
            live::script::script,
            live::script::change_script,
            live::script::remove_script
        ))
        .routes(routes!(live::script::approve_script))
}

fn detection_calls() -> OpenApiRouter<Api> {
    let lists = OpenApiRouter::new()
        .routes(routes!(indicators::import_indicators))
        .layer(DefaultBodyLimit::max(indicators::LARGEST_LIST));
    OpenApiRouter::new()
        .routes(routes!(hunting::schema))
        .routes(routes!(hunting::validate))
        .routes(routes!(hunting::run))
        .routes(routes!(rules::rules))
        .routes(routes!(indicators::indicators, indicators::make_indicator))
        .routes(routes!(indicators::remove_indicator))
        .merge(lists)
        .routes(routes!(rules::coverage))
        .routes(routes!(rules::rule, rules::change))
        .routes(routes!(tuning::suggest))
        .routes(routes!(tuning::preview))
        .routes(routes!(tuning::rules, tuning::make_rule))
        .routes(routes!(tuning::change_rule, tuning::remove_rule))
}

fn setting_calls() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(settings::groups, settings::make_group))
        .routes(routes!(settings::change_group, settings::remove_group))
        .routes(routes!(settings::retention, settings::set_retention))
        .routes(routes!(tokens::tokens, tokens::make_token))
        .routes(routes!(tokens::revoke_token))
        .routes(routes!(notifications::channels, notifications::make_channel))
        .routes(routes!(notifications::change_channel, notifications::remove_channel))
        .routes(routes!(notifications::test_channel))
        .routes(routes!(notifications::deliveries))
}

/// The OpenAPI document as JSON, the same for the same source.
pub fn openapi() -> String {
    let (_, mut document) = calls().split_for_parts();
    name_calls(&mut document);
    document.to_pretty_json().map_or_else(|_no_json| String::new(), |json| json + "\n")
}

/// Names every call after its method and path: the names of the functions behind them are not unique, and programs
/// made from this document need names that are.
fn name_calls(document: &mut utoipa::openapi::OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let path =
            path.strip_prefix("/api/v1").unwrap_or(path).replace(['{', '}'], "").replace('-', "_");
        for (method, call) in [
            ("get", &mut item.get),
            ("put", &mut item.put),
            ("post", &mut item.post),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
        ] {
            if let Some(call) = call {
                call.operation_id = Some(format!("{method}{}", path.replace('/', "_")));
            }
        }
    }
}
