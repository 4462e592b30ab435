//! How requests end.

use crate::support::{ask, get, send, serve, told};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get as route;
use http_body::Frame;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::sync::mpsc;
use tracework::prelude::*;
use tracework::test::capture;
use tracework_tower::{RequestLayer, Sampling};

const SOON: Duration = Duration::from_secs(10);

/// A body that a test feeds.
struct Fed(mpsc::Receiver<Result<Bytes, &'static str>>);

impl http_body::Body for Fed {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        let fed = self.0.poll_recv(context);
        fed.map(|fed| fed.map(|fed| fed.inspect(|bytes| info!(bytes = bytes.len(), "fed")).map(Frame::data)))
    }
}

type Feed = mpsc::Sender<Result<Bytes, &'static str>>;

/// A server whose answer the test feeds.
async fn fed(layer: RequestLayer) -> (std::net::SocketAddr, Feed) {
    let (feed, fed) = mpsc::channel(1);
    let body = std::sync::Mutex::new(Some(Body::new(Fed(fed))));
    let handler = move || {
        let body = body.lock().expect("nobody panics").take().expect("one request");
        async move { Response::new(body) }
    };
    let handler = std::sync::Arc::new(handler);
    let app = Router::new().route("/", route(move || handler())).layer(layer);
    (serve(app).await, feed)
}

#[tokio::test]
async fn a_request_lasts_until_its_answer_has_ended() {
    let captured = capture();
    let layer = RequestLayer::new().slow(Duration::from_millis(80), Severity::ERROR);
    let (address, feed) = fed(layer.clone()).await;
    let mut stream = send(address, "GET /", &[]).await;
    feed.send(Ok("first".into())).await.expect("it is wanted");
    let mut first = [0; 512];
    let read = stream.read(&mut first).await.expect("the head comes");
    assert!(read > 0);
    tokio::time::sleep(Duration::from_millis(100)).await;
    captured.assert_none("message = \"request done\"");
    feed.send(Ok("second".into())).await.expect("it is wanted");
    drop(feed);
    let done =
        captured.wait_for_async("message = \"request done\" and level = ERROR and field.slow = true", SOON).await;
    let took: f64 = told(&done, "duration_ms").and_then(|took| took.parse().ok()).expect("it is told");
    assert!((100.0..10_000.0).contains(&took), "{took}");
    assert_eq!(told(&done, "response_bytes").as_deref(), Some("11"));
    captured.assert_count("message = fed and span = request", 2);
    assert_eq!(layer.counts().slow, 1);
}

#[tokio::test]
async fn a_client_that_goes_away_in_the_middle_is_told() {
    let captured = capture();
    let layer = RequestLayer::new().sample(Sampling::probability(0.0));
    let (address, feed) = fed(layer.clone()).await;
    let mut stream = send(address, "GET /", &[]).await;
    feed.send(Ok("first".into())).await.expect("it is wanted");
    let mut first = [0; 512];
    let _ = stream.read(&mut first).await.expect("the head comes");
    drop(stream);
    while feed.send(Ok("more".into())).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let rule = "message = \"request aborted\" and level = WARNING and field.outcome = aborted and field.status = 200";
    captured.wait_for_async(rule, SOON).await;
    assert_eq!((layer.counts().aborted, layer.counts().logged), (1, 1));
}

#[tokio::test]
async fn a_client_that_does_not_wait_for_the_answer_is_told() {
    let captured = capture();
    let layer = RequestLayer::new().aborted(Severity::INFO);
    let app = Router::new().route("/", route(async || tokio::time::sleep(Duration::from_secs(600)).await));
    let address = serve(app.layer(layer)).await;
    let stream = send(address, "GET /", &[]).await;
    tokio::time::sleep(Duration::from_millis(30)).await;
    drop(stream);
    let record = captured.wait_for_async("message = \"request aborted\" and level = INFO", SOON).await;
    assert_eq!((told(&record, "status"), told(&record, "response_bytes")), (None, None));
}

#[tokio::test]
async fn a_body_that_fails_is_told() {
    let captured = capture();
    let (address, feed) = fed(RequestLayer::new()).await;
    let _stream = send(address, "GET /", &[]).await;
    feed.send(Err("the disk is gone")).await.expect("it is wanted");
    captured
        .wait_for_async("message = \"request failed\" and level = ERROR and field.error = \"the disk is gone\"", SOON)
        .await;
}

#[tokio::test]
async fn a_panic_is_told_and_goes_on() {
    let captured = capture();
    let app = Router::new()
        .route(
            "/",
            route(async || {
                if true {
                    panic!("no {}", "more")
                }
            }),
        )
        .route("/well", route(async || "well"));
    let address = serve(app.layer(RequestLayer::new().sample(Sampling::probability(0.0)))).await;
    assert_eq!(get(address, "/", &[]).await, "", "the connection ends");
    let record = captured.wait_for_async("message = \"request handler panicked\"", SOON).await;
    assert_eq!((record.view().severity(), told(&record, "error").as_deref()), (Severity::ERROR, Some("no more")));
    assert!(get(address, "/well", &[]).await.ends_with("well"), "the server lives");
    captured.assert_none("message = \"request aborted\"");
}

#[tokio::test]
async fn answers_without_a_body_are_done() {
    let captured = capture();
    let layer = RequestLayer::new();
    let app = Router::new()
        .route("/", route(async || "a body that HEAD does not get"))
        .route("/nothing", route(async || StatusCode::NO_CONTENT))
        .route("/unchanged", route(async || StatusCode::NOT_MODIFIED))
        .route("/empty", route(async || Ok::<_, Infallible>("")));
    let address = serve(app.layer(layer.clone())).await;
    ask(address, "HEAD /", &[]).await;
    for path in ["/nothing", "/unchanged", "/empty"] {
        get(address, path, &[]).await;
    }
    captured.wait_for_async("field.path = \"/empty\"", SOON).await;
    captured.assert_count("message = \"request done\" and field.outcome = done and field.response_bytes = 0", 4);
    assert_eq!(layer.counts().aborted, 0);
}

#[tokio::test]
async fn statuses_are_as_serious_as_was_said() {
    let captured = capture();
    let layer = RequestLayer::new().level(Severity::DEBUG).client_errors(Severity::INFO);
    let status = |axum::extract::Path(status): axum::extract::Path<u16>| async move {
        StatusCode::from_u16(status).expect("a status")
    };
    let address = serve(Router::new().route("/{status}", route(status)).layer(layer)).await;
    for (status, level) in
        [(200, "DEBUG"), (302, "DEBUG"), (404, "INFO"), (499, "INFO"), (500, "ERROR"), (503, "ERROR")]
    {
        get(address, &format!("/{status}"), &[]).await;
        captured.wait_for_async(&format!("field.status = {status} and level = {level}"), SOON).await;
    }
    let critical = RequestLayer::new().level(Severity::CRITICAL);
    let address = serve(Router::new().route("/", route(async || "")).layer(critical)).await;
    get(address, "/", &[]).await;
    captured.wait_for_async("message = \"request done\" and level = CRITICAL", SOON).await;
}
