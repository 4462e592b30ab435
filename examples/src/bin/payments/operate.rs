//! What an operator does to the running service: look at its log, and change where it goes.

use crate::service::Shop;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use std::sync::Arc;
use tracework::engine::{self, PlanError};
use tracework::prelude::*;
use tracework::rules::Rule;
use tracework_tower::Logging;

const HELP: &str = "\
POST /pay                          {\"customer\": \"ann\", \"cents\": 1250, \"card\": \"4111 1111 1111 1111\"}
GET  /balance/NAME

GET  /health                       every destination, and the ledger
GET  /recent                       the last warnings and errors, from memory
GET  /explain?level=ERROR&target=..&message=..&tags=PAYMENT     where such a record goes, and why
POST /control/level?destination=console&level=DEBUG
POST /control/target?target=payments&level=DEBUG&seconds=10     for a while, at every destination
POST /control/attach?name=extra&when=tag+%3D+DECLINED           a new file, logs/extra.jsonl, by a rule
POST /control/detach?name=extra
";

pub(crate) fn router() -> Router<Arc<Shop>> {
    Router::new()
        .route("/", get(|| async { HELP }))
        .route("/health", get(health))
        .route("/recent", get(recent))
        .route("/explain", get(explain))
        .route("/control/level", post(set_level))
        .route("/control/target", post(set_level_for))
        .route("/control/attach", post(attach))
        .route("/control/detach", post(detach))
}

/// Why an operator's wish was not granted.
struct Refused(StatusCode, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, format!("{}\n", self.1)).into_response()
    }
}

impl From<PlanError> for Refused {
    fn from(error: PlanError) -> Self {
        let code = match error {
            PlanError::UnknownDestination { .. } | PlanError::NotFound { .. } => StatusCode::NOT_FOUND,
            PlanError::Taken(_) => StatusCode::CONFLICT,
            _ => StatusCode::BAD_REQUEST,
        };
        Self(code, error.to_string())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands it over")]
fn bad(error: impl ToString) -> Refused {
    Refused(StatusCode::BAD_REQUEST, error.to_string())
}

/// Runs a change, which may wait for deliveries, where waiting harms nobody.
async fn change<T: Send + 'static>(
    shop: Arc<Shop>,
    change: impl FnOnce(&Control) -> Result<T, PlanError> + Send + 'static,
) -> Result<T, Refused> {
    let done = tokio::task::spawn_blocking(move || change(&shop.control)).await;
    Ok(done.map_err(|error| Refused(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))??)
}

/// It needs nothing of the shop: the pipeline comes as an argument, by the `ControlLayer` around the router.
async fn health(Logging(control): Logging) -> impl IntoResponse {
    let health = control.health();
    let code = if health.is_well() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, Json(health))
}

async fn recent(State(shop): State<Arc<Shop>>) -> impl IntoResponse {
    let mut lines = shop.recent.lines(JsonLines::default()).join("\n");
    lines.push('\n');
    ([(header::CONTENT_TYPE, "application/x-ndjson")], lines)
}

#[derive(Deserialize)]
struct Asked {
    level: Option<String>,
    target: Option<String>,
    message: Option<String>,
    tags: Option<String>,
    destinations: Option<String>,
}

async fn explain(State(shop): State<Arc<Shop>>, Query(asked): Query<Asked>) -> Result<String, Refused> {
    let severity = asked.level.as_deref().unwrap_or("INFO").parse().map_err(bad)?;
    let query = engine::Query {
        severity,
        target: asked.target.unwrap_or_else(|| "payments::service".to_owned()),
        message: asked.message.unwrap_or_default(),
        tags: asked.tags,
        destinations: asked.destinations,
        ..engine::Query::default()
    };
    Ok(shop.control.explain(&query).to_string())
}

#[derive(Deserialize)]
struct Level {
    destination: String,
    level: String,
}

async fn set_level(State(shop): State<Arc<Shop>>, Query(wish): Query<Level>) -> Result<String, Refused> {
    let level: Severity = wish.level.parse().map_err(bad)?;
    let told = format!("{} takes {level} and above\n", wish.destination);
    change(shop, move |control| control.set_level(&wish.destination, level)).await?;
    Ok(told)
}

#[derive(Deserialize)]
struct TargetLevel {
    target: String,
    level: String,
    seconds: Option<u64>,
}

async fn set_level_for(State(shop): State<Arc<Shop>>, Query(wish): Query<TargetLevel>) -> Result<String, Refused> {
    let level: Severity = wish.level.parse().map_err(bad)?;
    let time = Duration::from_secs(wish.seconds.unwrap_or(10));
    let told = format!("{} is taken at {level} and above, everywhere, for {} s\n", wish.target, time.as_secs());
    change(shop, move |control| control.set_level_for(&wish.target, level, time)).await?;
    Ok(told)
}

#[derive(Deserialize)]
struct NewFile {
    name: String,
    when: Option<String>,
}

async fn attach(State(shop): State<Arc<Shop>>, Query(wish): Query<NewFile>) -> Result<String, Refused> {
    // The name becomes a file's: nothing may lead out of the folder.
    if wish.name.is_empty() || !wish.name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-') {
        return Err(bad("a name is made of letters, digits and `-`"));
    }
    let rule = wish.when.as_deref().map(Rule::parse).transpose().map_err(bad)?;
    let path = format!("logs/{}.jsonl", wish.name);
    let told = match &rule {
        Some(rule) => format!("{path} takes what matches {}\n", rule.as_str()),
        None => format!("{path} takes what no route sends elsewhere\n"),
    };
    change(shop, move |control| match rule {
        None => control.attach(&wish.name, new_file(&path)),
        Some(rule) => attach_for(control, &wish.name, rule),
    })
    .await?;
    Ok(told)
}

fn new_file(path: &str) -> tracework::core::Attachment {
    File::rolling(path).max_size("64MiB").keep(5).format(JsonLines::default())
}

/// Attaches logs/NAME.jsonl for what `rule` matches, by a route of the same name.
pub(crate) fn attach_for(control: &Control, name: &str, rule: Rule) -> Result<(), PlanError> {
    control.create(name, new_file(&format!("logs/{name}.jsonl")))?;
    control.set_route(name, rule, &[name])
}

/// Takes a destination and the route of its name away; tells what became of its records.
pub(crate) fn detach_with_route(control: &Control, name: &str) -> Result<tracework::FlushReport, PlanError> {
    match control.remove_route(name) {
        Ok(()) | Err(PlanError::NotFound { .. }) => control.detach(name),
        Err(error) => Err(error),
    }
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

async fn detach(State(shop): State<Arc<Shop>>, Query(wish): Query<Named>) -> Result<String, Refused> {
    let name = wish.name.clone();
    let report = change(shop, move |control| detach_with_route(control, &name)).await?;
    Ok(format!("{} is gone: {} delivered, {} lost\n", wish.name, report.delivered, report.lost))
}
