//! A service in axum whose middleware logs each request. It is called in this process: no socket and no runtime is in the
//! figures. Each middleware writes one line for a request, with the span it opens around it.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use anyhow::{Result, anyhow};
use axum::{Router, body::Body, extract::Request, routing::get};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use tower_http::trace::{DefaultMakeSpan, DefaultOnResponse, TraceLayer};
use tracework_tower::RequestLayer;
use tracing::Level;

use super::{Left, Subject, System, tracework, tracing_fmt};
use crate::{
    figures::Figures,
    measure::{Job, drive},
};

/// Each middleware over each pipeline, and neither.
pub const SYSTEMS: &[System] = &[
    System {
        name: "axum",
        about: "a service in axum, without middleware: the floor of a request",
        scale: 1,
        run: bare,
    },
    System {
        name: "axum-fmt",
        about: "its requests by tower-http's TraceLayer, to fmt-json's file",
        scale: 1,
        run: trace_fmt,
    },
    System {
        name: "axum-fmt-ours",
        about: "its requests by tracework-tower, to fmt-json's file",
        scale: 1,
        run: ours_fmt,
    },
    System {
        name: "tracework-axum",
        about: "its requests by tracework-tower, to tracework's file, shape fmt",
        scale: 1,
        run: ours,
    },
    System {
        name: "tracework-axum-trace",
        about: "its requests by tower-http's TraceLayer, to tracework's file, shape fmt",
        scale: 1,
        run: trace,
    },
];

/// A service that is called as a server would call it.
struct Service<C> {
    app: Router,
    close: C,
}

impl<C: FnOnce() -> Result<Left> + Sync> Subject for Service<C> {
    fn emit(&self, user_id: u64) {
        let answered = pin!(answered(self.app.clone(), user_id));
        // Nothing in it waits, so that it needs no runtime.
        let polled = answered.poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(polled, Poll::Ready(Ok(3))), "{polled:?}");
    }

    fn close(self) -> Result<Left> {
        (self.close)()
    }
}

/// Asks for a user, and takes the answer to its end; its bytes.
async fn answered(app: Router, user_id: u64) -> Result<usize> {
    let request = Request::get(format!("/users/{user_id}")).header("host", "localhost").body(Body::empty())?;
    let answer = app.oneshot(request).await?;
    Ok(answer.into_body().collect().await.map_err(|error| anyhow!("{error}"))?.to_bytes().len())
}

fn service() -> Router {
    Router::new().route("/users/{id}", get(async || "ann"))
}

/// What tower-http can do for one line a request: the span and the response at INFO, the request and the stream's end
/// not at all.
fn traced() -> Router {
    let layer = TraceLayer::new_for_http().make_span_with(DefaultMakeSpan::new().level(Level::INFO));
    let layer = layer.on_request(()).on_eos(()).on_response(DefaultOnResponse::new().level(Level::INFO));
    service().layer(layer)
}

fn logged() -> Router {
    service().layer(RequestLayer::new())
}

fn bare(job: &Job) -> Result<Figures> {
    drive(job, Service { app: service(), close: || Ok(Left::Nothing) })
}

/// tracing-subscriber's JSON.
fn over_fmt(job: &Job, app: Router) -> Result<Figures> {
    let (guard, file) = tracing_fmt::install_json(job)?;
    let close = move || {
        drop(guard);
        Ok(Left::Files(vec![file]))
    };
    drive(job, Service { app, close })
}

/// tracework's.
fn over_tracework(job: &Job, app: Router) -> Result<Figures> {
    let (shutdown, file) = tracework::install_json(job)?;
    let close = move || {
        shutdown()?;
        Ok(Left::Files(vec![file]))
    };
    drive(job, Service { app, close })
}

fn trace_fmt(job: &Job) -> Result<Figures> {
    over_fmt(job, traced())
}

fn ours_fmt(job: &Job) -> Result<Figures> {
    over_fmt(job, logged())
}

fn ours(job: &Job) -> Result<Figures> {
    over_tracework(job, logged())
}

fn trace(job: &Job) -> Result<Figures> {
    over_tracework(job, traced())
}
