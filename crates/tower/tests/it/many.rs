//! Many requests.

use crate::support::serve;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::get as route;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tracework::prelude::*;
use tracework::test::{Capture, capture};
use tracework_tower::{RequestLayer, Sampling};

const SOON: Duration = Duration::from_secs(20);

type Connection = SendRequest<Empty<Bytes>>;

async fn connect(address: SocketAddr) -> Connection {
    let stream = TcpStream::connect(address).await.expect("it listens");
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("it speaks HTTP");
    tokio::spawn(connection);
    sender
}

async fn get(connection: &mut Connection, path: &str) -> StatusCode {
    connection.ready().await.expect("the connection stands");
    let request = hyper::Request::get(path).header("host", "test").body(Empty::new()).expect("a request");
    let answer = connection.send_request(request).await.expect("it is answered");
    let status = answer.status();
    answer.into_body().collect().await.expect("the body comes whole");
    status
}

#[tokio::test]
async fn of_the_healthy_ones_one_in_ten_is_told_and_of_the_others_all() {
    let captured = capture();
    let layer = RequestLayer::new().sample(Sampling::one_in(10)).slow(Duration::from_millis(250), Severity::WARNING);
    let app = Router::new()
        .route("/well", route(async || "well"))
        .route("/ill", route(async || StatusCode::INTERNAL_SERVER_ERROR))
        .route("/slow", route(async || tokio::time::sleep(Duration::from_millis(300)).await));
    // One connection, kept alive.
    let mut connection = connect(serve(app.layer(layer.clone())).await).await;
    for number in 0..100 {
        get(&mut connection, "/well").await;
        if number % 20 == 0 {
            get(&mut connection, "/ill").await;
            get(&mut connection, "/slow").await;
            get(&mut connection, "/nowhere").await;
        }
    }
    captured.assert_count("field.path = \"/well\"", 10);
    captured.assert_count("field.path = \"/ill\" and level = ERROR", 5);
    captured.assert_count("field.path = \"/slow\" and level = WARNING and field.slow = true", 5);
    captured.assert_count("field.path = \"/nowhere\" and level = WARNING", 5);
    let counts = layer.counts();
    assert_eq!((counts.requests, counts.logged, counts.sampled_out, counts.slow), (115, 25, 90, 5));
}

/// Serves every connection in the capture, on whichever thread.
async fn serve_in(capture: &Capture, app: Router) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("it is bound");
    let capture = capture.clone();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            let service = hyper_util::service::TowerToHyperService::new(app.clone());
            let builder = hyper_util::server::conn::auto::Builder::new(hyper_util::rt::TokioExecutor::new());
            tokio::spawn(capture.wrap(async move {
                // A connection that breaks is not what is tested here.
                let _ = builder.serve_connection(TokioIo::new(stream), service).await;
            }));
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_at_the_same_time_keep_their_context_apart() {
    const CLIENTS: u32 = 50;
    const REQUESTS: u32 = 20;
    let capture = Capture::new();
    let layer = RequestLayer::new();
    let handler = |Path(number): Path<u32>| async move {
        info!(number, "begun");
        tokio::time::sleep(Duration::from_millis(u64::from(number % 7))).await;
        info!(number, "ended");
    };
    let address = serve_in(&capture, Router::new().route("/{number}", route(handler)).layer(layer.clone())).await;
    let clients = (0..CLIENTS).map(|client| {
        tokio::spawn(async move {
            let mut connection = connect(address).await;
            for request in 0..REQUESTS {
                get(&mut connection, &format!("/{}", client * REQUESTS + request)).await;
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        tokio::time::timeout(SOON, client).await.expect("it ends").expect("it ends well");
    }
    let all = CLIENTS * REQUESTS;
    assert_eq!(layer.counts().requests, u64::from(all));
    let records = capture.records();
    assert_eq!(records.len(), 3 * all as usize);
    for record in &records {
        let view = record.view();
        let path = view.context("path").expect("it is in its request").to_string();
        match view.field("number") {
            Some(number) => assert_eq!(format!("/{number}"), path),
            None => assert_eq!(view.field("path").map(|own| own.to_string()), Some(path)),
        }
        assert_eq!(view.spans().count(), 1, "one request is not inside another");
    }
}
