//! hyper without a framework.

use crate::support::{get, told};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::SocketAddr;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpListener;
use tower_layer::Layer as _;
use tower_service::Service;
use tracework::test::capture;
use tracework_tower::{RequestBody, RequestLayer};

const SOON: Duration = Duration::from_secs(10);

/// Answers or fails.
#[derive(Clone)]
struct Hello;

impl Service<Request<RequestBody<Incoming>>> for Hello {
    type Response = Response<Full<Bytes>>;
    type Error = std::io::Error;
    type Future = Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<RequestBody<Incoming>>) -> Self::Future {
        ready(match request.uri().path() {
            "/broken" => Err(std::io::Error::other("out of order")),
            _ => Ok(Response::new("hello".into())),
        })
    }
}

async fn serve(layer: RequestLayer) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        while let Ok((stream, peer)) = listener.accept().await {
            // The server knows the peer, and tells the layer.
            let layer = layer.clone().peer(move |_| Some(peer));
            let service = TowerToHyperService::new(layer.layer(Hello));
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

#[tokio::test]
async fn it_stands_around_any_service() {
    let captured = capture();
    let address = serve(RequestLayer::new()).await;
    let answer = get(address, "/greeting?who=you", &["x-request-id: h1"]).await;
    assert!(answer.ends_with("hello"), "{answer}");
    let done = captured.wait_for_async("message = \"request done\" and context.request_id = h1", SOON).await;
    // Without a router, the path is the endpoint.
    assert_eq!(told(&done, "endpoint").as_deref(), Some("/greeting"));
    assert_eq!(told(&done, "ip_address").as_deref(), Some("127.0.0.1"));
}

#[tokio::test]
async fn an_error_of_the_service_is_told() {
    let captured = capture();
    let address = serve(RequestLayer::new()).await;
    assert_eq!(get(address, "/broken", &[]).await, "");
    captured
        .wait_for_async("message = \"request failed\" and level = ERROR and field.error = \"out of order\"", SOON)
        .await;
}

#[tokio::test]
async fn nothing_is_opened_where_nobody_listens() {
    let mut service = RequestLayer::new().layer(Quick);
    let response = service.call(Request::new(Full::<Bytes>::default())).await.expect("it cannot fail");
    assert!(response.headers().contains_key("x-request-id"));
}

struct Quick;

impl<B> Service<Request<B>> for Quick {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let span = request.extensions().get::<tracework_tower::RequestSpan>().expect("it is there");
        assert!(span.span().is_disabled());
        ready(Ok(Response::default()))
    }
}
