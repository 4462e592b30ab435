//! Errors go to a webhook, signed; the server is down at first, and nothing is lost.
//!
//! `cargo run -p webhook` sends to a receiver of its own; `cargo run -p webhook URL` to yours.
#![expect(clippy::print_stdout, reason = "a program that shows something")]

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, Ordering};
use tracework::core::RetrySettings;
use tracework::http::Body;
use tracework::prelude::*;

/// Shared with whoever receives, and with nobody else.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Refuses the first request, as a server does that is just starting, and shows what comes then.
async fn receive(headers: HeaderMap, body: String) -> StatusCode {
    static READY: AtomicBool = AtomicBool::new(false);
    if !READY.swap(true, Ordering::Relaxed) {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    for name in ["idempotency-key", "webhook-signature"] {
        println!("{name}: {}", headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default());
    }
    println!("{body}");
    StatusCode::OK
}

/// A receiver on this machine; its URL.
fn receiver() -> std::io::Result<String> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let url = format!("http://{}/hook", listener.local_addr()?);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    std::thread::spawn(move || {
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            axum::serve(listener, Router::new().route("/hook", post(receive))).await
        })
    });
    Ok(url)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1).map_or_else(receiver, Ok)?;
    let template = r#"{{"summary": "{service}: {message}", "severity": "{level}", "order": "{field.order}"}}"#;
    let control = Control::new();
    let webhook = Http::post(url)
        .body(Body::template(template))
        .sign(SECRET)
        // Only public addresses may be reached otherwise.
        .allow_address(Ipv4Addr::LOCALHOST.into())
        .level(Severity::ERROR)
        .retry(RetrySettings { first: Duration::from_millis(50), ..RetrySettings::default() });
    control.attach("webhook", webhook)?;
    tracing_subscriber::registry()
        .with(MetadataLayer::new(&control).service("shop"))
        .with(DestinationLayer::new(&control))
        .init();

    info!(order = 17, "card charged");
    error!(order = 18, "card \"declined\"");

    let total = control.shutdown(Duration::from_secs(5)).total;
    println!("{} delivered, {} lost", total.delivered, total.lost);
    Ok(())
}
