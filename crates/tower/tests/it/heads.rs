//! What is read out of a request, and what the answer carries.

use crate::support::{ask, get, header, serve, told};
use axum::http::header::{AUTHORIZATION, USER_AGENT};
use axum::routing::{get as route, post};
use axum::{Extension, Router};
use std::time::Duration;
use tracework::prelude::*;
use tracework::test::capture;
use tracework_tower::{ClientIp, ProxyHeader, Query, RequestId, RequestLayer, RequestSpan, TraceContext};

const TRACE: &str = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const SOON: Duration = Duration::from_secs(10);

async fn work() -> &'static str {
    info!("working");
    "done"
}

fn app(layer: RequestLayer) -> Router {
    Router::new().route("/users/{id}", route(work)).route("/pay", post(work)).layer(layer)
}

#[tokio::test]
async fn a_request_has_a_span_and_a_record() {
    let captured = capture();
    let address = serve(app(RequestLayer::new())).await;
    let answer = get(address, "/users/7?token=secret", &["content-length: 0"]).await;
    let done = captured.wait_for_async("message = \"request done\"", SOON).await;
    captured.assert_one("message = working and span = request and context.endpoint = \"/users/{id}\"");
    captured.assert_one(
        "target = http and level = INFO and category = api and field.status = 200 and field.response_bytes = 4",
    );
    for (name, value) in [("method", "GET"), ("path", "/users/7"), ("outcome", "done"), ("request_bytes", "0")] {
        assert_eq!(told(&done, name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(told(&done, "ip_address").as_deref(), Some("127.0.0.1"));
    for absent in ["query", "user_id", "trace_id", "slow", "error", "severity", "grpc_status"] {
        assert_eq!(told(&done, absent), None, "{absent}");
    }
    let id = header(&answer, "x-request-id").expect("it is returned");
    assert_eq!(told(&done, "request_id").as_deref(), Some(id));
}

#[tokio::test]
async fn an_id_is_taken_over_unless_it_could_do_harm() {
    let captured = capture();
    let layer = RequestLayer::new();
    let address = serve(app(layer.clone())).await;
    let answer = get(address, "/users/7", &["X-Request-Id: req_123456"]).await;
    assert_eq!(header(&answer, "x-request-id"), Some("req_123456"));
    captured.wait_for_async("context.request_id = req_123456 and message = working", SOON).await;
    let long = format!("x-request-id: {}", "a".repeat(129));
    let huge = format!("x-request-id: {}", "a".repeat(60_000));
    let bad: [&[&str]; 6] = [
        &[&long],
        &[&huge],
        &["x-request-id: a b\"c"],
        &["x-request-id:"],
        &["x-request-id: one", "x-request-id: two"],
        &["x-request-id: \u{e9}"],
    ];
    for headers in bad {
        let answer = get(address, "/users/7", headers).await;
        let id = header(&answer, "x-request-id").expect("one is made");
        assert!(id.len() == 36 && id.as_bytes()[14] == b'7', "a UUID of version 7: {id}");
    }
    assert_eq!(layer.counts().bad_request_ids, 6);

    let deaf = serve(app(RequestLayer::new().accept_request_ids(false))).await;
    let answer = get(deaf, "/users/7", &["x-request-id: req_123456"]).await;
    assert_ne!(header(&answer, "x-request-id"), Some("req_123456"));
}

#[tokio::test]
async fn a_valid_trace_is_told_and_an_invalid_one_is_counted() {
    let captured = capture();
    let layer = RequestLayer::new();
    let address = serve(app(layer.clone())).await;
    get(address, "/users/7", &[TRACE, "tracestate: rojo=00f067aa0ba902b7"]).await;
    let rule = "message = working and context.trace_id = \"4bf92f3577b34da6a3ce929d0e0e4736\" and \
                context.span_id = \"00f067aa0ba902b7\" and context.trace_state = \"rojo=00f067aa0ba902b7\"";
    captured.wait_for_async(rule, SOON).await;
    captured.clear();
    let zero = TRACE.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32));
    get(address, "/users/7", &[&zero]).await;
    get(address, "/users/7", &[TRACE, TRACE]).await;
    get(address, "/users/7", &[TRACE, "tracestate: no"]).await;
    captured.wait_for_async("message = \"request done\" and context.trace_id exists", SOON).await;
    captured.assert_count("message = \"request done\"", 3);
    assert_eq!(layer.counts().bad_trace_headers, 3);
}

#[tokio::test]
async fn a_query_is_told_as_far_as_it_was_asked_for() {
    for (how, shown) in [(Query::Redacted, "page=***&sort=***"), (Query::Whole, "page=2&sort=name")] {
        let captured = capture();
        let address = serve(app(RequestLayer::new().query(how))).await;
        get(address, "/users/7?page=2&sort=name", &[]).await;
        let done = captured.wait_for_async("message = \"request done\"", SOON).await;
        assert_eq!(told(&done, "query").as_deref(), Some(shown));
    }
}

#[tokio::test]
async fn only_headers_of_the_list_are_told_and_never_credentials() {
    let captured = capture();
    let layer = RequestLayer::new().headers([USER_AGENT, AUTHORIZATION]);
    let address = serve(app(layer)).await;
    let agent = format!("user-agent: {}", "b".repeat(300));
    get(address, "/users/7", &[&agent, "authorization: Bearer abc", "x-other: seen"]).await;
    let done = captured.wait_for_async("message = \"request done\"", SOON).await;
    assert_eq!(told(&done, "header.user-agent").map(|agent| agent.len()), Some(256));
    assert_eq!(told(&done, "header.authorization").as_deref(), Some("***"));
    assert_eq!(told(&done, "header.x-other"), None);
}

#[tokio::test]
async fn the_user_and_the_session_are_read_or_recorded_later() {
    let captured = capture();
    let layer = RequestLayer::new()
        .user(|request| request.headers.get("x-user")?.to_str().ok().map(str::to_owned))
        .session(|_| Some("session".to_owned()));
    let sign_in = |Extension(span): Extension<RequestSpan>| async move {
        info!("before");
        span.record_user("user_789");
        info!("after");
    };
    let app = Router::new().route("/", route(work)).route("/sign-in", route(sign_in)).layer(layer);
    let address = serve(app).await;
    get(address, "/", &["x-user: ann"]).await;
    captured.wait_for_async("message = working and context.user_id = ann and context.session_id = session", SOON).await;
    get(address, "/sign-in", &[]).await;
    captured.wait_for_async("message = after and context.user_id = user_789", SOON).await;
    captured.assert_one("message = before and not context.user_id exists");
    captured.wait_for_async("message = \"request done\" and context.user_id = user_789", SOON).await;
}

#[tokio::test]
async fn a_client_cannot_say_where_it_comes_from_unless_a_proxy_does() {
    let spoofed = ["x-forwarded-for: 6.6.6.6", "forwarded: for=7.7.7.7"];
    let trusting = || RequestLayer::new().trusted_proxies(["127.0.0.0/8"]).expect("a range");
    let rows = [
        (RequestLayer::new(), "127.0.0.1"),
        (RequestLayer::new().trusted_proxies(["10.0.0.0/8"]).expect("a range"), "127.0.0.1"),
        (trusting(), "6.6.6.6"),
        (trusting().proxy_header(ProxyHeader::Forwarded), "7.7.7.7"),
    ];
    for (layer, address) in rows {
        let captured = capture();
        let server = serve(app(layer)).await;
        get(server, "/users/7", &spoofed).await;
        captured
            .wait_for_async(&format!("message = \"request done\" and context.ip_address = \"{address}\""), SOON)
            .await;
    }
    let layer = trusting();
    let captured = capture();
    let server = serve(app(layer.clone())).await;
    get(server, "/users/7", &["x-forwarded-for: 6.6.6.6, <script>"]).await;
    captured.wait_for_async("message = \"request done\" and context.ip_address = \"127.0.0.1\"", SOON).await;
    assert_eq!(layer.counts().bad_forwarded, 1);
    assert!(RequestLayer::new().trusted_proxies(["everyone"]).is_err());
}

#[tokio::test]
async fn handlers_find_it_all_in_the_extensions() {
    let handler = |id: Extension<RequestId>, ip: Extension<ClientIp>, trace: Extension<TraceContext>| async move {
        format!("{} {} {}", id.0, ip.0.0, trace.0.traceparent())
    };
    let app = Router::new().route("/", route(handler)).layer(RequestLayer::new());
    let answer = get(serve(app).await, "/", &["x-request-id: r1", TRACE]).await;
    assert!(answer.ends_with(&format!("r1 127.0.0.1 {}", &TRACE["traceparent: ".len()..])), "{answer}");
}

#[tokio::test]
async fn the_size_of_a_request_is_told() {
    let captured = capture();
    let address = serve(app(RequestLayer::new().target("shop::http"))).await;
    let mut stream = crate::support::send(address, "POST /pay", &["content-length: 5"]).await;
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"12345").await.expect("it is sent");
    captured.wait_for_async("target = \"shop::http\" and field.method = POST and field.request_bytes = 5", SOON).await;
    let answer = ask(address, "DELETE /pay", &[]).await;
    assert!(answer.starts_with("HTTP/1.1 405"), "{answer}");
    captured.wait_for_async("field.status = 405 and level = WARNING", SOON).await;
}
