//! tower-http's `TraceLayer` above ours: its spans and events are ordinary ones.

use crate::support::Bench;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use std::convert::Infallible;
use tower::{ServiceBuilder, ServiceExt, service_fn};
use tower_http::trace::TraceLayer;
use tracework::core::{SpanNode, Value};
use tracework::prelude::*;

type Body = Full<&'static [u8]>;

async fn handle(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    tokio::task::yield_now().await;
    info!(path = request.uri().path(), "handling");
    let status = if request.uri().path() == "/broken" { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK };
    let mut response = Response::new(Body::new(b"done"));
    *response.status_mut() = status;
    Ok(response)
}

#[test]
fn every_request_has_its_span_around_what_is_logged_for_it() {
    let bench = Bench::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let fmt = bench.beside_fmt(|| {
        runtime.block_on(async {
            let call = |path: &'static str| async move {
                let service = ServiceBuilder::new().layer(TraceLayer::new_for_http()).service(service_fn(handle));
                let request = Request::builder().uri(path).body(Body::new(b"")).expect("a request");
                service.oneshot(request).await.expect("it cannot fail").status()
            };
            let (one, two, broken) = tokio::join!(call("/one"), call("/two"), call("/broken"));
            assert_eq!((one, two, broken.as_u16()), (StatusCode::OK, StatusCode::OK, 500));
        });
    });
    let records = bench.memory.records();
    assert_eq!(records.len(), fmt.lines().count(), "they see what we see: {fmt}");
    let handled: Vec<_> = records.iter().filter(|record| record.view().message() == "handling").collect();
    assert_eq!(handled.len(), 3);
    for record in handled {
        let Some(Value::Str(path)) = record.view().field("path") else { panic!("no path: {record:?}") };
        assert_eq!(record.view().spans().map(SpanNode::name).collect::<Vec<_>>(), ["request"]);
        assert_eq!(record.view().context("uri").map(|uri| uri.to_string()).as_deref(), Some(path));
    }
    let failed = records.iter().any(|record| record.view().severity() == Severity::ERROR);
    assert!(failed, "the failed response is told: {:?}", bench.messages());
}
