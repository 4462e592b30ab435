//! Bodies of requests whose length no header says.

use crate::support::{send, serve, told};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::routing::post;
use http_body_util::BodyExt as _;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tracework::test::capture;
use tracework_tower::RequestLayer;

const SOON: Duration = Duration::from_secs(10);
const CHUNKED: &str = "transfer-encoding: chunked";

async fn whole(body: Bytes) -> String {
    body.len().to_string()
}

/// Reads the first piece and leaves the rest.
async fn first(body: Body) -> String {
    let mut body = body;
    let frame = body.frame().await.expect("there is one").expect("it comes");
    frame.into_data().expect("it is data").len().to_string()
}

fn app(layer: RequestLayer) -> Router {
    Router::new()
        .route("/whole", post(whole))
        .route("/first", post(first))
        .route("/unread", post(async || StatusCode::NO_CONTENT))
        .layer(layer)
}

/// A piece of a chunked body.
async fn chunk(stream: &mut TcpStream, bytes: &[u8]) {
    let head = format!("{:x}\r\n", bytes.len());
    let piece = [head.as_bytes(), bytes, b"\r\n"].concat();
    stream.write_all(&piece).await.expect("it is sent");
}

async fn answer(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // A connection that the server gives up is one that ended.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_chunked_upload_is_counted_as_it_streams() {
    let captured = capture();
    let address = serve(app(RequestLayer::new())).await;
    let mut stream = send(address, "POST /whole", &[CHUNKED]).await;
    for _ in 0..10 {
        chunk(&mut stream, &[b'a'; 10_000]).await;
        tokio::task::yield_now().await;
    }
    chunk(&mut stream, b"").await;
    assert!(answer(&mut stream).await.ends_with("100000"));
    captured.wait_for_async("field.outcome = done and field.request_bytes = 100000", SOON).await;
}

#[tokio::test]
async fn an_empty_chunked_upload_has_no_bytes() {
    let captured = capture();
    let address = serve(app(RequestLayer::new())).await;
    let mut stream = send(address, "POST /whole", &[CHUNKED]).await;
    chunk(&mut stream, b"").await;
    assert!(answer(&mut stream).await.contains("200 OK"));
    captured.wait_for_async("field.outcome = done and field.request_bytes = 0", SOON).await;
}

#[tokio::test]
async fn of_what_is_left_unread_only_what_was_read_is_told() {
    let captured = capture();
    let address = serve(app(RequestLayer::new())).await;
    let mut stream = send(address, "POST /first", &[CHUNKED]).await;
    chunk(&mut stream, b"12345").await;
    assert!(answer(&mut stream).await.contains("200 OK"), "it does not wait for the rest");
    captured.wait_for_async("field.path = \"/first\" and field.request_bytes = 5", SOON).await;

    let mut stream = send(address, "POST /unread", &[CHUNKED]).await;
    chunk(&mut stream, b"12345").await;
    assert!(answer(&mut stream).await.contains("204 No Content"));
    let unread = captured.wait_for_async("field.path = \"/unread\"", SOON).await;
    assert_eq!(told(&unread, "request_bytes"), None, "nobody looked");
}

#[tokio::test]
async fn an_upload_that_breaks_off_is_as_long_as_it_came() {
    let captured = capture();
    let address = serve(app(RequestLayer::new())).await;
    for length in ["content-length: 1000000", CHUNKED] {
        let mut stream = send(address, "POST /whole", &[length]).await;
        let bytes = [b'a'; 3_000];
        if length == CHUNKED {
            chunk(&mut stream, &bytes).await;
        } else {
            stream.write_all(&bytes).await.expect("sent");
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
        stream.shutdown().await.expect("it goes away");
        captured.wait_for_async("field.path = \"/whole\" and field.request_bytes = 3000", SOON).await;
        captured.clear();
    }
}
