//! `Control` in axum's handlers.

use crate::support::{get, serve};
use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::get as route;
use tracework::prelude::*;
use tracework::test::Capture;
use tracework_tower::{ControlLayer, Logging};

#[derive(Clone)]
struct App {
    control: Control,
}

impl FromRef<App> for Control {
    fn from_ref(app: &App) -> Self {
        app.control.clone()
    }
}

async fn by_state(State(control): State<Control>) -> String {
    control.plan().spec().destinations().collect::<Vec<_>>().join(",")
}

async fn by_extractor(Logging(control): Logging) -> String {
    match control.set_level("captured", Severity::ERROR) {
        Ok(()) => "quieter".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn it_comes_as_state_and_as_an_argument() {
    let capture = Capture::new();
    let control = capture.control().clone();
    let app = Router::new()
        .route("/state", route(by_state))
        .route("/argument", route(by_extractor))
        .layer(ControlLayer::new(&control))
        .with_state(App { control });
    let address = serve(app).await;
    assert!(get(address, "/state", &[]).await.ends_with("captured"));
    assert!(get(address, "/argument", &[]).await.ends_with("quieter"));
    capture.run(|| info!("not any more"));
    capture.assert_none("message = \"not any more\"");
}

#[tokio::test]
async fn without_the_layer_the_answer_says_so() {
    let address = serve(Router::new().route("/", route(by_extractor))).await;
    let answer = get(address, "/", &[]).await;
    assert!(answer.starts_with("HTTP/1.1 500") && answer.ends_with("no `ControlLayer` stands around this router"));
}
