//! The OpenAPI document: derived from the handlers, kept in `api/openapi.json`, and what the console's client
//! is made from.

use axum::extract::DefaultBodyLimit;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Api, alerts, audit, devices, enrolment, health, hunting, incidents, indicators, me, overview,
    rules, session, stream, timeline, users,
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
    let lists = OpenApiRouter::new()
        .routes(routes!(indicators::import_indicators))
        .layer(DefaultBodyLimit::max(indicators::LARGEST_LIST));
    let calls = OpenApiRouter::new()
        .routes(routes!(session::sign_in, session::sign_out))
        .routes(routes!(me::me))
        .routes(routes!(me::choose_password))
        .routes(routes!(overview::overview))
        .routes(routes!(health::health))
        .routes(routes!(incidents::incidents))
        .routes(routes!(incidents::incident, incidents::change))
        .routes(routes!(incidents::comment))
        .routes(routes!(alerts::alerts))
        .routes(routes!(alerts::alert))
        .routes(routes!(alerts::tree))
        .routes(routes!(devices::devices))
        .routes(routes!(devices::device))
        .routes(routes!(devices::process_tree))
        .routes(routes!(timeline::timeline))
        .routes(routes!(timeline::histogram))
        .routes(routes!(hunting::schema))
        .routes(routes!(hunting::validate))
        .routes(routes!(hunting::run))
        .routes(routes!(rules::rules))
        .routes(routes!(indicators::indicators, indicators::make_indicator))
        .routes(routes!(indicators::remove_indicator))
        .merge(lists)
        .routes(routes!(audit::audit))
        .routes(routes!(users::users, users::make_user))
        .routes(routes!(users::reset_password))
        .routes(routes!(enrolment::make_token))
        .routes(routes!(stream::stream));
    OpenApiRouter::with_openapi(Document::openapi()).nest("/api/v1", calls)
}

/// The OpenAPI document as JSON, the same for the same source.
pub fn openapi() -> String {
    let (_, document) = calls().split_for_parts();
    document.to_pretty_json().map_or_else(|_no_json| String::new(), |json| json + "\n")
}
